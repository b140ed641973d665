/**
 * A binary range coder: whole files become one number, written down byte by byte; a decision that was expected takes a
 * fraction of a bit. Encoder and decoder are one interface, so that a model of the data is written once for both.
 *
 * Source: Martin, "Range encoding: an algorithm for removing redundancy from a digitised message", Video & Data
 * Recording Conference 1979; the carry as in Pavlov's LZMA SDK (lzma specification, "Range coder").
 */

import { FormatError } from '../io/errors.ts';

const { floor, max } = Math;

/** Probabilities are integers of 1/65536. */
export const CERTAIN = 65536;
export const EVEN = CERTAIN / 2;

const TOP = 2 ** 24;
const FULL_RANGE = 2 ** 32 - 1;

export interface BitCoder {
  /**
   * One decision, 0 or 1: an encoder writes `bit`, a decoder ignores it and returns the one that was written.
   *
   * @param probability - Of a 1: an integer from 1 to 65535.
   */
  code(bit: number, probability: number): number;
}

export class RangeEncoder implements BitCoder {
  #bytes = new Uint8Array(1024);
  #length = 0;
  /** Up to 2^33: the carry is above the 32 bits. */
  #low = 0;
  #range = FULL_RANGE;
  /** The last byte, and how many bytes of 255 behind it: a carry may still change them. The very first is always 0. */
  #held = 0;
  #heldFull = 0;

  code(bit: number, probability: number): number {
    // A product below 2^48: exact in float64.
    const part = floor((this.#range * probability) / CERTAIN);
    if (bit) {
      this.#range = part;
    } else {
      this.#low += part;
      this.#range -= part;
    }
    while (this.#range < TOP) {
      this.#range *= 256;
      this.#shift();
    }
    return bit;
  }

  /** How many bytes there are so far, but for the few that may still change. */
  get length(): number {
    return max(0, this.#length - 1);
  }

  /** All bytes. To be called once, at the end. */
  finish(): Uint8Array {
    for (let i = 0; i < 5; i++) this.#shift();
    return this.#bytes.slice(1, this.#length);
  }

  /** The upper 8 of the 32 bits of `low` are settled, but for a carry. */
  #shift(): void {
    const carry = this.#low > FULL_RANGE ? 1 : 0;
    if (carry === 1 || this.#low < 0xff000000) {
      this.#write(this.#held + carry);
      for (; this.#heldFull > 0; this.#heldFull--) this.#write(0xff + carry);
      this.#held = (this.#low >>> 24) & 0xff;
    } else {
      this.#heldFull++;
    }
    this.#low = (this.#low & 0xffffff) * 256;
  }

  #write(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const longer = new Uint8Array(2 * this.#length);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes[this.#length++] = byte; // of 256, a carry out of 255, the typed array keeps 0
  }
}

/** How many bytes the shortest message has. */
export const SHORTEST_MESSAGE = 4;

export class RangeDecoder implements BitCoder {
  readonly #bytes: Uint8Array;
  #position = 0;
  #range = FULL_RANGE;
  /** Always less than the range. */
  #code = 0;

  /** @throws {FormatError} If no encoder begins like that. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    for (let i = 0; i < SHORTEST_MESSAGE; i++) this.#code = this.#code * 256 + this.#next();
    if (this.#code >= FULL_RANGE) throw new FormatError('the coded data is corrupt.');
  }

  /** @throws {FormatError} If the bytes are over. */
  code(_: number, probability: number): number {
    const part = floor((this.#range * probability) / CERTAIN);
    let bit = 0;
    if (this.#code < part) {
      this.#range = part;
      bit = 1;
    } else {
      this.#code -= part;
      this.#range -= part;
    }
    while (this.#range < TOP) {
      this.#range *= 256;
      this.#code = this.#code * 256 + this.#next();
    }
    return bit;
  }

  /** @throws {FormatError} If there are bytes that nothing was read from. */
  finish(): void {
    if (this.#position !== this.#bytes.length) {
      throw new FormatError(
        `the coded data is corrupt: ${this.#bytes.length} bytes, ${this.#position} were expected.`,
      );
    }
  }

  #next(): number {
    if (this.#position === this.#bytes.length) throw new FormatError('the coded data is cut off.');
    return this.#bytes[this.#position++];
  }
}
