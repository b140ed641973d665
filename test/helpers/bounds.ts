/**
 * How far a float32 result may be from the exact one, and the comparison that all numeric tests share.
 * The bounds are derived in docs/math.md, section 2.2, after Higham, Accuracy and Stability of Numerical Algorithms
 * (2nd ed., 2002), sections 2.1, 3.1 and 3.5.
 */

// Looking up a global is slow in jest, and these loops run over millions of elements.
const { abs, fround, max } = Math;
const { is } = Object;
const { isFinite: isNumber } = Number;

/** u: what one float32 operation may be off by, relative to its exact result. */
export const UNIT_ROUNDOFF = 2 ** -24;

/** The smallest float32 above 0. A result that underflows is off by at most half of it, whatever u says. */
export const SMALLEST_FLOAT32 = 2 ** -149;

/** γ(n) = n u / (1 - n u): what n roundings in a row may be off by, relative to the exact result. */
export function gamma(n: number): number {
  return (n * UNIT_ROUNDOFF) / (1 - n * UNIT_ROUNDOFF);
}

/**
 * What a sum of k products (plus one number to start from) may be off by, in any order of summation.
 *
 * @param absoluteSum - The same sum with the absolute value of every product and of the number to start from.
 */
export function summationBound(k: number, absoluteSum: number): number {
  return gamma(k + 1) * absoluteSum + (k + 1) * SMALLEST_FLOAT32;
}

/** The largest absolute value: the natural scale of an array. */
export function scaleOf(values: ArrayLike<number>): number {
  let scale = 0;
  for (let i = 0; i < values.length; i++) if (abs(values[i]) > scale) scale = abs(values[i]);
  return scale;
}

/**
 * The first element that is further from the expected one than its bound, as a sentence; `undefined` if there is none.
 * NaN agrees with nothing but NaN, an infinity with nothing but itself.
 *
 * @param bound - One number for all elements, or one of each.
 */
export function firstOutside(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: number | ArrayLike<number>,
): string | undefined {
  if (got.length !== expected.length) return `got ${got.length} elements, expected ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const value = got[i];
    const wanted = expected[i];
    const allowed = typeof bound === 'number' ? bound : bound[i];
    if (abs(value - wanted) <= allowed) continue;
    if (!is(value, wanted)) return `element ${i} is ${value}, expected ${wanted} ± ${allowed}`;
  }
  return undefined;
}

const float32 = new Float32Array(1);
const bits = new Int32Array(float32.buffer);

/**
 * How many units in its last place (of float32) a number is off. 0 for what float32 can't tell from the exact result,
 * infinity for NaN or an infinity where there should be none.
 *
 * @param absolute - An error that doesn't count.
 */
export function unitsOff(got: number, exact: number, absolute = 0): number {
  const rounded = fround(exact);
  if (is(got, rounded)) return 0;
  if (!isNumber(got) || !isNumber(rounded)) return Number.POSITIVE_INFINITY;
  float32[0] = rounded;
  // 23 bits of digits, then 8 of the exponent: 127 means 0, and subnormal numbers (0) have the smallest one, as 1 does.
  const exponent = max((bits[0] >>> 23) & 255, 1) - 127;
  return max(abs(got - exact) - absolute, 0) / 2 ** (exponent - 23);
}
