/** The options of `train`. settings.ts turns them into a model and an optimizer. */

import type { ActivationName } from '../../../autoencoder/spec.ts';
import type { LossName } from '../../../losses/loss.ts';
import type { Shape } from '../../../tensor/shape.ts';
import { KEEPS } from '../../../training/earlyStopping.ts';
import type { Start } from '../../../training/startAtMean.ts';
import { FEATURE_NAMES } from '../../samples/featureNames.ts';
import { HELP, IN_MEMORY, KEY, KINDS_OF_FILES, noise } from '../shared/commonOptions.ts';
import { MACHINE } from '../shared/machine.ts';
import { READING, READING_GROUP } from '../shared/reading.ts';
import type { CommandHelp } from '../terminal/help.ts';
import {
  choice,
  flag,
  integers,
  number,
  optionalText,
  type Parsed,
  parsed,
  text,
  UsageError,
  type Values,
} from '../terminal/options.ts';
import { readInterval } from './checkpoints.ts';
import { CONV_WIDTHS, KINDS, PRESET_NAMES } from './presets.ts';

const POSITIVE = { minimum: 0, exclusive: true };
const COUNT = { minimum: 1, integer: true };
const ACTIVATIONS = [
  'relu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'silu',
  'gelu',
] as const satisfies readonly ActivationName[];
const LOSSES = ['mse', 'mae', 'bce'] as const satisfies readonly LossName[];

/** `28x28`, `32x32x3`; `none` for a table, whose samples have no shape but their length. */
function readImageShape(words: string, name: string): Shape | 'none' {
  if (words === 'none') return words;
  const shape = words.split(/[x×]/i).map((length) => (/^\d+$/.test(length) ? Number(length) : Number.NaN));
  const isPicture = shape.length === 2 || (shape.length === 3 && (shape[2] === 3 || shape[2] === 1));
  if (isPicture && shape.every((length) => Number.isSafeInteger(length) && length > 0)) return shape;
  throw new UsageError(
    `--${name} is '${words}', expected HEIGHTxWIDTH such as 28x28, with x3 for colours (32x32x3), or none for a table.`,
  );
}

const DATA = {
  data: text(
    'FILE',
    `The samples to train on: images, tables, sensor readings, sound in frames, any array of shape [n, …], as ${KINDS_OF_FILES}.`,
  ),
  key: KEY,
  target: text(
    'FILE',
    'What the model should make of the samples of --data, row by row: clean images of noisy ones, for instance. As many, of the same shape; the scale is chosen by their values.',
  ),
  'target-key': text('NAME', 'The array to read from an .npz of targets. [y_train, else the only one]'),
  'test-data': text(
    'FILE',
    'Other samples, which are never trained on: the loss on them is measured after every epoch.',
  ),
  'test-key': text('NAME', 'The array to read from an .npz of test data. [x_test, else the only one]'),
  'test-target': text('FILE', 'With --target: what the model should make of the samples of --test-data.'),
  'test-target-key': text(
    'NAME',
    'The array to read from an .npz of test targets. [y_test, else the only one]',
  ),
  'validation-split': number(
    undefined,
    { minimum: 0, maximum: 1, exclusive: true },
    'Instead of --test-data: the part of the samples, such as 0.1, that is measured after every epoch and not trained on.',
  ),
  normalize: choice(
    ['minmax', 'standard'],
    undefined,
    'minmax: scale the values so that their minimum becomes 0 and their maximum 1. standard: scale them to mean 0 and standard deviation 1. [standard for tables and sound] Other integers without this option stay as they are if all are 0 or 1; else they are divided by 255 if none is greater, or else by 65535 (int8: 127, int16: 32767). Other floats must lie in [0, 1].',
  ),
  'scale-by': choice(
    ['feature', 'all'],
    undefined,
    'With --normalize: scale each feature (each number of a sample) on its own, as columns with different units need it, or all values together, as suits pixels. A constant feature gets the scale 1. [feature for vectors, [n, d]; all for sound and for other shapes, such as [n, h, w]]',
  ),
  'image-shape': parsed(
    'HxW',
    readImageShape,
    'What samples that are vectors, [n, d], are: 28x28 or 32x32x3 for flattened images, none for the rows of a table. Without this option they are a table, except uint8 with d a square of at least 64 (784 = 28×28).',
  ),
  'feature-names': text(
    FEATURE_NAMES,
    'The names of the numbers of a sample, such as the columns of a table, or a text file with a name on each line. They are kept with the model, and evaluate, info and reconstructions.csv use them.',
  ),
  'in-memory': IN_MEMORY,
  count: number(
    6000,
    COUNT,
    'Without --data: how many digits to train on. In addition, a sixth of this number is drawn for testing.',
  ),
};

