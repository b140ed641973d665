import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { DType, SampleArray } from '../../../../src/data/samples.ts';
import { readNpy } from '../../../../src/io/numpy/npy.ts';
import { CompressTally } from '../../../../src/node/cli/compress/report.ts';
import { RivalSizes } from '../../../../src/node/cli/compress/rivalSizes.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { DIVIDED } from '../fixtures.ts';

const VALUES = Array.from({ length: 3 * 4 * 5 }, (_, i) => (i * 37) % 101);

async function measured(descr: string, fortranOrder = false) {
  const file = npyBytes({ descr, shape: [3, 4, 5], values: VALUES, fortranOrder });
  const { data, dtype } = readNpy(file);
  const sizes = new RivalSizes([4, 5], { ...DIVIDED, dtype });
  sizes.add(data.subarray(0, 20));
  sizes.add(data.subarray(20));
  return sizes.measure();
}

const zipped = (values: SampleArray) => gzipSync(new Uint8Array(values.buffer), { level: 9 }).length;

test.each<[string, SampleArray]>([
  ['|u1', Uint8Array.from(VALUES)],
  ['|i1', Int8Array.from(VALUES)],
  ['<u2', Uint16Array.from(VALUES)],
  ['>u2', Uint16Array.from(VALUES)],
  ['>i4', Int32Array.from(VALUES)],
  ['<f4', Float32Array.from(VALUES)],
  ['>f8', Float64Array.from(VALUES)],
])('gzip of %s is that of the values row-major and little-endian', async (descr, values) => {
  for (const fortranOrder of [false, true]) {
    expect(await measured(descr, fortranOrder)).toMatchObject({ images: 3, gzip: zipped(values) });
  }
});

test.each(['<i8', '<u8', '<f2'])('there is none of %s, which is held as another type', async (descr) => {
  expect(await measured(descr)).toEqual({ images: 3, gzip: undefined, png: undefined });
});

test.each<[DType, SampleArray, boolean]>([
  ['u1', new Uint8Array(60), true],
  ['u2', new Uint16Array(60), true],
  ['f4', new Float32Array(60), false],
  ['u1', new Float32Array(60), false],
])('PNG is measured where %s are pixels held as such', async (dtype, data, isMeasured) => {
  const sizes = new RivalSizes([4, 5], { ...DIVIDED, dtype });
  sizes.add(data);
  expect((await sizes.measure()).png !== undefined).toBe(isMeasured);
});

test('of more than 4 MB the first images are measured', async () => {
  const sizes = new RivalSizes([1024, 1024], { ...DIVIDED, dtype: 'u1' });
  for (let i = 0; i < 3; i++) sizes.add(new Uint8Array(2 ** 21));
  expect((await sizes.measure()).images).toBe(4);
});

test('of a photograph of more than 4 MB the first rows are measured', async () => {
  const pixels = new Uint8Array(3000 * 2000 * 3);
  const tally = new CompressTally([1, 3000, 2000, 3], { ...DIVIDED, dtype: 'u1' }, true);
  tally.add(pixels, pixels.with(pixels.length - 1, 255));
  const { images, gzip, png } = await tally.rivals.measure();
  expect(images).toBe(699 / 3000);
  expect(gzip).toBe(zipped(pixels.slice(0, 699 * 6000)));
  expect(png).toBeGreaterThan(0);
  // The error is that of all pixels.
  expect(tally.quality).toMatchObject({ ssim: undefined, mse: 1 / pixels.length });
  tally.progress.close();
});
