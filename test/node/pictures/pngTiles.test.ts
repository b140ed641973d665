import { inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { RivalSizes } from '../../../src/node/cli/compress/rivalSizes.ts';
import { decodePng, encodePng } from '../../../src/node/pictures/png.ts';
import { encodePngTiles, type Tiles } from '../../../src/node/pictures/pngTiles.ts';
import { Random } from '../../../src/tensor/random.ts';
import { sizeOf } from '../../../src/tensor/shape.ts';
import { DIVIDED } from '../cli/fixtures.ts';

const random = new Random(3);

function tiles(count: number, height: number, width: number, channels: 1 | 3, noise: number): Tiles {
  const data = Uint8Array.from({ length: count * height * width * channels }, (_, i) =>
    Math.floor((i % (width * channels)) * 5 + random.uniform(0, noise)),
  );
  return { count, height, width, channels, data };
}

describe('tiles', () => {
  test.each<[number, number, number, 1 | 3]>([
    [1, 3, 5, 1],
    [4, 3, 5, 1],
    [5, 4, 3, 3],
    [7, 1, 1, 1],
    [100, 8, 8, 1],
  ])(
    '%d of %dx%d with %d channels are all in the picture, in their places',
    async (count, height, width, channels) => {
      for (const noise of [1, 200]) {
        const some = tiles(count, height, width, channels, noise);
        const png = decodePng(await encodePngTiles(some));
        const columns = Math.ceil(Math.sqrt(count));
        expect(png.width).toBe(columns * width);
        expect(png.height).toBe(Math.ceil(count / columns) * height);
        for (let i = 0; i < some.data.length; i++) {
          const [image, rest] = [
            Math.floor(i / (height * width * channels)),
            i % (height * width * channels),
          ];
          const [y, x] = [Math.floor(rest / (width * channels)), Math.floor(rest / channels) % width];
          const [top, left] = [Math.floor(image / columns) * height + y, (image % columns) * width + x];
          const channel = channels === 1 ? 0 : rest % 3;
          // Not in an expect of its own, which takes longer than all the rest.
          if (png.data[(top * png.width + left) * 4 + channel] !== some.data[i])
            throw new Error(`number ${i}`);
        }
      }
    },
  );

  test('of 16 bits keep both bytes, the higher first', async () => {
    const data = Uint16Array.of(0x0102, 0xfffe);
    const png = Buffer.from(await encodePngTiles({ count: 1, height: 1, width: 2, channels: 1, data }));
    const at = png.indexOf('IDAT');
    const body = png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
    const [filter, ...bytes] = inflateSync(body);
    const undo = filter === 1 ? bytes.map((one, i) => (one + (i < 2 ? 0 : bytes[i - 2])) & 255) : bytes;
    expect(undo).toEqual([1, 2, 255, 254]);
    expect(png[24]).toBe(16);
  });

  test('are no larger than what pngjs makes of the same picture', async () => {
    const some = tiles(1, 64, 64, 1, 9);
    const picture = encodePng({ width: 64, height: 64, channels: 1, data: some.data as Uint8Array });
    expect((await encodePngTiles(some)).length).toBeLessThanOrEqual(picture.length);
  });
});

describe('the sizes of others', () => {
  test('are those of the first images if there are many', async () => {
    const sizes = new RivalSizes([512, 512], { ...DIVIDED, dtype: 'u1' });
    for (let i = 0; i < 20; i++) sizes.add(new Uint8Array(2 * 512 * 512).fill(i));
    const { images, gzip, png } = await sizes.measure();
    expect(images).toBe(16); // 4 MiB
    expect(gzip).toBeGreaterThan(2000);
    expect(png).toBeGreaterThan(2000);
  });

  test('leave out what makes no sense', async () => {
    const floats = new RivalSizes([4, 4], { ...DIVIDED, dtype: 'f4' });
    floats.add(new Float32Array(32));
    expect(await floats.measure()).toMatchObject({ images: 2, png: undefined, gzip: expect.any(Number) });
    const wide = new RivalSizes([4, 4], { ...DIVIDED, dtype: 'i8' }); // held as float64
    wide.add(new Float64Array(32));
    expect(await wide.measure()).toMatchObject({ gzip: undefined, png: undefined });
    const halves = new RivalSizes([4, 4], { ...DIVIDED, dtype: 'f2' }); // held as float32
    halves.add(new Float32Array(32));
    expect(await halves.measure()).toMatchObject({ gzip: undefined, png: undefined });
    for (const noPicture of [[10], [4], [3, 4, 4]]) {
      const samples = new RivalSizes(noPicture, DIVIDED);
      samples.add(new Uint8Array(2 * sizeOf(noPicture)));
      expect(await samples.measure()).toMatchObject({ images: 2, png: undefined });
    }
  });

  test('of 16-bit pictures count both bytes', async () => {
    const sizes = new RivalSizes([16, 16], { ...DIVIDED, dtype: 'u2' });
    sizes.add(Uint16Array.from({ length: 2560 }, () => random.uniform(0, 65536)));
    const { gzip = 0, png = 0 } = await sizes.measure();
    expect(gzip).toBeGreaterThan(5100);
    expect(png).toBeGreaterThan(5100);
  });
});
