/**
 * The beginning of a `.isth` file: what it holds and how it was made. docs/isth.md has the layout. Every number is
 * checked here or in description.ts before memory is taken for what it counts.
 */

import { DataError } from '../data/samples.ts';
import type { TileGrid } from '../data/tiles.ts';
import { crc32 } from '../io/crc32.ts';
import { FormatError } from '../io/errors.ts';
import { notA } from '../io/fileKinds.ts';
import { shown } from '../io/json.ts';
import { formatShape, sizeOf } from '../tensor/shape.ts';
import { type ByteStream, joined } from './byteStream.ts';
import { SHORTEST_MESSAGE } from './coder/rangeCoder.ts';
import { type Description, readDescription } from './description.ts';
import { MAX_HEAD_BYTES, type OriginalFile } from './originalFile.ts';

/** Like PNG's: no text begins with it, and it shows when a transfer changed line ends or cut off the eighth bit. */
const MAGIC = [0x89, 0x49, 0x53, 0x54, 0x48, 0x0d, 0x0a, 0x1a]; // \x89ISTH\r\n\x1a
/** The second version has originals that are tables, the third tiles; all other files are of the first, as before there was another. */
const VERSIONS = [1, 2, 3];
function versionFor(kind: OriginalFile['kind'] | null | undefined, grid: TileGrid | undefined): number {
  return grid ? 3 : kind === 'csv' ? 2 : 1;
}

/** Magic, version, and the lengths of description, original head and model. */
const FIXED_BYTES = 24;
export const CHECK_BYTES = 4;
/** The bytes of a chunk's length, the shortest message and the check. */
const SHORTEST_CHUNK = 4 + SHORTEST_MESSAGE + CHECK_BYTES;

/** A scaling by feature takes about 40 bytes for each feature. */
const MAX_DESCRIPTION_BYTES = 2 ** 24;
/** A chunk's images hold at most this many numbers, and so do its codes: it bounds the memory of both sides. */
const CHUNK_NUMBERS = 2 ** 18;

/** What the header of an `.isth` file says. */
export interface CompressedHeader extends Description {
  /** The smallest number of each code dimension, `[codeLength]`. */
  readonly minimum: Float32Array;
  /** The largest. */
  readonly maximum: Float32Array;
  /** Undefined in a lossy file. */
  readonly original: OriginalFile | undefined;
  /** The length of the model file inside, 0 without one. */
  readonly modelBytes: number;
}

/** The maximum length of a chunk of this many images: the decisions about a number take far less than 64 bytes. */
export function maxChunkBytes(images: number, { shape, codeLength }: CompressedHeader): number {
  return SHORTEST_CHUNK + 64 * images * (sizeOf(shape.slice(1)) + codeLength);
}

/** The number of images in a chunk; the last chunk may hold fewer. */
export function imagesPerChunk({
  shape,
  codeLength,
}: Pick<CompressedHeader, 'shape' | 'codeLength'>): number {
  const [, ...sample] = shape;
  return Math.max(1, Math.floor(CHUNK_NUMBERS / Math.max(sizeOf(sample), codeLength)));
}

export function chunkCount(header: Pick<CompressedHeader, 'shape' | 'codeLength'>): number {
  return Math.ceil(header.shape[0] / imagesPerChunk(header));
}

/**
 * The bytes of the header, with its check value.
 *
 * @throws {DataError} If the scaling of each feature on its own makes the description too long.
 */
export function writeHeader(header: CompressedHeader): Uint8Array {
  const { shape, dtype, normalization, model, kernels, kernelsProbe, codeLength, levels, original, grid } =
    header;
  const kind = original?.kind ?? null;
  const made = { model, kernels, kernelsProbe, codeLength, levels };
  const tiles = grid && { picture: grid.picture, overlap: grid.overlap };
  const description = { shape, dtype, normalization, ...made, original: kind, ...(tiles && { tiles }) };
  const text = new TextEncoder().encode(JSON.stringify(description));
  if (text.length > MAX_DESCRIPTION_BYTES) {
    throw new DataError(
      `the file's description, with the scaling of ${formatShape(shape.slice(1))} features, has ${text.length} bytes, expected at most ${MAX_DESCRIPTION_BYTES}.`,
    );
  }
  const head = original?.head ?? new Uint8Array();
  const fixed = new Uint8Array(FIXED_BYTES);
  const view = new DataView(fixed.buffer);
  fixed.set(MAGIC);
  const numbers = [versionFor(kind, grid), text.length, head.length, header.modelBytes];
  for (const [i, number] of numbers.entries()) view.setUint32(MAGIC.length + 4 * i, number, true);
  const ranges = new Float32Array(2 * codeLength);
  ranges.set(header.minimum);
  ranges.set(header.maximum, codeLength);
  const bytes = joined(Uint8Array, [fixed, text, new Uint8Array(ranges.buffer), head]);
  return joined(Uint8Array, [bytes, uint32Bytes(crc32(bytes))]);
}

