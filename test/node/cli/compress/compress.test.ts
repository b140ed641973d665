/** `compress`, `decompress` and `info` of what lies between, on the real command line. */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../../src/autoencoder/autoencoder.ts';
import { compressImages, DEFAULT_LEVELS } from '../../../../src/compression/compress.ts';
import { decompressImages } from '../../../../src/compression/decompress.ts';
import { modelFingerprint } from '../../../../src/compression/modelFingerprint.ts';
import { writeModel } from '../../../../src/io/model.ts';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { GaussianDistribution } from '../../../../src/latent/gaussian.ts';
import { decodePng } from '../../../../src/node/pictures/png.ts';
import { loadImages } from '../../../../src/node/samples/load.ts';
import { kernels } from '../../../../src/tensor/kernels/active.ts';
import { partsOf, withChecks, withLengths } from '../../../helpers/bytes/isthParts.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { pngBytes } from '../../../helpers/bytes/pngBytes.ts';
import {
  type CliResult,
  contentsOf,
  folderWith,
  isthmus,
  isthmusProcess,
  jsonLines,
  removeFolders,
} from '../../../helpers/cli.ts';
import {
  COUNT,
  DIVIDED,
  floatsNpy,
  imagesIdx,
  imagesNpy,
  model,
  modelBytes,
  npz,
  pixels,
  pngs,
  variationalModel,
} from '../fixtures.ts';
import { testRefusals } from '../refusals.ts';

afterAll(removeFolders);

const SIXTEEN = { kind: 'divide', dtype: 'u2', shift: 0, scale: 65535 } as const;
const wide = (fortranOrder: boolean, descr = '>u2') =>
  npyBytes({ descr, shape: [COUNT, 8, 8], values: pixels().map((value) => 250 * value), fortranOrder });

const cwd = folderWith({
  'run/model.safetensors': modelBytes(),
  'wide.safetensors': modelBytes(SIXTEEN),
  'images.npy': imagesNpy(),
  'one.npy': imagesNpy([8, 8, 1], 1),
  'fortran.npy': wide(true),
  'big.npy': wide(false),
  'spelled.npy': npyBytes({
    descr: '|u1',
    shape: [COUNT, 8, 8],
    values: pixels(),
    header: `{'descr': 'uint8', 'fortran_order': False, 'shape': (${COUNT}, 8, 8), }`,
  }),
  'images.idx': imagesIdx(),
  'images.idx.gz': gzipSync(imagesIdx()),
  'images.npz': npz({ x_train: imagesNpy(), other: imagesNpy([8, 8], 3) }),
  ...pngs('pngs', 5),
});
const run = (line: string): Promise<CliResult> => isthmus(line.split(' '), { cwd });
const bytesAt = (name: string) => new Uint8Array(readFileSync(join(cwd, name)));

