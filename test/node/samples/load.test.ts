import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { isStored, NO_NORMALIZATION } from '../../../src/data/samples.ts';
import { loadImages, type OpenOptions, openImages } from '../../../src/node/samples/load.ts';
import { NpyFile } from '../../../src/node/samples/npyFile.ts';
import type { LoadOptions } from '../../../src/node/samples/readOptions.ts';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { type Files, folderWith, removeFolders } from '../../helpers/cli.ts';
import { COUNT, floatsNpy, imagesIdx, imagesNpy, npz, pixels, png, pngs } from '../cli/fixtures.ts';

afterAll(removeFolders);

const load = (files: Files, name: string, options?: LoadOptions) =>
  loadImages(join(folderWith(files), name), options);

describe('loadImages', () => {
  test.each<[string, Uint8Array]>([
    ['a.npy', imagesNpy()],
    ['A.NPY', imagesNpy()],
    ['a.npz', npz({ any: imagesNpy() })],
    ['a.idx', imagesIdx()],
    ['a.idx3', imagesIdx()],
    ['train-images-idx3-ubyte', imagesIdx()],
    ['train-images.idx3-ubyte', imagesIdx()],
    ['train-images-idx3-ubyte.gz', gzipSync(imagesIdx())],
    ['a.idx.gz', gzipSync(imagesIdx())],
    ['a.IDX.GZ', gzipSync(imagesIdx())],
    ['a.idx', gzipSync(imagesIdx())],
  ])('reads the images of %s', async (name, contents) => {
    const { shape, data, dtype, source } = await load({ [name]: contents }, name);
    expect({ shape, dtype, source }).toEqual({
      shape: [COUNT, 8, 8],
      dtype: 'u1',
      source: name === 'a.npz' ? 'a.npz, any' : name,
    });
    expect(Array.from(data)).toEqual(pixels());
  });

  test('keeps the type of the file', async () => {
    const { dtype, data } = await load({ 'f.npy': floatsNpy() }, 'f.npy');
    expect(dtype).toBe('f4');
    expect(Array.from(data)).toEqual(pixels().map((pixel) => Math.fround(pixel / 255)));
  });

  test('reads one PNG as one image', async () => {
    const { shape, source } = await load({ 'a.png': png(9, 7) }, 'a.png');
    expect({ shape, source }).toEqual({ shape: [1, 7, 9], source: 'a.png' });
  });

  test('reads a folder of PNGs in the order of the numbers in their names, and nothing else', async () => {
    const files = {
      ...pngs('p', 11),
      'p/labels.csv': '1,2',
      'p/._1.png': 'no image',
      'p/deeper/1.png': png(3, 3),
    };
    const { shape, data, source } = await load(files, 'p');
    expect({ shape, source }).toEqual({ shape: [11, 8, 8], source: '11 PNGs in p' });
    // Pixel (0, 0) of image i is i * 31: 2.png comes before 10.png.
    expect(Array.from({ length: 11 }, (_, i) => data[i * 64])).toEqual(
      Array.from({ length: 11 }, (_, i) => (i * 31) % 256),
    );
  });

  test('a colour among gray images makes all of them three channels', async () => {
    const files = { ...pngs('p', 2), 'p/3.PNG': png(8, 8, true) };
    expect((await load(files, 'p')).shape).toEqual([3, 8, 8, 3]);
  });

  describe('of an npz', () => {
    const [first, second] = [imagesNpy([8, 8], 3), imagesNpy([8, 8], 5)];
    test.each<[string, Record<string, Uint8Array>, LoadOptions, string]>([
      ['x_train by default', { y: first, x_train: second }, {}, 'x_train'],
      ['the only array by default', { y: first }, {}, 'y'],
      ['the key', { y: first, x_train: second }, { key: 'y' }, 'y'],
      ['the preferred key', { x_train: first, x_test: second }, { preferredKey: 'x_test' }, 'x_test'],
      [
        'the only array in place of a preferred one',
        { x_train: first },
        { preferredKey: 'x_test' },
        'x_train',
      ],
      ['the key before the preferred one', { a: first, b: second }, { key: 'a', preferredKey: 'b' }, 'a'],
    ])('takes %s', async (_, arrays, options, key) => {
      const { source, shape } = await load({ 'a.npz': npz(arrays) }, 'a.npz', options);
      expect(source).toBe(`a.npz, ${key}`);
      expect(shape[0]).toBe(arrays[key] === first ? 3 : 5);
    });

    test('does not take x_train for a preferred array that is missing', async () => {
      const files = { 'a.npz': npz({ x_train: first, y_train: second }) };
      await expect(load(files, 'a.npz', { preferredKey: 'x_test' })).rejects.toThrow(
        "a.npz: the archive holds the arrays x_train [3, 8, 8], y_train [5, 8, 8], expected a single array or 'x_test': name one of them, key: 'x_train'.",
      );
    });
  });

  test.each<[string, string, Uint8Array | string, string, string]>([
    [
      'an unknown ending',
      'a.gif',
      '',
      'FormatError',
      'a.gif: by its name an unknown kind of file, by its bytes an empty file: the copy or the download failed',
    ],
    [
      'a web page named .csv',
      'a.csv',
      '<!doctype html>',
      'FormatError',
      'a.csv: not a table but a web page (HTML): ',
    ],
    [
      'a Parquet file named .csv',
      'a.csv',
      'PAR1\0',
      'FormatError',
      'a.csv: not a table but a Parquet file: save',
    ],
    ['a bare .gz', 'a.gz', gzipSync('x'), 'FormatError', 'unknown kind of file'],
    ['a .gz of no IDX file', 'a.idx.gz', gzipSync(new Uint8Array(300_000)), 'FormatError', 'not an IDX file'],
    ['a .gz that is none', 'a.idx.gz', imagesIdx(), 'FormatError', 'does not start like a gzip file'],
    ['a wrong format', 'a.npy', png(), 'FormatError', 'not an .npy file'],
    [
      'a vector',
      'a.npy',
      imagesNpy([]),
      'DataError',
      'the array is [40], expected samples of shape [n, ...]: n samples of one number are a column, arr.reshape(-1, 1).',
    ],
    ['no images', 'a.npy', imagesNpy([8], 0), 'DataError', 'the array is [0, 8]: it holds no samples.'],
    [
      'empty images',
      'a.npy',
      imagesNpy([0, 8]),
      'DataError',
      'the array is [40, 0, 8]: it holds no samples.',
    ],
    ['an empty folder', 'a/', '', 'DataError', 'the folder holds no .png or .jpg files; it is empty.'],
    ['no file', 'b', '', 'FileError', 'there is no such file or folder.'],
  ])('refuses %s and names the path', async (_, name, contents, errorName, words) => {
    const folder = folderWith(name === 'b' ? {} : { [name]: contents });
    const path = join(folder, name.replace('/', ''));
    const loaded = loadImages(path);
    await expect(loaded).rejects.toThrow(words);
    await expect(loaded).rejects.toThrow(path);
    await expect(loaded).rejects.toThrow(expect.objectContaining({ name: errorName }));
  });

  test('refuses a key where nothing has one', async () => {
    const files = { 'a.npy': imagesNpy(), ...pngs('p', 1) };
    for (const name of ['a.npy', 'p']) {
      await expect(load(files, name, { key: 'k' })).rejects.toThrow(
        `${name}: got key: 'k', but only .npz files have keys.`,
      );
    }
  });
});

