/** The expected results of the instructions on 128 bits: JavaScript's arithmetic, rounded by Math.fround to float32. */

import * as wasm from '../../../../../src/tensor/kernels/simd/wasm/instructions.ts';
import {
  bytes,
  f32,
  f64,
  i32,
  type Numbers,
  OUT,
  type Row,
  row,
  special,
  storeResult,
} from '../../../../helpers/emitted/instructionRow.ts';

const { abs, fround, sqrt, trunc } = Math;
const { NaN: notANumber, POSITIVE_INFINITY: infinity } = Number;

const mask = (isTrue: boolean) => (isTrue ? -1 : 0);

const P = f32(1.1, -0, notANumber, infinity);
const Q = f32(-3.3, 0, 1, -infinity);
const R = f32(2.5, -2.5, 3.5, -1e-40);
const S = f32(2.5, 7, -1e38, 3e-39);
const N = i32(1, -2, 2 ** 31 - 1, -(2 ** 31));
const M = i32(3, -7, 1, -1);
const BYTES_A = bytes((i) => 17 * i);
const BYTES_B = bytes((i) => 255 - 11 * i);

const of2 = <T extends Numbers>(a: T, b: T, f: (a: number, b: number) => number): number[] =>
  Array.from(a as ArrayLike<number>, (value, i) => f(value, (b as ArrayLike<number>)[i]));

/** Two rows: one with special numbers, one with ordinary and subnormal ones. */
const floats = (name: string, f: (a: number, b: number) => number): Row[] => [
  row(name, [P, Q], f32(...of2(P, Q, f))),
  row(name, [R, S], f32(...of2(R, S, f))),
];
const comparison = (name: string, f: (a: number, b: number) => boolean): Row[] => [
  row(name, [P, Q], i32(...of2(P, Q, (a, b) => mask(f(a, b))))),
  row(name, [R, S], i32(...of2(R, S, (a, b) => mask(f(a, b))))),
];
const unary = (name: string, f: (a: number) => number): Row[] => [
  row(
    name,
    [P],
    P.map((value) => f(value)),
  ),
  row(
    name,
    [R],
    R.map((value) => f(value)),
  ),
];
const bitwise = (name: string, f: (a: number, b: number) => number): Row =>
  row(
    name,
    [BYTES_A, BYTES_B],
    bytes((i) => f(BYTES_A[i], BYTES_B[i]) & 255),
  );

/** Rounds to the nearest integer, halves to the even one. */
function nearest(x: number): number {
  const below = Math.floor(x);
  if (!Number.isFinite(x) || x === below) return x;
  const isUp = x - below === 0.5 ? below % 2 !== 0 : x - below > 0.5;
  return isUp ? below + 1 || -0 : below; // what is rounded up to 0 was negative
}