describe('compress and decompress', () => {
  let text: CliResult;
  let back: CliResult;
  beforeAll(async () => {
    text = await run('compress --model run --data images.npy --out a.isth');
    back = await run('decompress a.isth --model run --out a.npy');
  });

  test('give back what the library gives, which is what decode makes of the codes', async () => {
    const images = readNpy(imagesNpy());
    const { bytes } = await compressImages(model(), { ...images, normalization: DIVIDED });
    expect(Buffer.from(bytesAt('a.isth')).equals(bytes)).toBe(true);
    const expected = await decompressImages(bytes, model());
    const { shape, dtype, data } = readNpy(bytesAt('a.npy'));
    expect({ shape, dtype }).toEqual({ shape: [COUNT, 8, 8], dtype: 'u1' });
    expect(Array.from(data)).toEqual(Array.from(expected.data));
    expect(back).toMatchObject({ code: 0, stdout: '' });
    expect(back.stderr).toMatch(/^40 images of 8×8 in [\d.]+ s: a\.npy\n$/);
  });

  test('print sizes beside those of others, and how good the images are', () => {
    expect(text.code).toBe(0);
    const size = statSync(join(cwd, 'a.isth')).size;
    const rows = [
      `^a\\.isth: ${size} bytes\\n\\n`,
      ' +bytes an image +ratio\\n',
      'raw +64\\.0 +\\d+\\.\\d\\d\\n',
      'gzip +\\d+\\.\\d +\\d+\\.\\d\\d\\n',
      'PNG, tiled +\\d+\\.\\d +\\d+\\.\\d\\d\\n',
      `this file, 2 numbers of 5 bits +${(size / COUNT).toFixed(1)} +1\\.00\\n\\n`,
      'PSNR -?\\d+\\.\\d\\d dB\\n$', // 8×8 is smaller than the window of SSIM
    ];
    expect(text.stdout).toMatch(new RegExp(rows.join('')));
    expect(text.stderr).toMatch(
      /^40 images of 8×8, uint8 from 0 to 255, divided by 255 \(images\.npy\)\n40 images in [\d.]+ s: a\.isth\n$/,
    );
  });

  test('of a type that is held as a wider one there is no gzip, which is said', async () => {
    const values = pixels().map((value) => value / 255);
    const folder = folderWith({
      'run/model.safetensors': modelBytes({ ...DIVIDED, dtype: 'f2', scale: 1 }),
      'half.npy': npyBytes({ descr: '<f2', shape: [COUNT, 8, 8], values }),
    });
    const args = 'compress --model run --data half.npy --out half.isth'.split(' ');
    const { stdout } = await isthmus(args, { cwd: folder });
    expect(stdout).toMatch(/\nraw +128\.0 .*\nthis file/);
    expect(stdout).toContain(
      '\nwithout gzip: float16 is held in memory as another type, with other bytes\n\nPSNR',
    );
  });

  test('of PNGs with 16 bits a file is lossy, as 8 of them are read', async () => {
    const deep = pngBytes({ width: 8, height: 8, depth: 16, colorType: 0, pixel: (x, y) => [x * y * 999] });
    const folder = folderWith({ 'run/model.safetensors': modelBytes(), 'deep.png': deep });
    const run = (words: string) =>
      isthmus(`compress --model run --data deep.png ${words}`.split(' '), { cwd: folder });
    const [lossy, lossless] = await Promise.all([
      run('--out lossy.isth'),
      run('--out lossless.isth --lossless'),
    ]);
    expect(lossy.code).toBe(0);
    expect(lossy.stderr).toContain('\nnote: PNGs of 16 bits are read with 8.\n');
    expect(lossless.code).toBe(1);
    expect(lossless.stderr).toBe(
      'isthmus compress: deep.png: PNGs of 16 bits are read with 8, expected no --lossless, or the images as a .npy of uint16.\n',
    );
  });

  test('numbers that are no pixels have an MSE, as evaluate has it', async () => {
    const table = new Autoencoder({ inputShape: [8], encodingDim: 2, hidden: [], seed: 3 });
    const folder = folderWith({
      'table.safetensors': writeModel(table),
      'table.npy': imagesNpy([8]),
    });
    const args = 'compress --model table.safetensors --data table.npy --out table.isth'.split(' ');
    const { stdout } = await isthmus(args, { cwd: folder });
    expect(stdout).toMatch(/\n +bytes a sample .*\n\nMSE \d\S+, PSNR -?[\d.]+ dB\n$/s);
  });

  test('--json gives one object with the same numbers', async () => {
    const { code, stdout } = await run('compress --model run --data images.npy --out b.isth --json --bits 3');
    expect(code).toBe(0);
    const [report, ...more] = jsonLines(stdout);
    expect(more).toEqual([]);
    const byteLength = statSync(join(cwd, 'b.isth')).size;
    const { quality } = await compressImages(
      model(),
      { ...readNpy(imagesNpy()), normalization: DIVIDED },
      { levels: 8 },
    );
    expect(report).toMatchObject({
      path: 'b.isth',
      images: COUNT,
      byteLength,
      modelBytes: 0,
      bytesPerImage: byteLength / COUNT,
      raw: { bytesPerImage: 64, ratio: expect.closeTo((64 * COUNT) / byteLength, 10) },
      comparedImages: COUNT,
      codeLength: 2,
      levels: 8,
      lossless: false,
      kernels: kernels().name,
      mse: quality.mse,
      psnr: quality.psnr,
    });
    const gzip = gzipSync(new Uint8Array(pixels()), { level: 9 }).length;
    expect(report.gzip).toEqual({
      bytesPerImage: gzip / COUNT,
      ratio: expect.closeTo(gzip / byteLength, 10),
    });
  });

  test('take a variational autoencoder as they take an autoencoder', async () => {
    const vae = variationalModel();
    const folder = folderWith({ 'vae.safetensors': writeModel(vae), 'images.npy': imagesNpy() });
    const run = (line: string) => isthmus(line.split(' '), { cwd: folder });
    await run('compress --model vae.safetensors --data images.npy --out v.isth');
    const result = await run('decompress v.isth --model vae.safetensors --out v.npy');
    expect(result).toMatchObject({ code: 0 });
    const { bytes } = await compressImages(vae, { ...readNpy(imagesNpy()), normalization: DIVIDED });
    const [file, restored] = ['v.isth', 'v.npy'].map((name) => readFileSync(join(folder, name)));
    expect(file.equals(bytes)).toBe(true);
    const expected = await decompressImages(bytes, vae);
    expect(Array.from(readNpy(new Uint8Array(restored)).data)).toEqual(Array.from(expected.data));
    await run(
      'compress --model vae.safetensors --data images.npy --out whole.isth --lossless --include-model',
    );
    await run('decompress whole.isth --out whole.npy');
    expect(readFileSync(join(folder, 'whole.npy')).equals(imagesNpy())).toBe(true);
  });

  test('--include-model leaves out the distribution of the codes, which decompress does not need', async () => {
    const images = { ...readNpy(imagesNpy()), normalization: DIVIDED };
    const codes = GaussianDistribution.fit(model().encode(images));
    const files = {
      'plain.safetensors': writeModel(model(), { training: { epochs: 3 } }),
      'sampling.safetensors': writeModel(model(), { training: { epochs: 3 }, codes }),
    };
    const folder = folderWith({ ...files, 'images.npy': imagesNpy() });
    const compressed = async (name: string) => {
      const args = `compress --model ${name}.safetensors --data images.npy --out ${name}.isth --include-model`;
      expect(await isthmus(args.split(' '), { cwd: folder })).toMatchObject({ code: 0 });
      return readFileSync(join(folder, `${name}.isth`));
    };
    const [plain, sampling] = [await compressed('plain'), await compressed('sampling')];
    expect(sampling.equals(plain)).toBe(true);
    // The control: the files of the models differ. And what is inside is the model file without the distribution.
    expect(files['sampling.safetensors'].length).toBeGreaterThan(files['plain.safetensors'].length);
    expect(sampling.includes(Buffer.from(files['plain.safetensors']))).toBe(true);
  });

  test('--target-psnr takes the fewest levels that reach it', async () => {
    const images = { ...readNpy(imagesNpy()), normalization: DIVIDED };
    const psnrAt = async (levels: number) =>
      (await compressImages(model(), images, { levels })).quality.psnr ?? Number.NaN;
    const target = (await psnrAt(23)) - 1e-9;
    const { stdout } = await run(
      `compress --model run --data images.npy --out t.isth --json --target-psnr ${target}`,
    );
    const [{ psnr, levels }] = jsonLines(stdout) as unknown as { psnr: number; levels: number }[];
    expect(psnr).toBeGreaterThanOrEqual(target);
    expect(levels).toBeGreaterThan(4);
    expect(levels).toBeLessThan(256);
    expect(await psnrAt(levels - 1)).toBeLessThan(target);
  });

  test.each([
    ['a .npy', 'images.npy', 'run', 'npy'],
    ['a .npy of one image', 'one.npy', 'run', 'npy'],
    ['a .npy of big-endian uint16', 'big.npy', 'wide.safetensors', 'npy'],
    ['a .npy in Fortran order', 'fortran.npy', 'wide.safetensors', 'npy'],
    ['a .npy that spells its type otherwise', 'spelled.npy', 'run', 'npy'],
    ['an IDX file', 'images.idx', 'run', 'idx'],
  ])('--lossless gives back %s byte for byte, with the model inside', async (_, data, from, ending) => {
    const file = `${data}.isth`;
    const made = await run(
      `compress --model ${from} --data ${data} --out ${file} --lossless --include-model`,
    );
    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout).toMatch(
      / of which the model takes 5,7\d\d\n.*and the residual.*\nthe codes alone: PSNR/s,
    );
    const restored = await run(`decompress ${file} --out back-${data}.${ending}`);
    expect(restored).toMatchObject({ code: 0 });
    expect(Buffer.from(bytesAt(`back-${data}.${ending}`)).equals(bytesAt(data))).toBe(true);
  });

  test.each([
    ['images.npz', ''],
    ['images.npz', ' --key other'],
    ['images.idx.gz', ''],
    ['pngs', ''],
  ])('--lossless gives back the array of %s%s as a .npy', async (data, key) => {
    const file = `array${key.length}-${data}.isth`;
    expect(await run(`compress --model run --data ${data}${key} --out ${file} --lossless`)).toMatchObject({
      code: 0,
    });
    expect(await run(`decompress ${file} --model run --out ${file}.npy`)).toMatchObject({ code: 0 });
    const { shape, data: values } = await loadImages(join(cwd, data), key ? { key: 'other' } : {});
    const restored = readNpy(bytesAt(`${file}.npy`));
    expect(restored.shape).toEqual(shape);
    expect(Array.from(restored.data)).toEqual(Array.from(values));
  });

  test('an IDX file can also be restored as a .npy, and as a picture', async () => {
    await run('compress --model run --data images.idx --out i.isth --lossless');
    expect(await run('decompress i.isth --model run --out i.npy')).toMatchObject({ code: 0 });
    expect(Array.from(readNpy(bytesAt('i.npy')).data)).toEqual(pixels());
    expect(await run('decompress i.isth --model run --out i.png --threads 1')).toMatchObject({ code: 0 });
    const { width, data } = decodePng(bytesAt('i.png'));
    // Seven columns of images, ten or eleven times as large, with a gap of 2: the first image's first pixel.
    expect(data[(3 * width + 3) * 4]).toBe(pixels()[0]);
  });

  test('Ctrl-C ends compress with a word, and leaves nothing', async () => {
    const header = npyBytes({ descr: '|u1', shape: [200_000, 8, 8], values: [] });
    const many = Buffer.concat([header, Buffer.alloc(200_000 * 64, Uint8Array.from(pixels()))]);
    const folder = folderWith({ 'm.safetensors': modelBytes(), 'many.npy': many });
    const words = 'compress --model m.safetensors --data many.npy --out a.isth --lossless'.split(' ');
    const { code, stdout, stderr } = await isthmusProcess(words, {
      cwd: folder,
      // It says what it has read before seconds of work.
      onStart: (child) => child.stderr?.once('data', () => child.kill('SIGINT')),
    });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/^200,000 images of 8×8.*\n\ninterrupted: nothing was written\n$/);
    expect(Object.keys(contentsOf(folder))).toEqual(['m.safetensors', 'many.npy']);
  });

  test('--overwrite replaces, and nothing is left beside', async () => {
    const before = Object.keys(contentsOf(cwd));
    expect(await run('compress --model run --data images.npy --out a.isth --overwrite')).toMatchObject({
      code: 0,
    });
    expect(await run('decompress a.isth --model run --out a.npy --overwrite')).toMatchObject({ code: 0 });
    expect(Object.keys(contentsOf(cwd))).toEqual(before);
  });
});

