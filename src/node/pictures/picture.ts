/** A picture of either kind, found by its bytes and not by its name: people save JPEGs as x.png. And its colours as gray. */

import { OptionError } from '../../io/errors.ts';
import { notA } from '../../io/fileKinds.ts';
import { decodeJpeg } from './jpeg.ts';
import { type DecodedPng, decodePng, type PixelImage } from './png.ts';

export type PictureKind = 'PNG' | 'JPEG';

/** Red, green and blue, from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

export interface Picture {
  readonly kind: PictureKind;
  /** Of one channel if no pixel has colour. */
  readonly image: PixelImage;
  /** Whether the file has 16 bits a sample, which were rounded to 8. */
  readonly isRounded: boolean;
}

/** @returns undefined if it is neither. */
export function kindOfPicture(bytes: Uint8Array): PictureKind | undefined {
  const beginsWith = (start: readonly number[]) => start.every((byte, i) => bytes[i] === byte);
  if (beginsWith([0x89, 0x50, 0x4e, 0x47])) return 'PNG';
  return beginsWith([0xff, 0xd8, 0xff]) ? 'JPEG' : undefined;
}

/**
 * @param background - What to lay transparent pixels on.
 * @throws {FormatError} If it is neither, is damaged, or can't be read (see {@link decodePng}, {@link decodeJpeg}), or has
 *   transparent pixels and there is no background.
 * @throws {DataError} If it is a JPEG and the package jpeg-js is missing.
 */
export async function decodePicture(bytes: Uint8Array, background?: Color): Promise<Picture> {
  const kind = kindOfPicture(bytes);
  if (kind === undefined) throw notA('a PNG or JPEG file', bytes);
  if (kind === 'PNG') return pictureOfPng(bytes, background);
  return { kind, image: withoutSpareChannels(await decodeJpeg(bytes)), isRounded: false };
}

/** The same for a PNG; without waiting. */
export function pictureOfPng(bytes: Uint8Array, background?: Color): Picture {
  const png = decodePng(bytes);
  if (png.hasAlpha && background === undefined) {
    throw new OptionError(
      (option) =>
        `a PNG with transparent pixels: ${option('background', 'white', '[255, 255, 255]')} puts it on a background.`,
    );
  }
  const image = withoutSpareChannels(flatten(png, background ?? [0, 0, 0]));
  return { kind: 'PNG', image, isRounded: png.isRounded };
}

/** The picture on the background: each value is the mean of both, weighted by alpha, rounded. */
function flatten({ width, height, data: rgba }: DecodedPng, background: Color): PixelImage {
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    const alpha = rgba[from + 3];
    for (let channel = 0; channel < 3; channel++) {
      const mixed = alpha * rgba[from + channel] + (255 - alpha) * background[channel];
      data[to++] = Math.round(mixed / 255);
    }
  }
  return { width, height, channels: 3, data };
}

/**
 * Brightness is 0.299 red + 0.587 green + 0.114 blue, as in ITU-R BT.601, Pillow, OpenCV and torchvision; in whole numbers,
 * which are exact. The values stay as stored (sRGB).
 */
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
function withoutSpareChannels(image: PixelImage): PixelImage {
  const { width, height, channels, data } = image;
  if (channels === 1) return image;
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return image;
  }
  const gray = new Uint8Array(width * height);
  for (let i = 0; i < gray.length; i++) gray[i] = data[3 * i];
  return { width, height, channels: 1, data: gray };
}