describe('reading', () => {
  test.each<[string, Files, string]>([
    ['a table', { 'a.csv': `a,b\n${'1,2\n'.repeat(600_000)}` }, 'a.csv'],
    ['a folder', { 'p/1.png': png(), 'p/2.png': png(), 'p/3.png': png() }, 'p'],
  ])('of %s says how much has been read', async (_, files, name) => {
    const parts: number[] = [];
    await load(files, name, { onProgress: (part) => parts.push(part) });
    expect(parts.length).toBeGreaterThan(1);
    expect(parts).toEqual(parts.toSorted((a, b) => a - b));
    expect(parts.every((part) => part >= 0 && part <= 1)).toBe(true);
  });
});

describe('openImages', () => {
  const open = (files: Files, name: string, options?: OpenOptions) =>
    openImages(join(folderWith(files), name), options);
  const size = COUNT * 64;

  test.each([{}, { inMemoryLimit: size }])('gives images in memory up to the limit: %j', async (options) => {
    const images = await open({ 'a.npy': imagesNpy() }, 'a.npy', options);
    expect(images.isStored).toBe(false);
    const samples = images.samples(NO_NORMALIZATION);
    if (isStored(samples)) throw new Error('it is in its file');
    expect(Array.from(samples.data)).toEqual(pixels());
    await images.close();
  });

  test('tells the same statistics and shows the same values, wherever the images are', async () => {
    const parts = { descr: '<f4', shape: [COUNT, 8, 8], values: pixels().map((x) => x / 7) };
    const files = { 'a.npy': npyBytes(parts) };
    const found = await Promise.all(
      [0, 1e6].map(async (inMemoryLimit) => {
        const images = await open(files, 'a.npy', { inMemoryLimit });
        const seen: number[] = [];
        const statistics = await images.statistics({
          moments: true,
          features: 64,
          onValues: (values) => seen.push(...values),
        });
        await images.close();
        return { statistics, seen };
      }),
    );
    expect(found[0].seen).toEqual(parts.values.map(Math.fround));
    expect(found[1]).toEqual(found[0]);
  });

  test('leaves larger ones in their file', async () => {
    const images = await open({ 'a.npy': imagesNpy() }, 'a.npy', { inMemoryLimit: size - 1 });
    if (!(images instanceof NpyFile)) throw new Error('it is in memory');
    const { shape, dtype, source, memory } = images;
    expect({ shape, dtype, source, memory }).toEqual({
      shape: [COUNT, 8, 8],
      dtype: 'u1',
      source: 'a.npy',
      memory: size,
    });
    expect(Array.from(await images.read(Uint32Array.of(2)))).toEqual(pixels().slice(128, 192));
    await images.close();
  });

  test('counts what conversion takes: Fortran order needs a copy', async () => {
    const parts = { descr: '|u1', shape: [COUNT, 8, 8], values: pixels(), fortranOrder: true };
    const files = { 'a.npy': npyBytes(parts) };
    expect(await open(files, 'a.npy', { inMemoryLimit: 2 * size })).not.toBeInstanceOf(NpyFile);
    const stored = await open(files, 'a.npy', { inMemoryLimit: 2 * size - 1 });
    expect(stored).toBeInstanceOf(NpyFile);
    expect(Array.from(await (stored as NpyFile).read(Uint32Array.of(2)))).toEqual(pixels().slice(128, 192));
    await stored.close();
  });

  test('reads everything else into memory, whatever the limit', async () => {
    const files = { 'a.npz': npz({ any: imagesNpy() }), 'a.idx': imagesIdx(), ...pngs('p', 3) };
    for (const name of ['a.npz', 'a.idx', 'p']) {
      expect(await open(files, name, { inMemoryLimit: 0 })).not.toBeInstanceOf(NpyFile);
    }
  });

  test.each([
    [[5], /the array is \[5\], expected samples of shape \[n, \.\.\.\]: /],
    [[0, 3], /the array is \[0, 3\]: it holds no samples\./],
    [[3, 0], /the array is \[3, 0\]: it holds no samples\./],
  ])('refuses an array of %j as it does in memory', async (shape, message) => {
    const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 1);
    const files = { 'a.npy': npyBytes({ descr: '|u1', shape, values }) };
    for (const inMemoryLimit of [-1, size]) {
      await expect(open(files, 'a.npy', { inMemoryLimit })).rejects.toThrow(message);
    }
  });

  test('refuses keys and other kinds of files as it does in memory', async () => {
    const files = { 'a.npy': imagesNpy(), 'a.txt': '1' };
    await expect(open(files, 'a.npy', { key: 'x', inMemoryLimit: 0 })).rejects.toThrow(
      /only \.npz files have keys/,
    );
    await expect(open(files, 'a.txt', { inMemoryLimit: 0 })).rejects.toThrow(/unknown kind of file/);
    await expect(open(files, 'b.npy', { inMemoryLimit: 0 })).rejects.toThrow(/there is no such file/);
  });
});
