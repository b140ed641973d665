/** A short name for the contents of a data set: the same values give the same one, from memory and from a file. */

import { createHash } from 'node:crypto';
import type { NumericArray, SampleArray } from '../../data/samples.ts';

/** Node's hash takes less than 2 GiB at a time. */
const PIECE_BYTES = 2 ** 30;

const HEX_DIGITS = 32;

/** SHA-256 over shape, dtype and the values' bytes as they lie in memory: row-major, little-endian, after conversion. */
export class DataFingerprint {
  readonly #hash = createHash('sha256');

  constructor({ shape, dtype }: Pick<NumericArray, 'shape' | 'dtype'>) {
    this.#hash.update(JSON.stringify({ shape, dtype }));
  }

  /** The next values, in their order. */
  add({ buffer, byteOffset, byteLength }: SampleArray): void {
    for (let start = 0; start < byteLength; start += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, byteLength - start);
      this.#hash.update(new Uint8Array(buffer, byteOffset + start, length));
    }
  }

  /** `sha256:` and 32 hexadecimal digits. Call it once, after the last values. */
  digest(): string {
    return `sha256:${this.#hash.digest('hex').slice(0, HEX_DIGITS)}`;
  }
}
