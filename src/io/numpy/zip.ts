/**
 * Reads zip archives, as .npz files need it. Follows PKWARE's APPNOTE 6.3; read inflate.ts first. The central directory at
 * the end of the archive says what there is, and every entry's local header must agree with it, even if only one of the
 * entries is read.
 */

import { plural } from '../../tensor/words.ts';
import { crc32 } from '../crc32.ts';
import { FormatError } from '../errors.ts';
import { notA } from '../fileKinds.ts';
import { type HeadCheck, inflateRaw, inflateRawHead } from './inflate.ts';

const END_SIGNATURE = 0x06054b50;
const END_LENGTH = 22;
const MAX_COMMENT = 0xffff;
const DIRECTORY_SIGNATURE = 0x02014b50;
const DIRECTORY_LENGTH = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_LENGTH = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAG = 1;
/** CRC and lengths follow the data, instead of being in the local header. */
const DESCRIPTOR_FLAG = 8;
const ZIP64_COUNT = 0xffff;
const ZIP64_VALUE = 0xffffffff;
const ZIP64_FIELD = 1;

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressedLength: number;
  readonly length: number;
  readonly offset: number;
  /** Where the data begins, after the local header at `offset`. */
  readonly start: number;
}

/**
 * The archive's entries, in its order.
 *
 * @throws {FormatError} If the bytes are not a zip archive, the archive is corrupt, cut off, encrypted or of zip64 size,
 *   an entry's name is not a relative path, or two entries share bytes.
 */
export function readZipDirectory(bytes: Uint8Array): ZipEntry[] {
  const view = viewOf(bytes);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const directoryLength = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (count === ZIP64_COUNT || directoryLength === ZIP64_VALUE || start === ZIP64_VALUE) {
    throw new FormatError('the zip archive is in zip64 format (over 4 GB): save the array as .npy instead.');
  }
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    throw new FormatError('the zip archive is split into several files, expected one.');
  }
  if (start + directoryLength !== end) {
    throw new FormatError(
      `the zip archive is corrupt or cut off: its directory should be bytes ${start} to ${start + directoryLength}, it ends at ${end}.`,
    );
  }
  const entries: ZipEntry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    const { entry, next } = readDirectoryEntry(bytes, view, at, end);
    entries.push(entry);
    at = next;
  }
  if (at !== end) {
    throw new FormatError(
      `the zip archive is corrupt: its directory holds more than the ${count} entries stated.`,
    );
  }
  requireApart(entries, start);
  return entries;
}

/** No byte may belong to two entries (as in zip bombs), or to an entry and the directory. */
function requireApart(entries: readonly ZipEntry[], directory: number): void {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  sorted.forEach(({ name, start, compressedLength }, i) => {
    const next = sorted[i + 1]?.offset ?? directory;
    if (start + compressedLength > next) {
      throw new FormatError(
        `the zip archive is corrupt: '${name}' should be bytes ${start} to ${start + compressedLength}, something else begins at ${next}.`,
      );
    }
  });
}

/** Refuses names that on any system mean a place outside of the folder where an archive is unpacked. */
function requireRelative(name: string): void {
  const isRelative = !/^\/|^[a-z]:|\\/i.test(name) && !name.split('/').includes('..');
  const hasControls = Array.from(name).some((letter) => letter < ' ' || letter === '\x7f');
  if (!isRelative || hasControls) {
    throw new FormatError(
      `the zip archive holds an entry named ${JSON.stringify(name.slice(0, 100))}, expected a relative path without '..', backslashes and control characters.`,
    );
  }
}

/** Where the end record begins: its comment ends exactly where the archive ends. */
function findEnd(view: DataView): number {
  const last = view.byteLength - END_LENGTH;
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT; at--) {
    if (view.getUint32(at, true) === END_SIGNATURE && view.getUint16(at + 20, true) === last - at) return at;
  }
  if (view.byteLength < 4 || view.getUint32(0, true) !== LOCAL_SIGNATURE) {
    throw notA('a zip archive', new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  }
  throw new FormatError('the zip archive is cut off: it has no end record.');
}

function readDirectoryEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): { entry: ZipEntry; next: number } {
  if (at + DIRECTORY_LENGTH > end || view.getUint32(at, true) !== DIRECTORY_SIGNATURE) {
    throw new FormatError(`the zip archive is corrupt: no directory entry at byte ${at}.`);
  }
  const nameEnd = at + DIRECTORY_LENGTH + view.getUint16(at + 28, true);
  const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > end) {
    throw new FormatError(
      `the zip archive is corrupt: the directory entry at byte ${at} goes beyond the end.`,
    );
  }
  const name = textOf(bytes.subarray(at + DIRECTORY_LENGTH, nameEnd));
  requireRelative(name);
  const [compressedLength, length, offset] = [20, 24, 42].map((field) => view.getUint32(at + field, true));
  if (view.getUint16(at + 8, true) & ENCRYPTED_FLAG) {
    throw new FormatError(`the zip archive's '${name}' is encrypted, expected it without a password.`);
  }
  if ([compressedLength, length, offset].includes(ZIP64_VALUE)) {
    throw new FormatError(
      `the zip archive's '${name}' is in zip64 format (over 4 GB): save it as .npy instead.`,
    );
  }
  const method = view.getUint16(at + 10, true);
  const crc = view.getUint32(at + 16, true);
  const entry = { name, method, crc, compressedLength, length, offset };
  return { entry: { ...entry, start: dataStart(bytes, view, entry) }, next };
}

