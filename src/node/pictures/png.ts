/** PNG files: pngjs writes them, and reads those that checkPng.ts found to be sound. */

import { PNG } from 'pngjs';
import { FormatError } from '../../io/errors.ts';
import { plural } from '../../tensor/words.ts';
import { checkPng } from './checkPng.ts';

/** Pixels row by row, the channels of a pixel together. */
export interface PixelImage {
  readonly width: number;
  readonly height: number;
  /** 1: gray; 3: red, green, blue. */
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

/** A picture from a PNG file, with 8 bits a sample. */
export interface DecodedPng {
  readonly width: number;
  readonly height: number;
  readonly channels: 4;
  /** Red, green, blue, alpha of each pixel, 8 bits each; values of 16 bits are rounded. */
  readonly data: Uint8Array;
  /** Whether any pixel is not fully opaque. */
  readonly hasAlpha: boolean;
  /** Whether the file has 16 bits a sample. */
  readonly isRounded: boolean;
}

/**
 * The bytes of an 8-bit PNG file, gray or RGB.
 *
 * @throws {RangeError} If there is no pixel, or the data holds more or fewer numbers than the pixels have.
 * @example
 * const png = encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) });
 * await writeFileAtomically('two.png', png);
 */
export function encodePng({ width, height, channels, data }: PixelImage): Uint8Array {
  if (!(width >= 1 && height >= 1) || data.length !== width * height * channels) {
    throw new RangeError(
      `encodePng: ${width}x${height} pixels of ${channels} channels need at least one pixel and ` +
        `${plural(width * height * channels, 'byte')}, the data holds ${data.length}.`,
    );
  }
  const colorType = channels === 1 ? 0 : 2;
  const options = {
    width,
    height,
    colorType,
    inputColorType: colorType,
    inputHasAlpha: false,
    // Enlarged pictures repeat themselves: without filters and with zlib's default strategy they take a quarter.
    filterType: 0,
    deflateStrategy: 0,
  } as const;
  const png = new PNG(options);
  png.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return toBytes(PNG.sync.write(png, options));
}

/**
 * Reads any PNG: 1 to 16 bits, gray, RGB, palette, with or without alpha, interlaced or not, up to 33 megapixels
 * and 16,384 pixels a side.
 * Bytes behind the end chunk are ignored, as other readers do.
 *
 * @throws {FormatError} If it is not a PNG file, is damaged or cut off, or is larger than that.
 * @example
 * const { width, data } = decodePng(encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) }));
 * width; // 2
 * data; // [0, 0, 0, 255, 255, 255, 255, 255]
 */
export function decodePng(bytes: Uint8Array): DecodedPng {
  const { depth, end } = checkPng(bytes);
  const { width, height, data } = readWithPngjs(Buffer.from(bytes.buffer, bytes.byteOffset, end));
  let hasAlpha = false;
  for (let i = 3; i < data.length && !hasAlpha; i += 4) hasAlpha = data[i] !== 255;
  return { width, height, channels: 4, data: toBytes(data), hasAlpha, isRounded: depth === 16 };
}

function readWithPngjs(file: Buffer): PNG {
  try {
    return PNG.sync.read(file);
  } catch (error) {
    // An index beyond the palette, a filter that doesn't exist, a malformed small chunk.
    throw new FormatError(`a PNG whose pixels can't be decoded (${(error as Error).message}).`);
  }
}

/** The same bytes as a plain Uint8Array. */
function toBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
