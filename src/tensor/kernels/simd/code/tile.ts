/**
 * One tile of a product, 4 rows by 8 columns: its 32 sums stay in eight registers while the inner loop goes along k. Each
 * step loads 8 elements of B (two registers) and 4 of A (each copied into all four lanes of a register), then multiplies
 * and adds 8 times. packing.ts puts the elements in that order.
 */

import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import { type I32, i32, type Local, tee, v128 } from '../wasm/instructions.ts';
import { forRange, type MultiplyAdd } from './kernelCode.ts';

/** 8 sums + 2 of B + 4 of A fit the 16 registers of x86-64; 3 x 12 or 5 x 8 do not (docs/kernels.md, section 5). */
export const TILE_ROWS = 4;
export const TILE_COLUMNS = 8;
const VECTORS = TILE_COLUMNS / 4;

/** Steps along k in the body of the inner loop. */
const UNROLL = 16;

/** The variables of a tile. */
export interface Tile {
  readonly sums: readonly (readonly Local<'v128'>[])[];
  /** The addresses of the next elements of A and B, and bytes from one step along k to the next. */
  readonly a: Local<'i32'>;
  readonly b: Local<'i32'>;
  readonly stepOfA: Local<'i32'>;
  readonly stepOfB: Local<'i32'>;
  /** How many steps are left. */
  readonly left: Local<'i32'>;
}

export function createTile(f: FunctionBuilder): Tile {
  const [a, b, stepOfA, stepOfB, left] = f.variables(5, 'i32');
  const sums = Array.from({ length: TILE_ROWS }, () => f.variables(VECTORS, 'v128'));
  return { sums, a, b, stepOfA, stepOfB, left };
}

/** Loads the sums from rows that are `stride` bytes apart; `row` is changed. */
export function emitLoadSums(
  f: FunctionBuilder,
  { sums }: Tile,
  row: Local<'i32'>,
  stride: Local<'i32'>,
): void {
  for (const ofRow of sums) {
    for (const [v, sum] of ofRow.entries()) f.set(sum, v128.load(row, 16 * v));
    f.increase(row, stride);
  }
}

/** Stores the sums to rows that are `stride` bytes apart; `row` is changed. */
export function emitStoreSums(
  f: FunctionBuilder,
  { sums }: Tile,
  row: Local<'i32'>,
  stride: Local<'i32'>,
): void {
  for (const ofRow of sums) {
    for (const [v, sum] of ofRow.entries()) f.store(row, sum, 16 * v);
    f.increase(row, stride);
  }
}

/**
 * sums += panel of A · panel of B, along `left` > 0 steps.
 *
 * The loop is unrolled, and after each step it asks whether that was the last. This costs little and spares a second
 * loop for the rest. Above all, no load moves across a branch: without the branches, the V8 of Node 20 and 22 moves the loads
 * of all steps to the front, runs out of registers and spills the sums, which leaves a quarter of the speed. Later ones leave
 * the loads where they are, and then a loop that never asks may be faster: `neverAsks`, a number in memory, says which of the
 * two to use (docs/kernels.md, section 6). Both add in the same order.
 */
export function emitInnerLoop(
  f: FunctionBuilder,
  tile: Tile,
  multiplyAdd: MultiplyAdd,
  neverAsks: I32,
): void {
  const { left } = tile;
  const emitStep = createStep(f, tile, multiplyAdd);
  f.block((end) => {
    f.if(neverAsks, () => {
      f.until(i32.lt_u(left, UNROLL), () => {
        f.repeat(UNROLL, emitStep);
        f.set(left, i32.sub(left, UNROLL));
      });
      f.br_if(end, i32.eqz(left));
    });
    f.loop((again) => {
      for (let step = 0; step < UNROLL; step++) {
        emitStep();
        if (step < UNROLL - 1) f.br_if(end, i32.eq(left, step + 1));
      }
      f.br_if(again, tee(left, i32.sub(left, UNROLL)));
    });
  });
}

/** One step along k: 6 loads, 8 multiplications and 8 additions. */
function createStep(
  f: FunctionBuilder,
  { sums, a, b, stepOfA, stepOfB }: Tile,
  multiplyAdd: MultiplyAdd,
): () => void {
  const ofB = f.variables(VECTORS, 'v128');
  const ofA = f.variable('v128');
  return () => {
    for (const [v, vector] of ofB.entries()) f.set(vector, v128.load(b, 16 * v));
    for (const [row, ofRow] of sums.entries()) {
      f.set(ofA, v128.load32_splat(a, 4 * row));
      for (const [v, sum] of ofRow.entries()) f.set(sum, multiplyAdd(ofA, ofB[v], sum));
    }
    f.increase(a, stepOfA);
    f.increase(b, stepOfB);
  };
}

/** Copies the part of a tile that lies inside of C, element by element, between C and the thread's scratch memory. */
export function emitCopyPart(
  f: FunctionBuilder,
  rows: Local<'i32'>,
  columns: Local<'i32'>,
  from: { at: I32; stride: I32 },
  to: { at: I32; stride: I32 },
): void {
  const [row, column, source, target] = f.variables(4, 'i32');
  const place = (start: Local<'i32'>) => i32.add(start, i32.shl(column, 2));
  f.set(source, from.at);
  f.set(target, to.at);
  forRange(f, row, 0, rows, 1, () => {
    forRange(f, column, 0, columns, 1, () => f.store(place(target), i32.load(place(source))));
    f.increase(source, from.stride);
    f.increase(target, to.stride);
  });
}
