import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NumericArray } from '../../../src/data/samples.ts';
import { FormatError } from '../../../src/io/errors.ts';
import { IDX_HEAD_LENGTH, parseIdxHeader, readIdx } from '../../../src/io/numpy/idx.ts';
import { gunzip } from '../../../src/io/numpy/inflate.ts';
import { type ExpectedArray, valuesOf } from '../../helpers/bytes/npyGolden.ts';
import { because, lyingFields, resized } from '../../helpers/mutations/lies.ts';
import { surviveMutations } from '../../helpers/mutations/survival.ts';
import { naiveIdx, requireSame } from '../../helpers/naive/naiveReaders.ts';

const FOLDER = new URL('../../golden/idx/', import.meta.url);
const expectedFiles: Record<string, ExpectedArray> = JSON.parse(
  readFileSync(new URL('expected.json', FOLDER), 'utf8'),
);
const golden = (name: string) => Uint8Array.from(readFileSync(new URL(name, FOLDER)));
const filesThat = (zipped: boolean) =>
  Object.fromEntries(
    Object.keys(expectedFiles)
      .filter((name) => name.endsWith('.gz') === zipped)
      .map((name) => [name, golden(name)]),
  );
const plain = filesThat(false);
const zipped = filesThat(true);

/** Other types, ranks and dimensions, and then a size that may fit them. */
function idxLies(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const dimensions = Array.from(
    { length: original[3] },
    (_, axis) => ({ at: 4 + 4 * axis, bytes: 4, bigEndian: true }) as const,
  );
  const types = fc.constantFrom(8, 9, 10, 11, 12, 13, 14, 15).map((type) => original.with(2, type));
  const fields = lyingFields(original, [
    { at: 0, bytes: 1 },
    { at: 1, bytes: 1 },
    { at: 2, bytes: 1 },
    { at: 3, bytes: 1 },
    ...dimensions,
    ...dimensions,
  ]);
  const small = fc
    .tuple(types, fc.array(fc.nat({ max: 6 }), { minLength: original[3], maxLength: original[3] }))
    .map(([bytes, shape]) => {
      const view = new DataView(bytes.buffer);
      shape.forEach((length, axis) => {
        view.setUint32(4 + 4 * axis, length);
      });
      return bytes;
    });
  const { length } = original;
  return fc.oneof(fields, types, small).chain((bytes) => {
    const offset = 4 + 4 * bytes[3];
    const view = new DataView(bytes.buffer);
    let count = 1;
    for (let at = 4; at < offset && at + 4 <= length; at += 4) count *= view.getUint32(at);
    const sizes = [1, 2, 4, 8].map((size) => offset + size * count).filter((size) => size < 10_000);
    return resized(bytes, [length, length - 1, length + 1, 2 * length - offset, ...sizes, ...sizes]);
  });
}

const unzip = (bytes: Uint8Array) =>
  gunzip(bytes, undefined, { check: parseIdxHeader, headLength: IDX_HEAD_LENGTH });

