/**
 * The three products of a dense layer, each set of kernels against naive: at 256³, and where a step of the article's
 * model spends its time. Read harness/contest.ts first.
 */

import { setKernels } from '../../src/tensor/kernels/active.ts';
import type { Kernels } from '../../src/tensor/kernels/kernels.ts';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { naive } from '../../src/tensor/kernels/naive.ts';
import { Random } from '../../src/tensor/random.ts';
import type { Contest, Timed } from '../harness/contest.ts';
import { use } from '../harness/setting.ts';
import { requireClose } from './verify.ts';

export type Product = 'matmul' | 'matmulTransposeA' | 'matmulTransposeB';
export type Sizes = readonly [m: number, n: number, k: number];

const SHAPES: readonly (readonly [Product, Sizes])[] = [
  ['matmul', [256, 256, 256]],
  ['matmulTransposeA', [256, 256, 256]],
  ['matmulTransposeB', [256, 256, 256]],
  ['matmul', [32, 784, 64]], // forward of the last layer, batch 32
  ['matmulTransposeA', [784, 64, 32]], // weight gradient of the first
  ['matmulTransposeB', [32, 64, 784]], // backward of the last
];

/** @param sets - Timed against naive; naive itself may be among them and is skipped. */
export function matmulContests(sets: readonly Kernels[]): Contest[] {
  return SHAPES.map(([product, sizes]) => matmulContest(product, sizes, sets));
}

/** @param against - The baseline. Results are compared with naive's in any case. */
export function matmulContest(
  product: Product,
  sizes: Sizes,
  sets: readonly Kernels[],
  against = naive,
): Contest {
  const baseline = multiplication(against, product, sizes);
  const contestants = sets
    .filter((set) => set.name !== against.name)
    .map((set) => multiplication(set, product, sizes));
  return {
    what: product,
    ...productWork(sizes),
    baseline,
    contestants,
    verify: () => verifyProducts(product, sizes, [baseline, ...contestants]),
  };
}

/** The shape and the work of a product, for the table. */
export function productWork([m, n, k]: Sizes): Pick<Contest, 'shape' | 'work'> {
  return { shape: [m, n, k].join('x'), work: { amount: (2 * m * n * k) / 1e9, unit: 'GFLOP' } };
}

export interface Multiplication extends Timed {
  readonly prepare: () => Promise<void>;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly c: Float32Array;
}

/** The same operands for every set, in the memory that suits it. */
export function multiplication(set: Kernels, product: Product, [m, n, k]: Sizes): Multiplication {
  setKernels(set.name); // so that the arrays lie where these kernels want them
  const arena = new Arena();
  const random = new Random(1);
  const a = fillUniform(arena.allocate(m * k), random);
  const b = fillUniform(arena.allocate(k * n), random);
  const c = arena.allocate(m * n);
  const run = (): void => set[product](m, n, k, a, b, false, c);
  return { name: set.name, prepare: () => use({ kernels: set.name }), run, a, b, c };
}

export function fillUniform(array: Float32Array, random: Random): Float32Array {
  for (let i = 0; i < array.length; i++) array[i] = random.uniform(-1, 1);
  return array;
}

/** @throws {VerificationError} At the first element that is further from naive's than rounding explains. */
export async function verifyProducts(
  product: Product,
  sizes: Sizes,
  multiplications: readonly Multiplication[],
): Promise<void> {
  const [m, n, k] = sizes;
  const { a, b, c, run } = multiplication(naive, product, sizes);
  run();
  const magnitude = new Float32Array(m * n);
  naive[product](m, n, k, a.map(Math.abs), b.map(Math.abs), false, magnitude);
  for (const tested of multiplications) {
    if (tested.name === naive.name) continue;
    await tested.prepare();
    tested.c.fill(Number.NaN); // so that what is not written shows
    tested.run();
    // k + 1 roundings of the contestant's, one of naive's result, one of the magnitude.
    const who = `${product} ${sizes.join('x')}, ${tested.name}`;
    requireClose(who, tested.c, c, magnitude, k + 3);
  }
}
