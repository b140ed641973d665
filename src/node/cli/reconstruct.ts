/** `isthmus reconstruct`: encodes and decodes samples, as the article's last step does. Read encode.ts and decode.ts first. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { denormalize } from '../../data/denormalize.ts';
import { DataError, type SampleArray, type Samples, type StoredSamples } from '../../data/samples.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { refuseExisting, writeFileAtomically } from '../files/files.ts';
import { nounOf } from '../pictures/sampleKind.ts';
import { DATA, HELP, IN_MEMORY, KEY, MODEL, OVERWRITE } from './shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from './shared/machine.ts';
import { type Batch, outputHelp, requireOutput } from './shared/outputFiles.ts';
import { noteOverflow, overflownRows } from './shared/overflow.ts';
import { loadOptionsOf, READING, READING_GROUP } from './shared/reading.ts';
import { openAutoencoder, openSource, prepareLike } from './shared/samples.ts';
import type { Command } from './terminal/help.ts';
import { parseOptions, refusePositionals, requireOption, text } from './terminal/options.ts';
import { countOf, say, timesShape } from './terminal/output.ts';

const OPTIONS = {
  model: MODEL,
  data: DATA,
  key: KEY,
  'in-memory': IN_MEMORY,
  out: text('FILE', outputHelp('what the model makes of the samples, in their shape,')),
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

const ALL_OPTIONS = { ...OPTIONS, ...READING };

export const reconstructCommand: Command = {
  help: {
    usage:
      'isthmus reconstruct --model MODEL --data FILE --out FILE\n       npm run isthmus -- reconstruct --model MODEL --data FILE --out FILE',
    description: [
      'Encodes and decodes images, the rows of a table, or whatever a model was trained on: encode and decode in one. A model that was trained with --noise or --target removes what it learned to remove.',
      'The result has the shape of the data, and the units and the type of what the model was trained on, as decode writes it. It is written as it is computed: neither the .npy of images nor the result has to fit into memory.',
    ],
    groups: [['Options', OPTIONS], READING_GROUP],
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
  /** How many results are not finite. */
  overflown: number;
}

async function reconstruct(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(ALL_OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { key, overwrite, 'in-memory': limit } = parsed.values;
  const model = requireOption('model', parsed.values.model, 'MODEL');
  const data = requireOption('data', parsed.values.data, 'FILE');
  const out = requireOutput(parsed.values.out);
  await refuseExisting(out.path, overwrite);
  await useMachine(parsed.values);
  const { autoencoder, training } = await openAutoencoder(model);
  const { inputShape, normalization } = autoencoder;
  const origin = { inputShape, normalization, training };
  out.format.refuse?.(origin);
  const reading = loadOptionsOf(parsed.values, { training, inputShape });
  const images = await openSource(data, limit, { ...reading, key });
  const noun = nounOf(inputShape, normalization);
  try {
    const samples = await prepareLike(images, autoencoder);
    const subject = { autoencoder, samples, source: images.source, overflown: 0 };
    const batches = restoredBatches(subject);
    const sampleRate = images.form?.kind === 'sound' ? images.form.sampleRate : undefined;
    await writeFileAtomically(
      out.path,
      out.format.pieces({ ...origin, shape: samples.shape, batches, sampleRate }),
    );
    const [count, ...shape] = images.shape;
    say(`${countOf(count, noun)} of ${timesShape(shape)}, encoded and decoded: ${out.path}`);
    noteOverflow(subject.overflown, noun);
  } finally {
    await images.close();
  }
  return 0;
}

/** What the model makes of the samples. */
async function* restoredBatches(subject: Subject): AsyncGenerator<Batch, void> {
  const { autoencoder, samples } = subject;
  let done = 0;
  for await (const codes of autoencoder.encodeBatches(samples)) {
    const restored = autoencoder.decode(codes);
    const [count] = restored.shape;
    subject.overflown += overflownRows({ ...restored, shape: [count, restored.size / count] }).length;
    const before = done;
    yield { inputs: () => restored, values: () => inUnitsOfData(subject, restored, before) };
    done += count;
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
