/** `isthmus encode`: images or other samples to codes, the article's compress_image. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import type { Samples, StoredSamples } from '../../data/samples.ts';
import { npyHeader } from '../../io/numpy/npyHeader.ts';
import { writeFileAtomically } from '../files/files.ts';
import { openImages } from '../files/load.ts';
import { loadModel } from '../files/modelFile.ts';
import { NpyFile } from '../files/npyFile.ts';
import { nounOf } from '../pictures/sampleKind.ts';
import { MACHINE, refuseThreads, useMachine } from './shared/machine.ts';
import { refuseExisting, requireOption, samplesFor, storedSamplesFor } from './shared/openModel.ts';
import { noteOverflow, overflownRows } from './shared/overflow.ts';
import type { Command } from './terminal/help.ts';
import { bytes, flag, parseOptions, refusePositionals, text } from './terminal/options.ts';
import { formatBytes, formatCount, say, timesShape } from './terminal/output.ts';

const OPTIONS = {
  model: text('MODEL', 'A run folder or a model file.'),
  data: text(
    'FILE',
    'Images, or other samples as the model was trained on: .npy, .npz, IDX (.idx, -ubyte, also .gz), a PNG or a folder of PNGs.',
  ),
  key: text('NAME', 'The array of an .npz. [x_train, else the only one]'),
  'in-memory': bytes(
    'How much a .npy of images may take in memory, such as 500MB or 2GB; a larger one is read from the file batch by batch, with the same result. 0: always from the file. [half of the free memory]',
  ),
  out: text('FILE.npy', 'Where the codes go: float32, [n, code length].'),
  ...MACHINE,
  overwrite: flag('Replace an existing file.'),
  help: flag('Show this page.'),
};

export const encodeCommand: Command = {
  help: {
    usage:
      'isthmus encode --model MODEL --data FILE --out codes.npy\n       npm run isthmus -- encode --model MODEL --data FILE --out codes.npy',
    description: [
      'Runs the encoder of a trained model over images, the rows of a table, or whatever it was trained on, and writes their codes as a NumPy array. The samples must have the shape that the model was trained on; they are scaled as its training data was.',
      'Codes are written as they are computed, so neither a .npy of images nor its codes need to fit into memory. evaluate says what codes are good for (--labels) and draws them (--latent).',
    ],
    groups: [['Options', OPTIONS]],
    sections: [['Example', ['isthmus encode --model runs/digits-1 --data images.npy --out codes.npy']]],
  },
  run: encode,
};

async function encode(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { key, overwrite, 'in-memory': limit } = parsed.values;
  const model = requireOption('model', parsed.values.model, 'MODEL');
  const data = requireOption('data', parsed.values.data, 'FILE');
  const out = requireOption('out', parsed.values.out, 'FILE.npy', ['.npy']);
  await refuseExisting(out, overwrite);
  await useMachine(parsed.values);
  const { autoencoder } = await loadModel(model);
  const images = await openImages(data, { key, inMemoryLimit: limit });
  const overflow = { count: 0 };
  try {
    const isStored = images instanceof NpyFile;
    if (isStored) say(`reading ${images.source} batch by batch: it takes ${formatBytes(images.memory)}`);
    const samples = isStored ? await storedSamplesFor(autoencoder, images) : samplesFor(autoencoder, images);
    await writeFileAtomically(out, codesFile(autoencoder, samples, overflow));
  } finally {
    if (images instanceof NpyFile) await images.close();
  }
  const [count, ...shape] = images.shape;
  const noun = nounOf(autoencoder.inputShape, autoencoder.normalization);
  say(
    `${formatCount(count)} ${noun}s of ${timesShape(shape)} became codes of ${autoencoder.encodingDim} numbers: ${out}`,
  );
  noteOverflow(overflow.count, noun);
  return 0;
}

/** A `.npy` of the codes, piece by piece. Those that are not finite are counted in `overflow`. */
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
