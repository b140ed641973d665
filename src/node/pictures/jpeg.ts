/** JPEG files: jpeg-js reads those that checkJpeg.ts found to be sound. */

import { DataError } from '../../data/samples.ts';
import { FormatError } from '../../io/errors.ts';
import { checkJpeg } from './jpeg/checkJpeg.ts';
import { upright } from './orientation.ts';
import type { PixelImage } from './png.ts';

/**
 * Reads a JPEG: baseline or progressive, gray, colours or CMYK, 8 bits a sample, up to 50 megapixels (100 if its colours
 * have half the resolution, as is usual). The picture is turned as its EXIF block says. CMYK becomes RGB without a colour
 * profile, and profiles are ignored. Bytes behind its end are ignored, as other readers do.
 *
 * @returns Gray if the file is, else RGB, also if no pixel has colour.
 * @throws {FormatError} If it is not a JPEG file, is damaged or cut off, is larger, or is of a kind that is not read here:
 *   12 bits, without loss, arithmetic coding.
 * @throws {DataError} If the optional package jpeg-js is not installed.
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<PixelImage> {
  const { width, height, components, isYcc, orientation, plain } = checkJpeg(bytes);
  const decode = await jpegDecoder();
  let data: Uint8Array;
  try {
    ({ data } = decode(plain, {
      useTArray: true,
      formatAsRGBA: false,
      colorTransform: isYcc,
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
  const channels = components === 1 ? 1 : 3;
  const pixels = channels === 1 ? everyThird(data) : data;
  return upright({ width, height, channels, data: pixels }, orientation);
}

/** It is imported only here and only now, so that everything else works without it. */
async function jpegDecoder(): Promise<typeof import('jpeg-js').decode> {
  try {
    const { default: jpeg } = await import('jpeg-js');
    return jpeg.decode;
  } catch {
    throw new DataError(
      "JPEG files are read by the package 'jpeg-js', which is missing: npm install jpeg-js.",
    );
  }
}

function everyThird(data: Uint8Array): Uint8Array {
  const gray = new Uint8Array(data.length / 3);
  for (let i = 0; i < gray.length; i++) gray[i] = data[3 * i];
  return gray;
}
