/** isthmus itself: `isthmus.mjs THREADS [matmul]`. */

import * as isthmus from '../../../dist/src/index.js';
import { kernels } from '../../../dist/src/tensor/kernels/active.js';
import { Arena } from '../../../dist/src/tensor/kernels/memory.js';
import { specOf } from '../convolutional.mjs';
import { autoencoderOptions } from '../network.mjs';
import { serve } from '../serve.mjs';

const threads = Number(process.argv[2]);
const way = process.argv[3] ?? 'kernels';

const FLAGS = { nn: {}, tn: { transposeA: true }, nt: { transposeB: true } };
const KERNELS = { nn: 'matmul', tn: 'matmulTransposeA', nt: 'matmulTransposeB' };

async function useThreads() {
  const { threads: started, warning } = await isthmus.useThreads(threads);
  if (started !== threads) throw new Error(warning); // the table must say what was measured
}

/** What a layer calls, on arrays in the engine's own memory. */
function kernelProduct(operation, n, a, b) {
  const multiply = kernels()[KERNELS[operation]];
  const arena = new Arena();
  const own = (values) => {
    const array = arena.allocate(n * n);
    array.set(values);
    return array;
  };
  const [ownA, ownB, c] = [own(a), own(b), arena.allocate(n * n)];
  return { run: () => multiply(n, n, n, ownA, ownB, false, c), result: () => c };
}

/** What a user calls, on ordinary tensors; the result is a new one each time. */
function publicProduct(operation, n, a, b) {
  const [tensorA, tensorB] = [isthmus.Tensor.from(a, [n, n]), isthmus.Tensor.from(b, [n, n])];
  let c;
  return {
    run: () => {
      c = isthmus.matmul(tensorA, tensorB, FLAGS[operation]);
    },
    result: () => c.data,
  };
}

function build(options, weights) {
  const autoencoder = new isthmus.Autoencoder(options);
  let offset = 0;
  for (const [, { value }] of autoencoder.namedParameters()) {
    value.data.set(weights.subarray(offset, (offset += value.data.length)));
  }
  return autoencoder;
}

/**
 * One training of many epochs, as people run it: each call lets it go on for one epoch and resolves to the loss of that.
 *
 * @param {(onEpochEnd: (record) => Promise<void>) => Promise<unknown>} fit - Starts it.
 */
function epochByEpoch(fit) {
  let [goOn, tell, fail] = [];
  const onEpochEnd = ({ loss }) =>
    new Promise((resolve) => {
      goOn = resolve;
      tell(loss);
    });
  return () =>
    new Promise((resolve, reject) => {
      [tell, fail] = [resolve, reject];
      if (goOn) goOn();
      else fit(onEpochEnd).catch((error) => fail(error));
    });
}

function training(autoencoder, loss, { batchSize, images, count, adam }) {
  autoencoder.compile({ optimizer: new isthmus.Adam(adam), loss });
  const samples = { shape: [count, ...autoencoder.inputShape], data: images };
  return {
    hasWholeEpochs: true,
    epoch: epochByEpoch((onEpochEnd) =>
      autoencoder.fit(samples, { epochs: Number.MAX_SAFE_INTEGER, batchSize, onEpochEnd }),
    ),
  };
}

serve({
  product: async ({ operation, size, a, b }) => {
    await useThreads();
    return (way === 'matmul' ? publicProduct : kernelProduct)(operation, size, a, b);
  },

  training: async ({ widths, weights, ...setup }) => {
    await useThreads();
    return training(build(autoencoderOptions(widths), weights), 'mse', setup);
  },

  convolutionalTraining: async ({ network, weights, ...setup }) => {
    await useThreads();
    return training(build({ spec: specOf(network) }, weights), 'bce', setup);
  },

  prediction: async ({ widths, images, weights, count }) => {
    await useThreads();
    const autoencoder = build(autoencoderOptions(widths), weights);
    const samples = { shape: [count, widths[0]], data: images };
    let restored;
    return {
      run: () => {
        restored = autoencoder.predict(samples);
      },
      result: () => restored.data,
    };
  },
});
