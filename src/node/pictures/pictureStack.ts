/** Many pictures as one array. Read picture.ts first. */

import type { NumericArray } from '../../data/samples.ts';
import { FormatError, OptionError } from '../../io/errors.ts';
import { type OptionNames, requireBoolean, requireNumber, requireOptions } from '../../tensor/options.ts';
import { inWords } from '../../tensor/words.ts';
import { type Color, type Picture, pictureOfPng, toGray } from './picture.ts';
import type { PixelImage } from './png.ts';
import { type PictureSize, resize, resizingOf } from './resize.ts';

const MAX_STACK = 2 ** 32; // bytes
const MAX_SIDE = 16384; // pixels, as of a PNG

/** How pictures of different kinds become one array. */
export interface PictureOptions {
  /** Height and width in pixels to bring all pictures to; what is beyond their ratio is cut off at both sides. */
  readonly resize?: PictureSize | undefined;
  /** Whether to read colours as their brightness. @default false */
  readonly gray?: boolean | undefined;
  /** What to lay transparent pictures on: red, green, blue, from 0 to 255. @default transparent pictures are refused */
  readonly background?: Color | undefined;
}

const OPTIONS: OptionNames<PictureOptions> = { resize: true, gray: true, background: true };

/** @throws {TypeError|RangeError} If an option is not what it should be. */
export function requirePictureOptions(who: string, options: PictureOptions): void {
  requireOptions(who, options, OPTIONS);
  const { resize: size, gray, background } = options;
  if (gray !== undefined) requireBoolean(who, 'gray', gray);
  if (size !== undefined) {
    if (!Array.isArray(size) || size.length !== 2) {
      throw new TypeError(`${who}: resize is ${inWords(size)}, expected [height, width].`);
    }
    for (const side of size) {
      const isInRange = (pixels: number) => Number.isInteger(pixels) && pixels >= 1 && pixels <= MAX_SIDE;
      requireNumber(who, 'a side of resize', side, `an integer from 1 to ${MAX_SIDE}`, isInRange);
    }
  }
  if (background === undefined) return;
  const isColor = Array.isArray(background) && background.length === 3;
  if (!isColor || !background.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)) {
    throw new TypeError(
      `${who}: the background is ${inWords(background)}, expected [red, green, blue] from 0 to 255.`,
    );
  }
}

export interface StackedImages extends NumericArray {
  /** Whether a file had 16 bits a sample, which were rounded to 8. */
  readonly isRounded: boolean;
}

/**
 * One array of many PNG files: `[n, height, width]` if every pixel of every image is gray, else `[n, height, width, 3]`.
 * One image is decoded at a time. Files of 16 bits a sample are rounded to 8.
 *
 * @returns The array, of uint8, and in `isRounded` whether a file had 16 bits a sample.
 * @throws {TypeError} If an option is unknown or has a value of another kind.
 * @throws {RangeError} If a side of `resize` is not an integer from 1 to 16384.
 * @throws {FormatError} If there are none, one can't be read (see {@link decodePng}), sizes differ and there is no `resize`,
 *   any pixel is transparent and there is no `background`, or they take more than 4 GiB. The messages name the file, if it
 *   has a name.
 * @example
 * const bytes = encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
 * stackPngs([{ bytes }, { bytes }]).shape; // [2, 1, 2]
 */
export function stackPngs(
  files: readonly { readonly name?: string; readonly bytes: Uint8Array }[],
  options: PictureOptions = {},
): StackedImages {
  requirePictureOptions('stackPngs', options);
  if (files.length === 0) throw new FormatError('there are no PNG files.');
  const stack = new PictureStack(files.length, options);
  for (const file of files) {
    const { name, bytes } = file;
    stack.add(decodeNamed(name, bytes, options), name);
  }
  return stack.finish();
}

function decodeNamed(name: string | undefined, bytes: Uint8Array, { background }: PictureOptions): Picture {
  try {
    return pictureOfPng(bytes, background);
  } catch (error) {
    throw name === undefined ? error : inPicture(name, error as Error);
  }
}

/** The error with the picture's name in front. */
export function inPicture(name: string, error: Error): Error {
  if (error instanceof OptionError)
    return new OptionError((option) => `${name}: ${error.messageWith(option)}`);
  return error.name === 'FormatError' ? new FormatError(`${name}: ${error.message}`) : error;
}

interface Stack {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** Takes the memory for all pictures when the first one comes: then their size is known. */
export class PictureStack {
  readonly #count: number;
  readonly #options: PictureOptions;
  #stack: Stack | undefined;
  #first: string | undefined;
  #filled = 0;
  #isRounded = false;
  readonly #resized = { pictures: 0, cut: 0, averaged: 0, enlarged: 0 };

