import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { decodePicture } from '../../../../src/node/pictures/picture.ts';
import { loadPatches } from '../../../../src/node/samples/images/patches.ts';
import { loadImages } from '../../../../src/node/samples/load.ts';
import { jpegFile } from '../../../helpers/bytes/jpegBytes.ts';
import { GRAY, pngBytes } from '../../../helpers/bytes/pngBytes.ts';
import { type Files, folderWith, removeFolders } from '../../../helpers/cli.ts';
import { photograph } from '../../photographs.ts';

afterAll(removeFolders);

const PHOTOS: Files = {
  'p/a.png': photograph(20, 50, 1),
  'p/b.png': photograph(33, 12, 2),
  'p/c.png': photograph(12, 12, 3),
};
const PATCHES = { size: [12, 10], count: 31, seed: 5 } as const;
const folder = folderWith(PHOTOS);
const path = join(folder, 'p');

describe('loadPatches', () => {
  test('cuts as many out of each picture, up to one, and says where', async () => {
    const { data, places, pictureSizes, ...rest } = await loadPatches(path, PATCHES);
    expect(rest).toEqual({
      shape: [31, 12, 10, 3],
      dtype: 'u1',
      isRounded: false,
      form: { kind: 'pictures', patches: PATCHES },
      notes: [],
      source: 'patches of 3 PNGs in p',
    });
    expect(pictureSizes).toEqual(['20x50', '33x12', '12x12']);
    const seen = new Set<string>();
    for (let i = 0; i < 31; i++) {
      const [, name, top, left] = /^(.*) (\d+),(\d+)$/.exec(String(places?.of(i))) ?? [];
      seen.add(`${name} ${top} ${left}`);
      expect(name).toBe(['a.png', 'b.png', 'c.png'][i % 3]);
      const { image } = await decodePicture(PHOTOS[`p/${name}`] as Uint8Array);
      const expected = Array.from({ length: 360 }, (_, j) => {
        const [y, x] = [Number(top) + Math.floor(j / 30), Number(left) + (Math.floor(j / 3) % 10)];
        return image.data[(y * image.width + x) * 3 + (j % 3)];
      });
      expect([...data.subarray(360 * i, 360 * (i + 1))]).toEqual(expected);
    }
    expect(seen.size).toBeGreaterThan(18);
  });

  test('reaches every place of a picture', async () => {
    const { places } = await loadPatches(join(path, 'b.png'), { size: [32, 11], count: 60 });
    expect(new Set(Array.from({ length: 60 }, (_, i) => places?.of(i)))).toEqual(
      new Set(['b.png 0,0', 'b.png 0,1', 'b.png 1,0', 'b.png 1,1']),
    );
  });

  test('gives the same for the same seed, and others for another', async () => {
    const [first, again, other] = await Promise.all(
      [5, 5, 6].map((seed) => loadPatches(path, { ...PATCHES, seed })),
    );
    expect(again.data).toEqual(first.data);
    expect(other.data).not.toEqual(first.data);
  });

  test('gives gray pictures three channels if one has colours, whichever comes first', async () => {
    for (const grayName of ['0.png', 'z.png']) {
      const files = {
        'm/k.png': photograph(15, 15, 1),
        [`m/${grayName}`]: photograph(16, 16, 2, { gray: true }),
      };
      const { shape, data, notes } = await loadPatches(join(folderWith(files), 'm'), {
        size: [4, 4],
        count: 8,
      });
      expect(shape).toEqual([8, 4, 4, 3]);
      expect(notes).toEqual(['1 of 2 pictures has no colours: red, green and blue get the same values']);
      const isGray = (i: number) =>
        Array.from({ length: 16 }, (_, k) => data[48 * i + 3 * k] === data[48 * i + 3 * k + 2]);
      const first = grayName === '0.png' ? 0 : 1;
      expect(isGray(first)).toEqual(Array(16).fill(true));
      expect(isGray(1 - first)).not.toEqual(Array(16).fill(true));
    }
  });

  test('reads colours as gray, JPEGs, and the classes of folders', async () => {
    const files = {
      'c/x/1.jpg': jpegFile('restarts'),
      'c/y/2.png': PHOTOS['p/a.png'],
      'c/y/3.png': PHOTOS['p/b.png'],
    };
    const { shape, labels, form } = await loadPatches(
      join(folderWith(files), 'c'),
      { size: [8, 8], count: 7 },
      { gray: true },
    );
    expect(shape).toEqual([7, 8, 8]);
    expect(labels).toMatchObject({ labels: Uint32Array.of(0, 1, 1, 0, 1, 1, 0), names: ['x', 'y'] });
    expect(form).toEqual({ kind: 'pictures', patches: { size: [8, 8], count: 7, seed: 0 }, gray: true });
  });

  test('takes the first pictures of a folder that has more than patches are wanted, and says so', async () => {
    const { notes, source } = await loadPatches(path, { size: [4, 4], count: 2 });
    expect(notes).toEqual(['there are more pictures than patches: one of each of the first 2 of 3']);
    expect(source).toBe('patches of 2 PNGs in p');
    expect((await loadPatches(path, { size: [4, 4], count: 3 })).notes).toEqual([]);
  });

  test('says that 16 bits a sample were rounded to 8', async () => {
    const files = {
      'deep.png': pngBytes({ width: 5, height: 4, depth: 16, colorType: GRAY, pixel: () => [0x1234] }),
    };
    const { data, isRounded } = await loadPatches(join(folderWith(files), 'deep.png'), {
      size: [2, 3],
      count: 1,
    });
    expect(isRounded).toBe(true);
    expect([...data]).toEqual(Array(6).fill(0x12));
  });

  test.each([
    [
      'a picture that is too small',
      { size: [13, 12], count: 9 },
      'c.png is 12x12 pixels (height x width), expected at least the 13x12 of a patch.',
    ],
    [
      'one that is too narrow',
      { size: [12, 13], count: 9 },
      'b.png is 33x12 pixels (height x width), expected at least the 12x13 of a patch.',
    ],
    [
      'more patches than memory',
      { size: [12, 12], count: 1e8 },
      '100000000 patches of 12x12 pixels take up to 40.2 GiB, expected at most 4 GiB: fewer of them, or smaller ones.',
    ],
  ] as const)('refuses %s', async (_, patches, words) => {
    await expect(loadPatches(path, patches)).rejects.toThrow(words);
  });
});

describe('loadImages', () => {
  const form = { kind: 'pictures', patches: { size: [4, 4], count: 6, seed: 1 } } as const;

  test('cuts patches as for the training of a model, unless another way is said', async () => {
    const shapeWith = async (options: object) => (await loadImages(path, { form, ...options })).shape;
    expect(await shapeWith({})).toEqual([6, 4, 4, 3]);
    expect(await shapeWith({ patches: { size: [5, 4], count: 7 } })).toEqual([7, 5, 4, 3]);
    expect(await shapeWith({ resize: [6, 6] })).toEqual([3, 6, 6, 3]);
  });

  test.each([
    [{ patches: { size: [4], count: 1 } }, /patches is .*, expected \{ size: \[32, 32\], count: 20000 \}/],
    [{ patches: { size: [4, 4], count: 0 } }, /patches is/],
    [{ patches: { size: [4, 4], count: 1, seed: -1 } }, /patches is/],
    [{ patches: { size: [4, 4], count: 1, sed: 2 } }, /sed/],
    [{ patches: { size: [4, 4], count: 1 }, resize: [4, 4] }, /patches and resize are both given/],
  ])('refuses %j', async (options, words) => {
    await expect(loadImages(path, options as never)).rejects.toThrow(words);
  });
});
