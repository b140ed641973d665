/** isthmus itself: `isthmus.mjs THREADS [matmul]`. */

import * as isthmus from '../../../dist/src/index.js';
import { kernels } from '../../../dist/src/tensor/kernels/active.js';
import { Arena } from '../../../dist/src/tensor/kernels/memory.js';
import { autoencoderOptions } from '../network.mjs';
import { serve } from '../serve.mjs';

const threads = Number(process.argv[2]);
const way = process.argv[3] ?? 'kernels';

const FLAGS = { nn: {}, tn: { transposeA: true }, nt: { transposeB: true } };
const KERNELS = { nn: 'matmul', tn: 'matmulTransposeA', nt: 'matmulTransposeB' };

async function useThreads() {
  if (typeof isthmus.useThreads === 'function') await isthmus.useThreads(threads);
  else if (threads > 1) throw new Error('this build of isthmus has no threads.');
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

function build(widths, weights) {
  const autoencoder = new isthmus.Autoencoder(autoencoderOptions(widths));
  let offset = 0;
  for (const [, { value }] of autoencoder.namedParameters()) {
    value.data.set(weights.subarray(offset, (offset += value.data.length)));
  }
  return autoencoder;
}

serve({
  product: async ({ operation, size, a, b }) => {
    await useThreads();
    return (way === 'matmul' ? publicProduct : kernelProduct)(operation, size, a, b);
  },

  training: async ({ widths, batchSize, images, weights, count, adam }) => {
    await useThreads();
    const autoencoder = build(widths, weights);
    autoencoder.compile({ optimizer: new isthmus.Adam(adam), loss: 'mse' });
    const samples = { shape: [count, widths[0]], data: images };
    return {
      epoch: async (steps) => {
        const stop = new AbortController();
        let loss = 0;
        const onBatchEnd = (record) => {
          loss = record.loss;
          if (record.batch === steps) stop.abort();
        };
        await autoencoder.fit(samples, { epochs: 1, batchSize, onBatchEnd, signal: stop.signal });
        return loss;
      },
    };
  },

  prediction: async ({ widths, images, weights, count }) => {
    await useThreads();
    const autoencoder = build(widths, weights);
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
