import { expect, test } from '@jest/globals';
import { instrument, kernelNames } from '../../../bench/profile/instrument.ts';
import { supportedKernels } from '../../../src/tensor/kernels/active.ts';
import { naive } from '../../../src/tensor/kernels/naive.ts';

/** A clock that is read at 0, 1, 2, … ms. */
function tickingClock(): () => number {
  let now = 0;
  return () => now++;
}

test('tells name, arguments and time of each call, and changes no result', () => {
  const set = { ...naive };
  const calls: unknown[] = [];
  instrument(set, (...call) => calls.push(call), tickingClock());
  const x = Float32Array.of(3, -4);
  const y = new Float32Array(2);
  set.relu(2, x, y);
  expect(y).toEqual(Float32Array.of(3, 0));
  expect(set.sumOfSquares(2, x)).toBe(25);
  expect(calls).toEqual([
    ['relu', [2, x, y], 0, 1],
    ['sumOfSquares', [2, x], 2, 3],
  ]);
});

test.each(supportedKernels())('$name has the functions back that it had', (set) => {
  const before = { ...set };
  const calls: string[] = [];
  const restore = instrument(set, (name) => calls.push(name));
  for (const name of kernelNames(set)) expect(set[name]).not.toBe(before[name]);
  restore();
  expect({ ...set }).toEqual(before);
  for (const name of kernelNames(set)) expect(set[name]).toBe(before[name]);
  set.zero(1, new Float32Array(1));
  expect(calls).toEqual([]);
});

test('knows all kernels and nothing else', () => {
  const names = kernelNames(naive);
  expect(names).toContain('matmulTransposeB');
  expect(names).not.toContain('name');
  for (const set of supportedKernels()) expect(kernelNames(set).toSorted()).toEqual(names.toSorted());
});
