import { describe, expect, test } from '@jest/globals';
import { createPeakLoop, fastestPeak, iterationsFor } from '../../../bench/contests/peak.ts';

/** The same in numbers: all of these are exact in float32. */
function expected(chains: number, iterations: number, factor: number, addend: number): number {
  let total = 0;
  for (let start = 1; start <= chains; start++)
    total += start * factor ** iterations + start + iterations * addend;
  return total;
}

describe.each([1, 2, 6, 8])('a loop of %d chains', (chains) => {
  test.each([
    [1, 2, 3],
    [5, 2, 3],
    [5, 0.5, -4],
    [12, 1, 1],
  ])('%d times, multiplied by %d, %d added', (iterations, factor, addend) => {
    const loop = createPeakLoop(chains);
    expect(loop(iterations, factor, addend)).toBe(expected(chains, iterations, factor, addend));
  });
});

test('the check tells a loop that runs once less', () => {
  expect(createPeakLoop(3)(4, 2, 3)).not.toBe(expected(3, 5, 2, 3));
});

test('a loop does 8 operations a chain and iteration: 4 products and 4 sums', () => {
  expect(iterationsFor(2 * 512 ** 3, 6)).toBe(Math.round((2 * 512 ** 3) / 48));
});

test('takes the loop that was fastest once, in turns', () => {
  // Two readings a trial, five loops in turns. The fourth, 7 chains, is fast in the second round only.
  let reading = 0;
  const clock = () => {
    const trial = Math.floor(reading / 2);
    const isEnd = reading++ % 2 === 1;
    if (!isEnd) return 0;
    return trial === 5 + 3 ? 1 : 2 + (trial % 5);
  };
  const peak = fastestPeak(800, clock);
  expect(peak.chains).toBe(7);
  expect(peak.run()).toBe(createPeakLoop(7)(iterationsFor(800, 7), 1, 1));
});
