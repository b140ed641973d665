/**
 * The three products of a dense layer, each set of kernels against naive: at 256³, and where a step of the article's
 * model spends its time. Read contest.ts first.
 */

import { setKernels } from '../src/tensor/kernels/active.ts';
import type { Kernels } from '../src/tensor/kernels/kernels.ts';
import { Arena } from '../src/tensor/kernels/memory.ts';
import { naive } from '../src/tensor/kernels/naive.ts';
import { Random } from '../src/tensor/random.ts';
import type { Contest, Contestant } from './contest.ts';
import { requireClose } from './verify.ts';

type Product = 'matmul' | 'matmulTransposeA' | 'matmulTransposeB';
type Sizes = readonly [m: number, n: number, k: number];

const SHAPES: readonly (readonly [Product, Sizes])[] = [
  ['matmul', [256, 256, 256]],
  ['matmulTransposeA', [256, 256, 256]],
  ['matmulTransposeB', [256, 256, 256]],
  ['matmul', [32, 784, 64]], // forward of the last layer, batch 32
  ['matmulTransposeA', [784, 64, 32]], // weight gradient of the first
  ['matmulTransposeB', [32, 64, 784]], // backward of the last
];

/** @param sets - Timed against naive; naive itself may be among them and is passed over. */
export function matmulContests(sets: readonly Kernels[]): Contest[] {
  return SHAPES.map(([product, sizes]) => matmulContest(product, sizes, sets));
}

export function matmulContest(product: Product, sizes: Sizes, sets: readonly Kernels[]): Contest {
  const [m, n, k] = sizes;
  const baseline = multiplication(naive, product, sizes);
  const contestants = sets
    .filter((set) => set.name !== naive.name)
    .map((set) => multiplication(set, product, sizes));
  const shape = sizes.join('x');
  return {
    what: product,
    shape,
    work: { amount: (2 * m * n * k) / 1e9, unit: 'GFLOP' },
    baseline,
    contestants,
    verify: () => {
      const { a, b, c } = baseline;
      baseline.run();
      const magnitude = new Float32Array(m * n);
      naive[product](m, n, k, a.map(Math.abs), b.map(Math.abs), false, magnitude);
      for (const contestant of contestants) {
        contestant.prepare();
        contestant.c.fill(Number.NaN); // so that what is not written shows
        contestant.run();
        // k + 1 roundings of the contestant's, one of naive's result, one of the magnitude.
        requireClose(`${product} ${shape}, ${contestant.name}`, contestant.c, c, magnitude, k + 3);
      }
    },
  };
}

interface Multiplication extends Contestant {
  readonly prepare: () => void;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly c: Float32Array;
}

/** The same operands for every set, in the memory that suits it. */
function multiplication(set: Kernels, product: Product, [m, n, k]: Sizes): Multiplication {
  const prepare = (): void => {
    setKernels(set.name);
  };
  prepare();
  const arena = new Arena();
  const random = new Random(1);
  const a = fillUniform(arena.allocate(m * k), random);
  const b = fillUniform(arena.allocate(k * n), random);
  const c = arena.allocate(m * n);
  return { name: set.name, prepare, run: () => set[product](m, n, k, a, b, false, c), a, b, c };
}

function fillUniform(array: Float32Array, random: Random): Float32Array {
  for (let i = 0; i < array.length; i++) array[i] = random.uniform(-1, 1);
  return array;
}
