/**
 * e^x, and with it the logistic function, tanh and log(1 + t), four float32 numbers at a time. docs/kernels.md, section 7,
 * derives the errors.
 *
 * x = n ln 2 + r with an integer n and |r| <= ln 2 / 2 = 0.3466, so e^x = 2^n e^r. Taylor's series of e^r up to r^7
 * omits less than 5.4e-9, a tenth of a float32 rounding; 2^n is written into the exponent's bits.
 */

import type { FunctionBuilder, Local, V128 } from '../wasm/instructions.ts';
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

/** Computes n and e^r - 1 for the x in the variable. */
function emitReduced(f: FunctionBuilder, x: Local<'v128'>): Reduced {
  const { local, f32x4, i32x4 } = f;
  const [n, r, q] = f.variables(3, 'v128');
  local.set(n, f32x4.nearest(f32x4.mul(local.get(x), constant(f, Math.LOG2E))));
  local.set(r, f32x4.sub(local.get(x), f32x4.mul(local.get(n), constant(f, LN2_HIGH))));
  local.set(r, f32x4.sub(local.get(r), f32x4.mul(local.get(n), constant(f, LN2_LOW))));
  const [first, ...others] = COEFFICIENTS;
  local.set(q, constant(f, first));
  for (const coefficient of others) {
    local.set(q, f32x4.add(f32x4.mul(local.get(q), local.get(r)), constant(f, coefficient)));
  }
  // r + r² (1/2 + r/6 + …): the largest term is added last.
  local.set(q, f32x4.add(f32x4.mul(f32x4.mul(local.get(q), local.get(r)), local.get(r)), local.get(r)));
  local.set(n, i32x4.trunc_sat_f32x4_s(local.get(n)));
  return { n, q };
}

/** 2^n for -126 <= n <= 127. */
function powerOfTwo({ i32, i32x4 }: FunctionBuilder, n: V128): V128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(i32.const(127))), i32.const(23));
}

/** `to` = e^x, within 2 units in the last place. NaN remains NaN. */
export function emitExp(f: FunctionBuilder, to: Local<'v128'>, x: () => V128): void {
  const { local, i32, f32x4, i32x4 } = f;
  const half = f.variable('v128');
  local.set(to, f32x4.pmin(f32x4.pmax(x(), constant(f, MIN_X)), constant(f, MAX_X)));
  const { n, q } = emitReduced(f, to);
  // In two steps of about 2^(n/2): for a subnormal or infinite result, n itself is not a valid exponent.
  local.set(half, i32x4.shr_s(local.get(n), i32.const(1)));
  local.set(
    to,
    f32x4.mul(
      f32x4.mul(
        f32x4.add(local.get(q), constant(f, 1)),
        powerOfTwo(f, i32x4.sub(local.get(n), local.get(half))),
      ),
      powerOfTwo(f, local.get(half)),
    ),
  );
}

/** σ(x) = 1 / (1 + e^-x), its complement, and the exponential of both. */
export interface Logistic {
  /** e^-|x| */
  readonly exponential: Local<'v128'>;
  /** Emits σ(x). */
  readonly value: () => V128;
  /** Emits 1 - σ(x) as σ(-x), which keeps its digits where σ(x) is nearly 1. */
  readonly complement: () => V128;
}

/** σ(x) is 1 / (1 + e^-x) or, for x < 0, e^x / (1 + e^x): no exponential overflows, and small results keep their digits. */
export function emitLogistic(f: FunctionBuilder, x: Local<'v128'>): Logistic {
  const { local, v128, f32x4 } = f;
  const [exponential, isNegative] = f.variables(2, 'v128');
  emitExp(f, exponential, () => f32x4.neg(f32x4.abs(local.get(x))));
  local.set(isNegative, f32x4.lt(local.get(x), constant(f, 0)));
  const e = () => local.get(exponential);
  const one = () => constant(f, 1);
  return {
    exponential,
    value: () => f32x4.div(v128.bitselect(e(), one(), local.get(isNegative)), f32x4.add(e(), one())),
    complement: () => f32x4.div(v128.bitselect(one(), e(), local.get(isNegative)), f32x4.add(e(), one())),
  };
}

/** For larger x, tanh x is 1 in float32. */
const TANH_IS_ONE = 10;

/**
 * `y` = tanh x = E / (E + 2) with E = e^(2|x|) - 1, and the sign of x. E = 2^n (e^r - 1) + (2^n - 1) has no
 * cancellation, so small x keep their digits, too.
 */
export function emitTanh(f: FunctionBuilder, y: Local<'v128'>, x: Local<'v128'>): void {
  const { local, v128, f32x4 } = f;
  const [twice, power] = f.variables(2, 'v128');
  local.set(twice, f32x4.pmin(f32x4.abs(local.get(x)), constant(f, TANH_IS_ONE)));
  local.set(twice, f32x4.add(local.get(twice), local.get(twice)));
  const { n, q } = emitReduced(f, twice);
  local.set(power, powerOfTwo(f, local.get(n)));
  local.set(
    y,
    f32x4.add(f32x4.mul(local.get(q), local.get(power)), f32x4.sub(local.get(power), constant(f, 1))),
  );
  local.set(y, f32x4.div(local.get(y), f32x4.add(local.get(y), constant(f, 2))));
  // -0 has no bit but the sign's.
  local.set(y, v128.or(local.get(y), v128.and(local.get(x), constant(f, -0))));
}

/** The powers of s in log1p, the highest first. The terms left out are below 2e-9 of the sum. */
const LOG_TERMS = [15, 13, 11, 9, 7, 5, 3, 1];

/** `to` = log(1 + t) for 0 <= t <= 1: 2 (s + s³/3 + s⁵/5 + …) with s = t / (2 + t) <= 1/3. */
export function emitLog1p(f: FunctionBuilder, to: Local<'v128'>, t: Local<'v128'>): void {
  const { local, f32x4 } = f;
  const [s, square] = f.variables(2, 'v128');
  local.set(s, f32x4.div(local.get(t), f32x4.add(local.get(t), constant(f, 2))));
  local.set(square, f32x4.mul(local.get(s), local.get(s)));
  const [first, ...others] = LOG_TERMS;
  local.set(to, constant(f, 2 / first));
  for (const power of others) {
    local.set(to, f32x4.add(f32x4.mul(local.get(to), local.get(square)), constant(f, 2 / power)));
  }
  local.set(to, f32x4.mul(local.get(to), local.get(s)));
}
