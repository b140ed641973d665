/**
 * Reads `.isth` files exactly as docs/isth.md defines them, with a range decoder on bigints: of lossy files the codes, of
 * lossless ones only the check value of what was stored. It checks nothing but the check values.
 */

import { crc32 } from 'node:zlib';
import { type IsthParts, partsOf, withChecks } from '../bytes/isthParts.ts';
import { NaiveDecoder } from './naiveRangeCoder.ts';

export interface NaiveIsth extends IsthParts {
  readonly shape: readonly number[];
  readonly facts: Record<string, unknown>;
  /** Rounded codes of all images, `[n, codeLength]`. Undefined for lossless files. */
  readonly codes: Float32Array | undefined;
}

export function naiveIsth(bytes: Uint8Array): NaiveIsth {
  const parts = partsOf(bytes);
  if (!Buffer.from(withChecks(parts)).equals(bytes)) throw new Error('wrong: damaged, and yet read');
  const facts = JSON.parse(parts.description);
  const { shape, codeLength, levels } = facts;
  const codes = parts.end ? undefined : decode(parts, shape, codeLength, levels);
  return { ...parts, shape, facts, codes };
}

function decode(parts: IsthParts, shape: number[], codeLength: number, levels: number): Float32Array {
  const ranges = new Float32Array(Uint8Array.from(parts.ranges).buffer);
  const features = shape.slice(1).reduce((size, one) => size * one, 1);
  const perChunk = Math.max(1, Math.floor(2 ** 18 / Math.max(features, codeLength)));
  const codes: number[] = [];
  const seen = new Map<string, [probability: number, count: number]>();
  for (const [i, chunk] of parts.chunks.entries()) {
    const decoder = new NaiveDecoder(chunk);
    const images = Math.min(perChunk, shape[0] - i * perChunk);
    for (let k = 0; k < images * codeLength; k++) {
      const j = k % codeLength;
      const [minimum, maximum] = [ranges[j], ranges[codeLength + j]];
      const step = (maximum - minimum) / (levels - 1);
      const level = walk(step > 0 ? levels : 1, (node) => {
        const [probability, count] = seen.get(`${j} ${node}`) ?? [32768, 0];
        const bit = decoder.decide(probability);
        const learned = probability + Math.trunc((65536 * bit - probability) / (count + 1.5));
        seen.set(`${j} ${node}`, [Math.max(32, Math.min(65504, learned)), Math.min(255, count + 1)]);
        return bit;
      });
      codes.push(Math.min(minimum + level * step, maximum));
    }
    if (!decoder.isAtEnd) throw new Error('wrong: bytes left');
  }
  return Float32Array.from(codes);
}

/** Walks down a tree whose leaves are the levels, from the highest bit to the lowest. */
function walk(levels: number, decide: (node: string) => number): number {
  const depth = Math.ceil(Math.log2(levels));
  let path = '';
  while (path.length < depth) {
    const firstOfUpperHalf = Number.parseInt(`${path}1`.padEnd(depth, '0'), 2);
    path += firstOfUpperHalf < levels ? decide(path) : 0;
  }
  return path === '' ? 0 : Number.parseInt(path, 2);
}

/** Throws unless the values are those whose check value the file holds. */
export function requireStoredValues({ end }: NaiveIsth, values: Uint8Array): void {
  if (end && crc32(values) !== Buffer.from(end).readUInt32LE()) throw new Error('wrong values');
}
