/**
 * TensorFlow.js: `tfjs.mjs wasm|cpu [flags]`. Tensors stay in the backend between calls; both backends compute before an
 * operation returns, so nothing has to be read back for the clock to see the work.
 */

import { createRequire } from 'node:module';
import { IMAGE_SHAPE, withParameters } from '../convolutional.mjs';
import { batches, layersOf } from '../network.mjs';
import { serve } from '../serve.mjs';

// Not by import: their ES modules import folders, which Node refuses.
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-layers'); // for the gradients: only this registers them
const backend = process.argv[2];
require(`@tensorflow/tfjs-backend-${backend}`);
await tf.setBackend(backend);

/**
 * `matMul` has flags for transposed operands, but the wasm backend is much slower with them than with a transposed
 * copy, and the gradient of `matMul` uses them. So products and gradients transpose first, unless `flags` is asked for.
 */
const USES_FLAGS = process.argv[3] === 'flags';
const PRODUCTS = {
  nn: (a, b) => tf.matMul(a, b),
  tn: (a, b) => (USES_FLAGS ? tf.matMul(a, b, true, false) : tf.matMul(tf.transpose(a), b)),
  nt: (a, b) => (USES_FLAGS ? tf.matMul(a, b, false, true) : tf.matMul(a, tf.transpose(b))),
};

const multiply = tf.customGrad((a, b, save) => {
  save([a, b]);
  const gradFunc = (dY, [x, weight]) => [PRODUCTS.nt(dY, weight), PRODUCTS.tn(x, dY)];
  return { value: PRODUCTS.nn(a, b), gradFunc };
});

function forward(layers, x) {
  return layers.reduce((input, { weight, bias, isLinear }) => {
    const y = tf.add(multiply(input, weight), bias);
    return isLinear ? y : tf.relu(y);
  }, x);
}

/** With a gradient of its own: that of `resizeNearestNeighbor` is wrong for more than one image on the cpu backend. */
function upsample(images, factor) {
  const resize = tf.customGrad((x) => ({
    value: tf.image.resizeNearestNeighbor(x, [factor * x.shape[1], factor * x.shape[2]]),
    gradFunc: (dY) => tf.mul(tf.avgPool(dY, factor, factor, 'valid'), factor ** 2),
  }));
  return resize(images);
}

/** What these layers make of images `[n, height, width, channels]`. */
function convolve(layers, images) {
  return layers.reduce((x, layer) => {
    const { type, stride, padding, kernelSize, factor, weight, bias } = layer;
    if (type === 'conv2d')
      return tf.add(tf.conv2d(x, weight, stride, padding === 0 ? 'valid' : 'same'), bias);
    if (type === 'maxPool2d') return tf.maxPool(x, kernelSize, stride, padding, 'floor');
    if (type === 'relu') return tf.relu(x);
    return upsample(x, factor);
  }, images);
}

/** @param lossOf - The loss of some rows of the data, as a tensor. */
function training({ batchSize, count, adam }, data, lossOf) {
  const optimizer = tf.train.adam(adam.learningRate, adam.beta1, adam.beta2, adam.epsilon);
  const step = (rows) =>
    tf.tidy(() => {
      const x = tf.gather(data, tf.tensor1d(rows, 'int32'));
      return optimizer.minimize(() => lossOf(x), true).dataSync()[0];
    });
  return {
    epoch: (steps) => {
      let sum = 0;
      let seen = 0;
      for (const rows of batches(count, batchSize, steps)) {
        sum += step(rows) * rows.length;
        seen += rows.length;
      }
      return sum / seen;
    },
  };
}

serve({
  product: ({ operation, size, a, b }) => {
    const [tensorA, tensorB] = [tf.tensor2d(a, [size, size]), tf.tensor2d(b, [size, size])];
    const compute = () => tf.tidy(() => PRODUCTS[operation](tensorA, tensorB));
    const result = () => {
      const c = compute();
      const values = c.dataSync().slice();
      c.dispose();
      return values;
    };
    return { run: () => compute().dispose(), result };
  },

  training: ({ widths, images, weights, ...setup }) => {
    const data = tf.tensor2d(images, [setup.count, widths[0]]);
    const layers = layersOf(widths, weights).map(({ inFeatures, outFeatures, weight, bias, isLinear }) => ({
      weight: tf.variable(tf.tensor2d(weight.slice(), [inFeatures, outFeatures])),
      bias: tf.variable(tf.tensor1d(bias.slice())),
      isLinear,
    }));
    return training(setup, data, (x) => tf.mean(tf.squaredDifference(forward(layers, x), x)));
  },

  convolutionalTraining: ({ network, images, weights, ...setup }) => {
    const data = tf.tensor4d(images, [setup.count, ...IMAGE_SHAPE]);
    const layers = withParameters(network, weights).map((layer) => {
      if (layer.type !== 'conv2d') return layer;
      const { kernelSize, inChannels, outChannels, weight, bias } = layer;
      const shape = [kernelSize, kernelSize, inChannels, outChannels];
      const variables = { weight: tf.tensor4d(weight.slice(), shape), bias: tf.tensor1d(bias.slice()) };
      return { ...layer, weight: tf.variable(variables.weight), bias: tf.variable(variables.bias) };
    });
    // log(1 + e^z) - t z. The gradient of tf.losses.sigmoidCrossEntropy is wrong where a logit z is 0: that of |z| has a gap there.
    return training(setup, data, (x) => {
      const z = convolve(layers, x);
      return tf.mean(tf.sub(tf.softplus(z), tf.mul(x, z)));
    });
  },
});
