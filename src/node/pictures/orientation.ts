/** Turns pictures upright: see jpeg/exif.ts for what the eight orientations mean. */

import type { Orientation } from './jpeg/exif.ts';
import type { PixelImage } from './png.ts';

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
