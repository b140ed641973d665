/**
 * e^x, and with it the logistic function, tanh, log(1 + t) and the normal distribution, four float32 numbers at a time.
 * docs/kernels.md, section 7, derives the errors.
 *
 * x = n ln 2 + r with an integer n and |r| <= ln 2 / 2 = 0.3466, so e^x = 2^n e^r. Taylor's series of e^r up to r^7
 * omits less than 5.4e-9, a tenth of a float32 rounding; 2^n is written into the exponent's bits.
 */

import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import { f32x4, i32x4, type Local, type V128, v128 } from '../wasm/instructions.ts';
import { constant } from './elementwise.ts';

/** ln 2 in two parts: the first has 15 bits, so that n times it is exact in float32; the second is the rest. */
const LN2_HIGH = 22713 / 2 ** 15;
const LN2_LOW = Math.LN2 - LN2_HIGH;

/** Below MIN_X, e^x is less than half the smallest subnormal number and rounds to 0. Above MAX_X it is infinite. */
const MIN_X = -104;
const MAX_X = 89;

/** 1/7!, 1/6!, … 1/2! */
const COEFFICIENTS = [5040, 720, 120, 24, 6, 2].map((factorial) => 1 / factorial);

interface Reduced {
  /** n, as 32-bit integers. */
  readonly n: Local<'v128'>;
  /** e^r - 1 */
  readonly q: Local<'v128'>;
}

/** Computes n and e^r - 1 for the x in the variable, plus a `rest` that was rounded off from it. */
function emitReduced(f: FunctionBuilder, x: Local<'v128'>, rest?: V128): Reduced {
  const [n, r, q] = f.variables(3, 'v128');
  f.set(n, f32x4.nearest(f32x4.mul(x, constant(Math.LOG2E))));
  f.set(r, f32x4.sub(x, f32x4.mul(n, constant(LN2_HIGH))));
  f.set(r, f32x4.sub(r, f32x4.mul(n, constant(LN2_LOW))));
  if (rest) f.set(r, f32x4.add(r, rest));
  const [first, ...others] = COEFFICIENTS;
  f.set(q, constant(first));
  for (const coefficient of others) {
    f.set(q, f32x4.add(f32x4.mul(q, r), constant(coefficient)));
  }
  // r + r² (1/2 + r/6 + …): the largest term is added last.
  f.set(q, f32x4.add(f32x4.mul(f32x4.mul(q, r), r), r));
  f.set(n, i32x4.trunc_sat_f32x4_s(n));
  return { n, q };
}

/** 2^n for -126 <= n <= 127. */
function powerOfTwo(n: V128): V128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** e^x as a product of two normal numbers, also where e^x is subnormal or infinite. */
interface Exponential {
  /** e^r and about half of 2^n */
  readonly part: V128;
  readonly scale: V128;
}

/** In two steps of about 2^(n/2): beyond -87 and 88, n itself is not a valid exponent. */
function emitFactors(f: FunctionBuilder, x: Local<'v128'>, rest?: V128): Exponential {
  const half = f.variable('v128');
  const { n, q } = emitReduced(f, x, rest);
  f.set(half, i32x4.shr_s(n, 1));
  return {
    part: f32x4.mul(f32x4.add(q, constant(1)), powerOfTwo(i32x4.sub(n, half))),
    scale: powerOfTwo(half),
  };
}

/** `to` = e^x, within 2 units in the last place. NaN remains NaN. */
export function emitExp(f: FunctionBuilder, to: Local<'v128'>, x: V128): void {
  f.set(to, f32x4.pmin(f32x4.pmax(x, constant(MIN_X)), constant(MAX_X)));
  const { part, scale } = emitFactors(f, to);
  f.set(to, f32x4.mul(part, scale));
}

/** σ(x) = 1 / (1 + e^-x), its complement, and the exponential of both. */
export interface Logistic {
  /** e^-|x| */
  readonly exponential: Local<'v128'>;
  /** σ(x) */
  readonly value: V128;
  /** 1 - σ(x) as σ(-x), which keeps its digits where σ(x) is nearly 1. */
  readonly complement: V128;
}

/** σ(x) is 1 / (1 + e^-x) or, for x < 0, e^x / (1 + e^x): no exponential overflows, and small results keep their digits. */
export function emitLogistic(f: FunctionBuilder, x: Local<'v128'>): Logistic {
  const [exponential, isNegative] = f.variables(2, 'v128');
  emitExp(f, exponential, f32x4.neg(f32x4.abs(x)));
  f.set(isNegative, f32x4.lt(x, constant(0)));
  const one = constant(1);
  const sum = f32x4.add(exponential, one);
  return {
    exponential,
    value: f32x4.div(v128.bitselect(exponential, one, isNegative), sum),
    complement: f32x4.div(v128.bitselect(one, exponential, isNegative), sum),
  };
}

/** For larger x, tanh x is 1 in float32. */
const TANH_IS_ONE = 10;

/**
 * `y` = tanh x = E / (E + 2) with E = e^(2|x|) - 1, and the sign of x. E = 2^n (e^r - 1) + (2^n - 1) has no
 * cancellation, so small x keep their digits, too.
 */
