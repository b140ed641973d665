/** `isthmus encode`: from images or other samples to codes, the article's compress_image. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import type { Samples, StoredSamples } from '../../data/samples.ts';
import { npyHeader } from '../../io/numpy/npyHeader.ts';
import { refuseExisting, writeFileAtomically } from '../files/files.ts';
import { nounOf } from '../pictures/sampleKind.ts';
import { DATA, HELP, IN_MEMORY, KEY, MODEL, OVERWRITE } from './shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from './shared/machine.ts';
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
  out: text('FILE.npy', 'The file for the codes: float32, [n, code length].'),
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

const ALL_OPTIONS = { ...OPTIONS, ...READING };

export const encodeCommand: Command = {
  help: {
    usage:
      'isthmus encode --model MODEL --data FILE --out codes.npy\n       npm run isthmus -- encode --model MODEL --data FILE --out codes.npy',
    description: [
      'Runs the encoder of a trained model over images, the rows of a table, or whatever it was trained on, and writes their codes as a NumPy array. The samples must have the shape that the model was trained on; they are scaled as its training data was.',
      'Codes are written as they are computed: neither the .npy of images nor the codes have to fit into memory. isthmus evaluate measures what codes are good for (--labels) and draws them (--latent).',
    ],
    groups: [['Options', OPTIONS], READING_GROUP],
    sections: [['Example', ['isthmus encode --model runs/digits-1 --data images.npy --out codes.npy']]],
  },
  run: encode,
};

async function encode(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(ALL_OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { key, overwrite, 'in-memory': limit } = parsed.values;
  const model = requireOption('model', parsed.values.model, 'MODEL');
  const data = requireOption('data', parsed.values.data, 'FILE');
  const out = requireOption('out', parsed.values.out, 'FILE.npy', ['.npy']);
  await refuseExisting(out, overwrite);
  await useMachine(parsed.values);
  const { autoencoder, training } = await openAutoencoder(model);
  const reading = loadOptionsOf(parsed.values, { training, inputShape: autoencoder.inputShape });
  const images = await openSource(data, limit, { ...reading, key });
  const overflow = { count: 0 };
  try {
    const samples = await prepareLike(images, autoencoder);
    await writeFileAtomically(out, codesFile(autoencoder, samples, overflow));
  } finally {
    await images.close();
  }
  const [count, ...shape] = images.shape;
  const noun = nounOf(autoencoder.inputShape, autoencoder.normalization);
  const codes = `${count === 1 ? 'a code' : 'codes'} of ${countOf(autoencoder.encodingDim, 'number')}`;
  say(`${countOf(count, noun)} of ${timesShape(shape)} became ${codes}: ${out}`);
  noteOverflow(overflow.count, noun);
  return 0;
}

/** A `.npy` of the codes, piece by piece. Rows that are not finite are counted in `overflow`. */
async function* codesFile(
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
  overflow: { count: number },
): AsyncGenerator<Uint8Array, void> {
  const [count] = samples.shape;
  yield npyHeader('<f4', [count, autoencoder.encodingDim]);
  for await (const codes of autoencoder.encodeBatches(samples)) {
    const { data } = codes;
    overflow.count += overflownRows(codes).length;
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}
