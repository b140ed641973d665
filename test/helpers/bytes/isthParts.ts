/** Takes `.isth` files apart and puts them together again with the right check values: a reader must check more than these. */

import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { lyingFields, resized } from '../mutations/lies.ts';
import { mutated } from '../mutations/mutations.ts';

export interface IsthParts {
  /** The 24 bytes of magic, version and lengths. */
  readonly fixed: Uint8Array;
  readonly description: string;
  readonly ranges: Uint8Array;
  readonly head: Uint8Array;
  readonly model: Uint8Array | undefined;
  /** Without their lengths. */
  readonly chunks: readonly Uint8Array[];
  /** The CRC-32 of the values, for lossless files. */
  readonly end: Uint8Array | undefined;
}

/** The parts of a valid file. */
export function partsOf(file: Uint8Array): IsthParts {
  const bytes = Buffer.from(file);
  let at = 0;
  // Not a Buffer, whose slice would be a view: changes would reach the original.
  const take = (length: number) => new Uint8Array(bytes.subarray(at, (at += length)));
  const fixed = take(24);
  const [textLength, headLength, modelLength] = [12, 16, 20].map((offset) => uint32At(fixed, offset));
  const description = Buffer.from(take(textLength)).toString();
  const { codeLength } = JSON.parse(description);
  const ranges = take(8 * codeLength);
  const head = take(headLength);
  take(4);
  const model = modelLength > 0 ? take(modelLength) : undefined;
  if (model) take(4);
  const isLossless = headLength > 0;
  const chunks: Uint8Array[] = [];
  while (at < bytes.length - (isLossless ? 8 : 0)) {
    chunks.push(take(uint32At(take(4), 0)));
    take(4);
  }
  return { fixed, description, ranges, head, model, chunks, end: isLossless ? take(4) : undefined };
}

/** The file of these parts: all check values are set right, the fixed fields are left as they are. */
export function withChecks({ fixed, description, ranges, head, model, chunks, end }: IsthParts): Uint8Array {
  const pieces: Uint8Array[] = [];
  let crc = 0;
  const add = (...parts: Uint8Array[]) => {
    for (const part of parts) crc = crc32(part, crc);
    pieces.push(...parts, uint32(crc));
  };
  add(fixed, Buffer.from(description), ranges, head);
  if (model) add(model);
  for (const chunk of chunks) add(uint32(chunk.length), chunk);
  if (end) add(end);
  return new Uint8Array(Buffer.concat(pieces));
}

