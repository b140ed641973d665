import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { crc32 } from '../../../src/io/crc32.ts';
import { FormatError } from '../../../src/io/errors.ts';
import { listNpz, readNpz } from '../../../src/io/numpy/npz.ts';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { expectedFiles, goldenBytes, valuesOf } from '../../helpers/bytes/npyGolden.ts';
import { zipBytes } from '../../helpers/bytes/zipBytes.ts';

const goldenReport = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../golden/reports/${name}`, import.meta.url)));

/** The archive with bytes changed at an offset from a signature. */
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
      "the archive holds the arrays first [2, 2], second [3, 2], expected a single array or 'x_train': name one of them, key: 'first'.",
    );
    await expect(readNpz(goldenBytes('two.npz'), { key: 'third' })).rejects.toThrow(
      "the archive holds the arrays first [2, 2], second [3, 2], expected 'third'.",
    );
    await expect(readNpz(goldenBytes('none.npz'))).rejects.toThrow(
      'not an archive of arrays but a zip archive: unpack it first.',
    );
    await expect(readNpz(goldenBytes('two.npz'), { key: 'toString' })).rejects.toThrow(FormatError);
  });

  test('says what an archive without arrays is', async () => {
    const model = zipBytes([{ name: 'archive/data.pkl', contents: Uint8Array.of(1) }]);
    await expect(readNpz(model, { key: 'a' })).rejects.toThrow(
      'not an archive of arrays but a PyTorch file (.pt, .pth): save the array in it as .npy.',
    );
  });

  test('lists the arrays of a report with their shapes', async () => {
    await expect(readNpz(goldenReport('two-arrays.npz'))).rejects.toThrow(
      "the archive holds the arrays a [60, 16], b [60, 16], expected a single array or 'x_train': name one of them, key: 'a'.",
    );
  });

  test('lists ten arrays at most, without a shape where there is none', async () => {
    const numbers = npyBytes({ descr: '|u1', shape: [2, 1], values: [1, 2] });
    const entries = Array.from({ length: 12 }, (_, i) => ({
      name: `${i}.npy`,
      contents: i === 1 ? goldenBytes('text.npy') : numbers,
      method: i % 3 ? 8 : 0,
    }));
    await expect(readNpz(zipBytes(entries))).rejects.toThrow(
      'the arrays 0 [2, 1], 1, 2 [2, 1], 3 [2, 1], 4 [2, 1], 5 [2, 1], 6 [2, 1], 7 [2, 1], 8 [2, 1], 9 [2, 1], and 2 more, expected',
    );
    await expect(
      readNpz(zipBytes(entries.slice(0, 2).map((entry) => ({ ...entry, method: 9 })))),
    ).rejects.toThrow('the arrays 0, 1, expected');
  });

  test('takes nothing for an array that macOS puts beside files', async () => {
    const array = npyBytes({ descr: '|u1', shape: [3], values: [1, 2, 3] });
    const fork = Uint8Array.of(0, 5, 0x16, 7, 0, 2, 0, 0); // AppleDouble
    const archive = zipBytes([
      { name: 'a.npy', contents: array, method: 8, descriptor: true },
      { name: '__MACOSX/', contents: new Uint8Array() },
      { name: '__MACOSX/._a.npy', contents: fork },
      { name: '__MACOSX/deep/a.npy', contents: fork },
      { name: '._b.npy', contents: fork },
      { name: 'deep/._c.npy', contents: fork },
    ]);
    expect(listNpz(archive)).toEqual(['a']);
    expect(await readNpz(archive)).toMatchObject({ key: 'a', shape: [3] });
    const others = zipBytes([
      { name: '_b.npy', contents: array },
      { name: 'x/MACOSX._.npy', contents: array },
    ]);
    expect(listNpz(others)).toEqual(['_b', 'x/MACOSX._']);
  });

  test.each([
    ['sparse-csr.npz', 'csr'],
    ['sparse-coo.npz', 'coo'],
  ])('calls %s, which scipy wrote, a sparse matrix', async (name, format) => {
    await expect(readNpz(goldenReport(name))).rejects.toThrow(
      `the archive holds a sparse matrix of scipy (${format}), expected an array: save it as one, np.save('x.npy', m.toarray()).`,
    );
    expect((await readNpz(goldenReport(name), { key: 'data' })).data).toEqual(Float32Array.of(3, 5));
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
    ['another method in the local header', 'local', 8, [0], "has another name or method than 'x_train.npy'"],
    [
      'another name in the local header',
      'local',
      30,
      [0x79],
      "has another name or method than 'x_train.npy'",
    ],
    ['no local header', 'local', 0, [0], 'no entry at byte 0'],
    ['another checksum', 'directory', 16, [1, 2, 3, 4], 'differ from those in the directory'],
    ['another length', 'directory', 24, [0xcf, 0], 'differ from those in the directory'],
    ['another length in the local header', 'local', 45, [0], 'differ from those in the directory'],
    ['another checksum in the local header', 'local', 14, [0], 'differ from those in the directory'],
    ['encryption in the local header', 'local', 6, [1], 'or says that it is encrypted'],
    ['an extra field beyond the end', 'local', 28, [0xff, 0xff], 'goes beyond the end'],
  ] as const)('refuses %s', async (_, signature, at, values, reason) => {
    const bytes = changed(goldenBytes('deflated.npz'), signature, at, ...values);
    await expect(readNpz(bytes)).rejects.toThrow(FormatError);
    await expect(readNpz(bytes)).rejects.toThrow(reason);
  });

  test.each([
    ['another checksum', 16, [1, 2, 3, 4], "don't have its CRC-32"],
    ['another length', 24, [0xcf, 0], 'bytes stated'],
    ['a length beyond the archive', 20, [0xff, 0xff], 'something else begins at'],
  ] as const)('refuses %s where only the directory says it', async (_, at, values, reason) => {
    const described = changed(goldenBytes('deflated.npz'), 'local', 6, 8); // CRC and lengths follow the data
    expect((await readNpz(described)).shape).toEqual([5, 4, 4]);
    await expect(readNpz(changed(described, 'directory', at, ...values))).rejects.toThrow(reason);
  });

  test('refuses other compression methods and stored lengths that differ', async () => {
    const bzip2 = changed(changed(goldenBytes('stored.npz'), 'local', 8, 12), 'directory', 10, 12);
    await expect(readNpz(bzip2)).rejects.toThrow('is compressed by zip method 12');
    const longer = changed(changed(goldenBytes('stored.npz'), 'local', 6, 8), 'directory', 24, 1);
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
    const encoded = new Uint8Array(Uint32Array.of(crc).buffer);
    const consistent = changed(changed(bytes, 'directory', 16, ...encoded), 'local', 14, ...encoded);
    await expect(readNpz(consistent)).rejects.toThrow("array 'x_train': not an .npy file");
  });

  test.each(['/etc/x', '../x', 'a/../../x', '..\\x', 'a\\b', 'C:x', 'c:/x', 'a\0b', 'a\nb', 'a\x7f'])(
    'refuses the entry name %j, also beside the array that is asked for',
    async (key) => {
      const array = npyBytes({ descr: '|u1', shape: [1, 2], values: [1, 2] });
      const bytes = zipBytes([
        { name: 'x_train.npy', contents: array },
        { name: `${key}.npy`, contents: array },
      ]);
      await expect(readNpz(bytes, { key: 'x_train' })).rejects.toThrow(FormatError);
      await expect(readNpz(bytes)).rejects.toThrow('expected a relative path');
    },
  );

  test('accepts names in folders, with dots and of other alphabets', async () => {
    const array = npyBytes({ descr: '|u1', shape: [1, 2], values: [1, 2] });
    const names = ['a/b', 'a..b', '...', 'Ärger', 'ab:c'];
    const bytes = zipBytes(names.map((name) => ({ name: `${name}.npy`, contents: array })));
    expect(listNpz(bytes)).toEqual(names);
  });

  test('refuses entries that share bytes', async () => {
    const array = npyBytes({ descr: '|u1', shape: [1, 2], values: [1, 2] });
    const inner = zipBytes([{ name: 'b.npy', contents: array }]);
    const innerLength = inner.length - 22 - 46 - 5; // without directory
    // Entry a contains entry b, as in zip bombs.
    const bytes = zipBytes([
      { name: 'a.npy', contents: inner.subarray(0, innerLength) },
      { name: 'b.npy', contents: array, offset: 35 },
    ]);
    expect(() => listNpz(bytes)).toThrow("'a.npy' should be bytes 35 to");
    const twice = zipBytes([
      { name: 'a.npy', contents: array },
      { name: 'a.npy', contents: array, offset: 0 },
    ]);
    expect(() => listNpz(twice)).toThrow('something else begins at 0');
  });

  test('notices a name that is no array any more, instead of taking the other for the only one', async () => {
    const bytes = goldenBytes('stored.npz');
    const name = changed(bytes, 'directory', 46 + 'x_train'.length, 0x2c);
    await expect(readNpz(name)).rejects.toThrow(
      "has another name or method than 'x_train,npy' in the directory",
    );
  });

  test('inflates no more than the beginning of what is no array, or not of the length stated', async () => {
    const zeros = new Uint8Array(100_000_000);
    const before = process.memoryUsage().arrayBuffers;
    const bomb = zipBytes([{ name: 'x.npy', contents: zeros, method: 8, crc: 0 }]);
    await expect(readNpz(bomb)).rejects.toThrow("array 'x': not an .npy file");
    const array = npyBytes({ descr: '|u1', shape: [2, 300_000], values: new Array(600_000).fill(0) });
    const packed = deflateRawSync(array);
    const lie = zipBytes([{ name: 'x.npy', contents: array, packed, method: 8, length: 600_129, crc: 0 }]);
    await expect(readNpz(lie)).rejects.toThrow(
      "array 'x': the header says 2x300000 u1 = 600000 bytes of data, the file holds 600001.",
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(zeros.length + 20_000_000);
  });

  test('inflates nothing beyond the limit', async () => {
    const bytes = goldenBytes('deflated.npz');
    await expect(readNpz(bytes, { limit: 207 })).rejects.toThrow(
      "'x_train.npy' holds 208 bytes uncompressed, more than the 207 accepted.",
    );
    expect((await readNpz(bytes, { limit: 208 })).shape).toEqual([5, 4, 4]);
  });
});
