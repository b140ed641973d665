/** JPEG files: jpeg-js reads those that checkJpeg.ts found to be sound. */

import { FormatError } from '../../io/errors.ts';
import { withPackage } from '../optionalPackage.ts';
import { checkJpeg } from './jpeg/checkJpeg.ts';
import type { Orientation } from './jpeg/exif.ts';
import type { PixelImage } from './png.ts';

/**
 * Reads a JPEG: baseline or progressive, gray, colours or CMYK, 8 bits a sample, up to 33 megapixels (67 if its colours
 * have half the resolution, as is usual). The picture is turned as its EXIF block says. CMYK becomes RGB without a colour
 * profile, and profiles are ignored. Bytes behind its end are ignored, as other readers do.
 *
 * @returns Gray if the file is, else RGB, also if no pixel has colour.
 * @throws {FormatError} If it is not a JPEG file, is damaged or cut off, is larger, or is of a kind that is not read here:
 *   12 bits, without loss, arithmetic coding.
 * @throws {DataError} If the optional package jpeg-js is not installed.
 * @example
 * const open = async (path) => decodeJpeg(await readWholeFile(path)); // { width, height, channels, data }
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<PixelImage> {
  const { width, height, components, isYcc, orientation, plain } = checkJpeg(bytes);
  const decode = await jpegDecoder();
  let data: Uint8Array;
  try {
    ({ data } = decode(plain, {
      useTArray: true,
      formatAsRGBA: false,
      // It cuts off what it should round: three components are converted here, and four need so little that it may.
      colorTransform: components === 4 && isYcc,
      // It finds the end of a scan's last part only so: see scan.ts.
      tolerantDecoding: true,
      // checkJpeg.ts has limited both.
      maxResolutionInMP: Number.POSITIVE_INFINITY,
      maxMemoryUsageInMB: Number.POSITIVE_INFINITY,
    }));
  } catch (cause) {
    // What jpeg-js says is about its own code.
    throw new FormatError("a damaged JPEG: its image data can't be decoded.", { cause });
  }
  if (components === 3 && isYcc) convertToRgb(data);
  const pixels = components === 1 ? everyThird(data) : data;
  return upright({ width, height, channels: components === 1 ? 1 : 3, data: pixels }, orientation);
}

/** Brightness and two differences of colour to red, green, blue, in place. Source: ITU-T T.871, section 7. */
function convertToRgb(data: Uint8Array): void {
  const rgb = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length); // it rounds, and clamps to 0 to 255
  for (let i = 0; i < data.length; i += 3) {
    const [y, cb, cr] = [data[i], data[i + 1] - 128, data[i + 2] - 128];
    rgb[i] = y + 1.402 * cr;
    rgb[i + 1] = y - 0.344136286 * cb - 0.714136286 * cr;
    rgb[i + 2] = y + 1.772 * cb;
  }
}

/** It is imported only here and only now, so that everything else works without it. */
async function jpegDecoder(): Promise<typeof import('jpeg-js').decode> {
  const { default: jpeg } = await withPackage('jpeg-js', 'JPEG files', () => import('jpeg-js'));
  return jpeg.decode;
}

function everyThird(data: Uint8Array): Uint8Array {
  const gray = new Uint8Array(data.length / 3);
  for (let i = 0; i < gray.length; i++) gray[i] = data[3 * i];
  return gray;
}

/** @returns The same picture if it is upright. */
export function upright(image: PixelImage, orientation: Orientation): PixelImage {
  if (orientation === 1) return image;
  const { width, height, channels, data } = image;
  const isTurned = orientation >= 5; // rows become columns
  const [newWidth, newHeight] = isTurned ? [height, width] : [width, height];
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const turned = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const [column, row] = isTurned ? [y, x] : [x, y];
      const fromColumn = fromRight ? width - 1 - column : column;
      const fromRow = fromBottom ? height - 1 - row : row;
      const from = (fromRow * width + fromColumn) * channels;
      for (let channel = 0; channel < channels; channel++) turned[to++] = data[from + channel];
    }
  }
  return { width: newWidth, height: newHeight, channels, data: turned };
}
