/**
 * All images through a network that is not in training: `encode` and `decode` in two calls, and `predict` in one, into new
 * memory and into the same memory each time, against the forward passes that training would make of them, batch by batch.
 * Read src/autoencoder/autoencoder.ts first.
 */

import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { BatchReader } from '../../src/data/batches.ts';
import type { Samples } from '../../src/data/samples.ts';
import { Sequential } from '../../src/layers/sequential.ts';
import { setKernels } from '../../src/tensor/kernels/active.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import type { Contest } from '../harness/contest.ts';
import { ONE_THREAD, use } from '../harness/setting.ts';
import { FEATURES, INPUT_SHAPE, type Model } from './models.ts';
import { requireEqual } from './verify.ts';

export function inferenceContest({ hidden, encodingDim, batch }: Model, images: Samples): Contest {
  setKernels('simd'); // so that all arrays lie where these kernels want them
  const autoencoder = new Autoencoder({ inputShape: INPUT_SHAPE, hidden, encodingDim, seed: 1 });
  const [count] = images.shape;
  const network = new Sequential([autoencoder.encoder, autoencoder.decoder]);
  const reader = new BatchReader(images, INPUT_SHAPE, 'bench');
  const input = autoencoder.parameters.arena.allocate(batch * FEATURES);
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  /** As in training: the outputs stay in the network's own memory. */
  const forward = (use?: (output: Tensor) => void): void => {
    for (let start = 0; start < count; start += batch) {
      const some = rows.subarray(start, start + batch);
      const x = new Tensor(input.subarray(0, some.length * FEATURES), [some.length, FEATURES]);
      reader.read(some, x.data);
      const output = network.forward(x);
      use?.(output);
    }
  };
  const inTwoCalls = (): Tensor => autoencoder.decode(autoencoder.encode(images));
  const out = Tensor.zeros([count, ...INPUT_SHAPE]);
  const prepare = () => use(ONE_THREAD);
  return {
    what: 'encode + decode',
    shape: images.shape.join('x'),
    work: { amount: count, unit: 'samples' },
    baseline: { name: 'forward', prepare, run: () => forward() },
    contestants: [
      { name: 'two calls', prepare, run: inTwoCalls },
      { name: 'predict', prepare, run: () => autoencoder.predict(images) },
      { name: 'predict out', prepare, run: () => autoencoder.predict(images, { out }) },
    ],
    verify: async () => {
      await prepare();
      const expected = new Float32Array(count * FEATURES);
      let end = 0;
      forward(({ data }) => {
        expected.set(data, end);
        end += data.length;
      });
      // Every element is summed in the same order for any number of rows: same bits.
      requireEqual('encode + decode, two calls', inTwoCalls().data, expected);
      requireEqual('encode + decode, predict', autoencoder.predict(images).data, expected);
      requireEqual('encode + decode, predict, out', autoencoder.predict(images, { out }).data, expected);
    },
  };
}