/** A check value or a length, as the file holds them. */
export function uint32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** The number that {@link uint32Bytes} wrote. */
export function uint32From({ buffer, byteOffset }: Uint8Array): number {
  return new DataView(buffer, byteOffset).getUint32(0, true);
}

/**
 * Reads and checks a header.
 *
 * @param fileSize - The size of the whole file, if it is known: what the header claims must fit into it.
 * @returns The header, and the CRC-32 of its bytes without the check value, from which the next check goes on.
 * @throws {FormatError} If it is not a header, is of another version or damaged, or its parts don't agree.
 */
export async function readHeader(
  stream: ByteStream,
  fileSize?: number,
): Promise<{ header: CompressedHeader; crc: number }> {
  const fixed = await stream.read(FIXED_BYTES).catch(asNoHeader);
  const [version, textLength, headLength, modelBytes] = checkFixed(fixed);
  const text = await stream.read(textLength);
  const { description, kind } = readUnchecked(text);
  const { codeLength } = description;
  const rangeBytes = await stream.read(8 * codeLength);
  const head = await stream.read(headLength);
  const crc = crc32(joined(Uint8Array, [fixed, text, rangeBytes, head]));
  requireCheck(await stream.read(CHECK_BYTES), crc);
  const ranges = new Float32Array(rangeBytes.slice().buffer);
  const [minimum, maximum] = [ranges.slice(0, codeLength), ranges.slice(codeLength)];
  const isRange = minimum.every((low, j) => Number.isFinite(low) && low <= maximum[j]);
  if (!isRange || !maximum.every(Number.isFinite)) {
    throw new FormatError('the ranges of the codes hold a minimum above its maximum, or NaN or infinity.');
  }
  if ((kind === null) !== (headLength === 0)) {
    throw new FormatError(`the original file's header has ${headLength} bytes, its kind is ${shown(kind)}.`);
  }
  const { grid } = description;
  if (grid && kind !== null)
    throw new FormatError(`the original is ${shown(kind)}, expected null beside tiles.`);
  if (version !== versionFor(kind, grid)) {
    throw new FormatError(
      `the file has format version ${version}, and its original is ${shown(kind)}, expected version ${versionFor(kind, grid)}.`,
    );
  }
  const original = kind === null ? undefined : { kind, head };
  const header: CompressedHeader = { ...description, minimum, maximum, original, modelBytes };
  const headerBytes = FIXED_BYTES + textLength + 8 * codeLength + headLength + CHECK_BYTES;
  if (fileSize !== undefined) requireRoom(header, fileSize - headerBytes);
  return { header, crc };
}

/** @throws {FormatError} If the stored check value is another one than that of the bytes read: some were changed. */
export function requireCheck(stored: Uint8Array, crc: number): void {
  if (uint32From(stored) === crc) return;
  throw new FormatError('the file is damaged: a checksum in it is not that of its contents.');
}

function asNoHeader(error: Error): never {
  if (error.name !== 'FormatError') throw error;
  throw new FormatError(
    `not an .isth file: it is shorter than the ${FIXED_BYTES} bytes that every .isth file begins with.`,
  );
}

/** The place of the check value depends on the code length in the description, so damage may first show here. */
function readUnchecked(text: Uint8Array): ReturnType<typeof readDescription> {
  try {
    return readDescription(text);
  } catch (error) {
    throw new FormatError(`the header is damaged, or isthmus did not write it: ${(error as Error).message}`);
  }
}

/** Checks the magic and the version. Returns the version and the lengths of description, original head and model. */
function checkFixed(fixed: Uint8Array): number[] {
  if (!MAGIC.every((byte, i) => fixed[i] === byte)) throw notA('an .isth file', fixed, 'other');
  const view = new DataView(fixed.buffer, fixed.byteOffset);
  const numbers = [0, 1, 2, 3].map((i) => view.getUint32(MAGIC.length + 4 * i, true));
  const [version, textLength, headLength] = numbers;
  if (!VERSIONS.includes(version)) {
    const isLater = version > VERSIONS[2];
    throw new FormatError(
      `the file has format version ${version}, expected 1 to ${VERSIONS[2]}${isLater ? ': a later isthmus wrote it' : ''}.`,
    );
  }
  if (textLength > MAX_DESCRIPTION_BYTES || headLength > MAX_HEAD_BYTES) {
    throw new FormatError(
      `the header claims ${textLength} bytes of description and ${headLength} of the original's header, expected at most ${MAX_DESCRIPTION_BYTES} and ${MAX_HEAD_BYTES}.`,
    );
  }
  return numbers;
}

/** Every chunk takes some bytes, however well its images are compressed. */
function requireRoom(header: CompressedHeader, room: number): void {
  const minimum = header.modelBytes + chunkCount(header) * SHORTEST_CHUNK;
  if (minimum <= room) return;
  const [count] = header.shape;
  const images = count === 1 ? 'one image takes' : `${count} images take`;
  throw new FormatError(
    `the file is cut off: ${images} at least ${minimum} bytes, ${Math.max(0, room)} are left.`,
  );
}
