/**
 * The range coder by definition: all it has written is one number, a bigint, in which carries need no care. Slow, and it shares only
 * the arithmetic of the definition with src/compression/coder/rangeCoder.ts.
 */

const TOP = 2 ** 24;
const FULL = 2 ** 32 - 1;

export interface Decision {
  readonly bit: number;
  readonly probability: number;
}

export function naiveEncode(decisions: readonly Decision[]): Uint8Array {
  let low = 0n;
  let range = FULL;
  let shifts = 0;
  for (const { bit, probability } of decisions) {
    const part = Number((BigInt(range) * BigInt(probability)) >> 16n);
    if (bit) range = part;
    else {
      low += BigInt(part);
      range -= part;
    }
    while (range < TOP) {
      low <<= 8n;
      range *= 256;
      shifts++;
    }
  }
  const hex = low.toString(16).padStart(2 * (shifts + 4), '0');
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** Decodes by comparing bigints. */
export class NaiveDecoder {
  readonly #bytes: Uint8Array;
  #rest: bigint;
  #range = FULL;
  #used = 4;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#rest = BigInt(`0x${Buffer.from(bytes.subarray(0, 4)).toString('hex').padEnd(8, '0')}`);
    if (bytes.length < 4) throw new Error('invalid: short');
    if (this.#rest >= BigInt(FULL)) throw new Error('invalid: beyond the range');
  }

  decide(probability: number): number {
    const part = Number((BigInt(this.#range) * BigInt(probability)) >> 16n);
    const bit = this.#rest < BigInt(part) ? 1 : 0;
    if (bit) this.#range = part;
    else {
      this.#rest -= BigInt(part);
      this.#range -= part;
    }
    while (this.#range < TOP) {
      if (this.#used === this.#bytes.length) throw new Error('invalid: cut off');
      this.#rest = this.#rest * 256n + BigInt(this.#bytes[this.#used++]);
      this.#range *= 256;
    }
    return bit;
  }

  get isAtEnd(): boolean {
    return this.#used === this.#bytes.length;
  }
}