describe('info', () => {
  test('says what a .isth file holds', async () => {
    await run('compress --model run --data images.npy --out info.isth --lossless --include-model');
    const [text, json] = await Promise.all([run('info info.isth'), run('info info.isth --json')]);
    const { length } = modelBytes();
    const size = statSync(join(cwd, 'info.isth')).size;
    expect(text).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        `info.isth: ${size.toLocaleString('en')} bytes, ${((size - length) / COUNT).toFixed(1)} an image without the model`,
        '',
        'images    40 of 8×8, uint8, divided by 255',
        'codes     2 numbers in 16 levels',
        'lossless  yes, restores a .npy file',
        `model     ${modelFingerprint(model())}, inside, ${length.toLocaleString('en')} bytes`,
        `kernels   ${kernels().name}, available on this machine`,
        '',
      ].join('\n'),
    });
    expect(jsonLines(json.stdout)).toEqual([
      {
        path: 'info.isth',
        byteLength: size,
        shape: [COUNT, 8, 8],
        dtype: 'u1',
        normalization: DIVIDED,
        model: modelFingerprint(model()),
        kernels: kernels().name,
        codeLength: 2,
        levels: 16,
        modelBytes: length,
        chunks: 1,
        lossless: 'npy',
      },
    ]);
  });
});

