/** The same bits with 1, 2 and 3 threads, from every kind of kernel; and what `useThreads` accepts. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { threads, useThreads } from '../../../../src/tensor/kernels/active.ts';
import { Engine } from '../../../../src/tensor/kernels/simd/engine.ts';
import { createSimdKernels } from '../../../../src/tensor/kernels/simd/kernels.ts';
import { setThreads } from '../../../../src/tensor/kernels/simd/threads.ts';
import { Random } from '../../../../src/tensor/random.ts';
import { firstOtherBits } from '../../../helpers/bits.ts';
import { uniformArray } from '../../../helpers/randomArrays.ts';
import { alwaysTogether, piecesDone } from '../../../helpers/together.ts';

const COUNTS = [1, 2, 3];
const engines = COUNTS.map(() => new Engine());
const sets = engines.map((engine) => createSimdKernels(engine));
type Set = (typeof sets)[number];

let backToTrueClock: () => void;

beforeAll(async () => {
  for (const [i, count] of COUNTS.entries()) {
    expect(await setThreads(engines[i], count)).toEqual({ threads: count });
  }
  backToTrueClock = alwaysTogether(() => {
    for (const set of sets) set.scale(100_000, 1, new Float32Array(100_000));
  });
});

afterAll(() => backToTrueClock());

/** All results of a kernel, computed anew for each number of threads. */
type Results = (set: Set) => readonly (Float32Array | number)[];

/** For each number of threads: whether the jobs were offered to helpers, and the results. */
function outcomes(results: Results) {
  return engines.map((engine, i) => {
    const done = piecesDone(engine);
    done[0] = -1;
    return { results: results(sets[i]), isShared: done[0] >= 0 };
  });
}

const asArray = (result: Float32Array | number) =>
  typeof result === 'number' ? new Float32Array(Float64Array.of(result).buffer) : result;

function expectSameBits(results: Results): void {
  const [one, ...others] = outcomes(results);
  expect(one.isShared).toBe(false);
  for (const other of others) {
    expect(other.isShared).toBe(true);
    for (const [i, result] of one.results.entries()) {
      expect(firstOtherBits(asArray(other.results[i]), asArray(result))).toBeUndefined();
    }
  }
}

const N = 100_003; // 25 pieces, the last one of 1,699 numbers
const random = new Random(5);
const [a, b, c] = [0, 1, 2].map(() => uniformArray(N, random));
const positive = uniformArray(N, random, 0, 1);

describe('the same bits with 1, 2 and 3 threads', () => {
  test.each([
    [64, 64, 64],
    [4, 1000, 300],
    [1000, 8, 100],
    [257, 130, 600],
    [33, 777, 65],
    [300, 300, 30],
  ])('products with m %d, n %d, k %d', (m, n, k) => {
    const left = uniformArray(m * k, new Random(1));
    const right = uniformArray(k * n, new Random(2));
    const bias = uniformArray(n, new Random(3));
    for (const form of ['matmul', 'matmulTransposeA', 'matmulTransposeB'] as const) {
      for (const accumulate of [false, true]) {
        expectSameBits((set) => {
          const product = new Float32Array(m * n).fill(0.1);
          set[form](m, n, k, left, right, accumulate, product);
          return [product];
        });
      }
    }
    expectSameBits((set) => {
      const product = new Float32Array(m * n);
      set.matmulBias(m, n, k, left, right, bias, product);
      return [product];
    });
  });

  test('Adam', () => {
    expectSameBits((set) => {
      const [m, v, value] = [b.slice(), positive.slice(), c.slice()];
      set.adam(N, 0.001, 0.9, 0.999, 1e-7, 0.99, a, m, v, value);
      return [m, v, value];
    });
  });

  test.each(['meanSquaredError', 'meanAbsoluteError', 'binaryCrossEntropy'] as const)('%s', (loss) => {
    expectSameBits((set) => {
      const gradient = new Float32Array(N);
      return [set[loss](N, a, positive, gradient), gradient];
    });
  });

  test('sums of squares and of columns', () => {
    expectSameBits((set) => [set.sumOfSquares(N, a)]);
    expectSameBits((set) => {
      const sums = b.slice(0, 1000);
      set.addColumnSums(100, 1000, a, sums);
      return [sums];
    });
  });

  test('activations and their derivatives', () => {
    for (const name of ['relu', 'sigmoid', 'tanh', 'silu', 'gelu'] as const) {
      expectSameBits((set) => {
        const [y, dX] = [new Float32Array(N), new Float32Array(N)];
        set[name](N, a, y);
        set[`${name}Backward`](N, y, b, dX);
        return [y, dX];
      });
    }
  });

  test('gathered rows', () => {
    const rows = Array.from({ length: 50 }, (_, i) => (i * 7) % 100);
    const stored = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 256);
    for (const [data, shift, scale] of [
      [stored, 0, 255],
      [stored, 3.5, 0.1],
      [a, 0.25, 3],
    ] as const) {
      expectSameBits((set) => {
        const out = new Float32Array(50 * 1000);
        set.gather(1000, rows, data, shift, scale, out);
        return [out];
      });
    }
  });

  test('negative control: a sum in another order has other bits, and a small job is not shared', () => {
    expect(() =>
      expectSameBits((set) => [set.sumOfSquares(N, set === sets[0] ? a : a.slice().reverse())]),
    ).toThrow();
    expect(outcomes((set) => [set.sumOfSquares(100, a)]).map(({ isShared }) => isShared)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('useThreads', () => {
  afterEach(async () => {
    await useThreads(1);
  });

  test.each([0, 65, 1.5, -1, Number.NaN, 'x', '0', '2', undefined, null])('%p is refused', async (count) => {
    await expect(useThreads(count as number)).rejects.toThrow(
      `useThreads: got ${count}, expected an integer from 1 to 64, or 'auto'.`,
    );
    expect(threads()).toBe(1);
  });

  test('starts helpers, changes their number, and lets them rest', async () => {
    for (const count of [2, 2, 3, 2, 1]) {
      expect(await useThreads(count)).toEqual({ threads: count });
      expect(threads()).toBe(count);
    }
  });

  test("'auto' is as many as the machine has", async () => {
    const { threads: started } = await useThreads('auto');
    expect(started).toBeGreaterThanOrEqual(1);
    expect(threads()).toBe(started);
  });

  test('called twice at once, the later call counts', async () => {
    await Promise.all([useThreads(3), useThreads(2)]);
    expect(threads()).toBe(2);
  });
});
