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
  /^the discriminator was right about more than 99\.5 % of the samples in epochs (\d+) to (\d+), so .*\.$/;
const ALIKE = /^the generated samples were nearly alike in epochs (\d+) to (\d+), less than 0\.1 times .*\.$/;

describe('collapseOf', () => {
  test('says nothing of a good training, or of none', () => {
    expect(collapseOf([])).toBeUndefined();
    expect(collapseOf(history('accuracy', ...Array(50).fill(0.9)))).toBeUndefined();
    expect(collapseOf(history('spread', ...Array(50).fill(0.2)))).toBeUndefined();
  });

  test.each([
    ['accuracy', 1, ALWAYS_RIGHT],
    ['spread', 0.01, ALIKE],
  ] as const)('names five epochs in a row of a bad %s', (part, bad, sentence) => {
    const good = 0.8;
    expect(collapseOf(history(part, ...Array(4).fill(bad)))).toBeUndefined();
    expect(
      collapseOf(history(part, ...Array(5).fill(bad)))
        ?.match(sentence)
        ?.slice(1),
    ).toEqual(['1', '5']);
    const late = [good, good, ...Array(5).fill(bad)];
    expect(
      collapseOf(history(part, ...late))
        ?.match(sentence)
        ?.slice(1),
    ).toEqual(['3', '7']);
    for (let i = 0; i < 5; i++) {
      expect(collapseOf(history(part, ...Array(5).fill(bad).with(i, good)))).toBeUndefined();
    }
    // What was bad once and is good again is no problem.
    expect(collapseOf(history(part, ...Array(9).fill(bad), good))).toBeUndefined();
  });

  test('has strict bounds', () => {
    expect(collapseOf(history('accuracy', ...Array(5).fill(0.995)))).toBeUndefined();
    expect(collapseOf(history('accuracy', ...Array(5).fill(0.9951)))).toMatch(ALWAYS_RIGHT);
    expect(collapseOf(history('spread', ...Array(5).fill(0.1)))).toBeUndefined();
    expect(collapseOf(history('spread', ...Array(5).fill(0.0999)))).toMatch(ALIKE);
  });

  test('takes records without parts for good ones', () => {
    const plain = history('accuracy', 1, 1, 1, 1, 1).map(({ parts: _, ...record }) => record);
    expect(collapseOf(plain)).toBeUndefined();
  });
});