export const LANE_ROWS: readonly Row[] = [
  special('v128.const', [], (f) => storeResult(f, wasm.v128.const([...BYTES_B])), BYTES_B),
  special(
    'v128.load',
    [BYTES_A, BYTES_B],
    (f) => storeResult(f, wasm.v128.load(3, 5)),
    bytes((i) => (i < 8 ? BYTES_A[i + 8] : BYTES_B[i - 8])),
  ),
  special('v128.load32_splat', [N], (f) => storeResult(f, wasm.v128.load32_splat(0, 4)), i32(-2, -2, -2, -2)),
  special('store', [BYTES_A], (f) => f.store(0, wasm.v128.load(0), OUT), BYTES_A),
  bitwise('v128.and', (a, b) => a & b),
  bitwise('v128.andnot', (a, b) => a & ~b),
  bitwise('v128.or', (a, b) => a | b),
  row(
    'v128.bitselect',
    [BYTES_A, BYTES_B, bytes(() => 0xf0)],
    bytes((i) => (BYTES_A[i] & 0xf0) | (BYTES_B[i] & 0x0f)),
  ),
  special(
    'i8x16.shuffle',
    [BYTES_A, BYTES_B],
    (f) => {
      const backwards = Array.from({ length: 16 }, (_, i) => 31 - 2 * i);
      storeResult(f, wasm.i8x16.shuffle(backwards, wasm.v128.load(0), wasm.v128.load(16)));
    },
    bytes((i) => [...BYTES_A, ...BYTES_B][31 - 2 * i]),
  ),
  row('i16x8.extend_low_i8x16_u', [BYTES_B], Uint16Array.from(BYTES_B.subarray(0, 8))),
  row('i16x8.extend_high_i8x16_u', [BYTES_B], Uint16Array.from(BYTES_B.subarray(8))),
  row('i32x4.extend_low_i16x8_u', [Uint16Array.of(1, 65_535, 3, 4, 5, 6, 7, 8)], i32(1, 65_535, 3, 4)),
  row('i32x4.extend_high_i16x8_u', [Uint16Array.of(1, 2, 3, 4, 5, 65_535, 7, 8)], i32(5, 65_535, 7, 8)),

  row('i32x4.splat', [i32(-9)], i32(-9, -9, -9, -9)),
  row('i32x4.add', [N, M], i32(...of2(N, M, (a, b) => a + b))),
  row('i32x4.sub', [N, M], i32(...of2(N, M, (a, b) => a - b))),
  row(
    'i32x4.shl',
    [N, i32(3)],
    N.map((value) => value << 3),
  ),
  row(
    'i32x4.shr_s',
    [N, i32(1)],
    N.map((value) => value >> 1),
  ),
  row('i32x4.lt_s', [N, M], i32(...of2(N, M, (a, b) => mask(a < b)))),
  row('i32x4.trunc_sat_f32x4_s', [R], i32(...Array.from(R, trunc))),
  row('i32x4.trunc_sat_f32x4_s', [P], i32(1, 0, 0, 2 ** 31 - 1)),

  row('f32x4.splat', [f32(0.1)], f32(0.1, 0.1, 0.1, 0.1)),
  ...unary('f32x4.abs', abs),
  ...unary('f32x4.neg', (a) => -a),
  ...unary('f32x4.sqrt', sqrt),
  ...unary('f32x4.nearest', nearest),
  ...floats('f32x4.add', (a, b) => fround(a + b)),
  ...floats('f32x4.sub', (a, b) => fround(a - b)),
  ...floats('f32x4.mul', (a, b) => fround(a * b)),
  ...floats('f32x4.div', (a, b) => fround(a / b)),
  row('f32x4.relaxed_madd', [f32(1.5, -2, 3, -0), f32(2, 0.5, -3, 1), f32(1, -1, 9, 5)], f32(4, -2, 0, 5)),
  ...floats('f32x4.pmin', (a, b) => (b < a ? b : a)),
  ...floats('f32x4.pmax', (a, b) => (a < b ? b : a)),
  ...comparison('f32x4.eq', (a, b) => a === b),
  ...comparison('f32x4.ne', (a, b) => a !== b),
  ...comparison('f32x4.lt', (a, b) => a < b),
  ...comparison('f32x4.gt', (a, b) => a > b),
  row('f32x4.convert_i32x4_s', [N], f32(...N)),
  row('f32x4.demote_f64x2_zero', [f64(1 / 3, 1e300)], f32(1 / 3, infinity, 0, 0)),

  row('f64x2.splat', [f64(1 / 3)], f64(1 / 3, 1 / 3)),
  special(
    'f64x2.extract_lane',
    [f64(3, 1 / 3)],
    (f) => {
      storeResult(f, wasm.f64x2.extract_lane(1, wasm.v128.load(0)));
      storeResult(f, wasm.f64x2.extract_lane(0, wasm.v128.load(0)), OUT + 8);
    },
    f64(1 / 3, 3),
  ),
  row('f64x2.add', [f64(0.1, 1), f64(0.2, notANumber)], f64(0.1 + 0.2, notANumber)),
  row('f64x2.sub', [f64(0.1, infinity), f64(0.3, infinity)], f64(0.1 - 0.3, notANumber)),
  row('f64x2.mul', [f64(0.1, -infinity), f64(0.3, 0)], f64(0.1 * 0.3, notANumber)),
  row('f64x2.div', [f64(1, -1), f64(3, 0)], f64(1 / 3, -infinity)),
  row('f64x2.promote_low_f32x4', [f32(0.1, -0, 3, 4)], f64(fround(0.1), -0)),
];
