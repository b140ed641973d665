/** The quantiles of the standard normal distribution: where a grid over the space of codes has its points (paths.ts). */

const { abs, log, sqrt } = Math;

/** Coefficients of three quotients of polynomials, in ascending powers: numerator, denominator. */
const CENTRAL = [
  [3.3871327179, 50.434271938, 159.29113202, 59.10937472],
  [1, 17.895169469, 78.757757664, 67.1875636],
] as const;
const NEAR_TAIL = [
  [1.4234372777, 2.75681539, 1.3067284816, 0.17023821103],
  [1, 0.7370016425, 0.12021132975],
] as const;
const FAR_TAIL = [
  [6.657905115, 3.081226386, 0.42868294337, 0.017337203997],
  [1, 0.24197894225, 0.012258202635],
] as const;

/**
 * The quantile function of the standard normal distribution, the inverse of its cumulative distribution function. The
 * relative error is below 2e-7, about that of a float32 number, which is what codes are.
 *
 * Source: PPND7 of Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37(3),
 * 1988.
 *
 * @param p - A probability, 0 <= p <= 1.
 * @returns -Infinity for 0, Infinity for 1.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (abs(q) <= 0.425) return q * quotient(CENTRAL, 0.425 ** 2 - q * q);
  const r = sqrt(-log(q < 0 ? p : 1 - p));
  const x = r === Infinity ? r : r <= 5 ? quotient(NEAR_TAIL, r - 1.6) : quotient(FAR_TAIL, r - 5);
  return q < 0 ? -x : x;
}

/** The value of a quotient of polynomials, by Horner's rule. */
function quotient([numerator, denominator]: readonly (readonly number[])[], x: number): number {
  const polynomial = (coefficients: readonly number[]) =>
    coefficients.reduceRight((sum, c) => sum * x + c, 0);
  return polynomial(numerator) / polynomial(denominator);
}