export function emitTanh(f: FunctionBuilder, y: Local<'v128'>, x: Local<'v128'>): void {
  const [twice, power] = f.variables(2, 'v128');
  f.set(twice, f32x4.pmin(f32x4.abs(x), constant(TANH_IS_ONE)));
  f.set(twice, f32x4.add(twice, twice));
  const { n, q } = emitReduced(f, twice);
  f.set(power, powerOfTwo(n));
  f.set(y, f32x4.add(f32x4.mul(q, power), f32x4.sub(power, constant(1))));
  f.set(y, f32x4.div(y, f32x4.add(y, constant(2))));
  // -0 has no bit but the sign's.
  f.set(y, v128.or(y, v128.and(x, constant(-0))));
}

/** The powers of s in log1p, the highest first. The terms left out are below 2e-9 of the sum. */
const LOG_TERMS = [15, 13, 11, 9, 7, 5, 3, 1];

/** `to` = log(1 + t) for 0 <= t <= 1: 2 (s + s³/3 + s⁵/5 + …) with s = t / (2 + t) <= 1/3. */
export function emitLog1p(f: FunctionBuilder, to: Local<'v128'>, t: Local<'v128'>): void {
  const [s, square] = f.variables(2, 'v128');
  f.set(s, f32x4.div(t, f32x4.add(t, constant(2))));
  f.set(square, f32x4.mul(s, s));
  const [first, ...others] = LOG_TERMS;
  f.set(to, constant(2 / first));
  for (const power of others) {
    f.set(to, f32x4.add(f32x4.mul(to, square), constant(2 / power)));
  }
  f.set(to, f32x4.mul(to, s));
}

/**
 * Q(a) = Φ(-a) = erfc(a/√2) / 2, the part of the normal distribution beyond a, for 0 <= a <= end. Without its exponential
 * little remains: (a + c) e^(a²/2) Q(a) goes from 0.98 at a = 0 to 0.45 at the end. So it is a polynomial in
 * s = (a - c) / (a + c), which lies between -1 and 1.
 *
 * The coefficients, the highest power first, are those of the polynomial that meets it in twelve Chebyshev points
 * (`fitPolynomial` in docs/guide, chapter 3; exp.test.ts computes them anew). It is off by less than 0.2 u of itself, the
 * rounding of the coefficients to float32 included. That is why c is 63/32: with other numbers around it, this rounding
 * alone is often 0.5 to 1 u.
 */
export const NORMAL_TAIL = {
  c: 63 / 32,
  /** From here on, Q(a) and all that it is multiplied by are 0 in float32. */
  end: 15,
  coefficients: [
    -6.8020356e-5, -1.38066659e-4, 1.87255622e-4, 8.68355561e-4, 6.57255772e-4, -2.29038512e-3,
    -6.57512096e-3, 9.52301916e-4, 3.70279536e-2, 2.25634946e-2, -0.323944482, 0.669704144,
  ],
} as const;

/**
 * Q(|x|) = ratio · part · scale. It is subnormal, and so has few digits, before |x| Q(|x|) is: whoever needs a multiple of it
 * multiplies by `scale` last.
 */
export interface NormalTail {
  /** e^(x²/2) Q(|x|) */
  readonly ratio: Local<'v128'>;
  /** With `scale`: e^(-x²/2). It is 0 from the end on. */
  readonly part: Local<'v128'>;
  readonly scale: Local<'v128'>;
}

export function emitNormalTail(f: FunctionBuilder, x: Local<'v128'>): NormalTail {
  const { c, end, coefficients } = NORMAL_TAIL;
  const [a, square, high, low, sum, s, ratio, part, scale] = f.variables(9, 'v128');
  f.set(a, f32x4.pmin(f32x4.abs(x), constant(end)));

  // `square`, -a²/2, is rounded, which would count up to 112-fold. So e^ gets the rest, too: high² is exact in 24 digits.
  f.set(square, f32x4.mul(f32x4.mul(a, a), constant(-0.5)));
  f.set(high, v128.and(a, i32x4.splat(-4096)));
  f.set(low, f32x4.sub(a, high));
  const ofHigh = f32x4.sub(f32x4.mul(f32x4.mul(high, high), constant(-0.5)), square);
  const rest = f32x4.sub(ofHigh, f32x4.mul(f32x4.mul(low, f32x4.add(a, high)), constant(0.5)));
  const factors = emitFactors(f, square, rest);
  f.set(part, v128.and(factors.part, f32x4.lt(a, constant(end))));
  f.set(scale, factors.scale);

  f.set(sum, f32x4.add(a, constant(c)));
  f.set(s, f32x4.div(f32x4.sub(a, constant(c)), sum));
  const [first, ...others] = coefficients;
  f.set(ratio, constant(first));
  for (const coefficient of others) {
    f.set(ratio, f32x4.add(f32x4.mul(ratio, s), constant(coefficient)));
  }
  f.set(ratio, f32x4.div(ratio, sum));
  return { ratio, part, scale };
}