describe('damaged IDX files', () => {
  test('the golden files are read, by an independent reader, too', async () => {
    const names = readdirSync(FOLDER).filter((name) => /\.idx(\.gz)?$/.test(name));
    expect(Object.keys(expectedFiles).toSorted()).toEqual(names.toSorted());
    for (const [name, expected] of Object.entries(expectedFiles)) {
      const isZipped = name.endsWith('.gz');
      const bytes = golden(name);
      const right = { shape: expected.shape, dtype: expected.dtype, values: valuesOf(expected) };
      requireSame(readIdx(isZipped ? await unzip(bytes) : bytes), right);
      requireSame({ ...expected, data: right.values }, naiveIdx(isZipped ? gunzipSync(bytes) : bytes));
    }
  });

  test('are refused in words, or read as an independent reader reads them', async () => {
    const tally = await surviveMutations({
      files: plain,
      lies: idxLies,
      read: readIdx,
      requireRight: (read, bytes) => requireSame(read, naiveIdx(bytes)),
    });
    expect(tally.read).toBeGreaterThan(tally.refused / 20);
    expect(tally.refused).toBeGreaterThan(tally.read / 20);
  });

  test('that are gzipped are refused in words, or read as they were before', async () => {
    const remade = new WeakSet<Uint8Array>();
    /** Wrong lengths and checksums, and wrong contents that were zipped as they are, which gzip cannot know. */
    const lies = (original: Uint8Array) => {
      const end = original.length;
      const fields = lyingFields(original, [
        { at: end - 4, bytes: 4 },
        { at: end - 8, bytes: 4 },
        { at: 3, bytes: 1 },
      ]);
      const doubled = fc
        .constantFrom(
          [...original],
          [0],
          [0, 0, 0, 0, ...original.subarray(end - 4)],
          [...original.subarray(0, 10)],
        )
        .map((extra) => Uint8Array.from([...original, ...extra]));
      const inside = idxLies(Uint8Array.from(gunzipSync(original))).map((bytes) => {
        const again = Uint8Array.from(gzipSync(bytes, { level: 1, memLevel: 1, windowBits: 9 }));
        remade.add(again);
        return again;
      });
      return fc.oneof(fields, doubled, inside);
    };
    const tally = await surviveMutations({
      files: zipped,
      lies,
      read: async (bytes) => readIdx(await unzip(bytes)),
      requireRight: (read, bytes, name) => requireSame(read, rightOf(bytes, name)),
    });
    expect(tally.read).toBeGreaterThan(tally.refused / 50);
    expect(tally.refused).toBeGreaterThan(tally.read / 20);

    function rightOf(bytes: Uint8Array, name: string) {
      return naiveIdx(gunzipSync(remade.has(bytes) ? bytes : zipped[name]));
    }
  });

  test('that are gzipped are refused or read right with any one byte changed', async () => {
    const bytes = zipped['images.idx.gz'];
    const original = naiveIdx(plain['images.idx']);
    let right = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [1, 128, 255]) {
        const read = await unzip(bytes.with(at, bytes[at] ^ mask)).then(readIdx, (error: Error) => error);
        if (read instanceof Error) expect(read.name).toBe('FormatError');
        else requireSame(read, original);
        if (!(read instanceof Error)) right++;
      }
    }
    // The time and the system in the header say nothing about the contents, nor do unused bits after the last block.
    expect(right).toBeLessThanOrEqual(3 * 7);
  });

  test.each([
    [
      'ignores bytes behind the values',
      /another length/,
      (bytes: Uint8Array) => {
        const original = plain['images.idx'];
        if (original.some((byte, at) => at < 16 && byte !== bytes[at]))
          throw new FormatError('another header.');
        return { ...readIdx(original), data: bytes.subarray(16, original.length) };
      },
    ],
    [
      'allocates what the header claims',
      /allocated|allocation failed|typed array length/,
      (bytes: Uint8Array) => {
        if (bytes.length < 16) throw new FormatError('too short.');
        const view = new DataView(bytes.buffer);
        const shape = [4, 8, 12].map((at) => view.getUint32(at));
        const data = new Uint8Array(shape[0] * shape[1] * shape[2]);
        data.set(bytes.subarray(16, 16 + data.length));
        if (data.length !== bytes.length - 16) throw new FormatError('another length.');
        return readIdx(bytes);
      },
    ],
  ] satisfies [string, RegExp, (bytes: Uint8Array) => NumericArray][])(
    'a reader that %s is found out',
    async (_, reason, read) => {
      const run = surviveMutations({
        files: { 'images.idx': plain['images.idx'] },
        lies: idxLies,
        read,
        requireRight: (result, bytes) => requireSame(result, naiveIdx(bytes)),
        cases: 500,
      });
      await expect(run).rejects.toMatchObject(because(reason));
    },
  );

  test('a reader that ignores the checksum of gzip is found out', async () => {
    const original = naiveIdx(plain['images.idx']);
    const run = surviveMutations({
      files: { 'images.idx.gz': zipped['images.idx.gz'] },
      read: (bytes) => {
        let contents: Uint8Array;
        try {
          contents = Uint8Array.from(inflateRawSync(bytes.subarray(10, -8)));
        } catch {
          contents = new Uint8Array(); // refused in words
        }
        return readIdx(contents);
      },
      requireRight: (read) => requireSame(read, original),
      cases: 5_000,
    });
    await expect(run).rejects.toMatchObject(because(/^value \d+ is|^shape|^dtype/));
  });
});
