import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { crc32 } from '../../src/io/crc32.ts';
import { FormatError } from '../../src/io/errors.ts';
import { listNpz, readNpz } from '../../src/io/npz.ts';
import { mutated } from '../helpers/mutations.ts';
import { expectedFiles, goldenBytes, valuesOf } from '../helpers/npyGolden.ts';

/** The archive with one byte, found from where a signature begins, changed. */
function changed(
  bytes: Uint8Array,
  signature: 'local' | 'directory' | 'end',
  at: number,
  ...values: number[]
) {
  const mark = { local: [3, 4], directory: [1, 2], end: [5, 6] }[signature];
  const start = bytes.findIndex(
    (_, i) =>
      bytes[i] === 0x50 && bytes[i + 1] === 0x4b && bytes[i + 2] === mark[0] && bytes[i + 3] === mark[1],
  );
  const copy = bytes.slice();
  copy.set(values, start + at);
  return copy;
}

describe('readNpz', () => {
  const archives = Object.entries(expectedFiles.archives).flatMap(([file, arrays]) =>
    Object.entries(arrays).map(([key, expected]) => ({ file, key, expected })),
  );
  test.each(archives)("reads $key of NumPy's own $file", async ({ file, key, expected }) => {
    const read = await readNpz(goldenBytes(file), { key: key });
    expect({ key: read.key, shape: read.shape, dtype: read.dtype }).toEqual({
      key,
      shape: expected.shape,
      dtype: expected.dtype,
    });
    expect(Array.from(read.data)).toEqual(valuesOf(expected));
  });

  test('lists the arrays in the order of the file', () => {
    for (const [file, arrays] of Object.entries(expectedFiles.archives)) {
      expect(listNpz(goldenBytes(file))).toEqual(Object.keys(arrays));
    }
  });

  test('without a key, reads x_train, or else the only array', async () => {
    expect((await readNpz(goldenBytes('stored.npz'))).key).toBe('x_train');
    expect((await readNpz(goldenBytes('single.npz'))).key).toBe('images');
  });

  test('lists the arrays there are if it cannot choose or does not find one', async () => {
    await expect(readNpz(goldenBytes('two.npz'))).rejects.toThrow(
      "the archive holds the arrays first, second; neither 'x_train' nor a single array: name one by its key.",
    );
    await expect(readNpz(goldenBytes('two.npz'), { key: 'third' })).rejects.toThrow(
      "the archive holds the arrays first, second; not 'third'.",
    );
    await expect(readNpz(goldenBytes('none.npz'))).rejects.toThrow('the archive holds no arrays');
    await expect(readNpz(goldenBytes('two.npz'), { key: 'toString' })).rejects.toThrow(FormatError);
  });

  test('refuses every truncation, and bytes behind the end', async () => {
    for (const file of ['stored.npz', 'deflated.npz']) {
      const bytes = goldenBytes(file);
      for (let length = 0; length < bytes.length; length++) {
        await expect(readNpz(bytes.subarray(0, length))).rejects.toThrow(FormatError);
      }
      await expect(readNpz(Uint8Array.from([...bytes, 0]))).rejects.toThrow(FormatError);
    }
  });

  test('reads an archive with a comment, as a part of a larger buffer', async () => {
    const comment = new TextEncoder().encode('made by hand');
    const bytes = changed(goldenBytes('stored.npz'), 'end', 20, comment.length);
    const larger = Uint8Array.from([9, 9, 9, ...bytes, ...comment, 9]);
    const read = await readNpz(larger.subarray(3, larger.length - 1));
    expect(Array.from(read.data)).toEqual(valuesOf(expectedFiles.archives['stored.npz'].x_train));
  });

  test.each([
    ['encryption', 'directory', 8, [1], 'is encrypted'],
    ['zip64 lengths', 'directory', 24, [0xff, 0xff, 0xff, 0xff], 'zip64'],
    ['a zip64 directory', 'end', 16, [0xff, 0xff, 0xff, 0xff], 'zip64'],
    ['a zip64 count', 'end', 8, [0xff, 0xff, 0xff, 0xff], 'zip64'],
    ['several files', 'end', 4, [1], 'split into several files'],
    ['another directory start', 'end', 16, [0], 'its directory should be bytes'],
    ['too small a count', 'end', 8, [1, 0, 1], 'more than the 1 entries stated'],
    ['too great a count', 'end', 8, [3, 0, 3], 'no directory entry at byte'],
    ['a name beyond the end', 'directory', 28, [0xff, 0xff], 'goes beyond the end'],
    ['another method in the local header', 'local', 8, [0], "is not 'x_train.npy'"],
    ['another name in the local header', 'local', 30, [0x79], "is not 'x_train.npy'"],
    ['no local header', 'local', 0, [0], 'no entry at byte 0'],
    ['another checksum', 'directory', 16, [1, 2, 3, 4], "don't have its CRC-32"],
    ['another length', 'directory', 24, [0xcf, 0], 'bytes stated'],
    ['a length beyond the archive', 'directory', 20, [0xff, 0xff], 'the archive holds'],
  ] as const)('refuses %s', async (_, signature, at, values, reason) => {
    const bytes = changed(goldenBytes('deflated.npz'), signature, at, ...values);
    await expect(readNpz(bytes)).rejects.toThrow(FormatError);
    await expect(readNpz(bytes)).rejects.toThrow(reason);
  });

  test('refuses other compression methods and stored lengths that differ', async () => {
    const bzip2 = changed(changed(goldenBytes('stored.npz'), 'local', 8, 12), 'directory', 10, 12);
    await expect(readNpz(bzip2)).rejects.toThrow('is compressed by zip method 12');
    const longer = changed(goldenBytes('stored.npz'), 'directory', 24, 1);
    await expect(readNpz(longer)).rejects.toThrow('should hold 1');
  });

  test('refuses two arrays of one name', () => {
    const bytes = goldenBytes('stored.npz').map(
      (byte, i, all) => (byte === 0x79 && all[i + 1] === 0x5f ? 0x78 : byte), // y_train becomes x_train
    );
    expect(() => listNpz(bytes)).toThrow("two arrays named 'x_train'");
  });

  test('says which array is damaged, or not readable as .npy', async () => {
    const bytes = goldenBytes('stored.npz');
    const start = bytes.findIndex((byte, i) => byte === 0x93 && bytes[i + 1] === 0x4e); // x_train's magic
    bytes[start] = 0x92;
    await expect(readNpz(bytes)).rejects.toThrow("the contents of 'x_train.npy' don't have its CRC-32");
    const crc = crc32(bytes.subarray(start, start + 128 + 80)); // header and values
    const consistent = changed(bytes, 'directory', 16, ...new Uint8Array(Uint32Array.of(crc).buffer));
    await expect(readNpz(consistent)).rejects.toThrow("array 'x_train': not an .npy file");
  });

  test('gives the right values or a FormatError for damaged archives', async () => {
    const files = ['stored.npz', 'deflated.npz', 'single.npz'];
    const damaged = fc
      .constantFrom(...files)
      .chain((file) => mutated(goldenBytes(file)).map((bytes) => ({ file, bytes })));
    await fc.assert(
      fc.asyncProperty(damaged, async ({ file, bytes }) => {
        try {
          const { key, shape, data } = await readNpz(bytes);
          const expected = expectedFiles.archives[file][key];
          expect(shape).toEqual(expected.shape);
          expect(Array.from(data)).toEqual(valuesOf(expected));
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }),
      { numRuns: 400 },
    );
  });
});
