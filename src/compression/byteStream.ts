/** Bytes that arrive in pieces of any size, read by length; and pieces joined to one array. */

import type { SampleArray } from '../data/samples.ts';
import { FormatError } from '../io/errors.ts';

/** A whole file, or its pieces in order. */
export type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export class ByteStream {
  readonly #pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  /** Bytes that arrived and were not read yet. */
  #rest: Uint8Array = new Uint8Array();

  constructor(source: ByteSource) {
    const pieces = ArrayBuffer.isView(source) ? [source as Uint8Array] : source;
    this.#pieces =
      Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }

  /**
   * Reads the next bytes. Memory is taken for those that arrive, not for those that a file claims to have.
   *
   * @throws {FormatError} If the source ends before.
   * @throws Whatever the source failed with.
   */
  async read(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = length;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#arrive())) throw new FormatError('the file is cut off.');
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0] : joined(Uint8Array, parts);
  }

  /** Whether the source has ended and everything was read. */
  async isOver(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#arrive());
  }

  /** Tells the source that no more bytes are wanted. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  /** Takes the next piece that is not empty; false at the end. */
  async #arrive(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#pieces.next();
      if (done) return false;
      // A plain array, also for a Node Buffer, whose `slice` would be a view instead of a copy.
      this.#rest = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      if (value.length > 0) return true;
    }
  }
}

/** Concatenates parts to one array of this type. */
export function joined<Values extends SampleArray>(
  type: new (length: number) => Values,
  parts: readonly SampleArray[],
): Values {
  const all = new type(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