export interface ReadZipEntryOptions {
  /** The entry may have at most this many bytes uncompressed. */
  readonly limit: number;
  /** Looks at the beginning before the rest is inflated. */
  readonly head: HeadCheck;
}

/**
 * The entry's contents, uncompressed.
 *
 * @throws {FormatError} If they don't have the length and the CRC-32 that the directory states, are longer than the
 *   limit, or are compressed by another method than deflate.
 */
export async function readZipEntry(
  bytes: Uint8Array,
  entry: ZipEntry,
  { limit, head }: ReadZipEntryOptions,
): Promise<Uint8Array> {
  const { name, method, crc, compressedLength, length, offset } = entry;
  if (length > limit) {
    throw new FormatError(
      `'${name}' holds ${plural(length, 'byte')} uncompressed, more than the ${limit} accepted.`,
    );
  }
  const packed = packedOf(bytes, entry);
  if (method === STORED && compressedLength !== length) {
    throw new FormatError(
      `the zip archive is corrupt: '${name}' at byte ${offset} is stored as ${plural(compressedLength, 'byte')} but should hold ${length}.`,
    );
  }
  const contents = method === STORED ? packed : await inflateRaw(packed, length, head);
  if (crc32(contents) !== crc) {
    throw new FormatError(`the zip archive is corrupt: the contents of '${name}' don't have its CRC-32.`);
  }
  return contents;
}

/**
 * The beginning of an entry's contents, without a check of their CRC-32.
 *
 * @returns `length` bytes, or all if there are fewer.
 * @throws {FormatError} If the data is corrupt, or compressed by another method than deflate.
 */
export async function readZipHead(bytes: Uint8Array, entry: ZipEntry, length: number): Promise<Uint8Array> {
  const packed = packedOf(bytes, entry);
  return entry.method === STORED ? packed.subarray(0, length) : inflateRawHead(packed, length);
}

/** The entry's data as they are in the archive. */
function packedOf(bytes: Uint8Array, { name, method, compressedLength, start }: ZipEntry): Uint8Array {
  if (method !== STORED && method !== DEFLATED) {
    throw new FormatError(
      `'${name}' is compressed by zip method ${method}, expected ${STORED} (stored) or ${DEFLATED} (deflate).`,
    );
  }
  return bytes.subarray(start, start + compressedLength);
}

/** Where the entry's data begins. Its local header must repeat what the directory says; only the extra field may differ. */
function dataStart(bytes: Uint8Array, view: DataView, entry: Omit<ZipEntry, 'start'>): number {
  const { name, method, crc, compressedLength, length, offset } = entry;
  if (offset + LOCAL_LENGTH > bytes.length || view.getUint32(offset, true) !== LOCAL_SIGNATURE) {
    throw new FormatError(
      `the zip archive is corrupt: no entry at byte ${offset}, where '${name}' should be.`,
    );
  }
  const nameEnd = offset + LOCAL_LENGTH + view.getUint16(offset + 26, true);
  const localName = textOf(bytes.subarray(offset + LOCAL_LENGTH, nameEnd));
  if (localName !== name || view.getUint16(offset + 8, true) !== method) {
    throw new FormatError(
      `the zip archive is corrupt: the entry at byte ${offset} has another name or method than '${name}' in the directory.`,
    );
  }
  const start = nameEnd + view.getUint16(offset + 28, true);
  const flags = view.getUint16(offset + 6, true);
  if (start > bytes.length || flags & ENCRYPTED_FLAG) {
    throw new FormatError(
      `the zip archive is corrupt: the header of '${name}' at byte ${offset} goes beyond the end or says that it is encrypted.`,
    );
  }
  const [localLength, localCompressedLength] = localLengths(view, offset, nameEnd, start);
  const agrees =
    view.getUint32(offset + 14, true) === crc &&
    localLength === length &&
    localCompressedLength === compressedLength;
  if (!agrees && !(flags & DESCRIPTOR_FLAG)) {
    throw new FormatError(
      `the zip archive is corrupt: the CRC-32 or the lengths of '${name}' at byte ${offset} differ from those in the directory.`,
    );
  }
  return start;
}

/** The lengths in a local header, uncompressed and compressed. NumPy writes them into the extra field for zip64. */
function localLengths(view: DataView, offset: number, extra: number, extraEnd: number): number[] {
  const lengths = [22, 18].map((field) => view.getUint32(offset + field, true));
  if (!lengths.includes(ZIP64_VALUE)) return lengths;
  for (let at = extra; at + 4 <= extraEnd; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== ZIP64_FIELD || at + 20 > extraEnd) continue;
    if (view.getUint16(at + 2, true) >= 16) {
      return [4, 12].map((field) => Number(view.getBigUint64(at + field, true)));
    }
  }
  return lengths;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
