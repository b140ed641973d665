/**
 * The levels of codes as decisions: a level is a walk down a binary tree, from its highest bit to its lowest, and every
 * node of every dimension's tree has its own probability. Read rangeCoder.ts first.
 *
 * docs/isth.md, section 3, compares the size with deflate, which needs more at every number of bits, and with the entropy
 * of each dimension's distribution, which this comes close to. So the file holds no deflate.
 */

import { AdaptiveBits, type BitCoder } from './rangeCoder.ts';

const { clz32 } = Math;

/** A tree of up to 256 leaves has fewer inner nodes than this. */
const NODES = 256;

export class CodeModel {
  readonly #levels: readonly number[];
  readonly #bits: AdaptiveBits;

  /** @param levels - The number of levels of each dimension, 1 to 256. */
  constructor(levels: readonly number[]) {
    this.#levels = levels;
    this.#bits = new AdaptiveBits(NODES * levels.length);
  }

  /** Encodes `values`, the levels `[n, width]`; with a decoder, fills them in. */
  code(coder: BitCoder, values: Uint8Array): void {
    const width = this.#levels.length;
    for (let i = 0; i < values.length; i++) {
      const j = i % width;
      values[i] = this.#codeOne(coder, values[i], NODES * j, this.#levels[j]);
    }
  }

  #codeOne(coder: BitCoder, value: number, firstNode: number, levels: number): number {
    let node = 1;
    let found = 0;
    for (let half = halfOf(levels); half > 0; half >>= 1) {
      let bit = 0;
      // If the upper half holds no level, there is nothing to decide.
      if (found + half < levels) {
        const context = firstNode + node;
        bit = coder.code((value & half) === 0 ? 0 : 1, this.#bits.probability(context));
        this.#bits.learn(context, bit);
      }
      node = 2 * node + bit;
      if (bit) found += half;
    }
    return found;
  }
}

/** Half of the leaves of the smallest tree for this many levels: the largest power of two below. 0 for a single level. */
function halfOf(levels: number): number {
  return levels === 1 ? 0 : 2 ** (31 - clz32(levels - 1));
}
