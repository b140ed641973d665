import { afterEach, expect, jest, test } from '@jest/globals';
import { ARTICLE } from '../../../bench/contests/models.ts';
import { busyContest, threadsContest, trainingStepContest } from '../../../bench/contests/trainingStep.ts';
import { kernelsNamed } from '../../../bench/harness/setting.ts';
import { generateDigits } from '../../../src/data/digits.ts';
import { normalize } from '../../../src/data/normalization.ts';
import { supportedKernels, threads } from '../../../src/tensor/kernels/active.ts';
import { blocked } from '../../../src/tensor/kernels/blocked.ts';
import type { Kernels } from '../../../src/tensor/kernels/kernels.ts';

const IMAGES = normalize(generateDigits({ count: 2 * ARTICLE.batch, seed: 1 }));
const contest = trainingStepContest(ARTICLE, IMAGES, supportedKernels());

afterEach(() => {
  jest.restoreAllMocks();
});

test('blocked is the baseline of whatever sets there are', () => {
  expect(contest.baseline.name).toBe('blocked');
  const others = supportedKernels().filter((set) => set !== blocked);
  expect(contest.contestants.map(({ name }) => name)).toEqual(others.map(({ name }) => name));
});

test('accepts the kernels as they are', async () => {
  await contest.verify();
});

/** Every kernel that a step uses, and the stage that notices when it does nothing. */
const STAGES: readonly (readonly [keyof Kernels, string])[] = [
  ['matmulBias', 'forward of layer 0'],
  ['relu', 'forward of layer 1'],
  ['meanSquaredError', 'loss'],
  ['matmulTransposeB', 'backward of layer 9'],
  ['reluBackward', 'backward of layer 8'],
  ['matmulTransposeA', 'gradients of the parameters'],
  ['addColumnSums', 'gradients of the parameters'],
  ['adam', 'step 1 of Adam'],
];

test.each(STAGES)('catches a %s that does nothing', async (kernel, stage) => {
  // Any of their types would do: the stand-in neither reads nor returns anything.
  jest.spyOn(blocked, kernel as 'relu').mockImplementation(() => {});
  await expect(contest.verify()).rejects.toThrow(`training step, blocked, ${stage}: element`);
});

test('catches a product that is off by more than rounding', async () => {
  const { matmulTransposeA } = blocked;
  jest.spyOn(blocked, 'matmulTransposeA').mockImplementation((m, n, k, a, b, accumulate, c) => {
    matmulTransposeA(m, n, k, a, b, accumulate, c);
    for (let i = 0; i < c.length; i++) c[i] *= 1.0001;
  });
  await expect(contest.verify()).rejects.toThrow('gradients of the parameters: element');
});

test('catches an Adam that forgets its moments', async () => {
  const { adam } = blocked;
  jest
    .spyOn(blocked, 'adam')
    .mockImplementation((n, stepSize, beta1, beta2, epsilon, decay, gradient, m, v, value) => {
      adam(n, stepSize, beta1, beta2, epsilon, decay, gradient, m, v, value);
      m.fill(0);
      v.fill(0);
    });
  await expect(contest.verify()).rejects.toThrow('step 2 of Adam: element');
});

test('catches kernels whose result depends on what ran before', async () => {
  let calls = 0;
  const { relu } = blocked;
  jest.spyOn(blocked, 'relu').mockImplementation((n, x, y) => {
    relu(n, x, y);
    // In the last bit only: within the bound of one stage.
    if (calls++ > 4) for (let i = 0; i < n; i++) y[i] *= 1 + 2 ** -23;
  });
  await expect(contest.verify()).rejects.toThrow('in one go: element');
});

test('two threads are compared with one, bit for bit', async () => {
  await threadsContest(ARTICLE, IMAGES).verify();
});

test('catches an Adam that has other bits with two threads', async () => {
  const simd = kernelsNamed('simd');
  const { adam } = simd;
  jest
    .spyOn(simd, 'adam')
    .mockImplementation((n, stepSize, beta1, beta2, epsilon, decay, gradient, m, v, value) => {
      adam(n, stepSize, beta1, beta2, epsilon, decay, gradient, m, v, value);
      if (threads() === 2) value[value.length - 400] += 2 ** -10; // a bias of the last layer
    });
  const message = 'article, 2 threads, losses of 64 steps: element 1 is';
  await expect(threadsContest(ARTICLE, IMAGES).verify()).rejects.toThrow(message);
});

test('the busy process lives as long as the contest that needs it', async () => {
  const calls: string[] = [];
  const start = async () => {
    calls.push('start');
    return { pid: 1, stop: async () => void calls.push('stop') };
  };
  const busy = busyContest(ARTICLE, IMAGES, start);
  expect(calls).toEqual([]);
  const end = await busy.begin?.();
  expect(calls).toEqual(['start']);
  await end?.();
  expect(calls).toEqual(['start', 'stop']);
});
