/**
 * Whether a PNG file is sound. pngjs 7 trusts every file: from corrupt image data it makes pixels of memory that was never
 * written, and a file of a hundred bytes may claim gigabytes. So each file is checked here first, down to the length of its
 * inflated pixels.
 *
 * Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", sections 5, 7, 8, 11.
 */

import { crc32, inflateSync } from 'node:zlib';
import { FormatError } from '../../io/errors.ts';
import { notA } from '../../io/fileKinds.ts';
import { plural } from '../../tensor/words.ts';

const { ceil } = Math;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

// Enough for photos and large screens, which are read to be made smaller, and few enough for pngjs to need no more than five
// seconds and a gigabyte whatever the file claims: at most 8 bytes a pixel and one a row, 256 MiB of raw pixels.
const MAX_SIDE = 16384;
const MAX_PIXELS = 2 ** 25;

// pngjs makes an object for each. Encoders put 4 kB and more into one.
const MAX_CHUNKS = 2 ** 13;

/** By colour type (gray, RGB, palette, gray + alpha, RGBA): samples a pixel, and the bits that a sample may have. */
const COLOR_TYPES: Readonly<Record<number, { samples: number; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

/** The passes of an interlaced image: first column, first row, step across, step down. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

export interface SoundPng {
  /** Bits a sample. */
  readonly depth: number;
  /** Where its end chunk ends; the bytes behind it are not part of the picture. */
  readonly end: number;
}

/** @throws {FormatError} If it is not a PNG file, is damaged or cut off, or is larger than 33 megapixels. */
export function checkPng(bytes: Uint8Array): SoundPng {
  const { header, compressed, end } = readChunks(bytes);
  checkPixelData(compressed, rawLength(header), header);
  return { depth: header.depth, end };
}

interface Header {
  readonly width: number;
  readonly height: number;
  /** Bits a sample. */
  readonly depth: number;
  readonly colorType: number;
  readonly interlaced: boolean;
}

interface Chunks {
  readonly header: Header;
  /** The bodies of the IDAT chunks: together one zlib stream. */
  readonly compressed: readonly Uint8Array[];
  /** Where the end chunk ends. */
  readonly end: number;
}

/** Reads the file's chunks, up to its end chunk. */
function readChunks(bytes: Uint8Array): Chunks {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    throw notA('a PNG file', bytes);
  }
  const compressed: Uint8Array[] = [];
  const small = new Map<string, Uint8Array>(); // chunks that say how pixels look: PLTE, tRNS
  let header: Header | undefined;
  let isDataOver = false;
  for (let at = SIGNATURE.length, count = 1; ; count++) {
    if (count > MAX_CHUNKS)
      throw new FormatError(`a PNG of more than ${MAX_CHUNKS} chunks, which is the maximum.`);
    const { type, body, end } = readChunk(bytes, at);
    if (header === undefined) header = readHeader(type, body);
    else if (type === 'IDAT') {
      if (isDataOver) throw new FormatError('a damaged PNG: another chunk divides its image data.');
      compressed.push(body);
    } else if (type === 'PLTE' || type === 'tRNS') {
      if (compressed.length > 0 || small.has(type) || small.has('tRNS')) {
        throw new FormatError(`a damaged PNG: its ${type} chunk is in the wrong place.`);
      }
      small.set(type, body);
      checkColors(header, small);
    } else if (type === 'IEND') {
      if (body.length > 0) throw new FormatError('a damaged PNG: its end chunk is not empty.');
      if (compressed.length === 0) throw new FormatError('a PNG without image data (it has no IDAT chunk).');
      if (header.colorType === 3 && !small.has('PLTE')) {
        throw new FormatError('a PNG that lacks the palette of its colours.');
      }
      return { header, compressed, end };
    } else if (/^[A-Z]/.test(type)) {
      throw new FormatError(`a damaged PNG: it has an unknown or repeated chunk, ${type}.`);
    }
    isDataOver = compressed.length > 0 && type !== 'IDAT';
    at = end;
  }
}

/** Checks the palette and the transparent colours that were read so far: pngjs makes pixels of any. */
function checkColors({ colorType, depth }: Header, small: ReadonlyMap<string, Uint8Array>): void {
  const [palette, transparency] = [small.get('PLTE'), small.get('tRNS')];
  const colors = (palette?.length ?? 0) / 3;
  const most = colorType === 3 ? 2 ** depth : 256;
  if (palette && !(Number.isInteger(colors) && colors >= 1 && colors <= most && colorType & 2)) {
    throw new FormatError(
      `a damaged PNG: its palette has ${plural(palette.length, 'byte')}, which colour type ${colorType} with ${depth} bits does not allow.`,
    );
  }
  if (!transparency) return;
  const isRightLength =
    colorType === 3 ? transparency.length <= colors : transparency.length === { 0: 2, 2: 6 }[colorType];
  // pngjs compares all 16 bits: with bits above the depth it would miss the pixels that should be transparent.
  const isWithinDepth =
    colorType === 3 || depth === 16 || depthsOf(transparency).every((bits) => bits <= depth);
  if (!isRightLength || !isWithinDepth) {
    throw new FormatError(
      `a damaged PNG: its transparent colours (tRNS) don't fit colour type ${colorType} with ${depth} bits.`,
    );
  }
}

