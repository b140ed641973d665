/** `isthmus encode`: images or other samples to codes, the article's compress_image. */

import { writeNpy } from '../../io/npy.ts';
import { writeFileAtomically } from '../files.ts';
import { loadImages } from '../load.ts';
import { loadModel } from '../modelFile.ts';
import { nounOf } from '../sampleKind.ts';
import type { Command } from './command.ts';
import { MACHINE, refuseThreads, useMachine } from './machine.ts';
import { refuseExisting, requireOption, samplesFor } from './model.ts';
import { flag, parseOptions, refusePositionals, text } from './options.ts';
import { formatCount, say, timesShape } from './output.ts';

const OPTIONS = {
  model: text('MODEL', 'A run folder or a model file.'),
  data: text('FILE', 'Images: .npy, .npz, IDX (.idx, -ubyte, also .gz), a PNG or a folder of PNGs.'),
  key: text('NAME', 'The array of an .npz. [x_train, else the only one]'),
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
  const { key, overwrite } = parsed.values;
  const model = requireOption('model', parsed.values.model, 'MODEL');
  const data = requireOption('data', parsed.values.data, 'FILE');
  const out = requireOption('out', parsed.values.out, 'FILE.npy', ['.npy']);
  await refuseExisting(out, overwrite);
  await useMachine(parsed.values);
  const { autoencoder } = await loadModel(model);
  const images = await loadImages(data, { key });
  const codes = autoencoder.encode(samplesFor(autoencoder, images));
  await writeFileAtomically(out, writeNpy(codes));
  const [count] = codes.shape;
  const [, ...shape] = images.shape;
  const noun = nounOf(autoencoder.inputShape, autoencoder.normalization);
  say(
    `${formatCount(count)} ${noun}s of ${timesShape(shape)} became codes of ${autoencoder.encodingDim} numbers: ${out}`,
  );
  return 0;
}
