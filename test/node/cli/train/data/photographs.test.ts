/** `train --patches` on photographs of many sizes, and what the model does with others: data, options, going on. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readNpy } from '../../../../../src/io/numpy/npy.ts';
import { GRAY_ALPHA, pngBytes } from '../../../../helpers/bytes/pngBytes.ts';
import { type Files, folderWith, isthmus, jsonLines, removeFolders } from '../../../../helpers/cli.ts';
import { photograph } from '../../../photographs.ts';
import { imagesNpy } from '../../fixtures.ts';

afterAll(removeFolders);

const PHOTOS: Files = {
  'photos/a.png': photograph(40, 61, 1),
  'photos/b.png': photograph(30, 21, 2),
  'gray/a.png': photograph(33, 40, 3, { gray: true }),
  'test/c.png': photograph(25, 25, 4),
  'noisy/a.png': photograph(40, 61, 1, { noise: 20 }),
  'noisy/b.png': photograph(30, 21, 2, { noise: 20 }),
  'other/a.png': photograph(40, 61, 1),
  'other/b.png': photograph(31, 21, 2),
  'images.npy': imagesNpy(),
  'clear.png': pngBytes({ width: 8, height: 8, depth: 8, colorType: GRAY_ALPHA, pixel: () => [0, 51] }),
};
const TINY = '--hidden 6 --encoding-dim 2 --batch-size 20 --epochs 2';

async function trained(line: string) {
  const cwd = folderWith(PHOTOS);
  const run = (words: string) => isthmus(words.split(' '), { cwd });
  const { code, stderr } = await run(`train ${line} ${TINY} --out run`);
  if (code !== 0) throw new Error(stderr);
  const bytesOf = (name: string) => new Uint8Array(readFileSync(join(cwd, name)));
  const config = JSON.parse(readFileSync(join(cwd, 'run/config.json'), 'utf8'));
  return { run, stderr, config, bytesOf };
}

describe('train --patches', () => {
  const run = trained('--data photos --test-data test --patches 8x8:120 --seed 3');

  test('says what it cut, and keeps it with the model', async () => {
    const { stderr, config, run: go } = await run;
    expect(stderr).toMatch(/^120 images of 8×8×3, uint8 .*divided by 255 \(patches of 2 PNGs in photos\)$/m);
    expect(stderr).toMatch(/^20 test images of 8×8×3, .* \(patches of 1 PNG in test\)$/m);
    expect(config.options).toMatchObject({ patches: '8x8:120' });
    expect(config.data.form).toEqual({ kind: 'pictures', patches: { size: [8, 8], count: 120, seed: 3 } });
    expect((await go('info run')).stdout).toMatch(/120 patches of 8×8 cut at random/);
  });

  test('patches of another size are refused with the option that makes them fit, and it does', async () => {
    const { run: go } = await run;
    const other = await go('encode --model run --data photos --patches 4x9:6 --out other.npy');
    expect(other.stderr).toMatch(/the model takes 8×8×3: --patches 8x8:6 makes them fit\.$/m);
    expect(await go('encode --model run --data photos --patches 8x8:6 --out fit.npy')).toMatchObject({
      code: 0,
    });
  });

  test('goes on with the same patches: the model is that of a run that was not interrupted', async () => {
    const { run: go, bytesOf } = await run;
    const rest =
      '--data photos --test-data test --patches 8x8:120 --seed 3 --hidden 6 --encoding-dim 2 --batch-size 20';
    expect((await go(`train ${rest} --epochs 3 --out whole`)).code).toBe(0);
    expect((await go(`train ${rest} --epochs 2 --out part`)).code).toBe(0);
    expect((await go('train --resume part --epochs 3')).code).toBe(0);
    expect(bytesOf('part/model.safetensors')).toEqual(bytesOf('whole/model.safetensors'));
    const other = await go('train --resume part --epochs 4 --patches 8x8:121');
    expect(other.stderr).toMatch(/--patches is 8x8:121, the run has 8x8:120/);
    const data = await go('train --resume part --epochs 4 --data test');
    expect(data.stderr).toMatch(/can't be resumed with other data: its data had the same shape and type/);
  });

  test('other commands cut patches alike, and whole pictures only by --resize', async () => {
    const { run: go, bytesOf } = await run;
    const { stderr, stdout } = await go('evaluate --model run --data test --json');
    expect(stderr).toMatch(/^note: test: read as the training data was: --patches 8x8:120$/m);
    expect(jsonLines(stdout)[0]).toMatchObject({ images: 120 });
    await go('encode --model run --data photos --out codes.npy');
    await go('encode --model run --data photos --patches 8x8:9 --out few.npy');
    await go('encode --model run --data photos --resize 8x8 --out whole.npy');
    expect(['codes', 'few', 'whole'].map((name) => readNpy(bytesOf(`${name}.npy`)).shape[0])).toEqual([
      120, 9, 2,
    ]);
  });

  test('a model of patches is trained on from, on those of others', async () => {
    const { run: go } = await run;
    const { code, stderr } = await go(`train --from run --data other --epochs 1 --out from`);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/120 images of 8×8×3/);
  });
});

test('pairs of photographs are cut at the same places', async () => {
  const { stderr } = await trained('--data noisy --target photos --patches 8x8:60');
  expect(stderr).toMatch(/learning to turn patches of 2 PNGs in noisy into patches of 2 PNGs in photos/);
  const cwd = folderWith(PHOTOS);
  const { code, stderr: said } = await isthmus(
    `train --data noisy --target other --patches 8x8:60 ${TINY}`.split(' '),
    { cwd },
  );
  // pairs of photographs of other sizes are refused
  expect({ code, said: said.trimEnd().split('\n').at(-1) }).toEqual({
    code: 1,
    said: 'isthmus train: patches of 2 PNGs in other: picture 2 is 31x21 pixels, that of --data is 30x21, expected pairs of the same size: patches are cut at the same places of both.',
  });
});

test.each([
  [
    'photos --patches 31x8:40',
    1,
    'photos: b.png is 30x21 pixels (height x width), expected at least the 31x8 of a patch.',
  ],
  [
    'photos/b.png --patches 31x8:40',
    1,
    'train: photos/b.png: it is 30x21 pixels (height x width), expected at least the 31x8 of a patch.',
  ],
  [
    'clear.png --patches 1x1:4',
    1,
    'train: clear.png: a PNG with transparent pixels: --background white puts it on a background.',
  ],
  [
    'photos --patches 8x8',
    2,
    "--patches is '8x8', expected HEIGHTxWIDTH:NUMBER in pixels and patches, such as 32x32:20000.",
  ],
  ['photos --patches 8x8:0', 2, "--patches is '8x8:0', expected"],
  ['photos --patches 8x8:40 --resize 8x8', 2, '--resize and --patches are both given, expected one of them.'],
  [
    'images.npy --patches 8x8:40',
    1,
    'images.npy: got --patches 8x8:40, but only pictures are cut into patches.',
  ],
])('train --data %s is refused', async (line, code, words) => {
  const cwd = folderWith(PHOTOS);
  const result = await isthmus(`train --data ${line} ${TINY} --out run`.split(' '), { cwd });
  expect(result.stderr).toContain(words);
  expect(result.code).toBe(code);
});