const samples = { ...readNpy(imagesNpy()), normalization: DIVIDED };
const lossy = (await compressImages(model(), samples)).bytes;
const exact = (await compressImages(model(), samples, { lossless: true, levels: DEFAULT_LEVELS })).bytes;

/** The same file, said to be made by kernels that computed other bits. */
function withProbe(file: Uint8Array, kernelsProbe: string): Uint8Array {
  const parts = partsOf(file);
  const description = JSON.stringify({ ...JSON.parse(parts.description), kernelsProbe });
  return withChecks(withLengths({ ...parts, description }));
}

const inside = { 'a.isth': lossy, 'exact.isth': exact, 'run/model.safetensors': modelBytes() };
const toCompress = {
  'run/model.safetensors': modelBytes(),
  'images.npy': imagesNpy(),
  'floats.npy': floatsNpy(),
};

test('a lossy file of kernels that compute other bits is read, which is said, also by info', async () => {
  const folder = folderWith({ ...inside, 'other.isth': withProbe(lossy, '00c0ffee') });
  const { code, stderr } = await isthmus('decompress other.isth --model run --out o.npy'.split(' '), {
    cwd: folder,
  });
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^note: the file was made with \w+ kernels of another version .*\(their probe is 00c0ffee, here \w{8}\): some values differ in the last bit\.\n40 images/,
  );
  const info = await isthmus(['info', 'other.isth'], { cwd: folder });
  expect(info.stdout).toMatch(/\nkernels {3}\w+, which compute other bits on this machine\n$/);
});

