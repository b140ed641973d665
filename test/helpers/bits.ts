/** Comparison of float32 numbers bit for bit; `toEqual` takes a second for a million numbers. */

/** The first number that has other bits than expected, as a sentence; `undefined` if there is none. */
export function firstOtherBits(got: Float32Array, expected: Float32Array): string | undefined {
  if (got.length !== expected.length) return `got ${got.length} elements, expected ${expected.length}`;
  const [bits, wanted] = [got, expected].map((a) => new Int32Array(a.buffer, a.byteOffset, a.length));
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] !== wanted[i]) return `element ${i} is ${got[i]}, expected ${expected[i]}`;
  }
  return undefined;
}
