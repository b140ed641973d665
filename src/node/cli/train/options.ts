/** The options of `train`, and its help. trainSettings.ts says what they come to. */

import type { ActivationName } from '../../../autoencoder/spec.ts';
import type { LossName } from '../../../losses/loss.ts';
import type { Start } from '../../../training/startAtMean.ts';
import { MACHINE } from '../shared/machine.ts';
import { noise } from '../shared/noise.ts';
import { type CommandHelp, wrap } from '../terminal/help.ts';
import {
  bytes,
  choice,
  flag,
  integers,
  number,
  optionalText,
  parsed,
  text,
  type Values,
} from '../terminal/options.ts';
import { readInterval } from './checkpoints.ts';
import { inWords, PRESET_NAMES, presetOptions } from './presets.ts';

const POSITIVE = { minimum: 0, exclusive: true };
const COUNT = { minimum: 1, integer: true };
const ACTIVATIONS = [
  'relu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'silu',
] as const satisfies readonly ActivationName[];
const LOSSES = ['mse', 'mae', 'bce'] as const satisfies readonly LossName[];

const DATA = {
  data: text(
    'FILE',
    'What to train on: images, tables, sensor readings, sound in frames, anything of shape [n, …]. .npy, .npz, IDX (.idx, -ubyte, also .gz), a PNG or a folder of PNGs.',
  ),
  key: text('NAME', 'The array of an .npz. [x_train, else the only one]'),
  'test-data': text('FILE', 'Other samples, measured after every epoch and never trained on.'),
  'test-key': text('NAME', 'The array of a test .npz. [x_test, else the only one]'),
  'validation-split': number(
    undefined,
    { minimum: 0, maximum: 1, exclusive: true },
    'Instead of --test-data: the part of the samples to keep for that, such as 0.1.',
  ),
  normalize: choice(
    ['minmax', 'standard'],
    undefined,
    'Scales the values by their minimum and maximum, or to mean 0 and standard deviation 1. Without it integers of 1 and 2 bytes are divided by the maximum of their type (uint8: 255), wider ones by 255 or 65535, whichever fits; floats must lie in [0, 1].',
  ),
  'scale-by': choice(
    ['feature', 'all'],
    undefined,
    'With --normalize: whether each feature (each of the numbers of a sample) has its own minimum, maximum, mean and standard deviation, as columns with units of their own need it, or all values have the same, as pixels do. A feature that never changes gets the scale 1. [feature for samples that are vectors, [n, d]; all for others, [n, h, w]]',
  ),
  'in-memory': bytes(
    'How much a .npy may take in memory, such as 500MB or 2GB; a larger one is read from the file batch by batch, with the same result. 0: always from the file. [half of the free memory]',
  ),
  count: number(
    6000,
    COUNT,
    'Without --data: how many digits to draw; a sixth as many more are for testing.',
  ),
};

const RECIPE = {
  preset: choice(
    PRESET_NAMES,
    'article',
    'Settings found by measuring (docs/recipes.md); below is what each sets. Options that are given win; with another --hidden, the decoder is its mirror image. small has the layers of article and comes nearer to the images; best comes nearest, in about the same time as article.',
  ),
};

const NETWORK = {
  hidden: integers(
    [64, 32],
    'Widths of the hidden layers of the encoder; the decoder has them in reverse. Any depth; none for no hidden layer.',
  ),
  'decoder-hidden': integers(
    undefined,
    'Widths of the hidden layers of the decoder, from the code on, if they are others. Not with --tied.',
  ),
  'encoding-dim': number(32, COUNT, 'How many numbers a code has.'),
  activation: choice(ACTIVATIONS, 'relu', 'After each hidden layer.'),
  output: choice(['linear', 'sigmoid'], undefined, 'After the last layer. [linear; sigmoid with --loss bce]'),
  start: choice(
    ['as-is', 'mean'] as const satisfies readonly Start[],
    'as-is',
    'mean: set the last layer before the first step so that it answers with the mean image, whatever the code.',
  ),
  tied: flag(
    "The decoder uses the encoder's weights, transposed, and has only biases of its own: half as many numbers.",
  ),
};

const REGULARIZATION = {
  noise: noise(
    'Corrupt the images anew in every step and learn to restore the clean ones. gaussian:0.2 adds noise of this standard deviation, mask:0.3 sets this share of the values to 0, salt:0.1 sets it to 0 or 1: in the units of the network, where a pixel goes from 0 to 1 and, after --normalize standard, 0 is the mean and 1 a standard deviation. The loss on test or validation images is measured with noise, too. A long code (--encoding-dim 256) restores more.',
  ),
  sparsity: number(
    undefined,
    POSITIVE,
    'Add so many times the sum of the absolute values of the code to the loss, such as 1e-4: most numbers of a code come near 0, best with --tied. Much more than 1e-3 lets whole codes vanish. The losses that are shown are without it.',
  ),
  dropout: number(
    undefined,
    { minimum: 0, maximum: 0.99, exclusive: true },
    'Leave out this share of the outputs of the hidden layers, others in every step. Training losses are measured so, all others with the whole network.',
  ),
};

