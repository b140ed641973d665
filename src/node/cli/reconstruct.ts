/** `isthmus reconstruct`: encodes and decodes samples, as the article's last step does. Read encode.ts and decode.ts first. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { npyOriginal, storedBytes } from '../../compression/originalFile.ts';
import { denormalize } from '../../data/denormalize.ts';
import { DataError, type SampleArray, type Samples, type StoredSamples } from '../../data/samples.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { refuseExisting, writeFileAtomically } from '../files/files.ts';
import { type Noun, nounOf } from '../pictures/sampleKind.ts';
import { DATA, HELP, IN_MEMORY, KEY, MODEL, OVERWRITE } from './shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from './shared/machine.ts';
import { noteOverflow, overflownRows } from './shared/overflow.ts';
import { countShown, gridPng, MAX_PICTURES, requirePictures } from './shared/pictures.ts';
import { openAutoencoder, openSource, prepareLike } from './shared/samples.ts';
import type { Command } from './terminal/help.ts';
import { parseOptions, refusePositionals, requireOption, text } from './terminal/options.ts';
import { countOf, say, timesShape } from './terminal/output.ts';

const OPTIONS = {
  model: MODEL,
  data: DATA,
  key: KEY,
  'in-memory': IN_MEMORY,
  out: text(
    'FILE',
    `FILE.npy: what the model makes of the samples, as an array of their shape. FILE.png: a picture of the first ones, at most ${MAX_PICTURES}, fewer if they are large.`,
  ),
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

export const reconstructCommand: Command = {
  help: {
    usage:
      'isthmus reconstruct --model MODEL --data FILE --out FILE\n       npm run isthmus -- reconstruct --model MODEL --data FILE --out FILE',
    description: [
      'Encodes and decodes images, the rows of a table, or whatever a model was trained on: encode and decode in one. A model that was trained with --noise or --target removes what it learned to remove.',
      'The result has the shape of the data, and the units and the type of what the model was trained on, as decode writes it. It is written as it is computed: neither the .npy of images nor the result has to fit into memory.',
    ],
    groups: [['Options', OPTIONS]],
    sections: [
      [
        'Examples',
        [
          'isthmus reconstruct --model runs/noisy-1 --data noisy.npy --out restored.npy',
          'isthmus reconstruct --model runs/noisy-1 --data noisy.npy --out restored.png',
        ],
      ],
    ],
  },
  run: reconstruct,
};

/** What is restored, and what is found on the way. */
interface Subject {
  readonly autoencoder: Autoencoder;
  readonly samples: Samples | StoredSamples;
  /** The name of the data. */
  readonly source: string;
  readonly noun: Noun;
  /** How many results are not finite. */
  overflown: number;
}

interface Format {
  /** Whether there is no such file of samples like these. */
  readonly refuse?: (autoencoder: Autoencoder) => void;
  /** The pieces of the file. */
  readonly write: (subject: Subject) => AsyncIterable<Uint8Array>;
}

/** The kinds of files, by the ending of the name. */
const FORMATS: Readonly<Record<string, Format>> = {
  '.npy': { write: npyFile },
  '.png': {
    refuse: ({ inputShape, normalization }) => requirePictures(inputShape, normalization, '--out FILE.npy'),
    write: pngFile,
  },
};

async function reconstruct(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { key, overwrite, 'in-memory': limit } = parsed.values;
  const model = requireOption('model', parsed.values.model, 'MODEL');
  const data = requireOption('data', parsed.values.data, 'FILE');
  const endings = Object.keys(FORMATS);
  const out = requireOption('out', parsed.values.out, `FILE${endings.join(' or FILE')}`, endings);
  const format = FORMATS[endings.find((ending) => out.toLowerCase().endsWith(ending)) as string];
  await refuseExisting(out, overwrite);
  await useMachine(parsed.values);
  const { autoencoder } = await openAutoencoder(model);
  format.refuse?.(autoencoder);
  const images = await openSource(data, limit, { key, sampleShape: autoencoder.inputShape });
  const noun = nounOf(autoencoder.inputShape, autoencoder.normalization);
  try {
    const samples = await prepareLike(images, autoencoder);
    const subject = { autoencoder, samples, source: images.source, noun, overflown: 0 };
    await writeFileAtomically(out, format.write(subject));
    const [count, ...shape] = images.shape;
    say(`${countOf(count, noun)} of ${timesShape(shape)}, encoded and decoded: ${out}`);
    noteOverflow(subject.overflown, noun);
  } finally {
    await images.close();
  }
  return 0;
}

/** What the model makes of the samples, batch by batch, in the units of its input. */
async function* restoredBatches(subject: Subject): AsyncGenerator<Tensor, void> {
  const { autoencoder, samples } = subject;
  for await (const codes of autoencoder.encodeBatches(samples)) {
    const restored = autoencoder.decode(codes);
    const [count] = restored.shape;
    subject.overflown += overflownRows({ ...restored, shape: [count, restored.size / count] }).length;
    yield restored;
  }
}

async function* npyFile(subject: Subject): AsyncGenerator<Uint8Array, void> {
  const { normalization } = subject.autoencoder;
  const { dtype } = denormalize(new Float32Array(), normalization);
  yield npyOriginal(dtype, subject.samples.shape).head;
  let done = 0;
  for await (const restored of restoredBatches(subject)) {
    yield storedBytes(inUnitsOfData(subject, restored, done), { bigEndian: false });
    done += restored.shape[0];
  }
}

/** @param done - How many samples came before. */
function inUnitsOfData({ autoencoder, source }: Subject, restored: Tensor, done: number): SampleArray {
  try {
    return denormalize(restored.data, autoencoder.normalization).data;
  } catch {
    const size = sizeOf(autoencoder.inputShape);
    const bad = Math.floor(restored.data.findIndex(Number.isNaN) / size);
    throw new DataError(
      `${source}: the network overflows on sample ${done + bad}, whose values are too far from the training data, and integers have no NaN: remove it.`,
    );
  }
}

/** The first ones as a picture; more are not computed. */
async function* pngFile(subject: Subject): AsyncGenerator<Uint8Array, void> {
  const { autoencoder, samples } = subject;
  const { inputShape, normalization } = autoencoder;
  const shown = Tensor.zeros([countShown([samples.shape[0], ...inputShape]), ...inputShape]);
  let end = 0;
  for await (const { data } of restoredBatches(subject)) {
    const part = data.subarray(0, shown.size - end);
    shown.data.set(part, end);
    end += part.length;
    if (end === shown.size) break;
  }
  yield gridPng(shown, normalization);
}
