import { describe, expect, test } from '@jest/globals';
import { Random, type RandomState } from '../../src/tensor/random.ts';

const draws = (random: Random, count: number) => Array.from({ length: count }, () => random.uint32());

describe('the generator', () => {
  // From a C program of the authors' description of xoshiro128** (Blackman & Vigna 2021): result rotl(s1 * 5, 7) * 9, then
  // t = s1 << 9; s2 ^= s0; s3 ^= s1; s1 ^= s2; s0 ^= s3; s2 ^= t; s3 = rotl(s3, 11), all uint32_t, from the state 1, 2, 3, 4.
  // Built with `gcc -O2 xoshiro128starstar.c`, printing each result with `%u`, and the state after 1000 results.
  const GOLDEN = [
    ...[11520, 0, 5927040, 70819200, 2031721883],
    ...[1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
  ];

  test('is xoshiro128**', () => {
    expect(draws(Random.fromState([1, 2, 3, 4]), 10)).toEqual(GOLDEN);
  });

  test('has the state of the C program after 1000 numbers', () => {
    const random = Random.fromState([1, 2, 3, 4]);
    expect(draws(random, 1000).at(-1)).toBe(3170714187);
    expect(random.state()).toEqual([2954884481, 294556968, 2598411021, 550772539]);
  });

  test('goes on from a saved state, whatever was drawn before', () => {
    const random = new Random(5);
    random.normal();
    random.uniform();
    random.integer(10);
    const saved = random.state();
    const next = [random.normal(), random.uniform(), random.integer(10), random.uint32()];
    const resumed = Random.fromState(saved);
    expect([resumed.normal(), resumed.uniform(), resumed.integer(10), resumed.uint32()]).toEqual(next);
  });

  test('state() is a copy', () => {
    const random = new Random(5);
    const saved = random.state();
    const copy = [...saved];
    random.uint32();
    expect(saved).toEqual(copy);
    expect(random.state()).not.toEqual(copy);
  });

  test.each<[string, RandomState]>([
    ['all zeros, which it would never leave', [0, 0, 0, 0]],
    ['three words', [1, 2, 3] as unknown as RandomState],
    ['words that are no numbers', ['1', '2', '3', '4'] as unknown as RandomState],
  ])('refuses a state of %s', (_name, state) => {
    expect(() => Random.fromState(state)).toThrow(
      'Random.restore: expected four 32-bit words, not all zero.',
    );
  });

  test.each<[string, unknown]>([
    ['null', null],
    ["'abcd'", 'abcd'],
  ])('refuses %s, which is no list', (name, state) => {
    expect(() => new Random(1).restore(state as RandomState)).toThrow(
      `Random.restore: the words of the state are ${name}, expected a list.`,
    );
  });
});

test.each([
  [[Number.NaN, Number.NaN, Number.NaN, Number.NaN]],
  [[2 ** 32, 0, 0, 0]],
  [[1.5, 0, 0, 0]],
  [[-1, 1, 1, 1]],
] as [[number, number, number, number]][])('the state %j is refused', (state) => {
  expect(() => Random.fromState(state)).toThrow(RangeError);
  const [random, other] = [new Random(5), new Random(5)];
  expect(() => random.restore(state)).toThrow(RangeError);
  expect(random.state()).toEqual(other.state());
});

test.each([0, -5, 2.5, 2 ** 32 + 1, Number.NaN])('integer refuses the bound %d', (bound) => {
  expect(() => new Random(1).integer(bound)).toThrow(
    `Random.integer: the bound is ${bound}, expected an integer from 1 to 2^32.`,
  );
});

describe('seeds', () => {
  test('the same seed gives the same sequence', () => {
    expect(draws(new Random(42), 100)).toEqual(draws(new Random(42), 100));
  });

  test('different seeds give different sequences, at the ends of their range too', () => {
    const seeds = [
      0,
      1,
      2,
      42,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 32 + 1,
      0x9e3779b9,
      5659044023,
      2 ** 52,
      2 ** 53 - 2,
      2 ** 53 - 1,
    ];
    const sequences = seeds.map((seed) => draws(new Random(seed), 4).join());
    expect(new Set(sequences).size).toBe(seeds.length);
  });

  test('the first numbers of a thousand neighbouring seeds are spread evenly', () => {
    const firsts = Array.from({ length: 1000 }, (_, seed) => new Random(seed).uniform());
    expect(
      chiSquare(
        firsts.map((value) => Math.floor(value * 10)),
        10,
      ),
    ).toBeLessThan(QUANTILE_9);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses the seed %p', (seed) => {
    expect(() => new Random(seed)).toThrow(
      `Random: the seed is ${seed}, expected an integer from 0 to 2^53 - 1.`,
    );
  });
});

// Seeds are fixed, so these tests always give the same answer: limits that honest numbers exceed once in 10,000 times
// (chi-square) or less (5 standard errors) are chosen to notice wrong code, not bad luck.
const QUANTILE_2 = 18.42; // chi-square with 2 degrees of freedom, 99.99 %
const QUANTILE_9 = 33.72; // with 9

/** How unevenly integers below `bins` are spread. */
function chiSquare(values: readonly number[], bins: number): number {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[value]++;
  const expected = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** The mean of f over the values. */
function mean(values: readonly number[], f: (value: number) => number): number {
  return values.reduce((sum, value) => sum + f(value), 0) / values.length;
}

describe('uniform', () => {
  const count = 100_000;
  const random = new Random(1);
  const values = Array.from({ length: count }, () => random.uniform());

  test('lies in [0, 1)', () => {
    expect(values.every((value) => 0 <= value && value < 1)).toBe(true);
  });

  test('lies in the range that is asked for', () => {
    const shifted = Array.from({ length: 1000 }, () => random.uniform(-3, 5));
    expect(shifted.every((value) => -3 <= value && value < 5)).toBe(true);
    expect(Math.min(...shifted)).toBeLessThan(-2.9);
    expect(Math.max(...shifted)).toBeGreaterThan(4.9);
  });

  test('fillUniform gives the same numbers in one go, and goes on from there', () => {
    for (const length of [0, 1, 2, 1001]) {
      const [one, other] = [new Random(length), new Random(length)];
      const filled = new Float32Array(length);
      one.fillUniform(filled, -3, 5);
      expect(filled).toEqual(Float32Array.from({ length }, () => other.uniform(-3, 5)));
      expect(one.state()).toEqual(other.state());
    }
  });

  test('has mean 1/2 and variance 1/12, within 5 standard errors', () => {
    expect(Math.abs(mean(values, (x) => x) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    // Var((x - 1/2)²) = 1/80 - 1/144 = 1/180
    expect(Math.abs(mean(values, (x) => (x - 1 / 2) ** 2) - 1 / 12)).toBeLessThan(
      5 * Math.sqrt(1 / 180 / count),
    );
  });

  test('is spread evenly', () => {
    expect(
      chiSquare(
        values.map((value) => Math.floor(value * 10)),
        10,
      ),
    ).toBeLessThan(QUANTILE_9);
  });

  test('has 53 random bits: the low 21 of them are not zero', () => {
    expect(values.slice(0, 10).every((value) => (value * 2 ** 32) % 1 !== 0)).toBe(true);
  });

  test('neighbours are not correlated', () => {
    const products = values.slice(1).map((value, i) => (value - 1 / 2) * (values[i] - 1 / 2));
    expect(Math.abs(mean(products, (x) => x))).toBeLessThan(5 * (1 / 12) * Math.sqrt(1 / count));
  });
});

const NORMALS: readonly (readonly [string, (count: number) => ArrayLike<number>])[] = [
  [
    'normal',
    (length) => {
      const random = new Random(2);
      return Array.from({ length }, () => random.normal());
    },
  ],
  [
    'fillNormal',
    (length) => {
      const values = new Float32Array(length);
      new Random(2).fillNormal(values);
      return values;
    },
  ],
];

describe.each(NORMALS)('%s', (_, draw) => {
  const count = 100_000;
  const values = Array.from(draw(count));

  // The k-th moment of n numbers has the variance (E[x^2k] - E[x^k]²) / n; E[x^2, 4, 6, 8] = 1, 3, 15, 105.
  test.each([
    [1, 0, 1],
    [2, 1, 3 - 1],
    [3, 0, 15],
    [4, 3, 105 - 9],
  ])('moment %i is %i, within 5 standard errors', (order, expected, variance) => {
    const moment = mean(values, (x) => x ** order);
    expect(Math.abs(moment - expected)).toBeLessThan(5 * Math.sqrt(variance / count));
  });

  test('0.27 % lie beyond 3 standard deviations', () => {
    const p = 0.0026998;
    const share = mean(values, (x) => (Math.abs(x) > 3 ? 1 : 0));
    expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count));
  });

  test('neighbours and the next but one are not correlated', () => {
    for (const lag of [1, 2]) {
      const products = values.slice(lag).map((value, i) => value * values[i]);
      expect(Math.abs(mean(products, (x) => x))).toBeLessThan(5 / Math.sqrt(count));
    }
  });
});

test('normal is shifted and scaled as asked', () => {
  const [a, b] = [new Random(3), new Random(3)];
  expect(a.normal(10, 2)).toBe(10 + 2 * b.normal());
});

test('fillNormal fills arrays of odd and even lengths, the same way for the same seed', () => {
  const filled = (length: number) => {
    const values = new Float32Array(length);
    new Random(5).fillNormal(values);
    return [...values];
  };
  const seven = filled(7);
  expect(new Set(seven).size).toBe(7);
  for (const length of [0, 1, 2, 6]) expect(filled(length)).toEqual(seven.slice(0, length));
});

describe('integer', () => {
  test('lies below the bound', () => {
    const random = new Random(4);
    for (const bound of [1, 2, 3, 10, 2 ** 31 + 1, 2 ** 32]) {
      for (let i = 0; i < 100; i++) {
        const value = random.integer(bound);
        expect(Number.isInteger(value) && 0 <= value && value < bound).toBe(true);
      }
    }
  });

  test('is spread evenly over 10 values', () => {
    const random = new Random(5);
    const values = Array.from({ length: 10_000 }, () => random.integer(10));
    expect(chiSquare(values, 10)).toBeLessThan(QUANTILE_9);
  });

  // With a bound of 3/4 of 2^32, the remainder of a 32-bit number falls into the lowest third twice as often.
  const bound = 3 * 2 ** 30;
  const third = (value: number) => Math.floor(value / 2 ** 30);

  test('is not biased towards small numbers', () => {
    const random = new Random(6);
    const values = Array.from({ length: 3000 }, () => third(random.integer(bound)));
    expect(chiSquare(values, 3)).toBeLessThan(QUANTILE_2);
  });

  test('negative control: plain remainders would be seen as biased', () => {
    const random = new Random(6);
    const values = Array.from({ length: 3000 }, () => third(random.uint32() % bound));
    expect(chiSquare(values, 3)).toBeGreaterThan(QUANTILE_2);
  });
});

describe('shuffle', () => {
  const numbers = (length: number) => Array.from({ length }, (_, i) => i);

  test.each([0, 1, 2, 100])('of %i items is a permutation', (length) => {
    const items = numbers(length);
    new Random(7).shuffle(items);
    expect(items.toSorted((a, b) => a - b)).toEqual(numbers(length));
  });

  test('moves something, and the same way for the same seed', () => {
    const [a, b, c] = [numbers(100), numbers(100), numbers(100)];
    new Random(8).shuffle(a);
    new Random(8).shuffle(b);
    new Random(9).shuffle(c);
    expect(a).not.toEqual(numbers(100));
    expect(b).toEqual(a);
    expect(c).not.toEqual(a);
  });

  test('works on typed arrays', () => {
    const items = Uint32Array.from(numbers(50));
    new Random(10).shuffle(items);
    expect([...items].sort((a, b) => a - b)).toEqual(numbers(50));
  });

  test('puts each item into each place equally often', () => {
    const random = new Random(11);
    const placeOfFirst = Array.from({ length: 5000 }, () => {
      const items = numbers(10);
      random.shuffle(items);
      return items.indexOf(0);
    });
    expect(chiSquare(placeOfFirst, 10)).toBeLessThan(QUANTILE_9);
  });
});
