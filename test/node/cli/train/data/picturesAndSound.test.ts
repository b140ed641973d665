/** `train` on photos of many sizes, and on sound; and what other commands do with the same kind of files. */

import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readNpy } from '../../../../../src/io/numpy/npy.ts';
import { readWav } from '../../../../../src/io/sound/readWav.ts';
import { writeWav } from '../../../../../src/io/sound/writeWav.ts';
import { type Files, folderWith, isthmus, removeFolders } from '../../../../helpers/cli.ts';
import { imagesNpy, png, pngs } from '../../fixtures.ts';
import { csv } from '../../tables.ts';

afterAll(removeFolders);

const TINY = '--hidden 6 --encoding-dim 2 --batch-size 20 --epochs 2';

/** Trains in a folder of its own; must not fail. */
async function trained(line: string, files: Files, from: Readonly<Record<string, string>> = {}) {
  const cwd = folderWith(files);
  for (const [name, source] of Object.entries(from)) cpSync(source, join(cwd, name), { recursive: true });
  const run = (words: string) => isthmus(words.split(' '), { cwd });
  const { code, stderr } = await run(`train ${line} ${TINY} --out run`);
  if (code !== 0) throw new Error(stderr);
  const config = JSON.parse(readFileSync(join(cwd, 'run/config.json'), 'utf8'));
  const arrayIn = (name: string) => readNpy(new Uint8Array(readFileSync(join(cwd, name))));
  const wavIn = (name: string) => readWav(new Uint8Array(readFileSync(join(cwd, name))));
  const shapeOf = (name: string) => arrayIn(name).shape;
  return { run, stderr, config, arrayIn, shapeOf, wavIn };
}

const PHOTOS: Files = {
  'photos/1.png': png(40, 30, true),
  'photos/2.png': png(9, 12),
  'photos/notes.txt': 'mine',
  'more/9.png': png(33, 33, true, 4),
  'wide.npy': imagesNpy([12, 16]),
};

describe('pictures of many sizes', () => {
  const trainedOnPhotos = trained('--data photos --resize 12x16 --gray', PHOTOS);

  test('become alike by --resize and --gray, and what was left out is said', async () => {
    const { stderr, config } = await trainedOnPhotos;
    expect(stderr).toMatch(/^note: photos: left out: 1 \.txt$/m);
    expect(stderr).toMatch(/^note: photos: .*12x16.*cut off/m);
    expect(stderr).toMatch(/^2 images of 12×16, uint8 .*divided by 255 \(2 PNGs in photos\)$/m);
    expect(config.data.form).toEqual({ kind: 'pictures', resize: [12, 16], gray: true });
    expect(config.options).toMatchObject({ resize: '12x16', gray: true });
  });

  test('are brought to the same for the model later, without options', async () => {
    const { run, shapeOf } = await trainedOnPhotos;
    const encoded = await run('encode --model run --data more --out codes.npy');
    expect(encoded).toMatchObject({ code: 0, stderr: expect.stringMatching(/^note: more: .*12x16/m) });
    expect(encoded.stderr).toContain('note: more: read as the training data was: --resize 12x16 --gray\n');
    expect(shapeOf('codes.npy')).toEqual([1, 2]);
    const asked = await run('encode --model run --data more --resize 12x16 --gray --out asked.npy');
    expect(asked).toMatchObject({ code: 0, stderr: expect.not.stringContaining('as the training data was') });
    expect((await run('evaluate --model run --data photos')).code).toBe(0);
    expect((await run('traverse --model run --data more --sample 0 --out t.png')).code).toBe(0);
    expect((await run('generate --model run --data photos --count 4 --out g.npy')).code).toBe(0);
  });

  test('a model that takes colours takes gray ones, as colours that are the same', async () => {
    const { run, arrayIn } = await trained('--data photos --resize 12x16 --test-data gray', {
      ...PHOTOS,
      'gray/2.png': png(9, 12),
    });
    const encoded = await run('encode --model run --data gray --out gray.npy');
    expect(encoded.stderr).toContain('note: gray: no picture has colours: red, green and blue get the same');
    // Among pictures in colours it becomes the same code.
    await run('encode --model run --data photos --out all.npy');
    expect(arrayIn('gray.npy').data).toEqual(arrayIn('all.npy').data.slice(2, 4));
  });

  test('info says how they were read', async () => {
    const { run } = await trainedOnPhotos;
    const { stdout } = await run('info run');
    expect(stdout).toMatch(/^read +resized to 12×16, gray$/m);
    expect(stdout).not.toMatch(/form|\[object/);
  });

  test('are resumed with the same options, and not with others', async () => {
    const { run } = await trainedOnPhotos;
    expect((await run('train --resume run --epochs 3')).code).toBe(0);
    expect(await run('train --resume run --resize 16x12 --epochs 4')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--resize is 16x12, the run has 12x16'),
    });
  });

  test('for a model that saw none: the message names what makes them fit, and it does', async () => {
    const { run } = await trained('--data wide.npy', PHOTOS);
    const encode = 'encode --model run --data more --out c.npy';
    const refused = await run(encode);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/the model takes 12×16: --resize 12x16 --gray makes them fit\.$/m),
    });
    expect((await run(`${encode} --resize 12x16 --gray`)).code).toBe(0);
  });

  test('are refused for a model of a table', async () => {
    const { run } = await trained('--data table.csv', { 'table.csv': csv(), ...pngs('p', 2) });
    expect(await run('encode --model run --data p --out c.npy')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /2 PNGs in p: the samples are 8×8, the model takes 4 numbers, and no pictures\.$/m,
      ),
    });
  });

  test('in class folders are trained on without their classes, which is said', async () => {
    const { stderr } = await trained('--data pets', {}, { pets: 'test/golden/reports/class-subfolders' });
    expect(stderr).toContain('note: pets: each folder is a class: cat (1), dog (1)\n');
    expect(stderr).toContain(
      'note: training uses no classes (the names of 2 folders); isthmus evaluate --labels auto does\n',
    );
    expect(stderr).toMatch(/^2 images of 28×28/m);
  });
});

