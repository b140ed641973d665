/** Many PNG files as one array of images. Read png.ts first. */

import type { NumericArray } from '../../data/samples.ts';
import { FormatError } from '../../io/errors.ts';
import { type DecodedPng, decodePng } from './png.ts';

const MAX_STACK = 2 ** 32; // bytes

export interface StackedImages extends NumericArray {
  /** Whether a file had 16 bits a sample, which were rounded to 8. */
  readonly isRounded: boolean;
}

/**
 * One array of many PNG files of one size: `[n, height, width]` if every pixel of every image is gray,
 * else `[n, height, width, 3]`. One image is decoded at a time. Files of 16 bits a sample are rounded to 8.
 *
 * @throws {FormatError} If there are none, one can't be read (see {@link decodePng}), sizes differ, or any pixel is
 *   transparent. The messages name the file, if it has a name.
 */
export function stackPngs(
  files: readonly { readonly name?: string; readonly bytes: Uint8Array }[],
): StackedImages {
  if (files.length === 0) throw new FormatError('there are no PNG files.');
  let stack: Stack | undefined;
  let isRounded = false;
  for (let i = 0; i < files.length; i++) {
    const { name } = files[i];
    const image = decodeNamed(name, files[i].bytes);
    stack ??= newStack(files.length, image, 1);
    if (image.width !== stack.width || image.height !== stack.height) {
      throw new FormatError(
        `the images differ in size: ${files[0].name} has ${stack.width}x${stack.height} pixels, ` +
          `${name} has ${image.width}x${image.height}.`,
      );
    }
    if (stack.channels === 1 && !isGray(image.data)) stack = withColor(stack, files.length, i);
    copyPixels(image.data, stack, i);
    isRounded ||= image.isRounded;
  }
  const { width, height, channels, data } = stack!;
  const shape = channels === 1 ? [files.length, height, width] : [files.length, height, width, 3];
  return { shape, data, dtype: 'u1', isRounded };
}

interface Stack {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

function decodeNamed(name: string | undefined, bytes: Uint8Array): DecodedPng {
  const where = name === undefined ? '' : `${name}: `;
  let image: DecodedPng;
  try {
    image = decodePng(bytes);
  } catch (error) {
    throw new FormatError(`${where}${(error as Error).message}`);
  }
  if (image.hasAlpha) {
    throw new FormatError(`${where}a PNG with transparent pixels; put it on a background first.`);
  }
  return image;
}

function newStack(
  count: number,
  { width, height }: { readonly width: number; readonly height: number },
  channels: 1 | 3,
): Stack {
  const byteLength = count * width * height * channels;
  if (byteLength > MAX_STACK) {
    throw new FormatError(
      `${count} images of ${width}x${height} pixels take ${byteLength} bytes, more than the ${MAX_STACK} that are read.`,
    );
  }
  return { width, height, channels, data: new Uint8Array(byteLength) };
}

function isGray(rgba: Uint8Array): boolean {
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2]) return false;
  }
  return true;
}

/** A copy with three channels of the first `filled` images, which are gray. */
function withColor(gray: Stack, count: number, filled: number): Stack {
  const color = newStack(count, gray, 3);
  for (let i = 0; i < filled * gray.width * gray.height; i++) {
    color.data[3 * i] = color.data[3 * i + 1] = color.data[3 * i + 2] = gray.data[i];
  }
  return color;
}

function copyPixels(rgba: Uint8Array, { width, height, channels, data }: Stack, index: number): void {
  let at = index * width * height * channels;
  for (let i = 0; i < rgba.length; i += 4) {
    for (let channel = 0; channel < channels; channel++) data[at++] = rgba[i + channel];
  }
}
