/** Numbers of 2, 4 and 8 bytes by their definition: a sum of powers of two, bit by bit. Exact: float64 holds each of them. */

/** IEEE 754's parts of a number, in bits. bfloat16 is not a part of it, but has the same form. */
const FORMS: Readonly<Record<string, { readonly exponent: number; readonly fraction: number }>> = {
  F16: { exponent: 5, fraction: 10 },
  BF16: { exponent: 8, fraction: 7 },
  F32: { exponent: 8, fraction: 23 },
  F64: { exponent: 11, fraction: 52 },
};

/** @param bytes - Little-endian. */
export function naiveFloat(type: string, bytes: Uint8Array): number {
  const { exponent, fraction } = FORMS[type];
  const text = [...bytes]
    .reverse()
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  const sign = text[0] === '1' ? -1 : 1;
  const power = Number.parseInt(text.slice(1, 1 + exponent), 2);
  const bits = text.slice(1 + exponent);
  const bias = 2 ** (exponent - 1) - 1;
  if (power === 2 ** exponent - 1) return bits.includes('1') ? Number.NaN : sign * Infinity;
  let significand = power === 0 ? 0 : 1;
  for (let i = 0; i < fraction; i++) if (bits[i] === '1') significand += 2 ** -(i + 1);
  return sign * significand * 2 ** (Math.max(power, 1) - bias);
}
