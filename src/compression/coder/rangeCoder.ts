/**
 * A binary range coder: a whole file becomes one number, written byte by byte, and a decision that was expected costs a
 * fraction of a bit. Encoder and decoder share one interface, so that a model of the data is written once for both.
 * The probabilities learn from the decisions; {@link AdaptiveBits} holds them. Integers only: every machine computes the same.
 *
 * Source: Martin, "Range encoding: an algorithm for removing redundancy from a digitised message", Video & Data
 * Recording Conference 1979; the carry as in Pavlov's LZMA SDK (LZMA specification, "Range coder").
 */

import { FormatError } from '../../io/errors.ts';
import { plural } from '../../tensor/words.ts';

const { floor, max, min, trunc } = Math;

/** Probabilities are integers, in units of 1/65536. */
const CERTAIN = 65536;
export const EVEN = CERTAIN / 2;

/** No decision is ever certain: the likeliest one still costs 0.0007 bits. */
const MIN_PROBABILITY = 32;

/** From this many decisions on, old ones are forgotten slowly. Measured: 60, 255 and 1000 differ by less than 0.5 %. */
const MAX_SEEN = 255;

const TOP = 2 ** 24;
const FULL_RANGE = 2 ** 32 - 1;

export interface BitCoder {
  /**
   * Codes one decision, 0 or 1: an encoder writes `bit`, a decoder ignores it and returns the bit that was written.
   *
   * @param probability - Of a 1, in units of 1/65536: an integer from 1 to 65535.
   */
  code(bit: number, probability: number): number;
}

export class RangeEncoder implements BitCoder {
  #bytes = new Uint8Array(1024);
  #length = 0;
  /** Below 2^33: the carry is the bit above the lower 32. */
  #low = 0;
  #range = FULL_RANGE;
  /** The last byte and the number of 255s behind it: a carry may still change them. The very first byte is always 0. */
  #held = 0;
  #heldFull = 0;

  code(bit: number, probability: number): number {
    // The product is below 2^48: exact in float64.
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

  /** The number of bytes that are settled so far. */
  get length(): number {
    return max(0, this.#length - 1);
  }

  /** Returns all bytes. Call it once, at the end. */
  finish(): Uint8Array {
    for (let i = 0; i < 5; i++) this.#shift();
    return this.#bytes.slice(1, this.#length);
  }

  /** Moves the upper 8 of the 32 bits of `low` out: nothing but a carry can change them now. */
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
    this.#bytes[this.#length++] = byte; // 256, a carry out of 255, becomes 0 in the typed array
  }
}

/** The length of the shortest message, in bytes. */
export const SHORTEST_MESSAGE = 4;

export class RangeDecoder implements BitCoder {
  readonly #bytes: Uint8Array;
  #position = 0;
  #range = FULL_RANGE;
  /** Always less than the range. */
  #code = 0;

  /** @throws {FormatError} If no encoder writes such a beginning. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    for (let i = 0; i < SHORTEST_MESSAGE; i++) this.#code = this.#code * 256 + this.#next();
    if (this.#code >= FULL_RANGE) throw new FormatError('the coded data is corrupt.');
  }

  /** @throws {FormatError} If there are no bytes left. */
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

  /** @throws {FormatError} If bytes are left that no decision was read from. */
  finish(): void {
    if (this.#position !== this.#bytes.length) {
      throw new FormatError(
        `the coded data is corrupt: it has ${plural(this.#bytes.length, 'byte')}, its decisions take ${this.#position}.`,
      );
    }
  }

  #next(): number {
    if (this.#position === this.#bytes.length) throw new FormatError('the coded data is cut off.');
    return this.#bytes[this.#position++];
  }
}

/** One probability for each context, learned from the decisions coded in it. */
export class AdaptiveBits {
  readonly #probabilities: Uint16Array;
  readonly #seen: Uint8Array;

  /** Every probability starts even. */
  constructor(contexts: number) {
    this.#probabilities = new Uint16Array(contexts).fill(EVEN);
    this.#seen = new Uint8Array(contexts);
  }

  /** Of a 1, in units of 1/65536. */
  probability(context: number): number {
    return this.#probabilities[context];
  }

  /**
   * p += (bit - p) / (n + 1.5), where n is the number of decisions before: p is the share of ones, counted as if a
   * quarter of a decision of each kind had been seen first. Krichevsky & Trofimov (IEEE Transactions on Information
   * Theory 27(2), 1981) begin with half a decision of each.
   */
  learn(context: number, bit: number): void {
    const seen = this.#seen[context];
    const before = this.#probabilities[context];
    const learned = before + trunc(((bit ? CERTAIN : 0) - before) / (seen + 1.5));
    this.#probabilities[context] = min(max(learned, MIN_PROBABILITY), CERTAIN - MIN_PROBABILITY);
    if (seen < MAX_SEEN) this.#seen[context] = seen + 1;
  }
}