const KIND = {
  kind: choice(
    KINDS,
    'autoencoder',
    'autoencoder: codes that samples can be restored from. vae: a variational autoencoder, whose random codes become new samples, too. gan: a generator of new samples, and a discriminator that it learns from.',
  ),
  preset: choice(
    PRESET_NAMES,
    'article',
    'Settings that were found by measuring (docs/recipes.md); the options they stand for are listed below. Options that you give win; with another --hidden, the decoder is its mirror image. small, for an autoencoder, has the layers of article and restores images better; best is the best of dense layers for its kind; those that begin with conv have convolutions, for images.',
  ),
  from: text(
    'MODEL',
    'Start a new run with the weights of this model, such as one that was trained on other data or imported. MODEL is a run folder or a model file; of a run that did not end, the best weights of its checkpoint are taken. Kind, layers and scaling are those of MODEL, all else can be chosen.',
  ),
};

const NETWORK = {
  layers: choice(
    ['dense', 'conv'],
    undefined,
    `dense: each number of a layer sees all numbers before it. conv: for images, convolutions, which see neighbours: --conv ${CONV_WIDTHS}, or those of a preset. [dense, without --conv]`,
  ),
  conv: integers(
    undefined,
    'For images: how many channels the stages of convolutions have. Each halves height and width; the decoder mirrors them. Of a GAN: those of the discriminator, which the generator mirrors. Not with --tied.',
  ),
  hidden: integers(
    [64, 32],
    'Widths of the hidden layers of the encoder, of any number; the decoder has them in reverse. none: no hidden layers. With --conv: those between its last stage and the code, by default none, for a vae 256. Of a GAN: those of the discriminator, and in reverse of the generator.',
  ),
  'decoder-hidden': integers(
    undefined,
    'Widths of the hidden layers of the decoder (of a GAN: the generator), starting at the code, if they differ. Not with --tied.',
  ),
  'encoding-dim': number(32, COUNT, 'How many numbers a code has.'),
  'no-dense-code': flag(
    'With --conv: the last stage makes the code, which is long and says where in the image something is: for denoising, and for --patches. Only for an autoencoder.',
  ),
  activation: choice(ACTIVATIONS, 'relu', 'The activation after each hidden layer.'),
  output: choice(
    ['linear', 'sigmoid'],
    undefined,
    'The activation after the last layer. [linear; sigmoid with --loss bce, and for a GAN, but linear with --normalize standard]',
  ),
  start: choice(
    ['as-is', 'mean'] as const satisfies readonly Start[],
    'as-is',
    'mean: before the first step, set the last layer so that its output is the mean image for every code; of a convolution only its bias, to the mean brightness. as-is: leave its random weights.',
  ),
  tied: flag(
    "Let the decoder use the encoder's weights, transposed: it has only its own biases, so the model is about half as large.",
  ),
};

const REGULARIZATION = {
  noise: noise(
    'Add noise to the samples in every step, and learn to restore the clean ones. gaussian:0.2 adds noise of this standard deviation, mask:0.3 sets this share of the values to 0, salt:0.1 sets this share to 0 or 1. The units are those of the network: pixels go from 0 to 1; after --normalize standard, the mean is 0 and the standard deviation 1. The loss on test or validation samples is measured with noise, too. A long code (--encoding-dim 256) restores more.',
  ),
  sparsity: number(
    undefined,
    POSITIVE,
    'Add the sum of the absolute values of the code, times this factor, to the loss: with 1e-4 most numbers of a code come near 0, above all with --tied; far above 1e-3 whole codes vanish. The losses that are shown do not include this penalty.',
  ),
  dropout: number(
    undefined,
    { minimum: 0, maximum: 0.99 },
    'Set this share of the outputs of the hidden layers to 0 (of a GAN: those of the discriminator), different ones in every step. Training losses are measured with dropout, all others without.',
  ),
};

