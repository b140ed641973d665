/**
 * JPEG, WebP and AVIF for many small images: all of them side by side in one picture, so that headers and tables don't
 * count against them. A codec works in blocks, so each gets two layouts, images edge to edge and images padded to whole
 * blocks by their last row and column; the smaller of the two counts.
 */

import sharp from 'sharp';

const BLOCK = 16; // pixels: WebP's macroblocks, two of JPEG's blocks

const QUALITIES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 50];

/** Name, sharp's name, the qualities to try (of 100), and the options for each. AVIF takes a second for a picture. */
export const CODECS = [
  {
    name: 'JPEG',
    format: 'jpeg',
    qualities: QUALITIES,
    options: (quality) => ({ quality, optimizeCoding: true }),
  },
  {
    name: 'mozjpeg',
    format: 'jpeg',
    qualities: QUALITIES,
    options: (quality) => ({ quality, mozjpeg: true }),
  },
  { name: 'WebP', format: 'webp', qualities: QUALITIES, options: (quality) => ({ quality, effort: 6 }) },
  {
    name: 'AVIF',
    format: 'avif',
    qualities: [1, 4, 8, 12, 16, 20, 24, 28, 32],
    options: (quality) => ({ quality }),
  },
];

/** Gray images `[n, height, width]`, uint8, as one picture. `side` is the room of each. */
function tile({ count, height, width, data }, padded) {
  const room = (length) => (padded ? Math.ceil(length / BLOCK) * BLOCK : length);
  const [stepX, stepY] = [room(width), room(height)];
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const sheet = { width: columns * stepX, height: rows * stepY, columns, stepX, stepY };
  sheet.pixels = new Uint8Array(sheet.width * sheet.height);
  for (let i = 0; i < count; i++) {
    for (let y = 0; y < stepY; y++) {
      for (let x = 0; x < stepX; x++) {
        const from = i * height * width + Math.min(y, height - 1) * width + Math.min(x, width - 1);
        sheet.pixels[placeOf(sheet, i, y, x)] = data[from];
      }
    }
  }
  return sheet;
}

function placeOf({ width, columns, stepX, stepY }, i, y, x) {
  return (Math.floor(i / columns) * stepY + y) * width + (i % columns) * stepX + x;
}

/** The PSNR of the images, without what they were padded with. */
function psnr({ count, height, width, data }, sheet, decoded) {
  const channels = decoded.length / (sheet.width * sheet.height);
  let squares = 0;
  for (let i = 0; i < count; i++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const original = data[i * height * width + y * width + x];
        squares += ((decoded[placeOf(sheet, i, y, x) * channels] - original) / 255) ** 2;
      }
    }
  }
  return -10 * Math.log10(squares / (count * height * width));
}

/** Bytes an image and PSNR at each quality, in both layouts. */
export async function measureCodec({ format, qualities, options }, images) {
  const points = [];
  for (const padded of [false, true]) {
    const sheet = tile(images, padded);
    const raw = { width: sheet.width, height: sheet.height, channels: 1 };
    for (const quality of qualities) {
      const file = await sharp(sheet.pixels, { raw })
        .toColourspace('b-w')
        [format](options(quality))
        .toBuffer();
      const decoded = await sharp(file).greyscale().raw().toBuffer();
      points.push({
        bytes: file.length / images.count,
        psnr: psnr(images, sheet, decoded),
        setting: `quality ${quality}${padded ? ', padded' : ''}`,
      });
    }
  }
  return points;
}