const TRAINING = {
  epochs: number(100, COUNT, 'At most so many passes over the images.'),
  'batch-size': number(32, COUNT, 'Images per step.'),
  loss: choice(LOSSES, 'mse', 'Mean squared error, mean absolute error or binary cross-entropy.'),
  optimizer: choice(['adam', 'adamw', 'sgd'], 'adam', 'How steps follow from gradients.'),
  'learning-rate': number(undefined, POSITIVE, 'Step size. [0.001; sgd 0.01]'),
  schedule: choice(
    ['constant', 'cosine', 'linear'],
    'constant',
    'Keep the learning rate, or let it fall to 0: along a half cosine, or in a straight line.',
  ),
  'warmup-epochs': number(undefined, POSITIVE, 'Let the learning rate climb in a straight line first.'),
  'weight-decay': number(undefined, { minimum: 0 }, 'With adamw. [0.01]'),
  momentum: number(undefined, { minimum: 0, maximum: 0.9999 }, 'With sgd. [0]'),
  nesterov: flag('With --momentum: look ahead along the velocity before each step.'),
  'clip-norm': number(undefined, POSITIVE, 'Scale gradients down to this norm.'),
  patience: number(
    undefined,
    COUNT,
    'Stop after so many epochs without a better loss (on the test or validation images, where there are any).',
  ),
  'min-delta': number(undefined, { minimum: 0 }, 'With --patience: how much lower counts as better. [0]'),
  keep: choice(
    ['best', 'last'],
    undefined,
    'The weights to end with: those of the epoch with the lowest loss on the test or validation images (without them, on the training images), or the last ones. [best with test or validation images or --patience, else last]',
  ),
  seed: number(
    0,
    { minimum: 0, integer: true },
    'Decides weights, split, order, noise and dropout. The same seed and options give the same model, byte for byte.',
  ),
  ...MACHINE,
};

const OUTPUT = {
  out: text('FOLDER', 'The run folder. [runs/NAME-1, -2, …]'),
  overwrite: flag('Replace the files of an existing run folder.'),
  resume: optionalText(
    'FOLDER',
    'Go on with the run in this folder where its last checkpoint left it, with the options that it was started with; the model will be the same, byte for byte, as if it had never stopped. With --out FOLDER instead: go on if there is something to go on with, else start.',
  ),
  'checkpoint-every': parsed(
    'N|TIME',
    readInterval,
    'Write a checkpoint after every N epochs, or after a time such as 90s, 10min, 2h. [each epoch, at most once in 30 s]',
  ),
  json: flag('One JSON object a line on stdout: start, each epoch, end.'),
  help: flag('Show this page.'),
};

export const TRAIN_OPTIONS = { ...DATA, ...RECIPE, ...NETWORK, ...REGULARIZATION, ...TRAINING, ...OUTPUT };

export type TrainValues = Values<typeof TRAIN_OPTIONS>;

export const TRAIN_HELP: CommandHelp = {
  usage: 'isthmus train [--data FILE] [options]\n       npm run train -- [--data FILE] [options]',
  description: [
    'Trains an autoencoder: an encoder squeezes each image, or each row of a table, into a short code, a decoder restores it, and both learn from the difference. Without --data it trains on built-in handwritten digits, drawn on the spot.',
    'The defaults are 784-64-32-32-32-64-784 for 28×28 images: ReLU, linear code and output, Adam, mean squared error, 100 epochs of batches of 32.',
  ],
  groups: [
    ['Data', DATA],
    ['Recipe', RECIPE],
    ['Network', NETWORK],
    ['Denoising, sparse codes', REGULARIZATION],
    ['Training', TRAINING],
    ['Output', OUTPUT],
  ],
  sections: [
    ...PRESET_NAMES.filter((name) => name !== 'article').map(
      (name) => [`--preset ${name} stands for`, wrap(inWords(presetOptions(name)), 76)] as const,
    ),
    [
      'The run folder',
      [
        'model.safetensors       the trained model, for all other commands',
        'checkpoint.safetensors  where training is, for --resume',
        'history.csv             losses, learning rate and time per epoch',
        'loss.svg                the same as a chart',
        'reconstructions.png     originals, noisy inputs (--noise), reconstructions',
        'reconstructions.csv     the same as numbers, where the samples are no images',
        'config.json             all options, the data, the result',
      ],
    ],
    [
      'Examples',
      [
        'isthmus train --data images.npy',
        'isthmus train --data mnist.npz --test-data mnist.npz --patience 5',
        'isthmus train --data faces/ --hidden 256,64 --validation-split 0.1',
        'isthmus train --data table.npy --normalize standard --encoding-dim 4',
        'isthmus train --data images.npy --schedule cosine --out runs/best',
        'isthmus train --data images.npy --preset best --encoding-dim 16',
        'isthmus train --data images.npy --noise gaussian:0.2 --encoding-dim 256',
        'isthmus train --resume runs/best',
      ],
    ],
    [
      'Ctrl-C',
      [
        'once: stops after this step, writes the run folder as it stands, exits 130',
        'twice: ends at once, the last checkpoint stays; SIGTERM counts as Ctrl-C',
      ],
    ],
    ['Exit codes', ['0 done, 1 failed, 2 wrong usage, 130 interrupted']],
  ],
};
