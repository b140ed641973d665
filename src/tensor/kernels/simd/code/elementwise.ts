/**
 * Element-by-element kernels: loops over arrays of one length, four elements at a time. Read kernelCode.ts first.
 *
 * The last one to three elements are copied to scratch memory, computed there as a whole vector and copied back. So a
 * kernel is written once, for vectors, and touches nothing outside of its arrays.
 */

import type { Bytes } from '../wasm/encode.ts';
import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import {
  f32,
  f32x4,
  f64,
  f64x2,
  type I32,
  i8x16,
  i32,
  i32x4,
  type Local,
  type V128,
  v128,
} from '../wasm/instructions.ts';
import { type ArgumentLocals, type ArgumentTypes, type KernelCode, kernelCode } from './kernelCode.ts';

/** Elements in a piece, unless it is cut by rows. A sum's pieces always have this size, so that no number of threads changes it. */
export const CHUNK = 4096;

type Vector = Local<'v128'>;

/** The names of a kernel's arrays and what it does with each. Those that are only read come first. */
export type Arrays = readonly (readonly [name: string, use: 'in' | 'out' | 'inout'])[];
export type Scalars = readonly string[];

interface ElementwiseSource<A extends Arrays = Arrays, S extends Scalars = Scalars> {
  readonly arrays: A;
  /** Numbers that are the same for all elements: the body gets each of them in all four lanes. */
  readonly scalars?: S;
  /** Emits the work on one vector of each array: sets those that are 'out' or 'inout', and `term` in a reduction. */
  body(
    f: FunctionBuilder,
    vectors: { readonly [Name in A[number][0]]: Vector },
    scalars: { readonly [Name in S[number]]: Vector },
    term: Vector,
  ): void;
}

/**
 * The arguments, in this order: n, elements in a piece (a multiple of 4), the addresses of the arrays, the scalars and, in a
 * reduction, `partials`.
 */
export interface ElementwiseCode<A extends Arrays = Arrays, S extends Scalars = Scalars>
  extends KernelCode<{ readonly n: number; readonly perPiece: number }> {
  readonly arrays: A;
  readonly scalars: S;
  /** Whether it also writes a sum for each piece. */
  readonly isReduction: boolean;
  /** The index of the first array that is written; all those before it are only read. */
  readonly firstWritten: number;
}

export interface ReductionCode<A extends Arrays, S extends Scalars> extends ElementwiseCode<A, S> {
  readonly slots: { readonly n: number; readonly perPiece: number; readonly partials: number };
}

export function elementwise<const A extends Arrays, const S extends Scalars = []>(
  source: ElementwiseSource<A, S>,
): ElementwiseCode<A, S> {
  return walk(source, undefined);
}

/** What a reduction adds up. */
type Sum = 'terms' | 'squares of terms';

/**
 * An element-by-element kernel that also sums up a term, or its square, over all elements. Squares and sums are float64
 * numbers; each piece writes its own sum to `partials`.
 */
export function reduction<const A extends Arrays, const S extends Scalars = []>(
  adds: Sum,
  source: ElementwiseSource<A, S>,
): ReductionCode<A, S> {
  return walk(source, adds);
}

function walk<A extends Arrays, S extends Scalars>(
  source: ElementwiseSource<A, S>,
  adds: Sum | undefined,
): ReductionCode<A, S> {
  const { arrays } = source;
  const scalars = source.scalars ?? ([] as Scalars as S);
  const argumentTypes: ArgumentTypes = {
    n: 'i32',
    perPiece: 'i32',
    ...Object.fromEntries(arrays.map(([array]) => [array, 'i32'] as const)),
    ...Object.fromEntries(scalars.map((scalar) => [scalar, 'f32'] as const)),
    ...(adds && { partials: 'i32' }),
  };
  const kernel = kernelCode({
    argumentTypes,
    emit: (f, piece, given, scratch) => emitWalk(f, piece, given, scratch, source, adds),
  });
  const { n, perPiece, partials } = kernel.slots;
  return {
    ...kernel,
    slots: { n, perPiece, partials },
    arrays,
    scalars,
    isReduction: adds !== undefined,
    firstWritten: arrays.filter(([, use]) => use === 'in').length,
  };
}

