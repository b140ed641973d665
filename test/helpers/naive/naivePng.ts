/**
 * A strict and slow PNG decoder, to check another one against. Source: W3C, "Portable Network Graphics (PNG)
 * Specification (Third Edition)"; only inflating and the CRC are Node's.
 */

import { crc32, inflateSync } from 'node:zlib';

export interface NaivePng {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha of each pixel, 8 bits each. */
  readonly rgba: readonly number[];
}

interface Parts {
  readonly header: Buffer;
  readonly data: Buffer;
  readonly palette: Buffer | undefined;
  readonly transparency: Buffer | undefined;
}

/** Bits per sample, by colour type (11.2.1). */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** @throws {Error} "invalid: …" if the specification forbids the file. */
export function naivePng(bytes: Uint8Array): NaivePng {
  const { header, data, palette, transparency } = splitChunks(Buffer.from(bytes));
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, type, compression, filter, interlace] = header.subarray(8);
  need(width > 0 && height > 0 && width < 2 ** 31 && height < 2 ** 31, 'size');
  need(DEPTHS[type]?.includes(depth), 'colour type and depth');
  need(compression === 0 && filter === 0 && interlace <= 1, 'methods');
  checkPalette(type, depth, palette, transparency);
  const raw = inflate(data);
  const samples = SAMPLES[type];
  const rgba = new Array<number>(4 * width * height);
  let at = 0;
  for (const [x0, y0, dx, dy] of interlace ? passes() : [[0, 0, 1, 1]]) {
    const columns = Math.ceil(Math.max(0, width - x0) / dx);
    if (columns === 0) continue;
    const rowLength = Math.ceil((columns * samples * depth) / 8);
    let above = new Array<number>(rowLength).fill(0);
    for (let y = y0; y < height; y += dy) {
      need(at + 1 + rowLength <= raw.length, 'too little data');
      const row = unfilter(
        raw[at],
        [...raw.subarray(at + 1, at + 1 + rowLength)],
        above,
        Math.ceil((samples * depth) / 8),
      );
      at += 1 + rowLength;
      above = row;
      for (let column = 0; column < columns; column++) {
        const pixel = Array.from({ length: samples }, (_, i) => bitsOf(row, column * samples + i, depth));
        const color = colorOf(type, depth, pixel, palette, transparency);
        for (let i = 0; i < 4; i++) rgba[4 * (y * width + x0 + column * dx) + i] = color[i];
      }
    }
  }
  need(at === raw.length, 'too much data');
  return { width, height, rgba };
}

function inflate(data: Buffer): Buffer {
  const { buffer, engine } = inflateSync(data, { info: true }) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  need(engine.bytesWritten === data.length, 'bytes after the zlib stream');
  return buffer;
}

