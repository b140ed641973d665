/**
 * How an element-by-element kernel walks along its arrays: four numbers at a time, whatever their count. Read kernelCode.ts first.
 *
 * The last one to three numbers are copied to scratch memory, computed there as a whole vector and copied back, so that
 * a kernel is written once, for vectors, and nothing is read or written that is not its own.
 */

import type { Bytes } from '../wasm/encode.ts';
import type { FunctionBuilder, I32, Local, V128 } from '../wasm/instructions.ts';
import { type ArgumentLocals, type ArgumentTypes, type KernelCode, kernelCode } from './kernelCode.ts';

/** Numbers a piece. A constant, not a share: sums over pieces must not depend on how many threads there are. */
export const CHUNK = 4096;

/** What a kernel does with an array. */
type Use = 'in' | 'out' | 'inout';
type Arrays = Readonly<Record<string, Use>>;
type Vectors<A extends Arrays> = { readonly [Name in keyof A]: Local<'v128'> };
type Scalars<S extends Readonly<Record<string, 'f32'>>> = { readonly [Name in keyof S]: Local<'v128'> };

interface ElementwiseSource<A extends Arrays, S extends Readonly<Record<string, 'f32'>>> {
  readonly name: string;
  readonly arrays: A;
  /** Numbers that are the same for all elements: the body gets them in all four lanes. */
  readonly scalars?: S;
  /** Emits the work on one vector: sets the variables of what is 'out' or 'inout', and `term` if there is one. */
  readonly body: (f: FunctionBuilder, vectors: Vectors<A>, scalars: Scalars<S>, term: Local<'v128'>) => void;
}

/** Arguments: n, the arrays' addresses, the scalars. */
export function elementwise<const A extends Arrays, const S extends Readonly<Record<string, 'f32'>>>(
  source: ElementwiseSource<A, S>,
): KernelCode {
  return walk(source, undefined);
}

/** What a reduction adds up. */
type Sum = 'terms' | 'squares of terms';

/**
 * The same, and the sum over all elements of a term, or of its square. Sums and squares are float64 numbers; each piece
 * writes its part to `partials`.
 *
 * Arguments: n, the arrays' addresses, the scalars, the address of `partials`.
 */
export function reduction<const A extends Arrays, const S extends Readonly<Record<string, 'f32'>>>(
  adds: Sum,
  source: ElementwiseSource<A, S>,
): KernelCode {
  return walk(source, adds);
}

function walk<A extends Arrays, S extends Readonly<Record<string, 'f32'>>>(
  { name, arrays, scalars, body }: ElementwiseSource<A, S>,
  adds: Sum | undefined,
): KernelCode {
  const arrayNames = Object.keys(arrays);
  const scalarNames = Object.keys(scalars ?? {});
  const argumentTypes: ArgumentTypes = {
    n: 'i32',
    ...Object.fromEntries(arrayNames.map((array) => [array, 'i32' as const])),
    ...scalars,
    ...(adds && { partials: 'i32' }),
  };
  return kernelCode({
    name,
    argumentTypes,
    emit(f, piece, given: ArgumentLocals<ArgumentTypes>, scratch) {
      const { local, i32, v128, i32x4, f32x4 } = f;
      const n = given.n as Local<'i32'>;
      const addresses = arrayNames.map((array) => given[array] as Local<'i32'>);
      const vectors = Object.fromEntries(
        arrayNames.map((array) => [array, f.variable('v128')]),
      ) as Vectors<A>;
      const splats = Object.fromEntries(
        scalarNames.map((scalar) => {
          const splat = f.variable('v128');
          local.set(splat, f32x4.splat(local.get(given[scalar] as Local<'f32'>)));
          return [scalar, splat];
        }),
      ) as Scalars<S>;
      const [at, end, rest, isRest] = f.variables(4, 'i32');
      const [term, counted] = f.variables(2, 'v128');
      const sums = f.variables(2, 'v128');
      const inArrays = f.variables(arrayNames.length, 'i32');
      const slot = (i: number) => i32.add(f.global.get(scratch), i32.const(16 * i));
      const isRead = (i: number) => arrays[arrayNames[i]] !== 'out';
      const isWritten = (i: number) => arrays[arrayNames[i]] !== 'in';

      /** Loads, computes, stores one vector of each array. */
      const step = () => {
        const place = (i: number) => i32.add(local.get(addresses[i]), local.get(at));
        for (const [i, array] of arrayNames.entries()) {
          if (isRead(i)) local.set(vectors[array], v128.load(place(i)));
        }
        body(f, vectors, splats, term);
        for (const [i, array] of arrayNames.entries()) {
          if (isWritten(i)) v128.store(place(i), local.get(vectors[array]));
        }
        if (!adds) return;
        local.set(term, v128.and(local.get(term), local.get(counted)));
        addTerms(f, sums, term, adds);
      };

      /** Goes on with the rest as one vector in scratch memory. */
      const turnToRest = () => {
        for (const [i, address] of addresses.entries()) {
          local.set(inArrays[i], i32.add(local.get(address), local.get(at)));
          local.set(address, slot(i));
          if (isRead(i)) copyNumbers(f, rest, inArrays[i], address);
        }
        local.set(at, i32.const(0));
        local.set(end, i32.const(16));
        local.set(isRest, i32.const(1));
        if (adds) local.set(counted, lanesBelow(f, rest));
      };

      // Bytes from the arrays' beginnings: this piece is [at, end), and it may hold the rest.
      local.set(at, i32.mul(local.get(piece), i32.const(4 * CHUNK)));
      local.set(end, i32.add(local.get(at), i32.const(4 * CHUNK)));
      const wholeVectors = () => i32.shl(i32.shr_u(local.get(n), i32.const(2)), i32.const(4));
      f.if(i32.gt_u(local.get(end), wholeVectors()), () => {
        local.set(end, wholeVectors());
        local.set(rest, i32.and(local.get(n), i32.const(3)));
      });
      if (adds) local.set(counted, i32x4.splat(i32.const(-1)));
      // Twice, if there is a rest: once over the whole vectors in the arrays, once over the one in scratch memory.
      f.loop((once) => {
        f.block((done) => {
          f.loop((again) => {
            f.br_if(done, i32.ge_u(local.get(at), local.get(end)));
            step();
            local.set(at, i32.add(local.get(at), i32.const(16)));
            f.br(again);
          });
        });
        f.if(local.get(rest), () => {
          f.if(i32.eqz(local.get(isRest)), () => {
            turnToRest();
            f.br(once);
          });
          for (const [i, address] of addresses.entries()) {
            if (isWritten(i)) copyNumbers(f, rest, address, inArrays[i]);
          }
        });
      });
      if (adds) storeSum(f, sums, () => partial(f, piece, given.partials as Local<'i32'>));
    },
  });
}

