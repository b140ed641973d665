/** Colours as their brightness: ITU-R BT.601, as Pillow, OpenCV and torchvision do. The values stay as stored (sRGB). */

import type { PixelImage } from './png.ts';

/** Brightness is 0.299 red + 0.587 green + 0.114 blue: whole numbers are exact. */
const [RED, GREEN, BLUE] = [299, 587, 114];
export const LUMA_TOTAL = 1000;

/** The brightness of the pixel that begins at byte `at`, from 0 to 255 * LUMA_TOTAL. */
export function lumaSum(data: Uint8Array, at: number): number {
  return RED * data[at] + GREEN * data[at + 1] + BLUE * data[at + 2];
}

/** The picture in gray: the same one if it is. */
export function toGray(image: PixelImage): PixelImage {
  if (image.channels === 1) return image;
  const data = new Uint8Array(image.width * image.height);
  for (let i = 0; i < data.length; i++) data[i] = Math.round(lumaSum(image.data, 3 * i) / LUMA_TOTAL);
  return { ...image, channels: 1, data };
}

/** A picture in which red, green and blue are the same everywhere, with one of them; others as they are. */
export function withoutSpareChannels(image: PixelImage): PixelImage {
  const { width, height, channels, data } = image;
  if (channels === 1) return image;
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return image;
  }
  const gray = new Uint8Array(width * height);
  for (let i = 0; i < gray.length; i++) gray[i] = data[3 * i];
  return { width, height, channels: 1, data: gray };
}