function splitChunks(file: Buffer): Parts {
  need(file.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')), 'signature');
  const bodies: [string, Buffer][] = [];
  for (let at = 8, type = ''; type !== 'IEND'; ) {
    need(at + 12 <= file.length, 'cut off');
    const length = file.readUInt32BE(at);
    need(length < 2 ** 31 && at + 12 + length <= file.length, 'chunk length');
    type = file.toString('latin1', at + 4, at + 8);
    need(/^[A-Za-z]{4}$/.test(type), 'chunk type');
    need(crc32(file.subarray(at + 4, at + 8 + length)) === file.readUInt32BE(at + 8 + length), 'CRC');
    bodies.push([type, file.subarray(at + 8, at + 8 + length)]);
    at += 12 + length;
  }
  const types = bodies.map(([type]) => type);
  const only = (type: string): Buffer | undefined => {
    need(types.indexOf(type) === types.lastIndexOf(type), `two ${type}`);
    return bodies[types.indexOf(type)]?.[1];
  };
  for (const type of types) need(/^[a-z]|^(IHDR|PLTE|IDAT|IEND)$/.test(type), 'unknown critical chunk');
  const [header, palette, transparency, end] = ['IHDR', 'PLTE', 'tRNS', 'IEND'].map(only);
  need(types[0] === 'IHDR' && header?.length === 13, 'header');
  need(end?.length === 0, 'IEND that is not empty');
  const [first, last] = [types.indexOf('IDAT'), types.lastIndexOf('IDAT')];
  need(first > 0, 'no IDAT');
  need(
    types.slice(first, last).every((type) => type === 'IDAT'),
    'IDAT apart',
  );
  need(types.indexOf('PLTE') < first && types.indexOf('tRNS') < first, 'order');
  need(!palette || !transparency || types.indexOf('PLTE') < types.indexOf('tRNS'), 'tRNS before PLTE');
  const data = Buffer.concat(bodies.filter(([type]) => type === 'IDAT').map(([, body]) => body));
  return { header: header!, data, palette, transparency };
}

/** 11.2.2 and 11.3.1.1. */
function checkPalette(type: number, depth: number, palette?: Buffer, transparency?: Buffer): void {
  if (palette) {
    need(type !== 0 && type !== 4, 'palette of a gray image');
    need(palette.length % 3 === 0 && palette.length >= 3 && palette.length <= 768, 'palette length');
    need(type !== 3 || palette.length / 3 <= 2 ** depth, 'palette too long for the depth');
  } else need(type !== 3, 'no palette');
  if (!transparency) return;
  need(type !== 4 && type !== 6, 'tRNS beside alpha');
  if (type === 0) need(transparency.length === 2, 'tRNS length');
  if (type === 2) need(transparency.length === 6, 'tRNS length');
  if (type === 3) need(transparency.length <= palette!.length / 3, 'tRNS length');
}

/** The passes (8.1), from the picture in the specification: where each begins and how far its pixels are apart. */
function passes(): number[][] {
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
  return [...'1234567'].map((pass) => {
    const ys = [...pattern.keys()].filter((y) => pattern[y].includes(pass));
    const line = [...pattern[ys[0]]];
    const xs = [...line.keys()].filter((x) => line[x] === pass);
    return [xs[0], ys[0], (xs[1] ?? xs[0] + 8) - xs[0], (ys[1] ?? ys[0] + 8) - ys[0]];
  });
}

/** 9.2. */
function unfilter(kind: number, row: number[], above: readonly number[], step: number): number[] {
  need(kind <= 4, 'filter');
  for (let i = 0; i < row.length; i++) {
    const a = row[i - step] ?? 0;
    const b = above[i];
    const c = above[i - step] ?? 0;
    const p = a + b - c;
    const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
    const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    row[i] = (row[i] + [0, a, b, Math.floor((a + b) / 2), paeth][kind]) % 256;
  }
  return row;
}

/** Sample `index` of a row, the leftmost in the high bits (7.2). */
function bitsOf(row: readonly number[], index: number, depth: number): number {
  if (depth === 16) return 256 * row[2 * index] + row[2 * index + 1];
  const bit = index * depth;
  return (row[Math.floor(bit / 8)] >> (8 - depth - (bit % 8))) % 2 ** depth;
}

function colorOf(
  type: number,
  depth: number,
  pixel: readonly number[],
  palette?: Buffer,
  transparency?: Buffer,
): readonly number[] {
  if (type === 3) {
    const at = 3 * pixel[0];
    // An error. Decoders may show such pixels as black, but nobody should train on them.
    need(at < palette!.length, 'colour beyond the palette');
    return [...palette!.subarray(at, at + 3), transparency?.[pixel[0]] ?? 255];
  }
  const scaled = pixel.map((sample) => Math.floor((sample * 255) / (2 ** depth - 1) + 0.5)); // 13.12
  const color = type === 0 || type === 4 ? [scaled[0], scaled[0], scaled[0]] : scaled.slice(0, 3);
  if (type === 4 || type === 6) return [...color, scaled[scaled.length - 1]];
  // With fewer than 16 bits, the low bits count (11.3.1.1).
  const isClear =
    transparency && pixel.every((sample, i) => transparency.readUInt16BE(2 * i) % 2 ** depth === sample);
  return [...color, isClear ? 0 : 255];
}

function need(condition: unknown, what: string): void {
  if (!condition) throw new Error(`invalid: ${what}`);
}
