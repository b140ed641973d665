import { expect, test } from '@jest/globals';
import { createPeakLoop, fastestPeak, iterationsFor } from '../../../bench/contests/peak.ts';

/** The same in numbers: all of these are exact in float32. */
function expected(chains: number, iterations: number): number {
  let total = 0;
  for (let start = 1; start <= chains; start++) {
    let chain = start;
    for (let i = 0; i < iterations; i++) chain = 2 * chain * chain;
    total += chain;
  }
  return total;
}

test.each([
  [1, 1],
  [1, 6],
  [2, 4],
  [3, 3],
  [8, 2],
  [14, 2],
  [24, 2],
])('a loop of %d chains, %d times', (chains, iterations) => {
  expect(createPeakLoop(chains)(iterations)).toBe(expected(chains, iterations));
});

test('the check tells a loop that runs once less', () => {
  expect(createPeakLoop(3)(2)).not.toBe(expected(3, 3));
});

test('a loop does 8 operations a chain and iteration: 4 products and 4 sums', () => {
  expect(iterationsFor(2 * 512 ** 3, 6)).toBe(Math.round(2 ** 28 / 48));
});

test('takes the loop that is fastest as a rule, not once', () => {
  // Two readings a trial, five loops in turns. The second, 12 chains, is the fastest of all, but in one round only.
  let reading = 0;
  const clock = () => {
    const trial = Math.floor(reading / 2);
    const isEnd = reading++ % 2 === 1;
    if (!isEnd) return 0;
    return trial === 5 + 1 ? 1 : [5, 4, 3, 2, 6][trial % 5];
  };
  const peak = fastestPeak(800, clock);
  expect(peak.chains).toBe(15);
  expect(peak.run()).toBe(createPeakLoop(15)(iterationsFor(800, 15)));
});
