/** When a GAN is said to have collapsed. */

import { describe, expect, test } from '@jest/globals';
import { collapseOf } from '../../src/gan/collapse.ts';
import type { EpochRecord } from '../../src/training/trainingState.ts';

/** A history with these values of one part; the other has a good one. */
function history(part: 'accuracy' | 'spread', ...values: number[]): EpochRecord[] {
  return values.map((value, i) => ({
    epoch: i + 1,
    loss: 2,
    learningRate: 1e-3,
    parts: { generator: 1, discriminator: 1, accuracy: 0.7, spread: 0.9, [part]: value },
  }));
}

const ALWAYS_RIGHT =
  /^the discriminator was right about \d+\.\d % of the samples in epochs (\d+) to (\d+), so .*\.$/;
const ALIKE = /^the generated samples were nearly alike in epochs (\d+) to (\d+), .*\.$/;

/** So many that five epochs are long enough. */
const STEPS = 300;

describe('collapseOf', () => {
  test('says nothing of a good training, or of none', () => {
    expect(collapseOf([], STEPS)).toBeUndefined();
    expect(collapseOf(history('accuracy', ...Array(50).fill(0.9)), STEPS)).toBeUndefined();
    expect(collapseOf(history('spread', ...Array(50).fill(0.2)), STEPS)).toBeUndefined();
  });

  test.each([
    ['accuracy', 1, ALWAYS_RIGHT],
    ['spread', 0.01, ALIKE],
  ] as const)('names the last epochs if their %s is bad', (part, bad, sentence) => {
    const epochsNamed = (values: number[], steps = STEPS) =>
      collapseOf(history(part, ...values), steps)
        ?.match(sentence)
        ?.slice(1);
    const good = 0.8;
    expect(epochsNamed(Array(4).fill(bad))).toBeUndefined();
    expect(epochsNamed(Array(5).fill(bad))).toEqual(['1', '5']);
    expect(epochsNamed([good, good, ...Array(5).fill(bad)])).toEqual(['3', '7']);
    for (let i = 0; i < 5; i++) expect(epochsNamed(Array(5).fill(bad).with(i, good))).toBeUndefined();
    // What was bad once and is good again is no problem.
    expect(epochsNamed([...Array(9).fill(bad), good])).toBeUndefined();
  });

  test('waits for 1,500 steps, however short the epochs are', () => {
    expect(collapseOf(history('spread', ...Array(49).fill(0)), 30)).toBeUndefined();
    expect(collapseOf(history('spread', ...Array(50).fill(0)), 30)).toMatch(ALIKE);
  });

  test('judges the mean, with strict bounds', () => {
    expect(collapseOf(history('accuracy', ...Array(5).fill(0.99)), STEPS)).toBeUndefined();
    expect(collapseOf(history('accuracy', 0.981, 1, 1, 1, 1), STEPS)).toMatch(ALWAYS_RIGHT);
    expect(collapseOf(history('accuracy', 1, 1, 1, 1, 0.98), STEPS)).toBeUndefined();
    expect(collapseOf(history('spread', ...Array(5).fill(0.125)), STEPS)).toBeUndefined();
    expect(collapseOf(history('spread', 0.3, 0, 0, 0, 0), STEPS)).toMatch(ALIKE);
    expect(collapseOf(history('spread', 0, 0, 0, 0, 0.2), STEPS)).toBeUndefined(); // it is getting better
  });

  test('takes records without parts for good ones', () => {
    const plain = history('accuracy', 1, 1, 1, 1, 1).map(({ parts: _, ...record }) => record);
    expect(collapseOf(plain, STEPS)).toBeUndefined();
  });
});
