/** Bytes that arrive piece by piece, asked for by length. */

import type { SampleArray } from '../data/samples.ts';
import { FormatError } from '../io/errors.ts';

/** A whole file, or its pieces in their order. */
export type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export class ByteStream {
  readonly #pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  /** Arrived and not asked for yet. */
  #rest: Uint8Array = new Uint8Array();

  constructor(source: ByteSource) {
    const pieces = ArrayBuffer.isView(source) ? [source as Uint8Array] : source;
    this.#pieces =
      Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }

  /**
   * The next bytes. Memory is taken for those that arrive, not for those that a file claims to have.
   *
   * @throws {FormatError} If there are fewer.
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

  /** Whether nothing comes any more. */
  async isOver(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#arrive());
  }

  /** Says the source that no more is wanted. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #arrive(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#pieces.next();
      if (done) return false;
      // A Node Buffer would be sliced without a copy: from here on it is the plain array that it is made of.
      this.#rest = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      if (value.length > 0) return true;
    }
  }
}

/** Parts behind each other, as one array of this type. */
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
