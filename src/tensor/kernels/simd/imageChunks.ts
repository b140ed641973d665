/**
 * Images in chunks: copies with zeros around them, so that windows at the edge of an image are like all others. A copy is small
 * enough to stay in the cache until its windows have been read, however large images and batches are. Read imageJobs.ts first.
 */

import type { Engine } from './engine.ts';
import { IMAGE_KERNELS, runParts } from './imageJobs.ts';

const NS_PER_COPIED_NUMBER = 0.2;

/** A chunk and what is made of it should stay in a second-level cache of 1 MB. One row of windows may be larger. */
const CHUNK_BYTES = 2 ** 19;

/** Images in memory. */
export interface Images {
  readonly address: number;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** How windows lie on images: all numbers in pixels, but for how many there are. */
export interface Windows {
  /** How many there are, one below the other and side by side. */
  readonly high: number;
  readonly wide: number;
  /** From one to the next. */
  readonly step: number;
  /** Where the first one begins, down and across: -padding. */
  readonly first: number;
  /** Height and width of a window. */
  readonly size: number;
}

/** The windows of some images, or some rows of the windows of one image. */
export interface Chunk {
  /** The address of the first window. Bytes from there to that of the next image, and from a row of pixels to the next. */
  readonly x: number;
  readonly imageBytes: number;
  readonly pixelRowBytes: number;
  /** The number of the first image, and how many there are. */
  readonly image: number;
  readonly images: number;
  /** The first row of windows in each, and how many there are. */
  readonly row: number;
  readonly rows: number;
}

/** Images in chunks, each of which is a sum of its own in the gradient of a weight. */
export interface Chunks {
  /** Room for the copies of a chunk: 0 if windows can be read where the images lie. */
  readonly bytes: number;
  /** Makes the chunks at this address, one after the other. */
  each(to: number, work: (chunk: Chunk) => void): void;
}

export function chunksOf(engine: Engine, images: Images, windows: Windows): Chunks {
  const { address, batch, height, width, channels } = images;
  const { high, wide, step, first, size } = windows;
  /** How many pixels so many windows see. */
  const reach = (count: number) => (count - 1) * step + size;
  const isInside = first === 0 && reach(high) <= height && reach(wide) <= width;
  const length = (isInside ? width : reach(wide)) * channels;
  const pixelRowBytes = 4 * length;
  const pixelRowsThatFit = Math.floor(CHUNK_BYTES / pixelRowBytes);
  const rowsThatFit = Math.floor((pixelRowsThatFit - size) / step) + 1;
  const rowsAtATime = Math.max(1, Math.min(high, rowsThatFit));
  const imagesAtATime = Math.max(1, Math.floor(pixelRowsThatFit / reach(high)));
  const copied = {
    height,
    width: width * channels,
    left: -first * channels,
    count: (Math.min(reach(wide), width - first) + first) * channels,
    length,
  };
  /** Copies what some rows of windows see of some images. */
  const copy = (from: number, to: number, top: number, some: number, paddedHeight: number) => {
    const parts = some * paddedHeight;
    const ns = parts * length * NS_PER_COPIED_NUMBER;
    const given = { ...copied, from, to, top, paddedHeight, rows: parts };
    runParts(engine, IMAGE_KERNELS.padImages, given, { parts, perPiece: 'rowsPerPiece', ns });
  };
  return {
    bytes: isInside ? 0 : pixelRowBytes * reach(rowsAtATime) * imagesAtATime,
    each(to, work) {
      for (let image = 0; image < batch; image += imagesAtATime) {
        const some = Math.min(imagesAtATime, batch - image);
        const from = address + 4 * image * height * width * channels;
        for (let row = 0; row < high; row += rowsAtATime) {
          const rows = Math.min(rowsAtATime, high - row);
          const chunkHeight = isInside ? height : reach(rows);
          if (!isInside) copy(from, to, -(first + row * step), some, chunkHeight);
          const x = isInside ? from + row * step * pixelRowBytes : to;
          work({ x, imageBytes: chunkHeight * pixelRowBytes, pixelRowBytes, image, images: some, row, rows });
        }
      }
    },
  };
}
