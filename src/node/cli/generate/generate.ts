/** `isthmus generate`: new samples, which a model makes of random codes. */

import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { refuseExisting, writeFileAtomically } from '../../files/files.ts';
import { loadAnyModel } from '../../files/modelFile.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { HELP, KEY, MODEL, OVERWRITE } from '../shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from '../shared/machine.ts';
import { outputHelp, outputOf, requireOutput } from '../shared/outputFiles.ts';
import { READING, READING_GROUP } from '../shared/reading.ts';
import type { Command } from '../terminal/help.ts';
import {
  number,
  parseOptions,
  refusePositionals,
  requireOption,
  text,
  UsageError,
} from '../terminal/options.ts';
import { countOf, say, timesShape } from '../terminal/output.ts';
import { dataFile, randomCodes } from './codes.ts';

/** In an array: 1 GB of float32. */
const MAX_NUMBERS = 2 ** 28;

const OPTIONS = {
  model: MODEL,
  count: number(64, { minimum: 1, integer: true }, 'How many new images (or other samples).'),
  seed: number(0, { minimum: 0, integer: true }, 'Decides which: the same seed gives the same images.'),
  out: text('FILE', outputHelp('the new images (or other samples)')),
  data: text(
    'FILE',
    'For a plain autoencoder: takes the distribution of random codes from the codes of these samples. [that of the training data, which the model file holds]',
  ),
  key: KEY,
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

const ALL_OPTIONS = { ...OPTIONS, ...READING };

export const generateCommand: Command = {
  help: {
    usage:
      'isthmus generate --model MODEL --out FILE [options]\n       npm run isthmus -- generate --model MODEL --out FILE [options]',
    description: [
      'Makes new images, or other samples, of random codes. A variational autoencoder and a GAN are trained for that: their codes are standard normal numbers. For a plain autoencoder, codes are drawn from a normal distribution that fits those of its training data; its decoder was not trained for these.',
      'A .npy or a table has the units and the type of the training data, as that of isthmus decode.',
    ],
    groups: [['Options', OPTIONS], READING_GROUP],
    sections: [
      [
        'Examples',
        [
          'isthmus generate --model runs/digits-1 --out new.png',
          'isthmus generate --model runs/digits-1 --count 10000 --seed 1 --out new.npy',
        ],
      ],
    ],
  },
  run: generate,
};

async function generate(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(ALL_OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { count, seed, overwrite } = parsed.values;
  const path = requireOption('model', parsed.values.model, 'MODEL');
  const out = requireOutput(parsed.values.out);
  const data = dataFile(parsed);
  await refuseExisting(out.path, overwrite);
  await useMachine(parsed.values);
  const opened = await loadAnyModel(path);
  const { inputShape, normalization } = opened.model;
  const origin = { inputShape, normalization, training: opened.training };
  const { refuse, countOf: countHeld, pieces } = out.format;
  refuse?.(origin);
  const held = countHeld ? countHeld([count, ...inputShape]) : requireMemory(count, inputShape);
  const codes = await randomCodes(opened, data);
  // The first codes of a seed are the same, however many are drawn.
  const samples = opened.model.decode(codes.sample(held, { seed }));
  await writeFileAtomically(out.path, pieces(outputOf(samples, origin)));
  const noun = nounOf(inputShape, normalization);
  say(`${countOf(held, `new ${noun}`)} of ${timesShape(inputShape)}, seed ${seed}: ${out.path}`);
  return 0;
}

/** All new samples are in memory before they are written. */
function requireMemory(count: number, inputShape: Shape): number {
  const most = Math.floor(MAX_NUMBERS / sizeOf(inputShape));
  if (count <= most) return count;
  throw new UsageError(
    `--count is ${count}, expected at most ${most}: more do not fit into one file. Other seeds make others.`,
  );
}
