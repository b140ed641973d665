/** The one error of the format readers. They see bytes, not files: whoever opened the file puts its path in front. */

/** Bytes are not what their format says, or hold something that is not read here. The message says what came and what was expected. */
export class FormatError extends Error {
  override name = 'FormatError';
}
