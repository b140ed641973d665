/** Data that is well-formed but cannot be trained on or read by a model. The message says what to do about it. */
export class DataError extends Error {
  override name = 'DataError';
}
