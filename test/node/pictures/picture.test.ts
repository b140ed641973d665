import { describe, expect, test } from '@jest/globals';
import { decodePicture, kindOfPicture } from '../../../src/node/pictures/picture.ts';
import { goldenPixels, jpegFile } from '../../helpers/bytes/jpegBytes.ts';
import { GRAY, GRAY_ALPHA, pngBytes, RGB, RGBA } from '../../helpers/bytes/pngBytes.ts';

const tiny = { width: 3, height: 2, depth: 8, colorType: GRAY, pixel: (x: number) => [x] } as const;

test('the bytes say what a picture is', () => {
  expect(kindOfPicture(pngBytes(tiny))).toBe('PNG');
  expect(kindOfPicture(jpegFile('gray'))).toBe('JPEG');
  expect(kindOfPicture(new Uint8Array())).toBeUndefined();
});

test('a picture without colour has one channel, also where it is stored in colour', async () => {
  const inColor = await decodePicture(pngBytes({ ...tiny, colorType: RGB, pixel: (x) => [x, x, x] }));
  expect(inColor).toEqual(await decodePicture(pngBytes(tiny)));
  expect(inColor.image).toMatchObject({ channels: 1, width: 3, height: 2 });
  expect(
    (await decodePicture(pngBytes({ ...tiny, colorType: RGB, pixel: (x) => [x, x, x + 1] }))).image.channels,
  ).toBe(3);
  const { width, height } = goldenPixels('gray', 'pgm');
  expect((await decodePicture(jpegFile('gray'))).image).toMatchObject({ channels: 1, width, height });
});

test('a PNG of 16 bits is read as one of 8, and says so', async () => {
  const { isRounded, image } = await decodePicture(pngBytes({ ...tiny, depth: 16, pixel: () => [0x1234] }));
  expect({ isRounded, value: image.data[0] }).toEqual({ isRounded: true, value: 0x12 });
});

test('another format is called what it is', async () => {
  const read = decodePicture(new TextEncoder().encode('GIF89a etc.'));
  await expect(read).rejects.toThrow('not a PNG or JPEG file but a GIF picture: save it as PNG or JPEG.');
});

describe('transparent pixels', () => {
  const clear = pngBytes({ ...tiny, colorType: RGBA, pixel: (x) => [200, 100, 0, [0, 51, 255][x]] });

  test('are refused without a background', async () => {
    await expect(decodePicture(clear)).rejects.toThrow(
      'a PNG with transparent pixels: background: [255, 255, 255] puts it on a background.',
    );
  });

  test('are laid on it: the mean of both weighted by alpha, rounded', async () => {
    const { data, channels } = (await decodePicture(clear, [255, 255, 254])).image;
    expect(channels).toBe(3);
    // 51 of 255 is a fifth: 0.2 * 200 + 0.8 * 255 = 244, 0.2 * 100 + 0.8 * 255 = 224, 0.8 * 254 = 203.2.
    expect([...data.slice(0, 9)]).toEqual([255, 255, 254, 244, 224, 203, 200, 100, 0]);
  });

  test('make a gray picture on a gray background, and one of colours on another', async () => {
    const gray = pngBytes({ ...tiny, colorType: GRAY_ALPHA, pixel: (x) => [100, [0, 51, 255][x]] });
    const on = async (background: readonly [number, number, number]) =>
      (await decodePicture(gray, background)).image;
    expect([...(await on([0, 0, 0])).data.slice(0, 3)]).toEqual([0, 20, 100]);
    expect((await on([255, 0, 0])).channels).toBe(3);
  });

  test('a background changes nothing of an opaque picture', async () => {
    const opaque = pngBytes({ ...tiny, colorType: RGBA, pixel: (x, y) => [x, y, 9, 255] });
    expect(await decodePicture(opaque, [1, 2, 3])).toEqual(await decodePicture(opaque));
  });
});
