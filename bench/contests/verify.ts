/**
 * The checks before the timing: a fast wrong answer is worth nothing. docs/math.md, section 2.2, derives how far two
 * right answers may be apart.
 */

/** A contestant's result differs from the baseline's. The message says whose, where and by how much. */
export class VerificationError extends Error {
  override name = 'VerificationError';
}

const UNIT_ROUNDOFF = 2 ** -24;

/** γ(n) = n u / (1 - n u): what n float32 roundings in a row may be off by, relative to the exact result. */
export function gamma(n: number): number {
  return (n * UNIT_ROUNDOFF) / (1 - n * UNIT_ROUNDOFF);
}

/**
 * Each element of `got` must be within γ(roundings) · magnitude of the expected one.
 *
 * @param who - Named in the error.
 * @param magnitude - The same computation on absolute values: for a product, |A| · |B|.
 * @param roundings - Of both sides together.
 * @throws {VerificationError} At the first element that is further off, or NaN.
 */
export function requireClose(
  who: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  magnitude: ArrayLike<number>,
  roundings: number,
): void {
  requireLength(who, got, expected);
  const bound = gamma(roundings);
  for (let i = 0; i < expected.length; i++) {
    // Not `> allowed`: that is false for NaN.
    if (!(Math.abs(got[i] - expected[i]) <= bound * magnitude[i])) {
      throw new VerificationError(
        `${who}: element ${i} is ${got[i]}, expected ${expected[i]} ± ${bound * magnitude[i]}.`,
      );
    }
  }
}

/** @throws {VerificationError} At the first element that is not the expected one, bit for bit. */
export function requireEqual(who: string, got: ArrayLike<number>, expected: ArrayLike<number>): void {
  requireLength(who, got, expected);
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(got[i], expected[i])) {
      throw new VerificationError(`${who}: element ${i} is ${got[i]}, expected ${expected[i]}.`);
    }
  }
}

function requireLength(who: string, got: ArrayLike<number>, expected: ArrayLike<number>): void {
  if (got.length !== expected.length) {
    throw new VerificationError(`${who}: got ${got.length} elements, expected ${expected.length}.`);
  }
}
