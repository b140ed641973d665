/** jax-js on its wasm backend: products and the whole training step are compiled by `jit`. */

import * as jax from '@jax-js/jax';
import { batches, gather, layersOf } from '../network.mjs';
import { serve } from '../serve.mjs';

const { numpy: np, nn } = jax;
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

/** Adam for one array; the bias corrections are in `stepSize` and `epsilon`, which change from step to step. */
function update({ beta1, beta2 }, value, gradient, m, v, stepSize, epsilon) {
  const newM = m.mul(beta1).add(gradient.ref.mul(1 - beta1));
  const newV = v.mul(beta2).add(np.square(gradient).mul(1 - beta2));
  const change = newM.ref.mul(stepSize).div(np.sqrt(newV.ref).add(epsilon));
  return [value.sub(change), newM, newV];
}

/** (parameters, their moments, x, stepSize, epsilon) -> [loss, parameters, moments], in one compiled function. */
function compileStep(linear, adam) {
  return jax.jit((parameters, ms, vs, x, stepSize, epsilon) => {
    const loss = jax.valueAndGrad((some, inputs) => lossOf(some, inputs, linear));
    const kept = parameters.map((pair) => pair.map((one) => one.ref));
    const [value, gradients] = loss(kept, x);
    const updated = parameters.map((pair, i) =>
      pair.map((one, j) => update(adam, one, gradients[i][j], ms[i][j], vs[i][j], stepSize.ref, epsilon.ref)),
    );
    stepSize.dispose();
    epsilon.dispose();
    const pick = (k) => updated.map((pair) => pair.map((one) => one[k]));
    return [value, pick(0), pick(1), pick(2)];
  });
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

  training: ({ widths, batchSize, images, weights, count, adam }) => {
    const features = widths[0];
    const layers = layersOf(widths, weights);
    const step = compileStep(
      layers.map(({ isLinear }) => isLinear),
      adam,
    );
    let parameters = layers.map(({ inFeatures, outFeatures, weight, bias }) => [
      array(weight, [inFeatures, outFeatures]),
      array(bias, [outFeatures]),
    ]);
    const zeros = () => parameters.map((pair) => pair.map(({ shape }) => np.zeros(shape)));
    let [ms, vs] = [zeros(), zeros()];
    let t = 0;
    const train = (rows) => {
      t++;
      const correction = Math.sqrt(1 - adam.beta2 ** t);
      const stepSize = np.array((adam.learningRate * correction) / (1 - adam.beta1 ** t));
      const epsilon = np.array(adam.epsilon * correction);
      const x = np.array(gather(images, features, rows)).reshape([rows.length, features]);
      let loss;
      [loss, parameters, ms, vs] = step(parameters, ms, vs, x, stepSize, epsilon);
      return loss.dataSync()[0];
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
  },
});
