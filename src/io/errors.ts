/**
 * The one error of the format readers. They see bytes, not files: whoever opened the file puts its path in front.
 */

/** Bytes are not what their format says, or hold something that is not read here. The message says what came and what was expected. */
export class FormatError extends Error {
  override name = 'FormatError';
}

/** The first bytes of a file of another format, for the message: `89 50 4e 47`. */
export function firstBytes(bytes: Uint8Array, count: number): string {
  const hex = Array.from(bytes.subarray(0, count), (byte) => byte.toString(16).padStart(2, '0'));
  return hex.join(' ') || 'nothing';
}
