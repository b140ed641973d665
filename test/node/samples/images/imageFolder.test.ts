import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { decodePicture } from '../../../../src/node/pictures/picture.ts';
import type { PictureOptions } from '../../../../src/node/pictures/pictureStack.ts';
import { loadImageFile, loadImageFolder } from '../../../../src/node/samples/images/imageFolder.ts';
import { jpegFile } from '../../../helpers/bytes/jpegBytes.ts';
import { GRAY_ALPHA, pngBytes } from '../../../helpers/bytes/pngBytes.ts';
import { type Files, folderWith, removeFolders } from '../../../helpers/cli.ts';
import { png } from '../../cli/fixtures.ts';

afterAll(removeFolders);

const load = (files: Files, options?: PictureOptions) =>
  loadImageFolder(join(folderWith(files), 'p'), options);

/** A PNG of 8x8 pixels that are all alike. */
const even = (value: number, size = 8) =>
  pngBytes({ width: size, height: size, depth: 8, colorType: 0, pixel: () => [value] });

const REPORTS = fileURLToPath(new URL('../../../golden/reports/', import.meta.url));

describe('the reports', () => {
  test('jpeg-folder: four JPEGs are read', async () => {
    const { data, places, ...rest } = await loadImageFolder(`${REPORTS}jpeg-folder`);
    expect(rest).toEqual({
      shape: [4, 32, 32, 3],
      dtype: 'u1',
      isRounded: false,
      form: { kind: 'pictures' },
      notes: [],
      source: '4 JPEGs in jpeg-folder',
    });
    // All four are the same picture. djpeg -nosmooth -dct float: 252 255 255, 236 239 246.
    const golden = [252, 255, 255, 236, 239, 246];
    golden.forEach((value, i) => {
      expect(Math.abs(data[i] - value)).toBeLessThanOrEqual(1);
    });
    expect(data.slice(3072, 6144)).toEqual(data.slice(0, 3072));
  });

  test('class-subfolders: the folders are the classes', async () => {
    const { data, labels, places, ...rest } = await loadImageFolder(`${REPORTS}class-subfolders`);
    expect(places).toMatchObject({ kind: 'file' });
    expect([0, 1].map((i) => places?.of(i))).toEqual(['cat/1.png', 'dog/1.png']);
    expect(rest).toMatchObject({
      shape: [2, 28, 28],
      source: '2 PNGs in 2 class folders of class-subfolders',
      notes: ['each folder is a class: cat (1), dog (1)'],
    });
    expect(labels).toEqual({
      labels: Uint8Array.of(0, 1),
      names: ['cat', 'dog'],
      source: 'the names of 2 folders',
    });
    const cat = await decodePicture(readFileSync(`${REPORTS}class-subfolders/cat/1.png`));
    expect(data.slice(0, 784)).toEqual(cat.image.data);
  });

  test.each([
    ['jpeg-named-png', 'x.png'],
    ['jpeg-and-png-folder', '1.jpg'],
  ])('%s: %s is a JPEG by its first 20 bytes, and zeros from there on', async (folder, name) => {
    await expect(loadImageFolder(REPORTS + folder)).rejects.toThrow(
      `${name}: a damaged JPEG: no marker begins at byte 20.`,
    );
    await expect(loadImageFile(join(REPORTS, folder, name))).rejects.toThrow(
      'a damaged JPEG: no marker begins at byte 20.',
    );
  });
});

describe('loadImageFile', () => {
  const loadFile = (name: string, bytes: Uint8Array, options?: PictureOptions) =>
    loadImageFile(join(folderWith({ [name]: bytes }), name), options);

  test('reads a JPEG as one sample', async () => {
    const { shape, source, notes } = await loadFile('a.jpg', jpegFile('ycc420'));
    expect({ shape, source, notes }).toEqual({ shape: [1, 35, 37, 3], source: 'a.jpg', notes: [] });
  });

  test('reads a file as what it is, whatever it is called, and says so', async () => {
    const { notes, data } = await loadFile('x.png', jpegFile('gray'));
    expect(notes).toEqual(['it is a JPEG, read as one']);
    expect(data).toEqual((await decodePicture(jpegFile('gray'))).image.data);
    expect((await loadFile('x.jpg', even(7))).notes).toEqual(['it is a PNG, read as one']);
  });

  test('resizes, and keeps in the form what was asked for', async () => {
    const options = { resize: [4, 4], gray: true, background: [1, 2, 3] } as const;
    const { shape, form, notes } = await loadFile('a.jpg', jpegFile('ycc420'), options);
    expect({ shape, form, notes }).toEqual({
      shape: [1, 4, 4],
      form: { kind: 'pictures', ...options },
      notes: ['resized to 4x4: sides cut off to the ratio, area average down'],
    });
  });

  test.each<[string, unknown]>([
    ['resize', [28]],
    ['resize', 28],
    ['a side of resize', [28, 0]],
    ['a side of resize', [28, 1.5]],
    ['a side of resize', [16385, 1]],
    ['gray', 'yes'],
    ['the background', [0, 0, 256]],
    ['the background', 'white'],
  ])('refuses %s %p', async (name, value) => {
    const option = name.split(' ').at(-1)!;
    await expect(loadFile('a.png', even(1), { [option]: value })).rejects.toThrow(`loadImageFile: ${name}`);
  });
});

