/** `isthmus decode`: from codes to images or other samples, the article's decode_image. For models of any kind. */

import { DataError } from '../../data/samples.ts';
import { formatShape } from '../../tensor/shape.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { refuseExisting, writeFileAtomically } from '../files/files.ts';
import { loadAnyModel } from '../files/modelFile.ts';
import { nounOf, withArticle } from '../pictures/sampleKind.ts';
import { loadImages } from '../samples/load.ts';
import { HELP, KEY, MODEL, OVERWRITE } from './shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from './shared/machine.ts';
import { outputHelp, outputOf, requireOutput } from './shared/outputFiles.ts';
import type { Command } from './terminal/help.ts';
import { parseOptions, refusePositionals, requireOption, text } from './terminal/options.ts';
import { countOf, say, timesShape } from './terminal/output.ts';

const OPTIONS = {
  model: MODEL,
  codes: text(
    'FILE',
    'Codes as encode writes them: .npy, .csv or .tsv, [n, code length]. Those of a GAN are standard normal numbers.',
  ),
  out: text('FILE', outputHelp('the images (or other samples)')),
  key: KEY,
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

export const decodeCommand: Command = {
  help: {
    usage:
      'isthmus decode --model MODEL --codes FILE --out FILE\n       npm run isthmus -- decode --model MODEL --codes FILE --out FILE',
    description: [
      'Runs the decoder of a trained autoencoder, or the generator of a GAN, over codes. The scaling of the training data is undone: the output has its units and its type (uint8 for uint8). Three types change: bool becomes uint8 (0 and 1); 64-bit integers become int32 if they were pixels, else integers in float64; float16 becomes float32.',
    ],
    groups: [['Options', OPTIONS]],
    sections: [
      [
        'Examples',
        [
          'isthmus decode --model runs/digits-1 --codes codes.npy --out restored.npy',
          'isthmus decode --model runs/digits-1 --codes codes.npy --out restored.png',
          'isthmus decode --model runs/table-1 --codes codes.npy --out restored.csv',
        ],
      ],
    ],
  },
  run: decode,
};

async function decode(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const path = requireOption('model', parsed.values.model, 'MODEL');
  const codesFile = requireOption('codes', parsed.values.codes, 'FILE.npy or FILE.csv');
  const out = requireOutput(parsed.values.out);
  await refuseExisting(out.path, parsed.values.overwrite);
  await useMachine(parsed.values);
  const { model, training } = await loadAnyModel(path);
  const { inputShape, normalization } = model;
  const origin = { inputShape, normalization, training };
  out.format.refuse?.(origin);
  const { codes, source } = await loadCodes(codesFile, parsed.values.key, model.encodingDim);
  const images = model.decode(codes);
  await writeFileAtomically(out.path, out.format.pieces(outputOf(images, origin)));
  const noun = nounOf(inputShape, normalization);
  const [count] = images.shape;
  const restored = `${count === 1 ? withArticle(noun) : `${noun}s`} of ${timesShape(inputShape)}`;
  const codesRead = count === 1 ? `1 code (${source})` : countOf(count, 'code');
  say(`${codesRead} became ${restored}: ${out.path}`);
  return 0;
}

interface LoadedCodes {
  /** `[n, code length]` */
  readonly codes: Tensor;
  /** Their name for people. */
  readonly source: string;
}

async function loadCodes(path: string, key: string | undefined, encodingDim: number): Promise<LoadedCodes> {
  const { shape, data, source } = await loadImages(path, { key, sampleShape: [encodingDim] });
  if (shape.length !== 2 || shape[1] !== encodingDim) {
    throw new DataError(
      `${path}: the array is ${formatShape(shape)}, the model takes codes of [n, ${encodingDim}].`,
    );
  }
  const codes = Tensor.from(data, shape);
  const bad = codes.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new DataError(`${path}: number ${bad} is ${codes.data[bad]}, expected finite float32 numbers.`);
  }
  return { codes, source };
}