describe('what cannot be done', () => {
  const compress = 'compress --model run --data images.npy --out new.isth'.split(' ');
  const decompress = 'decompress a.isth --model run --out new.npy'.split(' ');
  testRefusals(1, [
    {
      name: 'a PSNR that the model does not reach',
      files: toCompress,
      args: [...compress, '--target-psnr', '60'],
      says: /: the model reaches -?[\d.]+ dB on these images .*, expected at least the 60 dB asked for\.$/,
    },
    {
      name: 'floats without loss',
      files: toCompress,
      args: ['compress', '--model', 'run', '--data', 'floats.npy', '--out', 'new.isth', '--lossless'],
      says: /: floats\.npy: the values are float32, lossless compression takes uint8, uint16, int8 and int16\.$/,
    },
    {
      name: 'images of another shape',
      files: { ...toCompress, 'images.npy': imagesNpy([9, 9]) },
      args: compress,
      says: /: images\.npy: the samples are 9×9, the model takes 8×8\.$/,
    },
    {
      name: 'pixels as a column',
      files: {
        ...toCompress,
        'images.npy': npyBytes({ descr: '|u1', shape: [64, 1], values: pixels().slice(0, 64) }),
      },
      args: compress,
      says: /: images\.npy: the array is \[64, 1\], expected \[n, 8, 8\]: if it is one sample, arr\.reshape\(1, -1\)\.$/,
    },
    {
      name: 'to compress over an existing file',
      files: { ...toCompress, 'new.isth': 'mine' },
      args: compress,
      says: /: new\.isth exists already, expected a new file \(--overwrite replaces it\)\.$/,
    },
    {
      name: 'to compress into a folder that is not there, before anything is read',
      files: {},
      args: [...compress.slice(0, -1), 'nowhere/new.isth'],
      says: /: can't write nowhere\/new\.isth: there is no such file or folder\.$/,
    },
    {
      name: 'to decompress into a file instead of a folder, before anything is read',
      files: { file: '' },
      args: [...decompress.slice(0, -1), 'file/new.npy'],
      says: /: can't write file\/new\.npy: a part of the path is a file, expected folders\.$/,
    },
    {
      name: 'another model',
      files: { ...inside, 'run/model.safetensors': modelBytes(DIVIDED, { seed: 9 } as object) },
      args: decompress,
      says: /: a\.isth: another model compressed the images: the file names sha256:\w{32}, this one is sha256:\w{32}\.$/,
    },
    {
      name: 'no model',
      files: inside,
      args: ['decompress', 'a.isth', '--out', 'new.npy'],
      says: /: a\.isth: there is no model inside, expected one with the fingerprint sha256:\w{32} \(samples of \[8, 8\], codes of 2 numbers\)\.$/,
    },
    {
      name: 'a file that is cut off',
      files: { ...inside, 'a.isth': lossy.subarray(0, -9) },
      args: decompress,
      says: /: a\.isth: the file is cut off\.$/,
    },
    {
      name: 'a file that is something else',
      files: { ...inside, 'a.isth': imagesNpy() },
      args: decompress,
      says: /: a\.isth: not an \.isth file but a NumPy array\.$/,
    },
    {
      name: 'a file that is not there',
      files: { 'run/model.safetensors': modelBytes() },
      args: decompress,
      says: /: can't read a\.isth: there is no such file or folder\.$/,
    },
    {
      name: 'a folder',
      files: { 'a.isth/': '', 'run/model.safetensors': modelBytes() },
      args: decompress,
      says: /: can't read a\.isth: it is a folder, expected a file\.$/,
    },
    {
      name: 'a changed byte in the middle, when some images are written already',
      files: { ...inside, 'a.isth': exact.with(-100, exact[exact.length - 100] ^ 1) },
      args: decompress,
      says: /: a\.isth: the file is damaged: a checksum in it is not that of its contents\.$/,
    },
    {
      name: 'to say anything of a file that is cut off',
      files: { ...inside, 'a.isth': lossy.subarray(0, -9) },
      args: ['info', 'a.isth'],
      says: /: a\.isth: the file is cut off\.$/,
    },
    {
      name: 'a lossless file of kernels that compute other bits',
      files: { ...inside, 'a.isth': withProbe(exact, '00c0ffee') },
      args: decompress,
      says: /: a\.isth: the file was made with \w+ kernels of another version or JavaScript engine, which compute other bits \(their probe is 00c0ffee, here \w{8}\): a lossless file needs every bit that they compute\.$/,
    },
    {
      name: 'the IDX file of what was none',
      files: inside,
      args: ['decompress', 'exact.isth', '--model', 'run', '--out', 'new-ubyte'],
      says: /: exact\.isth: it restores a \.npy, expected --out FILE\.npy or FILE\.png: only an IDX file that was compressed with --lossless, and not gzipped, is restored as IDX\.$/,
    },
  ]);
});