  /**
   * @param count - How many pictures will come.
   * @throws {FormatError} If they take more memory than is read; without `resize`, `add` finds that out.
   */
  constructor(count: number, options: PictureOptions) {
    this.#count = count;
    this.#options = options;
    if (options.resize) requireFits(count, { height: options.resize[0], width: options.resize[1] }, 1);
  }

  /** @throws {OptionError} If it has another size than those before, and sizes are not brought to one. */
  add({ image, isRounded }: Picture, name?: string): void {
    const fitted = this.#fit(image);
    this.#stack ??= newStack(this.#count, fitted, 1);
    this.#first ??= name;
    const { width, height } = this.#stack;
    if (fitted.width !== width || fitted.height !== height) {
      throw new OptionError(
        (option) =>
          `the images differ in size: ${this.#first} is ${height}x${width} pixels (height x width), ` +
          `${name} is ${fitted.height}x${fitted.width}; ${option('resize', '28x28', '[28, 28]')} brings them to one.`,
      );
    }
    if (fitted.channels > this.#stack.channels)
      this.#stack = inThreeChannels(this.#stack, this.#count, this.#filled);
    copyPixels(fitted, this.#stack, this.#filled++);
    this.#isRounded ||= isRounded;
  }

  #fit(image: PixelImage): PixelImage {
    const { resize: size, gray = false } = this.#options;
    if (!size || (image.height === size[0] && image.width === size[1])) return gray ? toGray(image) : image;
    const { isCut, isAveraged, isEnlarged } = resizingOf(image, size);
    const resized = this.#resized;
    resized.pictures++;
    if (isCut) resized.cut++;
    if (isAveraged) resized.averaged++;
    if (isEnlarged) resized.enlarged++;
    return resize(image, size, gray);
  }

  finish(): StackedImages {
    const { width, height, channels, data } = this.#stack!;
    const shape = channels === 1 ? [this.#count, height, width] : [this.#count, height, width, 3];
    return { shape, data, dtype: 'u1', isRounded: this.#isRounded };
  }

  /** How pictures were brought to their size, in words; undefined if all had it. */
  get resizing(): string | undefined {
    const { pictures, cut, averaged, enlarged } = this.#resized;
    if (pictures === 0) return undefined;
    const [height, width] = this.#options.resize!;
    const some = (count: number) => (count === this.#count ? '' : ` (${count} of ${this.#count})`);
    const ways = [
      cut > 0 && `sides cut off to the ratio${some(cut)}`,
      averaged > 0 && `area average down${some(averaged)}`,
      enlarged > 0 && `bilinear up${some(enlarged)}`,
    ];
    return `resized to ${height}x${width}: ${ways.filter(Boolean).join(', ')}`;
  }
}

/** Gray pictures `[n, height, width]` as `[n, height, width, 3]`, with the same red, green and blue. */
export function withColours({ shape, data }: NumericArray): Pick<NumericArray, 'shape' | 'data'> {
  const [count, height, width] = shape;
  const gray = { width, height, channels: 1, data: data as Uint8Array } as const;
  return { shape: [...shape, 3], data: inThreeChannels(gray, count, count).data };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @throws {FormatError} If so many pictures take more memory than is read. */
function requireFits(count: number, { width, height }: Size, channels: 1 | 3): void {
  const byteLength = count * width * height * channels;
  if (byteLength <= MAX_STACK) return;
  throw new FormatError(
    `${count} images of ${width}x${height} pixels take ${byteLength} bytes, more than the ${MAX_STACK} that are read.`,
  );
}

function newStack(count: number, size: Size, channels: 1 | 3): Stack {
  requireFits(count, size, channels);
  const { width, height } = size;
  return { width, height, channels, data: new Uint8Array(count * width * height * channels) };
}

/** A copy with three channels of the first `filled` images, which are gray. */
function inThreeChannels(gray: Stack, count: number, filled: number): Stack {
  const color = newStack(count, gray, 3);
  for (let i = 0; i < filled * gray.width * gray.height; i++) {
    color.data[3 * i] = color.data[3 * i + 1] = color.data[3 * i + 2] = gray.data[i];
  }
  return color;
}

function copyPixels(image: PixelImage, { width, height, channels, data }: Stack, index: number): void {
  const start = index * width * height * channels;
  if (image.channels === channels) data.set(image.data, start);
  else for (let i = 0; i < image.data.length; i++) data.fill(image.data[i], start + 3 * i, start + 3 * i + 3);
}
