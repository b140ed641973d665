/** `compress`, `decompress` and `reconstruct` on photographs of any size, by models that were trained on patches of others. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compressImages, decompressImages, TileGrid } from '../../../../src/compression/index.ts';
import { readModel } from '../../../../src/io/model.ts';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { decodePicture } from '../../../../src/node/pictures/picture.ts';
import { partsOf, withChecks, withLengths } from '../../../helpers/bytes/isthParts.ts';
import { type CliResult, folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { photograph } from '../../photographs.ts';
import { imagesNpy, modelBytes } from '../fixtures.ts';

const cwd = folderWith({
  'photos/a.png': photograph(120, 160, 1),
  'photos/b.png': photograph(150, 90, 2),
  'photos/c.png': photograph(100, 200, 3),
  'gray/a.png': photograph(120, 160, 1, { gray: true }),
  'photo.png': photograph(96, 128, 9),
  'odd.png': photograph(75, 101, 8),
  'gray.png': photograph(64, 64, 7, { gray: true }),
  'wide.png': photograph(160, 208, 9),
  'noisy-wide.png': photograph(160, 208, 9, { noise: 38 }),
  'tall.png': photograph(208, 160, 10),
  'noisy-tall.png': photograph(208, 160, 10, { noise: 38 }),
  'small.png': photograph(15, 40, 9),
  'images.npy': imagesNpy(),
  'dense.safetensors': modelBytes(),
});
const run = (line: string): Promise<CliResult> => isthmus(line.split(' '), { cwd });
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(cwd, name)));
const pixelsOf = async (name: string) => (await decodePicture(bytesOf(name))).image;

async function done(line: string): Promise<CliResult> {
  const result = await run(line);
  if (result.code !== 0) throw new Error(`${line}: ${result.stderr}`);
  return result;
}

/** Two numbers of the last line: what the borders of tiles have more of than everything else. */
function seamsIn({ stderr }: CliResult): number[] {
  const [, ...ratios] = /error ([\d.]+), steps of the error ([\d.]+)$/m.exec(stderr) ?? [];
  return ratios.map(Number);
}

const TRAIN =
  '--hidden 64 --activation silu --encoding-dim 24 --epochs 12 --start mean --learning-rate 0.004 --schedule linear';

beforeAll(async () => {
  await done(`train --data photos --patches 16x16:2500 ${TRAIN} --out run`);
  await done(`train --data photos --patches 16x16:2500 ${TRAIN} --noise gaussian:0.15 --out denoiser`);
  await done('train --data gray --patches 16x16:40 --hidden none --encoding-dim 4 --epochs 1 --out gray-run');
}, 120_000);

afterAll(removeFolders);