const GENERATION = {
  beta: number(
    undefined,
    { minimum: 0 },
    'With --kind vae: the weight of the KL divergence in the loss. More gives more independent numbers in a code and blurrier images, less restores better and makes worse new samples. [1]',
  ),
  'beta-warmup-epochs': number(
    undefined,
    POSITIVE,
    'With --kind vae: let this weight first rise from 0, in a straight line over this many epochs.',
  ),
  'label-smoothing': number(
    undefined,
    { minimum: 0, maximum: 0.49 },
    'With --kind gan: how far the target of the discriminator for real samples lies below 1. [0.1]',
  ),
  'samples-every': number(
    undefined,
    COUNT,
    'With --kind gan: draw samples after every N epochs, always of the same codes. [a tenth of the epochs]',
  ),
};

const TRAINING = {
  epochs: number(100, COUNT, 'The maximum number of passes over the samples.'),
  'batch-size': number(32, COUNT, 'Samples per step.'),
  loss: choice(
    LOSSES,
    'mse',
    'Mean squared error, mean absolute error or binary cross-entropy. Of a variational autoencoder: bce for values in [0, 1], mse for others; its loss is in nats for each sample. Not for a GAN.',
  ),
  optimizer: choice(['adam', 'adamw', 'sgd'], 'adam', 'How a step follows from the gradients.'),
  'learning-rate': number(undefined, POSITIVE, 'Step size. [0.001; sgd 0.01]'),
  schedule: choice(
    ['constant', 'cosine', 'linear'],
    'constant',
    'Keep the learning rate constant, or let it fall to 0 along a half cosine or a straight line.',
  ),
  'warmup-epochs': number(
    undefined,
    POSITIVE,
    'Let the learning rate first rise from 0, in a straight line over this many epochs.',
  ),
  'weight-decay': number(
    undefined,
    { minimum: 0 },
    'With --optimizer adamw: how strongly weights shrink in each step. [0.01]',
  ),
  momentum: number(
    undefined,
    { minimum: 0, maximum: 0.9999 },
    'With --optimizer sgd: the part of the last step that is added to the next. [0]',
  ),
  nesterov: flag('With --momentum: the variant of Nesterov, which looks ahead along the momentum.'),
  'clip-norm': number(undefined, POSITIVE, 'Scale gradients down to this norm if theirs is larger.'),
  patience: number(
    undefined,
    COUNT,
    'Stop after this number of epochs without a better loss on the test or validation samples (without these, on the training samples).',
  ),
  'min-delta': number(
    undefined,
    { minimum: 0 },
    'With --patience: a loss is better if it is lower by more than this. [0]',
  ),
  keep: choice(
    KEEPS,
    undefined,
    'The weights to keep: those of the epoch with the lowest loss on the test or validation samples (without these, on the training samples), those of the last step, or a moving average over the steps, which helps GANs. [best with test or validation samples or --patience, else last]',
  ),
  seed: number(
    0,
    { minimum: 0, integer: true },
    'Determines the first weights, the validation split, the order of the samples, noise and dropout. The same seed and options give the same model, byte for byte.',
  ),
  ...MACHINE,
};

const OUTPUT = {
  out: text('FOLDER', 'The run folder to write. [runs/NAME-1, -2, …]'),
  overwrite: flag('Replace the files of an existing run folder.'),
  resume: optionalText(
    'FOLDER',
    'Go on with the run in this folder from its last checkpoint, with the options that it was started with; the model becomes the same, byte for byte, as if the run had never stopped. --epochs and --patience may be greater than before. --resume --out FOLDER: go on with the run in FOLDER, or start it if there is none.',
  ),
  'checkpoint-every': parsed(
    'N|TIME',
    readInterval,
    'Write a checkpoint every N epochs, or after a time such as 90s, 10min or 2h. [each epoch, but at most every 30 s]',
  ),
  json: flag('Print one JSON object a line on stdout: start, each epoch, end.'),
  help: HELP,
};

export const TRAIN_OPTIONS = {
  ...DATA,
  ...READING,
  ...KIND,
  ...NETWORK,
  ...GENERATION,
  ...REGULARIZATION,
  ...TRAINING,
  ...OUTPUT,
};

export type TrainOptions = Parsed<typeof TRAIN_OPTIONS>;
export type TrainValues = Values<typeof TRAIN_OPTIONS>;

/** As `--help` shows them. */
export const TRAIN_GROUPS: CommandHelp['groups'] = [
  ['Data', DATA],
  READING_GROUP,
  ['Kind', KIND],
  ['Network', NETWORK],
  ['New samples', GENERATION],
  ['Denoising, sparse codes', REGULARIZATION],
  ['Training', TRAINING],
  ['Output', OUTPUT],
];
