/** Images of the visitor's, decoded by the browser, as one array of uint8 `[n, height, width]` or `[n, height, width, 3]`. */

import { DataError } from '../../src/index.ts';
import type { RawData } from './dataset.ts';

/** Images of one size are kept as they are up to this side; all others are made squares of FRAME pixels. */
const MAX_SIDE = 64;
const FRAME = 32;

interface Size {
  readonly width: number;
  readonly height: number;
}

export async function readImages(files: readonly File[]): Promise<RawData> {
  const squares: Uint8ClampedArray[] = [];
  const asTheyAre: Uint8ClampedArray[] = [];
  let size: Size | undefined;
  // Each photo is closed before the next one is decoded: a folder of them would fill the memory.
  for (const file of files) {
    const bitmap = await decode(file);
    const { width, height } = bitmap;
    size ??= { width, height };
    squares.push(pixelsOf(bitmap, { width: FRAME, height: FRAME }));
    const isSmall = Math.max(width, height) <= MAX_SIDE;
    if (isSmall && width === size.width && height === size.height) asTheyAre.push(pixelsOf(bitmap, size));
    bitmap.close();
  }
  const name = files.length === 1 ? files[0].name : `${files.length} images`;
  if (size && asTheyAre.length === files.length) return { name, notes: [], array: stack(asTheyAre, size) };
  return {
    name,
    notes: [`The images were cropped to squares and scaled to ${FRAME}×${FRAME} pixels.`],
    array: stack(squares, { width: FRAME, height: FRAME }),
  };
}

async function decode(file: File): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch {
    throw new DataError(
      `${file.name}: the browser can't read this image, expected PNG, JPEG, WebP, GIF or BMP.`,
    );
  }
}

/** The middle of the image in this size, on white: RGBA. */
function pixelsOf(bitmap: ImageBitmap, size: Size): Uint8ClampedArray {
  const { width, height } = size;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new DataError('The browser gives no canvas to read images with.');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  const scale = Math.min(bitmap.width / width, bitmap.height / height);
  const [w, h] = [width * scale, height * scale];
  context.drawImage(bitmap, (bitmap.width - w) / 2, (bitmap.height - h) / 2, w, h, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

/** Gray if all images are. */
function stack(images: readonly Uint8ClampedArray[], { width, height }: Size) {
  const isGray = images.every(isGrayImage);
  const channels = isGray ? 1 : 3;
  const size = width * height;
  const data = new Uint8Array(images.length * size * channels);
  images.forEach((rgba, n) => {
    for (let i = 0; i < size; i++) {
      for (let c = 0; c < channels; c++) data[(n * size + i) * channels + c] = rgba[4 * i + c];
    }
  });
  const shape = [images.length, height, width, ...(isGray ? [] : [3])];
  return { shape, data };
}

function isGrayImage(rgba: Uint8ClampedArray): boolean {
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2]) return false;
  }
  return true;
}
