/**
 * The works: what every engine is given, and how its answer is checked before its time counts. All read the same
 * files: operands, images, first weights.
 */

import { join } from 'node:path';
import { requireClose } from '../../dist/bench/contests/verify.js';
import { Autoencoder, generateDigits, normalize, Random } from '../../dist/src/index.js';
import { EngineError } from './child.mjs';
import { FEATURES, NETWORK, specOf } from './convolutional.mjs';
import { readFloats, writeFloats } from './floats.mjs';
import { autoencoderOptions } from './network.mjs';
import { convolutionalLosses, magnitudes, multiply, restore, transposed } from './reference.mjs';

const SIZES = [256, 512, 1024];
const OPERATIONS = { nn: 'A · B', tn: 'Aᵀ · B', nt: 'A · Bᵀ' };

const MODELS = {
  article: { widths: [784, 64, 32, 32, 32, 64, 784], batchSize: 32 },
  wide: { widths: [784, 512, 256, 64, 256, 512, 784], batchSize: 128 },
};

const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/**
 * How far an engine's loss of an epoch may be from isthmus', relatively. All start from the same weights and differ in
 * the order of the images only: that alone moved isthmus' by up to 4 % in five runs of the article's model; half or
 * twice the learning rate, batches of 64 or an epsilon of 1e-3 moved it by 12 % or more in at least one epoch.
 */
export const LOSS_TOLERANCE = 0.08;

/** Of a training whose loss is compared step by step. Adam's mean of squares shows in the second step, its corrections too. */
const PROOF_STEPS = 3;
const PROOF_TOLERANCE = 1e-4;

/** Six layers of at most 784 float32 products each stay well below it; values are of the size of 1. */
const OUTPUT_TOLERANCE = 1e-4;

const PREDICTED_IMAGES = { predict: 10_000, 'predict-2048': 2048 };

export const GROUP_NAMES = ['products', 'article', 'wide', 'conv', 'predict'];

/** What --work may name: a group, or one product such as nn-256. */
export const WORK_NAMES = [
  ...GROUP_NAMES,
  'predict-2048',
  ...SIZES.flatMap((size) => Object.keys(OPERATIONS).map((operation) => `${operation}-${size}`)),
];

/**
 * @param {string} folder - For the files.
 * @param {number} trainingImages - How many images to train on.
 * @param {(name: string, group: string) => boolean} isWanted
 * @returns Groups of works; each engine is one process throughout a group.
 */
export function createGroups(folder, trainingImages, isWanted) {
  const wanted = [
    { name: 'products', works: SIZES.flatMap((size) => productWorks(folder, size)) },
    ...Object.keys(MODELS).map((name) => ({
      name,
      works: [trainingWork(folder, { name, ...MODELS[name] }, trainingImages)],
    })),
    { name: 'conv', works: [convolutionalWork(folder, trainingImages)] },
    { name: 'predict', works: Object.keys(PREDICTED_IMAGES).map((name) => predictionWork(folder, name)) },
  ].map(({ name, works }) => ({ name, works: works.filter((work) => isWanted(work.name, name)) }));
  return wanted.filter(({ works }) => works.length > 0);
}

/** A · B is the same three times: only the operand that is read transposed is stored transposed. */
function productWorks(folder, size) {
  const files = once(() => {
    const random = new Random(size);
    const uniform = () => Float32Array.from({ length: size * size }, () => random.uniform(-1, 1));
    const [a, b] = [uniform(), uniform()];
    const save = (name, values) => write(folder, `${name}-${size}`, values);
    return {
      a: save('a', a),
      b: save('b', b),
      aT: save('at', transposed(size, a)),
      bT: save('bt', transposed(size, b)),
      exact: multiply(size, size, size, a, b),
      magnitude: magnitudes(size, a, b),
    };
  });
  return Object.entries(OPERATIONS).map(([operation, title]) => {
    const name = `${operation}-${size}`;
    const out = join(folder, 'product');
    return {
      name,
      title: `${title}, ${size}x${size}x${size}`,
      unit: 'GFLOP/s',
      unitsOfRate: (2 * size ** 3) / 1e9,
      prepare: () => {
        const { a, b, aT, bT } = files();
        const operands = { a: operation === 'tn' ? aT : a, b: operation === 'nt' ? bT : b };
        return { cmd: 'product', operation, size, ...operands, out };
      },
      // Any order of summation: k roundings of each product, one more of ours for the float32 operands' exact product.
      check: () =>
        checkOutput(() => requireClose('C', readFloats(out), files().exact, files().magnitude, size + 1)),
    };
  });
}

/** @param setup - `{ name, widths, batchSize }` */
export function trainingWork(folder, { name, widths, batchSize }, trainingImages) {
  return {
    ...anyTraining(name, batchSize),
    title: `training ${widths.join('-')}, batches of ${batchSize}`,
    prepare: ({ images: count = trainingImages }) => {
      const images = write(folder, 'images', digits(trainingImages));
      const weights = write(folder, 'first-weights', firstWeights(autoencoderOptions(widths)));
      return { cmd: 'training', widths, features: widths[0], batchSize, images, count, weights, adam: ADAM };
    },
  };
}