describe('loadImageFolder', () => {
  test('reads PNGs and JPEGs in the order of the numbers in their names, whatever their endings', async () => {
    const gray = jpegFile('gray');
    const files = {
      'p/10.png': png(37, 35),
      'p/9.JPG': gray,
      'p/2.jpeg': gray,
      'p/1.jpe': gray,
      'p/11.PNG': png(37, 35),
    };
    const { shape, source, data, notes } = await load(files);
    expect({ shape, source, notes }).toEqual({
      shape: [5, 35, 37],
      source: '2 PNGs and 3 JPEGs in p',
      notes: [],
    });
    const jpeg = (await decodePicture(gray)).image.data;
    expect(
      [0, 1, 2].map((i) => Buffer.compare(Uint8Array.from(data.slice(i * 1295, (i + 1) * 1295)), jpeg)),
    ).toEqual([0, 0, 0]);
    expect([...data.slice(3 * 1295, 3 * 1295 + 3)]).toEqual([0, 20, 40]);
  });

  test('becomes one of colours if the last picture has colour', async () => {
    const { shape, data } = await load({ 'p/1.png': png(37, 35), 'p/2.jpg': jpegFile('ycc420') });
    expect(shape).toEqual([2, 35, 37, 3]);
    expect([...data.slice(0, 9)]).toEqual([0, 0, 0, 20, 20, 20, 40, 40, 40]);
    expect(data.slice(1295 * 3)).toEqual((await decodePicture(jpegFile('ycc420'))).image.data);
  });

  test('says by kind and count what it left out, and passes over hidden files', async () => {
    const files = {
      'p/1.png': even(1),
      'p/a.txt': 'a',
      'p/b.TXT': 'b',
      'p/c.webp': 'c',
      'p/README': 'd',
      'p/._1.png': 'no picture',
      'p/.hidden/1.png': even(2),
      'p/empty/x.txt': 'e',
      'p/more/2.png': even(3),
      'p/more/deeper/3.png': even(4),
    };
    const { shape, notes, labels } = await load(files);
    expect(shape).toEqual([1, 8, 8]);
    expect(labels).toBeUndefined();
    expect(notes).toEqual([
      'left out: 2 .txt, 1 .webp, 1 file without an ending, 2 pictures in 1 subfolder, 1 subfolder',
    ]);
  });

  test('says how many files are not what their names say', async () => {
    const files = { 'p/1.png': jpegFile('gray'), 'p/2.png': jpegFile('gray'), 'p/3.png': png(37, 35) };
    expect((await load(files)).notes).toEqual([
      '1.png is a JPEG, and 1 more is not what the name says: read as what they are',
    ]);
  });

  test('refuses a size that takes more than 4 GiB before it reads a picture', async () => {
    const files = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`p/${i}.png`, 'no picture']));
    await expect(load(files, { resize: [16384, 16384] })).rejects.toThrow(
      '17 images of 16384x16384 pixels take 4563402752 bytes, more than the 4294967296 that are read.',
    );
  });

  test('names the picture that is damaged', async () => {
    const files = { 'p/1.jpg': jpegFile('gray'), 'p/2.jpg': jpegFile('gray').slice(0, -2) };
    await expect(load(files)).rejects.toThrow(/^2\.jpg: a JPEG that is cut off/);
  });

  test('pictures of different sizes are refused, and read with resize', async () => {
    const files = { 'p/1.png': even(1), 'p/2.png': png(16, 16), 'p/3.png': png(5, 4) };
    await expect(load(files)).rejects.toThrow(
      'the images differ in size: 1.png is 8x8 pixels (height x width), 2.png is 16x16; resize: [28, 28] brings them to one.',
    );
    const { shape, notes } = await load(files, { resize: [8, 8] });
    expect(shape).toEqual([3, 8, 8]);
    expect(notes).toEqual([
      'resized to 8x8: sides cut off to the ratio (1 of 3), area average down (1 of 3), bilinear up (1 of 3)',
    ]);
  });

  test('transparent pictures are refused, and read on a background', async () => {
    const clear = pngBytes({ width: 8, height: 8, depth: 8, colorType: GRAY_ALPHA, pixel: () => [0, 51] });
    const files = { 'p/1.png': even(1), 'p/2.png': clear };
    await expect(load(files)).rejects.toThrow(
      '2.png: a PNG with transparent pixels: background: [255, 255, 255] puts it on a background.',
    );
    const { data, form } = await load(files, { background: [255, 255, 255] });
    expect([data[0], data[64]]).toEqual([1, 204]);
    expect(form).toEqual({ kind: 'pictures', background: [255, 255, 255] });
  });

  test('reads one file after the other, and decodes it before the next', async () => {
    const folder = folderWith({ 'p/1.png': even(1), 'p/2.png': 'no picture' });
    symlinkSync(join(folder, 'nowhere'), join(folder, 'p', '3.png'));
    await expect(loadImageFolder(join(folder, 'p'))).rejects.toThrow(/^2\.png: not a PNG/);
    writeFileSync(join(folder, 'p', '2.png'), even(2));
    await expect(loadImageFolder(join(folder, 'p'))).rejects.toThrow(
      /^can't read .*3\.png: there is no such file/,
    );
  });
});

