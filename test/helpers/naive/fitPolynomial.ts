/**
 * The coefficients of a polynomial that is near f from low to high, that of the constant term first: it meets f in the
 * Chebyshev points. From docs/guide, chapter 3.
 */
export function fitPolynomial(f: (r: number) => number, low: number, high: number, degree: number): number[] {
  const points = Array.from({ length: degree + 1 }, (_, i) => {
    const cosine = Math.cos((Math.PI * (i + 0.5)) / (degree + 1));
    return (low + high) / 2 + ((high - low) / 2) * cosine;
  });
  const slopes = points.map(f); // Newton's divided differences
  for (let j = 1; j <= degree; j++) {
    for (let i = degree; i >= j; i--) slopes[i] = (slopes[i] - slopes[i - 1]) / (points[i] - points[i - j]);
  }
  let polynomial: number[] = [];
  for (let i = degree; i >= 0; i--) {
    const before = polynomial;
    polynomial = [0, ...before].map((shifted, k) => shifted - points[i] * (before[k] ?? 0));
    polynomial[0] += slopes[i];
  }
  return polynomial;
}
