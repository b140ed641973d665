import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { FormatError } from '../../../src/io/errors.ts';
import { IDX_HEAD_LENGTH, parseIdxHeader, readIdx } from '../../../src/io/numpy/idx.ts';
import { gunzip } from '../../../src/io/numpy/inflate.ts';

/** Two 3x4 images, as the MNIST files begin: magic 2051, then the dimensions. */
const IMAGES = Uint8Array.from([
  ...[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4],
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  ...[255, 254, 253, 252, 251, 250, 249, 248, 247, 246, 245, 244],
]);

/** Five labels: magic 2049. */
const LABELS = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 5, 7, 2, 1, 0, 4]);

describe('readIdx', () => {
  test('reads images and labels as the MNIST files hold them, without a copy', () => {
    const images = readIdx(IMAGES);
    expect({ shape: images.shape, dtype: images.dtype }).toEqual({ shape: [2, 3, 4], dtype: 'u1' });
    expect(images.data).toEqual(IMAGES.slice(16));
    expect(images.data.buffer).toBe(IMAGES.buffer);
    expect(Array.from(readIdx(LABELS).data)).toEqual([7, 2, 1, 0, 4]);
  });

  test('reads them out of gzip', async () => {
    const images = readIdx(await gunzip(Uint8Array.from(gzipSync(IMAGES))));
    expect(images.data).toEqual(IMAGES.slice(16));
  });

  test.each([
    [0x08, 'u1', 'Uint8Array', [0x01, 0xff], [1, 255]],
    [0x09, 'i1', 'Int8Array', [0x01, 0xff], [1, -1]],
    [0x0b, 'i2', 'Int16Array', [0x01, 0x02, 0xff, 0xfe], [258, -2]],
    [0x0c, 'i4', 'Int32Array', [0x01, 0x02, 0x03, 0x04, 0xff, 0xff, 0xff, 0xfd], [0x01020304, -3]],
    [0x0d, 'f4', 'Float32Array', [0x3f, 0xc0, 0, 0, 0xc0, 0x00, 0, 0], [1.5, -2]],
    [0x0e, 'f8', 'Float64Array', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1.5, -2]],
  ] as const)('reads type %i as %s', (type, dtype, array, encoded, values) => {
    const file = Uint8Array.from([0, 0, type, 1, 0, 0, 0, 2, ...encoded]);
    const before = file.slice();
    for (const bytes of [file, Buffer.from(file), Uint8Array.from([9, ...file]).subarray(1)]) {
      const read = readIdx(bytes);
      expect({ dtype: read.dtype, shape: read.shape, array: read.data[Symbol.toStringTag] }).toEqual({
        dtype,
        shape: [2],
        array,
      });
      expect(Array.from(read.data)).toEqual(values);
    }
    expect(file).toEqual(before);
  });

  test('refuses every truncation, and a byte too many', () => {
    for (let length = 0; length < IMAGES.length; length++) {
      expect(() => readIdx(IMAGES.subarray(0, length))).toThrow(FormatError);
    }
    expect(() => readIdx(Uint8Array.from([...IMAGES, 0]))).toThrow(
      'the IDX header says 2x3x4 u1 = 24 bytes of data, the file holds 25.',
    );
  });

  test('refuses dimensions that the file cannot hold, before anything is allocated', () => {
    const huge = Uint8Array.from([0, 0, 0x0e, 2, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
    expect(() => readIdx(huge)).toThrow('multiply to more than 2^53 values');
    const large = Uint8Array.from([0, 0, 0x0e, 2, 0, 255, 255, 255, 0, 255, 255, 255, 1]);
    expect(() => readIdx(large)).toThrow('the file holds 1.');
    expect(() => readIdx(Uint8Array.from([0, 0, 8, 63, 1, 2, 3]))).toThrow(
      'header of 63 dimensions needs 256',
    );
    expect(() => readIdx(Uint8Array.from([0, 0, 8, 65, 1, 2, 3]))).toThrow(
      'says 65 dimensions, expected at most 64',
    );
  });

  test('reads dimensions of 0, and refuses those whose product is no number', () => {
    expect(readIdx(Uint8Array.from([0, 0, 8, 2, 255, 255, 255, 255, 0, 0, 0, 0])).shape).toEqual([
      2 ** 32 - 1,
      0,
    ]);
    const head = [0, 0, 8, 64, ...new Array(4 * 63).fill(255), 0, 0, 0, 0];
    expect(head.length).toBe(IDX_HEAD_LENGTH);
    expect(() => readIdx(Uint8Array.from(head))).toThrow('64 dimensions multiply to more than 2^53 values');
  });

  test('checks a header out of gzip before the memory that is stated is taken', async () => {
    const noise = Uint8Array.from({ length: 600_000 }, (_, i) => (i * i * 7919) >> 9);
    const bytes = Uint8Array.from(gzipSync(noise));
    bytes.set([0, 0, 0, 16], bytes.length - 4); // states 256 MB
    const before = process.memoryUsage().arrayBuffers;
    await expect(
      gunzip(bytes, undefined, { check: parseIdxHeader, headLength: IDX_HEAD_LENGTH }),
    ).rejects.toThrow('not an IDX file');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });

  test.each([
    [[], 'not an IDX file but an empty file'],
    [[0x1f, 0x8b, 8, 0], 'not an IDX file but gzip data'],
    [[0, 0, 0x0a, 1, 0, 0, 0, 0], "not an IDX file: it doesn't begin as one does."],
    [[0, 1, 8, 1, 0, 0, 0, 0], 'not an IDX file'],
    [[0, 0, 8, 0, 7], 'not an IDX file'],
  ])('refuses %j', (bytes, reason) => {
    expect(() => readIdx(Uint8Array.from(bytes))).toThrow(reason);
  });
});