/** How many bits each of these 16-bit samples needs. */
function depthsOf(samples: Uint8Array): number[] {
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
  return Array.from({ length: samples.length >> 1 }, (_, i) => 32 - Math.clz32(view.getUint16(2 * i)));
}

/** The chunk at byte `at`: its length, its type, that many bytes, and the checksum of type and bytes. */
function readChunk(bytes: Uint8Array, at: number): { type: string; body: Uint8Array; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const left = bytes.length - at - 12; // for the body
  if (left < 0) {
    throw new FormatError(
      `a PNG that is cut off after ${plural(bytes.length, 'byte')}, before its end chunk.`,
    );
  }
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
  if (!/^[A-Za-z]{4}$/.test(type)) throw new FormatError(`a damaged PNG: no chunk begins at byte ${at}.`);
  const length = view.getUint32(at);
  if (length > left) {
    throw new FormatError(
      `a PNG that is cut off: its ${type} chunk at byte ${at} claims ${plural(length, 'byte')}, only ${left} are left.`,
    );
  }
  const end = at + 12 + length;
  if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
    throw new FormatError(`a damaged PNG: the checksum of its ${type} chunk at byte ${at} is wrong.`);
  }
  return { type, body: bytes.subarray(at + 8, end - 4), end };
}

function readHeader(type: string, body: Uint8Array): Header {
  if (type !== 'IHDR' || body.length !== 13) {
    throw new FormatError(
      `a damaged PNG: it begins with ${type} of ${plural(body.length, 'byte')}, expected IHDR of 13.`,
    );
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, compression, filter, interlace] = body.subarray(8);
  if (width === 0 || height === 0)
    throw new FormatError(`a PNG of ${width}x${height} pixels, expected at least one pixel.`);
  if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
    throw new FormatError(
      `a PNG that claims ${width}x${height} pixels, expected at most 33 megapixels and no side above ${MAX_SIDE}.`,
    );
  }
  if (!COLOR_TYPES[colorType]?.depths.includes(depth)) {
    throw new FormatError(`a damaged PNG: colour type ${colorType} with ${depth} bits does not exist.`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw new FormatError(
      `a damaged PNG: compression ${compression}, filter ${filter} and interlace ${interlace} don't exist.`,
    );
  }
  return { width, height, depth, colorType, interlaced: interlace === 1 };
}

/** How many bytes the pixels take uncompressed: each row of each pass is a filter byte and its packed samples. */
function rawLength({ width, height, depth, colorType, interlaced }: Header): number {
  const bitsPerPixel = depth * COLOR_TYPES[colorType].samples;
  let length = 0;
  for (const [x, y, stepX, stepY] of interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const)) {
    const columns = ceil((width - x) / stepX);
    const rows = ceil((height - y) / stepY);
    if (columns > 0 && rows > 0) length += rows * (1 + ceil((columns * bitsPerPixel) / 8));
  }
  return length;
}

/** Inflates the image data, at most `expected` bytes of it, to see whether it is complete. */
function checkPixelData(
  compressed: readonly Uint8Array[],
  expected: number,
  { width, height }: Header,
): void {
  const stream = Buffer.concat(compressed);
  const size = `${width}x${height} pixels`;
  let inflated: { readonly buffer: Uint8Array; readonly engine: { readonly bytesWritten: number } };
  try {
    // With `info` it returns the stream too, which knows how much it has read; the types don't say so.
    inflated = inflateSync(stream, { maxOutputLength: expected, info: true }) as unknown as typeof inflated;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new FormatError(`a damaged PNG: it has more image data than its ${size} take.`);
    throw new FormatError(`a PNG whose image data can't be inflated (${message}).`);
  }
  if (inflated.buffer.length < expected) {
    throw new FormatError(
      `a PNG with too little image data: its ${size} take ${plural(expected, 'byte')}, it has ${inflated.buffer.length}.`,
    );
  }
  if (inflated.engine.bytesWritten < stream.length) {
    throw new FormatError('a damaged PNG: more bytes follow the end of its image data.');
  }
}