describe('compress and decompress', () => {
  test.each(['photo.png', 'odd.png'])('give a picture of the same size back: %s', async (name) => {
    const { stderr } = await done(`compress ${name} --model run --out p.isth --overwrite`);
    const { height, width } = await pixelsOf(name);
    expect(stderr).toContain(`${name}: ${height}×${width}×3 in `);
    expect(stderr).toMatch(/ tiles of 16×16, which overlap by at least 2$/m);
    await done('decompress p.isth --model run --out p.png --overwrite');
    await done('decompress p.isth --model run --out p.npy --overwrite');
    const { data, ...size } = await pixelsOf('p.png');
    expect(size).toEqual({ width, height, channels: 3 });
    const array = readNpy(bytesOf('p.npy'));
    expect(array.shape).toEqual([1, height, width, 3]);
    expect(array.data).toEqual(data);
    const { data: original } = await pixelsOf(name);
    const error = Math.sqrt(
      data.reduce((sum, value, i) => sum + (value - original[i]) ** 2, 0) / data.length,
    );
    expect(error).toBeLessThan(20);
  });

  test('measure what decompress gives back, the whole picture', async () => {
    const { stdout } = await done(
      'compress --data photo.png --model run --out q.isth --overlap 8 --bits 6 --json',
    );
    const [report] = jsonLines(stdout) as Record<string, number & { count: number }>[];
    await done('decompress q.isth --model run --out q.png');
    const [{ data: before }, { data: after }] = await Promise.all([pixelsOf('photo.png'), pixelsOf('q.png')]);
    const mse = before.reduce((sum, value, i) => sum + ((value - after[i]) / 255) ** 2, 0) / before.length;
    expect(report.mse).toBeCloseTo(mse, 8);
    expect(report).toMatchObject({ images: 1, levels: 64, tiles: { count: 11 * 15, overlap: 8 } });
    expect((await done('info q.isth')).stdout).toMatch(
      /images +1 of 96×128×3, .*\ntiles +165 of 16×16, which overlap by at least 8$/m,
    );
  });

  test('reach a PSNR with the picture, and not with its tiles', async () => {
    const { stdout } = await done('compress photo.png --model run --out t.isth --target-psnr 21.5 --json');
    const [{ psnr, levels }] = jsonLines(stdout) as Record<string, number>[];
    expect(psnr).toBeGreaterThanOrEqual(21.5);
    expect(levels).toBeLessThan(256);
  });

  test('carry the model, too, and take gray pictures for a model of colours', async () => {
    const { stderr } = await done('compress gray.png --model run --out g.isth --include-model');
    expect(stderr).toMatch(/no picture has colours/);
    await done('decompress g.isth --out g.png');
    expect(await pixelsOf('g.png')).toMatchObject({ width: 64, height: 64 });
  });

  test('take an overlap for a model that says nothing of patches', async () => {
    await done('compress gray.png --model dense.safetensors --out d.isth --overlap 3');
    await done('decompress d.isth --model dense.safetensors --out d.png');
    expect(await pixelsOf('d.png')).toMatchObject({ width: 64, height: 64, channels: 1 });
  });

  test('take it for a model whose training resized pictures: the photograph keeps its size', async () => {
    await done('train --data gray --resize 16x20 --hidden none --encoding-dim 4 --epochs 1 --out resized');
    await done('compress gray.png --model resized --out r.isth --overlap 3');
    await done('decompress r.isth --model resized --out r.png');
    expect(await pixelsOf('r.png')).toMatchObject({ width: 64, height: 64 });
  });

  test('write what the engine writes and reads', async () => {
    await done('compress odd.png --model run --out e.isth --overlap 5 --bits 5');
    const { autoencoder } = readModel(bytesOf('run/model.safetensors'));
    const { data: pixels } = await pixelsOf('odd.png');
    const grid = new TileGrid([75, 101], [16, 16], 5);
    const tiles = {
      shape: [grid.count, 16, 16, 3],
      data: grid.cut(pixels),
      normalization: autoencoder.normalization,
    };
    const { bytes } = await compressImages(autoencoder, tiles, { grid });
    expect(bytes).toEqual(bytesOf('e.isth'));
    await done('decompress e.isth --model run --out e.png');
    const { data } = await pixelsOf('e.png');
    expect(await decompressImages(bytes, autoencoder)).toEqual({ shape: [1, 75, 101, 3], data, dtype: 'u1' });
    await expect(compressImages(autoencoder, tiles, { grid, lossless: true })).rejects.toThrow(
      /tiles overlap/,
    );
    const others = { ...tiles, shape: [1, 16, 16, 3], data: tiles.data.slice(0, 768) };
    await expect(compressImages(autoencoder, others, { grid })).rejects.toThrow(
      /the tiles of the picture are uint8 \[1, 16, 16, 3\]/,
    );
  });

  test.each<[string, Record<string, unknown>]>([
    ['a picture smaller than its tiles', { picture: [15, 101], overlap: 5 }],
    ['a picture of other tiles', { picture: [75, 201], overlap: 5 }],
    ['a picture that is too large', { picture: [75, 65536], overlap: 5 }],
    ['too large an overlap', { picture: [75, 101], overlap: 9 }],
    ['half a pixel', { picture: [75, 101], overlap: 4.5 }],
    ['one side', { picture: [75], overlap: 5 }],
    ['nothing', {}],
  ])('refuse a file that says %s', async (_, tiles) => {
    await done('compress odd.png --model run --out f.isth --overlap 5 --overwrite');
    const parts = partsOf(bytesOf('f.isth'));
    const description = JSON.stringify({ ...JSON.parse(parts.description), tiles });
    writeFileSync(join(cwd, 'f.isth'), withChecks(withLengths({ ...parts, description })));
    const { code, stderr } = await run('decompress f.isth --model run --out f.png');
    expect(code).toBe(1);
    expect(stderr).toMatch(/f\.isth: .*the tiles (are|of)/);
  });
});

