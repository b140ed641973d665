/** jax-js on its wasm backend: products and the whole training step are compiled by `jit`. */

import * as jax from '@jax-js/jax';
import { IMAGE_SHAPE, withParameters } from '../convolutional.mjs';
import { batches, gather, layersOf } from '../network.mjs';
import { serve } from '../serve.mjs';

const { lax, numpy: np, nn } = jax;
await jax.init('wasm'); // only this one: looking for the others fails in Node 20
jax.defaultDevice('wasm');

const PRODUCTS = {
  nn: jax.jit((a, b) => np.matmul(a, b)),
  tn: jax.jit((a, b) => np.matmul(np.matrixTranspose(a), b)),
  nt: jax.jit((a, b) => np.matmul(a, np.matrixTranspose(b))),
};

function array(values, shape) {
  return np.array(values.slice()).reshape(shape);
}

/** The mean squared error of the restored x. Arguments are owned: `.ref` is one more use of an array. */
function lossOf(parameters, x, linear) {
  const y = parameters.reduce((input, [weight, bias], i) => {
    const sum = np.matmul(input, weight).add(bias);
    return linear[i] ? sum : nn.relu(sum);
  }, x.ref);
  return np.square(y.sub(x)).mean();
}

/** What these layers make of images `[n, channels, height, width]`, the only order that jax-js has. */
function convolve(layers, parameters, images) {
  let used = 0;
  return layers.reduce((x, { type, stride, padding, kernelSize, factor }) => {
    const [n, channels, height, width] = x.shape;
    if (type === 'relu') return nn.relu(x);
    if (type === 'conv2d') {
      const [weight, bias] = parameters[used++];
      const sides = [padding, padding];
      const y = lax.convGeneralDilated(x, weight, [stride, stride], [sides, sides]);
      return y.add(bias.reshape([1, -1, 1, 1]));
    }
    if (type === 'upsample2d') {
      const twice = np.broadcastTo(x.reshape([n, channels, height, 1, width, 1]), [
        ...[n, channels, height, factor, width, factor],
      ]);
      return twice.reshape([n, channels, factor * height, factor * width]);
    }
    // The pixels of a window as dimensions of their own; a pixel that no window sees needs no place.
    const sides = [padding, (height + padding) % kernelSize];
    const padded = padding === 0 ? x : np.pad(x, [[0, 0], [0, 0], sides, sides]);
    const rows = padded.shape[2] / kernelSize;
    const windows = padded.reshape([n, channels, rows, kernelSize, rows, kernelSize]);
    return np.max(windows, [3, 5]);
  }, images);
}

/** Adam for one array; the bias corrections are in `stepSize` and `epsilon`, which change from step to step. */
function update({ beta1, beta2 }, value, gradient, m, v, stepSize, epsilon) {
  const newM = m.mul(beta1).add(gradient.ref.mul(1 - beta1));
  const newV = v.mul(beta2).add(np.square(gradient).mul(1 - beta2));
  const change = newM.ref.mul(stepSize).div(np.sqrt(newV.ref).add(epsilon));
  return [value.sub(change), newM, newV];
}

/** (parameters, their moments, x, stepSize, epsilon) -> [loss, parameters, moments], in one compiled function. */
function compileStep(loss, adam) {
  return jax.jit((parameters, ms, vs, x, stepSize, epsilon) => {
    const kept = parameters.map((pair) => pair.map((one) => one.ref));
    const [value, gradients] = jax.valueAndGrad(loss)(kept, x);
    const updated = parameters.map((pair, i) =>
      pair.map((one, j) => update(adam, one, gradients[i][j], ms[i][j], vs[i][j], stepSize.ref, epsilon.ref)),
    );
    stepSize.dispose();
    epsilon.dispose();
    const pick = (k) => updated.map((pair) => pair.map((one) => one[k]));
    return [value, pick(0), pick(1), pick(2)];
  });
}

/** @param shape - Of one sample. */
function training({ shape, features, batchSize, images, count, adam }, first, loss) {
  const step = compileStep(loss, adam);
  let parameters = first;
  const zeros = () => parameters.map((pair) => pair.map((one) => np.zeros(one.shape)));
  let [ms, vs] = [zeros(), zeros()];
  let t = 0;
  const train = (rows) => {
    t++;
    const correction = Math.sqrt(1 - adam.beta2 ** t);
    const stepSize = np.array((adam.learningRate * correction) / (1 - adam.beta1 ** t));
    const epsilon = np.array(adam.epsilon * correction);
    const x = np.array(gather(images, features, rows)).reshape([rows.length, ...shape]);
    let value;
    [value, parameters, ms, vs] = step(parameters, ms, vs, x, stepSize, epsilon);
    return value.dataSync()[0];
  };
  return {
    epoch: (steps) => {
      let sum = 0;
      let seen = 0;
      for (const rows of batches(count, batchSize, steps)) {
        sum += train(rows) * rows.length;
        seen += rows.length;
      }
      return sum / seen;
    },
  };
}

serve({
  product: ({ operation, size, a, b }) => {
    const [arrayA, arrayB] = [array(a, [size, size]), array(b, [size, size])];
    let c;
    return {
      // Operations are lazy; this waits until the product is there.
      run: async () => {
        c?.dispose();
        c = PRODUCTS[operation](arrayA.ref, arrayB.ref);
        await c.blockUntilReady();
      },
      result: () => c.ref.dataSync(),
    };
  },

  training: ({ widths, weights, ...setup }) => {
    const layers = layersOf(widths, weights);
    const parameters = layers.map(({ inFeatures, outFeatures, weight, bias }) => [
      array(weight, [inFeatures, outFeatures]),
      array(bias, [outFeatures]),
    ]);
    const linear = layers.map(({ isLinear }) => isLinear);
    return training({ ...setup, shape: [widths[0]] }, parameters, (some, x) => lossOf(some, x, linear));
  },

  convolutionalTraining: ({ network, weights, ...setup }) => {
    const layers = withParameters(network, weights);
    const parameters = layers
      .filter(({ type }) => type === 'conv2d')
      .map(({ kernelSize, inChannels, outChannels, weight, bias }) => {
        const kernels = array(weight, [kernelSize, kernelSize, inChannels, outChannels]);
        return [np.transpose(kernels, [3, 2, 0, 1]), array(bias, [outChannels])];
      });
    const [height, width, channels] = IMAGE_SHAPE;
    // log(1 + e^z) - t z: the binary cross-entropy of a logit z
    const loss = (some, x) => {
      const z = convolve(layers, some, x.ref);
      return nn.softplus(z.ref).sub(z.mul(x)).mean();
    };
    return training({ ...setup, shape: [channels, height, width] }, parameters, loss);
  },
});