describe('class folders', () => {
  test('are those that hold pictures, in natural order, with all that is below them', async () => {
    const files = {
      'p/class 10/1.png': even(100),
      'p/class 2/b/2.png': even(22),
      'p/class 2/b/10.png': even(23),
      'p/class 2/3.png': even(21),
      'p/class 2/notes.txt': 'a',
      'p/docs/readme.md': 'b',
      'p/README.md': 'c',
    };
    const { shape, data, labels, source, notes } = await load(files);
    expect({ shape, source }).toEqual({ shape: [4, 8, 8], source: '4 PNGs in 2 class folders of p' });
    expect([0, 1, 2, 3].map((i) => data[i * 64])).toEqual([21, 22, 23, 100]);
    expect(labels).toEqual({
      labels: Uint8Array.of(0, 0, 0, 1),
      names: ['class 2', 'class 10'],
      source: 'the names of 2 folders',
    });
    expect(notes).toEqual([
      'each folder is a class: class 2 (3), class 10 (1)',
      'left out: 1 .md, 1 .txt, 1 subfolder without pictures',
    ]);
  });

  test.each([
    [['test', 'train'], true],
    [['Testing', 'Training', 'val_images'], true],
    [['train', 'bus'], false], // vehicles
    [['train'], false],
  ])('folders %j: said that they may be parts of a data set: %p', async (names, isSaid) => {
    const files = Object.fromEntries(names.map((name) => [`p/${name}/cat/1.png`, even(1)]));
    const { notes: [note] = [] } = await load(files);
    expect(note).toMatch(/^each folder is a class: /);
    expect(note.includes('; if they are parts of a data set and no classes, read each by itself: p/')).toBe(
      isSaid,
    );
  });

  test('errors name the picture by its path in the folder', async () => {
    await expect(load({ 'p/cat/1.png': even(1), 'p/dog/2.png': 'no picture' })).rejects.toThrow(
      /^dog\/2\.png: not a PNG or JPEG file but a text/,
    );
  });

  test('of more than 256 have labels of 16 bits', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`p/${i}/1.png`, even(i % 256, 1)]),
    );
    const { labels, notes } = await load(files);
    expect(labels?.labels).toEqual(Uint16Array.from({ length: 300 }, (_, i) => i));
    expect(notes?.[0]).toMatch(/9 \(1\), …$/);
  });

  test('may be links, also such as go in circles', async () => {
    const folder = folderWith({
      'p/cat/1.png': even(1),
      'elsewhere/2.png': even(2),
      'elsewhere/3.png': even(3),
    });
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'p', 'dog'));
    symlinkSync(join(folder, 'p'), join(folder, 'p', 'cat', 'circle'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'p', 'broken'));
    const { labels, notes } = await loadImageFolder(join(folder, 'p'));
    expect(labels?.names).toEqual(['cat', 'dog']);
    expect([...labels!.labels]).toEqual([0, 1, 1]);
    expect(notes?.[1]).toBe('left out: 1 file without an ending');
  });
});

describe('a folder without pictures', () => {
  test.each<[string, Files, string]>([
    ['says that it is empty', { 'p/.hidden': '' }, 'the folder holds no .png or .jpg files; it is empty.'],
    [
      'says what it holds',
      { 'p/a.txt': '', 'p/b.txt': '', 'p/c/d.csv': '' },
      'the folder holds no .png or .jpg files, but 2 .txt, 1 .csv, 1 subfolder.',
    ],
    [
      'says what to do with pictures of other formats',
      { 'p/a.webp': '', 'p/b.tiff': '', 'p/b.txt': '' },
      'the folder holds no .png or .jpg files, but 1 .webp, 1 .tiff, 1 .txt: convert the pictures to PNG or JPEG.',
    ],
  ])('%s', async (_, files, message) => {
    await expect(load(files)).rejects.toMatchObject({ name: 'DataError', message });
  });

  test('that is none is a FileError', async () => {
    const folder = folderWith({ 'a.png': even(1) });
    await expect(loadImageFolder(join(folder, 'a.png'))).rejects.toMatchObject({ name: 'FileError' });
    mkdirSync(join(folder, 'p'));
    writeFileSync(join(folder, 'p', '1.png'), '');
    await expect(loadImageFolder(join(folder, 'p'))).rejects.toThrow(
      /^1\.png: not a PNG or JPEG file but an empty file/,
    );
  });
});