/**
 * The convolutional autoencoder. Before the training that is timed, a training whose only batch are the first images has to
 * have the losses of the reference: they tell whether the gradients are right, while those of shuffled epochs are near each
 * other only.
 */
function convolutionalWork(folder, trainingImages) {
  const [batchSize, features] = [128, FEATURES];
  const inputs = once(() => ({
    images: digits(trainingImages),
    weights: firstWeights({ spec: specOf(NETWORK) }),
  }));
  const prepare = ({ images: count = trainingImages }) => {
    const images = write(folder, 'images', inputs().images);
    const weights = write(folder, 'conv-weights', inputs().weights);
    return { cmd: 'training', network: NETWORK, features, batchSize, images, count, weights, adam: ADAM };
  };
  const countOf = ({ images = batchSize }) => Math.min(images, batchSize);
  const expected = new Map();
  const expectedLosses = (count) => {
    if (!expected.has(count)) {
      const images = inputs().images.subarray(0, count * features);
      expected.set(count, convolutionalLosses(NETWORK, inputs().weights, images, ADAM, PROOF_STEPS));
    }
    return expected.get(count);
  };
  return {
    ...anyTraining('conv', batchSize),
    title: `training Keras' convolutional autoencoder (16-8-8 channels), batches of ${batchSize}`,
    prepare,
    proof: {
      steps: PROOF_STEPS,
      prepare: (contestant) => prepare({ images: countOf(contestant) }),
      check: (losses, contestant) => {
        requireFirstLosses(losses, expectedLosses(countOf(contestant)));
      },
    },
  };
}

/** @throws {EngineError} If the loss of a step is another. */
export function requireFirstLosses(losses, expected) {
  for (const [i, loss] of expected.entries()) {
    if (Math.abs(losses[i] / loss - 1) <= PROOF_TOLERANCE) continue;
    throw new EngineError(`wrong: the loss of step ${i + 1} is ${losses[i]}, expected ${loss}.`);
  }
}

/** What a training of any network has. */
function anyTraining(name, batchSize) {
  return {
    name,
    unit: 'images/s',
    unitsOfRate: batchSize,
    // Engines say the time of an image; the table shows that of a batch.
    runsPerUnit: batchSize,
    /** @param {readonly number[]} expected - isthmus' losses; none for isthmus itself. */
    checkLosses: (losses, expected, { check }) => {
      const [first, last] = [losses[0], losses.at(-1)];
      const isFalling = losses.length > 1 && last < first;
      if ((check === 'falls' || expected === undefined) && !isFalling) {
        throw new EngineError(`wrong: the loss went from ${first} to ${last}, expected to fall.`);
      }
      if (check === 'falls' || expected === undefined) return;
      for (const [i, loss] of losses.entries()) {
        if (Math.abs(loss / expected[i] - 1) <= LOSS_TOLERANCE) continue;
        const words = `wrong: the loss of epoch ${i + 1} is ${loss.toFixed(5)}`;
        throw new EngineError(`${words}, isthmus' ${expected[i].toFixed(5)} (± ${100 * LOSS_TOLERANCE} %).`);
      }
    },
  };
}

function predictionWork(folder, name) {
  const { widths } = MODELS.article;
  const count = PREDICTED_IMAGES[name];
  const out = join(folder, 'restored');
  const inputs = once(() => ({ images: digits(count), weights: firstWeights(autoencoderOptions(widths)) }));
  const exact = once(() => restore(widths, inputs().weights, inputs().images));
  return {
    name,
    title: `encode + decode, ${count.toLocaleString('en-US')} images in one call, ${widths.join('-')}`,
    unit: 'images/s',
    unitsOfRate: count,
    prepare: () => {
      const images = write(folder, `images-${name}`, inputs().images);
      const weights = write(folder, 'weights', inputs().weights);
      return { cmd: 'prediction', widths, images, count, weights, out };
    },
    check: () =>
      checkOutput(() => {
        const restored = readFloats(out);
        if (restored.length !== exact().length) throw new Error(`got ${restored.length} numbers.`);
        const worst = restored.reduce((most, value, i) => Math.max(most, Math.abs(value - exact()[i])), 0);
        // Not `> tolerance`: that is false for NaN.
        if (!(worst <= OUTPUT_TOLERANCE)) throw new Error(`off by ${worst}, expected ${OUTPUT_TOLERANCE}.`);
      }),
  };
}

function checkOutput(check) {
  try {
    check();
  } catch (error) {
    throw new EngineError(`wrong: ${error.message}`);
  }
}

function digits(count) {
  const { data, normalization } = normalize(generateDigits({ count, seed: 1 }));
  return Float32Array.from(data, (value) => (value - normalization.shift) / normalization.scale);
}

/** Glorot-uniform weights and zero biases, as isthmus draws them. */
function firstWeights(options) {
  const autoencoder = new Autoencoder({ ...options, seed: 42 });
  const parameters = autoencoder.namedParameters().map(([, { value }]) => [...value.data]);
  return Float32Array.from(parameters.flat());
}

function write(folder, name, values) {
  const path = join(folder, `${name}.f32`);
  writeFloats(path, values);
  return path;
}

function once(compute) {
  let value;
  return () => (value ??= compute());
}