function emitWalk(
  f: FunctionBuilder,
  piece: Local<'i32'>,
  given: ArgumentLocals<ArgumentTypes>,
  scratch: I32,
  { arrays, scalars = [], body }: ElementwiseSource,
  adds: Sum | undefined,
): void {
  const addresses = arrays.map(([array]) => given[array] as Local<'i32'>);
  const vectors = Object.fromEntries(arrays.map(([array]) => [array, f.variable('v128')]));
  const splats = Object.fromEntries(
    scalars.map((scalar) => {
      const splat = f.variable('v128');
      f.set(splat, f32x4.splat(given[scalar] as Local<'f32'>));
      return [scalar, splat];
    }),
  );
  const [at, end, rest, isRest] = f.variables(4, 'i32');
  const [term, counted, ...sums] = f.variables(4, 'v128');
  const inArrays = f.variables(arrays.length, 'i32');

  /** Loads, computes and stores one vector of each array. */
  const emitStep = () => {
    const place = (i: number) => i32.add(addresses[i], at);
    for (const [i, [array, use]] of arrays.entries()) {
      if (use !== 'out') f.set(vectors[array], v128.load(place(i)));
    }
    body(f, vectors, splats, term);
    for (const [i, [array, use]] of arrays.entries()) {
      if (use !== 'in') f.store(place(i), vectors[array]);
    }
    if (!adds) return;
    f.set(term, v128.and(term, counted));
    addTerms(f, sums, term, adds);
  };

  /** Copies the rest of each array into one vector of scratch memory, where the walk goes on. */
  const emitBeginRest = () => {
    for (const [i, address] of addresses.entries()) {
      f.set(inArrays[i], i32.add(address, at));
      f.set(address, i32.add(scratch, 16 * i));
      if (arrays[i][1] !== 'out') copyElements(f, rest, inArrays[i], address);
    }
    f.set(at, 0);
    f.set(end, 16);
    f.set(isRest, 1);
    if (adds) f.set(counted, lanesBelow(rest));
  };

  const emitEndRest = () => {
    for (const [i, address] of addresses.entries()) {
      if (arrays[i][1] !== 'in') copyElements(f, rest, address, inArrays[i]);
    }
  };

  emitBounds(f, piece, given as Record<'n' | 'perPiece', Local<'i32'>>, { at, end, rest });
  if (adds) f.set(counted, i32x4.splat(-1));
  // Twice, if there is a rest: over the whole vectors in the arrays, then over the one in scratch memory.
  f.loop((once) => {
    f.until(i32.ge_u(at, end), () => {
      emitStep();
      f.increase(at, 16);
    });
    f.if(rest, () => {
      f.if(i32.eqz(isRest), () => {
        emitBeginRest();
        f.br(once);
      });
      emitEndRest();
    });
  });
  if (adds) storeSum(f, sums, i32.add(given.partials as Local<'i32'>, i32.shl(piece, 3)));
}

/** In bytes from the arrays' beginnings: a piece is [at, end). `rest` is how many elements follow, if it is the last one. */
function emitBounds(
  f: FunctionBuilder,
  piece: Local<'i32'>,
  { n, perPiece }: Readonly<Record<'n' | 'perPiece', Local<'i32'>>>,
  { at, end, rest }: Readonly<Record<'at' | 'end' | 'rest', Local<'i32'>>>,
): void {
  f.set(at, i32.shl(i32.mul(piece, perPiece), 2));
  f.set(end, i32.add(at, i32.shl(perPiece, 2)));
  const wholeVectors = i32.shl(i32.shr_u(n, 2), 4);
  f.if(i32.gt_u(end, wholeVectors), () => {
    f.set(end, wholeVectors);
    f.set(rest, i32.and(n, 3));
  });
}

/** Copies 1 to 3 elements. */
function copyElements(f: FunctionBuilder, count: Local<'i32'>, from: Local<'i32'>, to: Local<'i32'>): void {
  for (let lane = 0; lane < 3; lane++) {
    const copy = () => f.store(to, i32.load(from, 4 * lane), 4 * lane);
    if (lane === 0) copy();
    else f.if(i32.gt_u(count, lane), copy);
  }
}

/** Ones in the lanes whose index is below the count. */
function lanesBelow(count: Local<'i32'>): V128 {
  const indices: Bytes = [0, 1, 2, 3].flatMap((lane) => [lane, 0, 0, 0]);
  return i32x4.lt_s(v128.const(indices), i32x4.splat(count));
}

/** For `i8x16.shuffle`: the upper eight bytes, then the lower. */
export const UPPER_HALF_FIRST: Bytes = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/**
 * Adds four float32 terms to two sums of two float64 lanes each. With a single sum, each addition would have to wait for
 * the one before.
 */
function addTerms(f: FunctionBuilder, sums: readonly Vector[], term: Vector, adds: Sum): void {
  const upperHalf = i8x16.shuffle(UPPER_HALF_FIRST, term, term);
  for (const [i, half] of [term, upperHalf].entries()) {
    const value = f.variable('v128');
    f.set(value, f64x2.promote_low_f32x4(half));
    if (adds === 'squares of terms') f.set(value, f64x2.mul(value, value));
    f.set(sums[i], f64x2.add(sums[i], value));
  }
}

function storeSum(f: FunctionBuilder, [low, high]: readonly Vector[], to: I32): void {
  f.set(low, f64x2.add(low, high));
  f.store(to, f64.add(f64x2.extract_lane(0, low), f64x2.extract_lane(1, low)));
}

/** A number in all four lanes. */
export function constant(value: number): V128 {
  return f32x4.splat(f32.const(value));
}