/** A tone that swells, of so many values. */
function wav(count: number, sampleRate = 8000): Uint8Array {
  const samples = Float32Array.from({ length: count }, (_, i) => Math.sin(i / 7) * Math.sin(i / 400));
  return writeWav({ samples, sampleRate, encoding: 's16' });
}

describe('sound', () => {
  const SOUNDS: Files = { 'a.wav': wav(2000), 'b.wav': wav(1500, 16_000), 'table.csv': csv() };

  test('is cut into frames, with one scale for all values', async () => {
    const { stderr, config, run, shapeOf } = await trained(
      '--data a.wav --frame 64 --test-data b.wav',
      SOUNDS,
    );
    expect(stderr).toContain('defaults for sound: --normalize standard --scale-by all\n');
    expect(stderr).toMatch(/^31 samples of 64 numbers, float32 /m);
    expect(stderr).not.toContain('--image-shape'); // frames of 64 are no images of 8x8
    expect(stderr).toContain('note: b.wav: it has 16,000 values a second, the training data has 8,000\n');
    expect(config.data.form).toEqual({ kind: 'sound', frame: 64, sampleRate: 8000, encoding: 's16' });
    expect(config.normalization).toMatchObject({ kind: 'standard', scale: expect.any(Number) });
    // The model says the length of the frames.
    expect((await run('encode --model run --data b.wav --out codes.npy')).code).toBe(0);
    expect(shapeOf('codes.npy')).toEqual([23, 2]);
    expect((await run('info run')).stdout).toMatch(/^read +frames of 64 at 8,000 Hz$/m);
    expect(await run('encode --model run --data b.wav --frame 32 --out c.npy')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the model takes 64 numbers: --frame 64 makes them fit.'),
    });
  });

  test.each([
    ['--loss bce', 'defaults for sound with --loss bce: --normalize minmax --scale-by all', 'minmax'],
    ['--normalize minmax', 'default for sound: --scale-by all', 'minmax'],
    ['--scale-by all', 'default for sound: --normalize standard', 'standard'],
  ])('with %s: %s', async (options, said, kind) => {
    const { stderr, config } = await trained(`--data a.wav ${options}`, SOUNDS);
    expect(stderr).toContain(`${said}\n`);
    expect(config.normalization).toMatchObject({ kind, scale: expect.any(Number) });
  });

  test('is none for a model of pictures', async () => {
    const { run } = await trained('--data images.npy', { ...SOUNDS, 'images.npy': imagesNpy([8, 8]) });
    expect(await run('encode --model run --data a.wav --out c.npy')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/the model takes 8×8, and no sound\.$/m),
    });
  });

  test('that is restored is as long and as fast as it was, but for the rest of a frame', async () => {
    const { run, wavIn } = await trained('--data a.wav --frame 64', SOUNDS);
    expect((await run('reconstruct --model run --data b.wav --out r.wav')).code).toBe(0);
    const restored = wavIn('r.wav');
    expect(restored).toMatchObject({ sampleRate: 16_000, encoding: 's16', channels: 1 });
    expect(restored.samples).toHaveLength(23 * 64);
    // Codes don't say how fast their sound was: it gets the rate of the training data.
    await run('encode --model run --data b.wav --out codes.npy');
    expect((await run('decode --model run --codes codes.npy --out d.wav')).code).toBe(0);
    expect(wavIn('d.wav').sampleRate).toBe(8000);
  });

  test('may start from a model of frames of another length than 512', async () => {
    const { run } = await trained('--data a.wav --frame 64', SOUNDS);
    expect((await run('train --from run --data b.wav --epochs 1 --out next')).code).toBe(0);
  });
});
