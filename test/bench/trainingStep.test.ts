import { afterEach, expect, jest, test } from '@jest/globals';
import { trainingStepContest } from '../../bench/trainingStep.ts';
import { supportedKernels } from '../../src/tensor/kernels/active.ts';
import { blocked } from '../../src/tensor/kernels/blocked.ts';
import type { Kernels } from '../../src/tensor/kernels/kernels.ts';

const contest = trainingStepContest(supportedKernels());

afterEach(() => {
  jest.restoreAllMocks();
});

test('every set of kernels but naive takes part', () => {
  const others = supportedKernels()
    .map(({ name }) => name)
    .filter((name) => name !== 'naive');
  expect(contest.baseline.name).toBe('naive');
  expect(contest.contestants.map(({ name }) => name)).toEqual(others);
});

test('accepts the kernels as they are', () => {
  expect(() => contest.verify()).not.toThrow();
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

test.each(STAGES)('catches a %s that does nothing', (kernel, stage) => {
  // Any of their types would do: the stand-in neither reads nor returns anything.
  jest.spyOn(blocked, kernel as 'relu').mockImplementation(() => {});
  expect(() => contest.verify()).toThrow(`training step, blocked, ${stage}: element`);
});

test('catches a product that is off by more than rounding', () => {
  const { matmulTransposeA } = blocked;
  jest.spyOn(blocked, 'matmulTransposeA').mockImplementation((m, n, k, a, b, accumulate, c) => {
    matmulTransposeA(m, n, k, a, b, accumulate, c);
    for (let i = 0; i < c.length; i++) c[i] *= 1.0001;
  });
  expect(() => contest.verify()).toThrow('gradients of the parameters: element');
});

test('catches an Adam that forgets its moments', () => {
  const { adam } = blocked;
  jest
    .spyOn(blocked, 'adam')
    .mockImplementation((n, stepSize, beta1, beta2, epsilon, decay, gradient, m, v, value) => {
      adam(n, stepSize, beta1, beta2, epsilon, decay, gradient, m, v, value);
      m.fill(0);
      v.fill(0);
    });
  expect(() => contest.verify()).toThrow('step 2 of Adam: element');
});

test('catches kernels whose result depends on what ran before', () => {
  let calls = 0;
  const { relu } = blocked;
  jest.spyOn(blocked, 'relu').mockImplementation((n, x, y) => {
    relu(n, x, y);
    // In the last bit only: within the bound of one stage.
    if (calls++ > 4) for (let i = 0; i < n; i++) y[i] *= 1 + 2 ** -23;
  });
  expect(() => contest.verify()).toThrow('in one go: element');
});
