/**
 * y = (x - shift) / scale in SIMD, for the samples of a batch. The result has the bits of float64 arithmetic rounded once,
 * as in ../../naive.ts, so a batch is the same with all kernels. Read kernelCode.ts first.
 */

import type { Bytes } from '../wasm/encode.ts';
import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import {
  f32,
  f32x4,
  f64x2,
  type I32,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type Local,
  v128,
} from '../wasm/instructions.ts';
import { CHUNK, UPPER_HALF_FIRST } from './elementwise.ts';
import { forRange, type KernelCode, kernelCode, rangeOfPiece } from './kernelCode.ts';

const ARGUMENTS = { n: 'i32', x: 'i32', y: 'i32', shift: 'f64', scale: 'f64' } as const;

/** Shift and scale in all lanes. */
interface Factors {
  readonly shift: Local<'v128'>;
  readonly scale: Local<'v128'>;
}

/** Scales four float32 numbers, in place. */
type EmitScaling = (f: FunctionBuilder, x: Local<'v128'>, factors: Factors) => void;

/**
 * For shift 0 and a scale that float32 holds exactly (uint8 divided by 255), float32 division is enough: the quotient of
 * two float32 numbers, rounded to float64 and again to float32, equals the one rounded once (Figueroa 1995: 53 bits are at
 * least 2 · 24 + 2).
 */
const divide: EmitScaling = (f, x, { scale }) => f.set(x, f32x4.div(x, scale));

const LOWER_HALVES: Bytes = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** In float64, two elements at a time. */
const subtractAndDivide: EmitScaling = (f, x, { shift, scale }) => {
  const halves = f.variables(2, 'v128');
  f.set(halves[0], f64x2.promote_low_f32x4(x));
  f.set(halves[1], f64x2.promote_low_f32x4(i8x16.shuffle(UPPER_HALF_FIRST, x, x)));
  for (const half of halves) {
    const shifted = f64x2.sub(half, shift);
    f.set(half, f32x4.demote_f64x2_zero(f64x2.div(shifted, scale)));
  }
  f.set(x, i8x16.shuffle(LOWER_HALVES, halves[0], halves[1]));
};

/** A kernel on n elements, a multiple of `width`; `emitVectors` does `width` of them. */
function scaling(
  width: number,
  isFloat64: boolean,
  emitVectors: (f: FunctionBuilder, x: I32, y: I32, factors: Factors) => void,
): KernelCode<{ readonly [Name in keyof typeof ARGUMENTS]: number }> {
  return kernelCode({
    argumentTypes: ARGUMENTS,
    emit(f, piece, { n, x, y, shift, scale }) {
      const [i, first, end] = f.variables(3, 'i32');
      const factors = { shift: f.variable('v128'), scale: f.variable('v128') };
      const splat = (value: Local<'f64'>) =>
        isFloat64 ? f64x2.splat(value) : f32x4.splat(f32.demote_f64(value));
      f.set(factors.shift, splat(shift));
      f.set(factors.scale, splat(scale));
      rangeOfPiece(f, [first, end], piece, CHUNK, n);
      const bytesAt = (array: I32, log2: number) => i32.add(array, i32.shl(i, log2));
      forRange(f, i, first, end, width, () =>
        emitVectors(f, bytesAt(x, width === 16 ? 0 : 2), bytesAt(y, 2), factors),
      );
    },
  });
}

/** Sixteen bytes at a time, widened to 16 bits, to 32 bits and to float32. */
function emitBytes(emitScaling: EmitScaling) {
  return (f: FunctionBuilder, x: I32, y: I32, factors: Factors): void => {
    const [bytes, eight, four] = f.variables(3, 'v128');
    f.set(bytes, v128.load(x));
    for (const [i, widen8] of [i16x8.extend_low_i8x16_u, i16x8.extend_high_i8x16_u].entries()) {
      f.set(eight, widen8(bytes));
      for (const [j, widen16] of [i32x4.extend_low_i16x8_u, i32x4.extend_high_i16x8_u].entries()) {
        f.set(four, f32x4.convert_i32x4_s(widen16(eight)));
        emitScaling(f, four, factors);
        f.store(y, four, 32 * i + 16 * j);
      }
    }
  };
}

export const divideBytes = scaling(16, false, emitBytes(divide));
export const scaleBytes = scaling(16, true, emitBytes(subtractAndDivide));

export const scaleFloats = scaling(4, true, (f, x, y, factors) => {
  const four = f.variable('v128');
  f.set(four, v128.load(x));
  subtractAndDivide(f, four, factors);
  f.store(y, four);
});
