import { describe, expect, test } from '@jest/globals';
import { constant, cosine, type DecayOptions, linear, warmUp } from '../../src/optim/schedule.ts';

const NO_NUMBERS_OF_STEPS = [0, -5, 0.5, 2.5, Number.NaN, Infinity];

describe('constant', () => {
  test('is the same at every step', () => {
    const schedule = constant(0.5);
    expect([0, 1, 1e6].map((step) => schedule.at(step))).toEqual([0.5, 0.5, 0.5]);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the learning rate %p', (learningRate) => {
    expect(() => constant(learningRate)).toThrow(
      new RangeError(`constant: the learning rate is ${learningRate}, expected more than 0.`),
    );
  });
});

describe('cosine', () => {
  const schedule = cosine({ learningRate: 1e-3, minimum: 1e-4, steps: 4 });

  test('gives the numbers of docs/math.md, section 5.4', () => {
    const rates = [10, 8.682, 5.5, 2.318, 1];
    for (const [step, rate] of rates.entries()) expect(schedule.at(step) * 1e4).toBeCloseTo(rate, 3);
  });

  test('starts at the learning rate, ends at the minimum and stays there', () => {
    expect(schedule.at(0)).toBe(1e-3);
    expect(schedule.at(4)).toBe(1e-4);
    expect(schedule.at(5)).toBe(1e-4);
    expect(schedule.at(1e6)).toBe(1e-4);
  });

  test('has the minimum 0 unless another is given, and only falls', () => {
    const toZero = cosine({ learningRate: 1, steps: 100 });
    expect(toZero.at(100)).toBe(0);
    for (let step = 0; step < 100; step++) expect(toZero.at(step + 1)).toBeLessThan(toZero.at(step));
  });

  test('is flat at both ends: the first and last hundredth change it by less than 0.1 %', () => {
    const long = cosine({ learningRate: 1, steps: 100 });
    expect(long.at(0) - long.at(1)).toBeLessThan(1e-3);
    expect(long.at(99) - long.at(100)).toBeLessThan(1e-3);
  });

  test.each<[DecayOptions, string]>([
    [{ learningRate: 0, steps: 10 }, 'cosine: the learning rate is 0, expected more than 0.'],
    [
      { learningRate: 1, steps: 2, minimum: 2 },
      'cosine: the minimum is 2, expected 0 to the learning rate, 1.',
    ],
    [
      { learningRate: 1, steps: 2, minimum: Number.NaN },
      'cosine: the minimum is NaN, expected 0 to the learning rate, 1.',
    ],
  ])('refuses %p', (options, message) => {
    expect(() => cosine(options)).toThrow(new RangeError(message));
  });

  test.each(NO_NUMBERS_OF_STEPS)('refuses %p steps', (steps) => {
    expect(() => cosine({ learningRate: 1, steps })).toThrow(
      new RangeError(`cosine: the number of steps is ${steps}, expected an integer >= 1.`),
    );
  });
});

describe('linear', () => {
  const schedule = linear({ learningRate: 1e-3, minimum: 1e-4, steps: 4 });

  test('gives the numbers of docs/math.md, section 5.4', () => {
    const rates = [10, 7.75, 5.5, 3.25, 1];
    for (const [step, rate] of rates.entries()) expect(schedule.at(step) * 1e4).toBeCloseTo(rate, 9);
  });

  test('starts at the learning rate, ends at the minimum and stays there', () => {
    expect(schedule.at(0)).toBe(1e-3);
    expect(schedule.at(4)).toBe(1e-4);
    expect(schedule.at(1e6)).toBe(1e-4);
    expect(linear({ learningRate: 1, steps: 3 }).at(3)).toBe(0);
  });

  test('falls by the same amount at each step', () => {
    const toZero = linear({ learningRate: 1, steps: 100 });
    for (let step = 0; step < 100; step++) {
      expect(toZero.at(step) - toZero.at(step + 1)).toBeCloseTo(0.01, 12);
    }
  });

  test('refuses what cosine refuses, with its name in the message', () => {
    expect(() => linear({ learningRate: 0, steps: 10 })).toThrow(
      new RangeError('linear: the learning rate is 0, expected more than 0.'),
    );
    expect(() => linear({ learningRate: 1, steps: 2, minimum: 2 })).toThrow(
      new RangeError('linear: the minimum is 2, expected 0 to the learning rate, 1.'),
    );
    expect(() => linear({ learningRate: 1, steps: 0 })).toThrow(
      new RangeError('linear: the number of steps is 0, expected an integer >= 1.'),
    );
  });
});

describe('warmUp', () => {
  test('rises in a straight line to the learning rate that follows, and step 0 is not 0', () => {
    const schedule = warmUp({ steps: 4, schedule: constant(0.8) });
    expect([0, 1, 2, 3, 4, 5].map((step) => schedule.at(step))).toEqual([
      expect.closeTo(0.2, 12),
      expect.closeTo(0.4, 12),
      expect.closeTo(0.6, 12),
      0.8,
      0.8,
      0.8,
    ]);
  });

  test('continues without a jump with step 0 of the schedule that follows', () => {
    const following = cosine({ learningRate: 1, steps: 50 });
    const schedule = warmUp({ steps: 10, schedule: following });
    expect(schedule.at(9)).toBe(1);
    expect(schedule.at(10)).toBe(following.at(0));
    expect(schedule.at(35)).toBe(following.at(25));
    expect(schedule.at(60)).toBe(0);
    for (let step = 0; step < 60; step++) {
      // The rise takes 1/10 a step; the cosine falls by at most π / 2 / 50.
      expect(Math.abs(schedule.at(step + 1) - schedule.at(step))).toBeLessThan(0.1 + 1e-12);
    }
  });

  // With 2.5 steps, what follows would be asked for its step 0.5.
  test.each(NO_NUMBERS_OF_STEPS)('refuses %p steps', (steps) => {
    expect(() => warmUp({ steps, schedule: constant(1) })).toThrow(
      new RangeError(`warmUp: the number of steps is ${steps}, expected an integer >= 1.`),
    );
  });
});