/** 1 to 3 numbers. */
function copyNumbers(f: FunctionBuilder, count: Local<'i32'>, from: Local<'i32'>, to: Local<'i32'>): void {
  const { local, i32 } = f;
  for (let lane = 0; lane < 3; lane++) {
    const copy = () => i32.store(local.get(to), i32.load(local.get(from), 4 * lane), 4 * lane);
    if (lane === 0) copy();
    else f.if(i32.gt_u(local.get(count), i32.const(lane)), copy);
  }
}

/** Ones in the lanes whose number is below the count. */
function lanesBelow(f: FunctionBuilder, count: Local<'i32'>): V128 {
  const numbers: Bytes = [0, 1, 2, 3].flatMap((lane) => [lane, 0, 0, 0]);
  return f.i32x4.lt_s(f.v128.const(numbers), f.i32x4.splat(f.local.get(count)));
}

function partial({ local, i32 }: FunctionBuilder, piece: Local<'i32'>, partials: Local<'i32'>): I32 {
  return i32.add(local.get(partials), i32.shl(local.get(piece), i32.const(3)));
}

/** For `i8x16.shuffle`: the upper eight bytes, then the lower. */
export const UPPER_HALF_FIRST: Bytes = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** Adds four float32 terms to two sums of two float64 lanes: one would wait for itself with each addition. */
function addTerms(f: FunctionBuilder, sums: readonly Local<'v128'>[], term: Local<'v128'>, adds: Sum): void {
  const { local, f64x2, i8x16 } = f;
  const upperHalf = () => i8x16.shuffle(UPPER_HALF_FIRST, local.get(term), local.get(term));
  for (const [i, half] of [() => local.get(term), upperHalf].entries()) {
    const value = f.variable('v128');
    local.set(value, f64x2.promote_low_f32x4(half()));
    if (adds === 'squares of terms') local.set(value, f64x2.mul(local.get(value), local.get(value)));
    local.set(sums[i], f64x2.add(local.get(sums[i]), local.get(value)));
  }
}

function storeSum(f: FunctionBuilder, [low, high]: readonly Local<'v128'>[], to: () => I32): void {
  const { local, f64, f64x2 } = f;
  local.set(low, f64x2.add(local.get(low), local.get(high)));
  f64.store(to(), f64.add(f64x2.extract_lane(0, local.get(low)), f64x2.extract_lane(1, local.get(low))));
}

/** A number in all four lanes. */
export function constant(f: FunctionBuilder, value: number): V128 {
  return f.f32x4.splat(f.f32.const(value));
}