describe('seams', () => {
  const wide = ['wide.png', 'tall.png'];

  test.each(wide)(
    'of %s are not seen: errors at borders of tiles are at most a tenth above those inside',
    async (name) => {
      const [error, step] = seamsIn(await done(`reconstruct ${name} --model run --out s-${name}`));
      expect(error).toBeLessThanOrEqual(1.1);
      expect(step).toBeLessThan(1.3);
      const { stdout } = await done(`compress ${name} --model run --out s.isth --json --overwrite`);
      const [{ tiles }] = jsonLines(stdout) as Record<string, { seams: { error: number } }>[];
      expect(tiles.seams.error).toBeLessThanOrEqual(1.1);
      // Tiles side by side show.
      const [without, stepWithout] = seamsIn(
        await done(`reconstruct ${name} --model run --out s0-${name} --overlap 0`),
      );
      expect(without).toBeGreaterThan(1.2);
      expect(stepWithout).toBeGreaterThan(2);
    },
  );

  test.each(wide)('of %s are not seen without its noise, and it is nearer to the target', async (name) => {
    const line = `reconstruct noisy-${name} --model denoiser --target ${name}`;
    const result = await done(`${line} --out clean-${name}`);
    const [, given, restored] = /PSNR ([\d.]+) dB as given, ([\d.]+) dB restored/.exec(result.stderr) ?? [];
    expect(Number(restored)).toBeGreaterThan(Number(given) + 6);
    expect(seamsIn(result)[0]).toBeLessThanOrEqual(1.1);
    expect(seamsIn(await done(`${line} --out c0-${name} --overlap 0`))[0]).toBeGreaterThan(1.2);
    const { data: _, ...size } = await pixelsOf(`clean-${name}`);
    const { data: __, ...before } = await pixelsOf(name);
    expect(size).toEqual(before);
  });
});

test.each([
  [
    'compress photos --model run --out x.isth',
    1,
    'photos is a folder: for a model that was trained on patches, expected one photograph at a time.',
  ],
  [
    'compress small.png --model run --out x.isth',
    1,
    "small.png is 15x40 pixels (height x width), expected at least 16x16, the size of the model's tiles.",
  ],
  [
    'compress photo.png --model run --out x.isth --lossless',
    2,
    '--lossless is not for a photograph in tiles',
  ],
  [
    'compress photo.png --model run --out x.isth --overlap 9',
    2,
    '--overlap is 9, expected at most 8, half of a tile.',
  ],
  [
    'compress images.npy --model dense.safetensors --out x.isth --overlap 2',
    2,
    '--overlap is for a photograph in tiles, which images.npy is not here.',
  ],
  [
    'compress photo.png --model run --out x.isth --key a',
    1,
    'photo.png: got --key a, but only .npz files have keys.',
  ],
  ['reconstruct photo.png --model run --out x.png --key a', 1, 'photo.png: got --key a'],
  ['compress photo.png --model run --data odd.png --out x.isth', 2, "'photo.png' belongs to no option."],
  [
    'compress photo.png --model gray-run --out x.isth',
    1,
    'the samples are 16×16×3, the model takes 16×16: --gray makes them fit.',
  ],
  [
    'reconstruct photo.png --model run --out x.csv',
    1,
    'x.csv: expected FILE.png or FILE.npy for a photograph in tiles.',
  ],
  [
    'reconstruct photo.png --model run --target odd.png --out x.png',
    1,
    'odd.png is 75×101×3, expected 96×128×3, the size of the photograph.',
  ],
  [
    'reconstruct --data images.npy --model dense.safetensors --target images.npy --out x.npy',
    2,
    '--target is for a photograph in tiles',
  ],
])('%s is refused', async (line, code, words) => {
  const result = await run(line);
  expect(result.stderr).toContain(words);
  expect(result.code).toBe(code);
});
