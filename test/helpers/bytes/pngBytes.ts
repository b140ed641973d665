/** Builds PNG files by hand, valid and invalid ones, so that the reader is tested on files that isthmus can't write. */

import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export const GRAY = 0;
export const RGB = 2;
export const PALETTE = 3;
export const GRAY_ALPHA = 4;
export const RGBA = 6;

const SAMPLES: Readonly<Record<number, number>> = {
  [GRAY]: 1,
  [RGB]: 3,
  [PALETTE]: 1,
  [GRAY_ALPHA]: 2,
  [RGBA]: 4,
};

export interface PngImage {
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  readonly colorType: number;
  readonly interlaced?: boolean;
  /** The samples of one pixel, each from 0 to 2^depth - 1. */
  readonly pixel: (x: number, y: number) => readonly number[];
  /** Chunks between IHDR and IDAT. */
  readonly extra?: readonly Uint8Array[];
}

/** A complete, valid file. */
export function pngBytes(image: PngImage): Uint8Array {
  return fileOf(
    header(image),
    ...(image.extra ?? []),
    chunk('IDAT', deflateSync(rawPixels(image))),
    chunk('IEND'),
  );
}

/** The signature and these chunks. */
export function fileOf(...chunks: readonly Uint8Array[]): Uint8Array {
  return concat(SIGNATURE, ...chunks);
}

/** Length, type, body and checksum. */
export function chunk(type: string, body: Uint8Array = new Uint8Array()): Uint8Array {
  const typeAndBody = concat(new TextEncoder().encode(type), body);
  return concat(bigEndian32(body.length), typeAndBody, bigEndian32(crc32(typeAndBody)));
}

export function header({
  width,
  height,
  depth,
  colorType,
  interlaced = false,
}: Omit<PngImage, 'pixel'>): Uint8Array {
  const rest = Uint8Array.of(depth, colorType, 0, 0, interlaced ? 1 : 0);
  return chunk('IHDR', concat(bigEndian32(width), bigEndian32(height), rest));
}

/** The image data before compression: a filter byte (none) before each row, the passes one after the other. */
export function rawPixels(image: Omit<PngImage, 'extra'>): Uint8Array {
  const rows: Uint8Array[] = [];
  for (const { xs, ys } of passes(image)) {
    if (xs.length === 0) continue;
    for (const y of ys)
      rows.push(
        packRow(
          xs.flatMap((x) => image.pixel(x, y)),
          image.depth,
        ),
      );
  }
  return concat(...rows);
}

export function samplesPerPixel(colorType: number): number {
  return SAMPLES[colorType];
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function bigEndian32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** The columns and rows of each pass, from the 8x8 pattern in the specification. */
function passes({
  width,
  height,
  interlaced = false,
}: Omit<PngImage, 'pixel'>): { xs: number[]; ys: number[] }[] {
  const pattern = [
    '16462646',
    '77777777',
    '56565656',
    '77777777',
    '36463646',
    '77777777',
    '56565656',
    '77777777',
  ];
  const columns = Array.from({ length: width }, (_, x) => x);
  const rows = Array.from({ length: height }, (_, y) => y);
  if (!interlaced) return [{ xs: columns, ys: rows }];
  return [...'1234567'].map((pass) => ({
    xs: columns.filter((x) => pattern.some((line) => line[x % 8] === pass)),
    ys: rows.filter((y) => pattern[y % 8].includes(pass)),
  }));
}

function packRow(samples: readonly number[], depth: number): Uint8Array {
  const bits = samples.map((sample) => sample.toString(2).padStart(depth, '0')).join('');
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Uint8Array.of(0, ...bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
}
