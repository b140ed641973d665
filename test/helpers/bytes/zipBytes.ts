/** Writes zip archives field by field, independently of src/io/numpy/npz.ts: any field may be wrong. */

import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly contents: Uint8Array;
  /** 0 stores, 8 deflates. Default 0. */
  readonly method?: number;
  /** Instead of the contents, packed by the method. */
  readonly packed?: Uint8Array;
  /** Instead of those that fit. */
  readonly crc?: number;
  readonly length?: number;
  /** Where the directory says that the entry begins. */
  readonly offset?: number;
  /** CRC and lengths follow the data instead of preceding it. */
  readonly descriptor?: boolean;
}

export function zipBytes(entries: readonly ZipEntry[]): Uint8Array {
  const before: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const { contents, method = 0, descriptor = false } = entry;
    const name = Buffer.from(entry.name);
    const packed = entry.packed ?? (method === 8 ? deflateRawSync(contents) : contents);
    const sums = numbers(4, entry.crc ?? crc32(contents), packed.length, entry.length ?? contents.length);
    // Version, flags (bit 11: the name is UTF-8), method, time and date.
    const common = numbers(2, 20, 0x800 | (descriptor ? 8 : 0), method, 0, 0);
    const lengths = numbers(2, name.length, 0); // no extra field
    const local = [
      Buffer.from('PK\x03\x04'),
      common,
      descriptor ? numbers(4, 0, 0, 0) : sums,
      lengths,
      name,
      packed,
      ...(descriptor ? [Buffer.from('PK\x07\x08'), sums] : []),
    ];
    const rest = Buffer.concat([numbers(2, 0, 0, 0), numbers(4, 0, entry.offset ?? at)]);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), numbers(2, 20), common, sums, lengths, rest, name]),
    );
    before.push(...local.map((part) => Buffer.from(part)));
    at += local.reduce((size, part) => size + part.length, 0);
  }
  const listed = Buffer.concat(directory);
  const end = [
    numbers(2, 0, 0, entries.length, entries.length),
    numbers(4, listed.length, at),
    numbers(2, 0),
  ];
  return Uint8Array.from(Buffer.concat([...before, listed, Buffer.from('PK\x05\x06'), ...end]));
}

/** Little-endian integers of this many bytes each. */
function numbers(bytes: number, ...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(bytes * values.length);
  values.forEach((value, i) => {
    buffer.writeUIntLE(value, i * bytes, bytes);
  });
  return buffer;
}