function uint32At(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** The lengths in the fixed fields set to those of the parts. */
export function withLengths(parts: IsthParts): IsthParts {
  const fixed = Buffer.from(parts.fixed); // a copy
  fixed.writeUInt32LE(Buffer.byteLength(parts.description), 12);
  fixed.writeUInt32LE(parts.head.length, 16);
  fixed.writeUInt32LE(parts.model?.length ?? 0, 20);
  return { ...parts, fixed };
}

const NUMBERS = [
  0,
  1,
  2,
  3,
  4,
  5,
  15,
  16,
  17,
  255,
  256,
  257,
  -1,
  0.5,
  2 ** 22,
  2 ** 22 + 1,
  2 ** 31,
  2 ** 40,
  2 ** 53,
  1e300,
];
const VALUES = [
  null,
  true,
  '',
  'u1',
  'u2',
  'f4',
  'simd',
  'naive',
  'blocked',
  'npy',
  'idx',
  'csv',
  [],
  {},
  'x'.repeat(200),
];
const FLOATS = [0, 1, -1, 2, -2, 10, -10, 1e-45, 3.4e38, -3.4e38, Number.NaN, Number.POSITIVE_INFINITY];

/** Damage that the check values don't show: other counts, types, ranges and lengths, other chunks. */
export function isthLies(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const parts = partsOf(original);
  const lie = fc.oneof(
    liesOfDescription(parts),
    liesOfText(parts),
    liesOfRanges(parts),
    liesOfFixed(parts),
    liesOfChunks(parts),
    liesOfHead(parts),
  );
  const lies = fc.array(lie, { minLength: 1, maxLength: 2 });
  return lies.map((changes) => withChecks(changes.reduce((file, change) => change(file), parts)));
}

type Lie = (parts: IsthParts) => IsthParts;

function liesOfDescription({ description }: IsthParts): fc.Arbitrary<Lie> {
  const facts = JSON.parse(description);
  const value = fc.constantFrom<unknown>(...NUMBERS, ...VALUES);
  const shape = fc
    .tuple(fc.nat({ max: facts.shape.length - 1 }), fc.constantFrom(...NUMBERS))
    .map(([axis, length]) => ['shape', facts.shape.with(axis, length)] as const);
  const other = fc.tuple(fc.constantFrom(...Object.keys(facts)), value);
  const inner = fc
    .tuple(fc.constantFrom(...Object.keys(facts.normalization)), value)
    .map(([key, one]) => ['normalization', { ...facts.normalization, [key]: one }] as const);
  const { picture, overlap } = facts.tiles ?? { picture: [1, 1], overlap: 0 };
  const tiles = fc
    .tuple(fc.constantFrom(0, 1, 2), fc.constantFrom(...NUMBERS))
    .map(([i, one]) => (i < 2 ? { picture: picture.with(i, one), overlap } : { picture, overlap: one }))
    .map((one) => ['tiles', one] as const);
  return fc.oneof(shape, shape, other, inner, tiles).map(([key, one]) => (parts) => {
    try {
      const changed = { ...JSON.parse(parts.description), [key]: one };
      return withLengths({ ...parts, description: JSON.stringify(changed) });
    } catch {
      return parts; // an earlier lie broke the JSON
    }
  });
}

function liesOfText({ description }: IsthParts): fc.Arbitrary<Lie> {
  return mutated(new TextEncoder().encode(description)).map(
    (text) => (parts) => withLengths({ ...parts, description: Buffer.from(text).toString() }),
  );
}

function liesOfRanges({ ranges }: IsthParts): fc.Arbitrary<Lie> {
  const at = fc.nat({ max: ranges.length / 4 - 1 });
  return fc.tuple(at, fc.constantFrom(...FLOATS)).map(([i, value]) => (parts) => {
    const changed = Buffer.from(parts.ranges);
    changed.writeFloatLE(value, 4 * i);
    return { ...parts, ranges: changed };
  });
}

function liesOfFixed({ fixed }: IsthParts): fc.Arbitrary<Lie> {
  const fields = [8, 12, 16, 20].map((at) => ({ at, bytes: 4 as const }));
  return lyingFields(fixed, fields).map((changed) => (parts) => ({ ...parts, fixed: changed }));
}

function liesOfChunks({ chunks, end }: IsthParts): fc.Arbitrary<Lie> {
  const index = fc.nat({ max: chunks.length - 1 });
  const changed = index.chain((i) =>
    fc.oneof(mutated(chunks[i]), resized(chunks[i], [0, 3, 4, 5, chunks[i].length + 1])).map(
      (chunk): Lie =>
        (parts) => ({ ...parts, chunks: parts.chunks.with(i % parts.chunks.length, chunk) }),
    ),
  );
  const moved = fc.constantFrom<Lie>(
    (parts) => ({ ...parts, chunks: parts.chunks.slice(0, Math.max(1, parts.chunks.length - 1)) }),
    (parts) => ({ ...parts, chunks: [...parts.chunks, parts.chunks[0]] }),
    (parts) => ({ ...parts, chunks: parts.chunks.toReversed() }),
    (parts) => ({ ...parts, end: end ? undefined : uint32(7) }),
    (parts) => ({ ...parts, end: end && uint32(7) }),
  );
  return fc.oneof(changed, moved);
}

function liesOfHead({ head }: IsthParts): fc.Arbitrary<Lie> {
  const other = head.length > 0 ? mutated(head) : fc.constantFrom(new Uint8Array(10), new Uint8Array(70_000));
  return other.map((changed) => (parts) => withLengths({ ...parts, head: changed }));
}
