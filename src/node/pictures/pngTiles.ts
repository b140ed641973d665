/**
 * Many images tiled into one PNG, as small as common encoders make it: compressed files are compared with it. Pictures to
 * look at are made by grid.ts and png.ts.
 *
 * Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", sections 5, 9 and 12.7.
 */

import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';

const { abs, ceil, floor, sqrt } = Math;

export interface Tiles {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** 8 or 16 bits a number, image after image, each row-major. */
  readonly data: Uint8Array | Uint16Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GRAY = 0;
const RGB = 2;

/** The smaller of two files: one without filters, one in which each row has the filter that leaves the smallest numbers. */
export async function encodePngTiles(tiles: Tiles): Promise<Uint8Array> {
  const { count, height, width, channels, data } = tiles;
  const columns = ceil(sqrt(count));
  const rows = ceil(count / columns);
  const pixelBytes = channels * data.BYTES_PER_ELEMENT;
  const scanlines = layOut(tiles, columns, rows);
  const length = columns * width * pixelBytes;
  const candidates = await Promise.all(
    [unfiltered, filtered].map((filter) =>
      promisify(deflate)(filter(scanlines, length, pixelBytes), { level: 9 }),
    ),
  );
  const [smallest] = candidates.sort((a, b) => a.length - b.length);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(columns * width, 0);
  header.writeUInt32BE(rows * height, 4);
  header.set([8 * data.BYTES_PER_ELEMENT, channels === 1 ? GRAY : RGB], 8);
  const chunks = [chunk('IHDR', header), chunk('IDAT', smallest), chunk('IEND', Buffer.alloc(0))];
  return new Uint8Array(Buffer.concat([Buffer.from(SIGNATURE), ...chunks]));
}

function chunk(type: string, body: Buffer): Buffer {
  const bytes = Buffer.alloc(body.length + 12);
  bytes.writeUInt32BE(body.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + body.length)), 8 + body.length);
  return bytes;
}

/** The picture's rows as PNG stores them: big-endian; the tiles behind the last image are black. */
function layOut({ count, height, width, channels, data }: Tiles, columns: number, rows: number): Uint8Array {
  const itemSize = data.BYTES_PER_ELEMENT;
  const bytes = Buffer.alloc(columns * width * rows * height * channels * itemSize);
  const line = width * channels;
  for (let image = 0; image < count; image++) {
    for (let y = 0; y < height; y++) {
      const from = (image * height + y) * line;
      const top = floor(image / columns) * height + y;
      const to = (top * columns + (image % columns)) * line * itemSize;
      for (let i = 0; i < line; i++) {
        if (itemSize === 1) bytes[to + i] = data[from + i];
        else bytes.writeUInt16BE(data[from + i], to + 2 * i);
      }
    }
  }
  return bytes;
}

function unfiltered(scanlines: Uint8Array, length: number): Uint8Array {
  const lines = new Uint8Array(scanlines.length + scanlines.length / length);
  for (let from = 0, to = 0; from < scanlines.length; from += length, to += length + 1) {
    lines.set(scanlines.subarray(from, from + length), to + 1);
  }
  return lines;
}

/** What each filter subtracts from a byte, given the bytes to its left (a), above it (b), and above to the left (c). */
const FILTERS: readonly ((a: number, b: number, c: number) => number)[] = [
  () => 0,
  (a) => a,
  (_, b) => b,
  (a, b) => (a + b) >> 1,
  paeth,
];

function filtered(scanlines: Uint8Array, length: number, pixelBytes: number): Uint8Array {
  const lines = new Uint8Array(scanlines.length + scanlines.length / length);
  const tried = new Uint8Array(length);
  for (let from = 0, to = 0; from < scanlines.length; from += length, to += length + 1) {
    let minimum = Number.POSITIVE_INFINITY;
    for (const [type, filter] of FILTERS.entries()) {
      let sum = 0;
      for (let i = 0; i < length; i++) {
        const a = i >= pixelBytes ? scanlines[from + i - pixelBytes] : 0;
        const b = from > 0 ? scanlines[from + i - length] : 0;
        const c = from > 0 && i >= pixelBytes ? scanlines[from + i - length - pixelBytes] : 0;
        const rest = (scanlines[from + i] - filter(a, b, c)) & 0xff;
        tried[i] = rest;
        sum += rest < 128 ? rest : 256 - rest;
      }
      if (sum >= minimum) continue;
      minimum = sum;
      lines[to] = type;
      lines.set(tried, to + 1);
    }
  }
  return lines;
}

/** Whichever of the three is nearest to a + b - c. */
function paeth(a: number, b: number, c: number): number {
  const [toA, toB, toC] = [abs(b - c), abs(a - c), abs(a + b - 2 * c)];
  if (toA <= toB && toA <= toC) return a;
  return toB <= toC ? b : c;
}
