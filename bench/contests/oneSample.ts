/**
 * `encode` and `decode` of one sample, as a server that answers requests calls them, against the kernels that they run: what
 * is left is the checks, the copy into the network's memory and the new tensor. Read src/training/inference.ts first.
 */

import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { Dense } from '../../src/layers/dense.ts';
import type { Sequential } from '../../src/layers/sequential.ts';
import { kernels, setKernels } from '../../src/tensor/kernels/active.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import type { Contest } from '../harness/contest.ts';
import { ONE_THREAD, use } from '../harness/setting.ts';
import { FEATURES, type Model } from './models.ts';
import { requireEqual } from './verify.ts';

/** Calls in a run: one takes some microseconds, too few to be timed. */
const CALLS = 100;

export function oneSampleContests({ hidden, encodingDim }: Model): Contest[] {
  setKernels('simd'); // so that all arrays lie where these kernels want them
  const autoencoder = new Autoencoder({ inputShape: [FEATURES], hidden, encodingDim, seed: 1 });
  const sample = Tensor.zeros([1, FEATURES]);
  new Random(1).fillUniform(sample.data, 0, 1);
  const code = autoencoder.encode(sample);
  const { encoder, decoder } = autoencoder;
  return [contest(autoencoder, encoder, 'encode', sample), contest(autoencoder, decoder, 'decode', code)];
}

function contest(
  autoencoder: Autoencoder,
  network: Sequential,
  method: 'encode' | 'decode',
  x: Tensor,
): Contest {
  const bare = kernelCalls(autoencoder, network, x);
  const run = (call: () => unknown) => () => {
    for (let i = 0; i < CALLS; i++) call();
  };
  const prepare = () => use(ONE_THREAD);
  return {
    what: 'one sample',
    shape: method,
    work: { amount: CALLS, unit: 'samples' },
    baseline: { name: 'kernels', prepare, run: run(bare) },
    contestants: [{ name: method, prepare, run: run(() => autoencoder[method](x)) }],
    verify: async () => {
      await prepare();
      requireEqual(`one sample, ${method}`, autoencoder[method](x).data, bare());
    },
  };
}

/** The kernels that a forward pass of one sample runs, called without layers and tensors. */
function kernelCalls({ parameters }: Autoencoder, network: Sequential, x: Tensor): () => Float32Array {
  const allocate = (length: number) => parameters.arena.allocate(length);
  let input = allocate(x.size);
  input.set(x.data);
  const calls = network.layers.map((layer) => {
    const from = input;
    if (!(layer instanceof Dense)) {
      const to = allocate(from.length);
      input = to;
      return () => kernels().relu(from.length, from, to);
    }
    const to = allocate(layer.outFeatures);
    input = to;
    const [weight, bias] = layer.parameters().map(({ value }) => value.data);
    return () => kernels().matmulBias(1, to.length, from.length, from, weight, bias, to);
  });
  return () => {
    for (const call of calls) call();
    return input;
  };
}
