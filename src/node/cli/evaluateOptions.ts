/** What `evaluate` can be told: its options. */

import { MACHINE } from './machine.ts';
import { noise } from './noise.ts';
import { flag, text, type Values } from './options.ts';

export const DATA = {
  model: text('MODEL', 'A run folder or a model file.'),
  data: text('FILE', 'Images: .npy, .npz, IDX (.idx, -ubyte, also .gz), a PNG or a folder of PNGs.'),
  key: text('NAME', 'The array of an .npz. [x_train, else the only one]'),
  noise: noise(
    'Also corrupt the images as --noise of train does, and measure what the model makes of them, beside a median and a Gaussian filter with the settings that suit these images best.',
  ),
  out: text('FILE.csv', 'Write the scores of every image there.'),
};

export const OTHERS = {
  ...MACHINE,
  overwrite: flag('Replace an existing file.'),
  json: flag('One JSON object on stdout instead of a table.'),
  help: flag('Show this page.'),
};

export const OPTIONS = { ...DATA, ...OTHERS };

export type EvaluateValues = Values<typeof OPTIONS>;
