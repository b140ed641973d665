/**
 * Inflates gzip (RFC 1952) and raw deflate data (RFC 1951) with DecompressionStream, which Node and browsers share.
 * The length is stated beforehand and nothing is inflated beyond it, so a small file cannot fill the memory.
 */

import { plural } from '../../tensor/words.ts';
import { crc32 } from '../crc32.ts';
import { FormatError } from '../errors.ts';
import { notA } from '../fileKinds.ts';

/** No deflate data grows more: 2 bits (a length code and a distance code) stand for at most 258 bytes. */
const MAX_RATIO = 1032;
const GZIP_HEADER_LENGTH = 10;
const GZIP_TRAILER_LENGTH = 8;
const DEFAULT_LIMIT = 2 ** 31;

/** Looks at the beginning of the contents before memory for all of them is taken. */
export interface HeadCheck {
  /** Gets the first `headLength` bytes, or all if there are fewer, and the stated length. What it throws is passed on. */
  readonly check: (head: Uint8Array, length: number) => void;
  readonly headLength: number;
}

/** Whether the bytes begin like gzip data (1f 8b). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates a gzip file of one member, which is what gzip, pigz and Python write.
 *
 * @param bytes - The whole file. Its last four bytes state the length of the contents.
 * @param limit - The contents may have at most this many bytes. Default 2 GiB.
 * @param head - Looks at contents longer than its `headLength` before memory for them is taken.
 * @returns The contents, in a new buffer.
 * @throws {FormatError} If the data is not gzip, corrupt or cut off, has more than one member, or holds more than `limit` bytes.
 */
export async function gunzip(
  bytes: Uint8Array,
  limit: number = DEFAULT_LIMIT,
  head?: HeadCheck,
): Promise<Uint8Array> {
  if (!isGzip(bytes)) throw notA('gzip data', bytes);
  if (bytes.length < GZIP_HEADER_LENGTH + GZIP_TRAILER_LENGTH) {
    throw new FormatError(
      `the gzip data is cut off: it has ${plural(bytes.length, 'byte')}, expected at least ${GZIP_HEADER_LENGTH + GZIP_TRAILER_LENGTH}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(bytes.length - 4, true);
  if (length > limit) {
    throw new FormatError(`the gzip data is cut off, or longer than the ${limit} bytes accepted.`);
  }
  const contents = await inflate('gzip', bytes, length, head);
  // Node checks the CRC-32 after the first member, but ignores what follows it if that begins with a zero.
  if (view.getUint32(bytes.length - GZIP_TRAILER_LENGTH, true) !== crc32(contents)) {
    throw new FormatError('the gzip data is corrupt: it does not end with the CRC-32 of its contents.');
  }
  return contents;
}

/**
 * Inflates raw deflate data, as zip archives hold them.
 *
 * @param head - Looks at contents longer than its `headLength` before memory for them is taken.
 * @returns Exactly `expectedLength` bytes, in a new buffer.
 * @throws {FormatError} If the data is corrupt, cut off, or doesn't give exactly `expectedLength` bytes.
 */
export async function inflateRaw(
  bytes: Uint8Array,
  expectedLength: number,
  head?: HeadCheck,
): Promise<Uint8Array> {
  return inflate('deflate-raw', bytes, expectedLength, head);
}

async function inflate(
  format: CompressionFormat,
  bytes: Uint8Array,
  expectedLength: number,
  head?: HeadCheck,
): Promise<Uint8Array> {
  // Checked first: no memory is taken for a length that the data can't have.
  if (expectedLength > MAX_RATIO * bytes.length) {
    throw new FormatError(
      `the compressed data is corrupt or cut off: ${plural(bytes.length, 'byte')} cannot hold ${expectedLength}.`,
    );
  }
  const contents = new Contents(expectedLength, head);
  const reader = decompressed(format, bytes).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new FormatError('the compressed data is corrupt or cut off.', { cause });
    });
    if (done) return contents.finish();
    try {
      contents.add(value);
    } catch (error) {
      await reader.cancel().catch(() => {}); // Node 24 may reject here with another error of the same data
      throw error;
    }
  }
}

/** Inflated bytes as they come. Memory for all is taken once the first of them have passed the check. */
class Contents {
  readonly #expectedLength: number;
  readonly #head: HeadCheck | undefined;
  #bytes: Uint8Array;
  #length = 0;

  constructor(expectedLength: number, head: HeadCheck | undefined) {
    this.#expectedLength = expectedLength;
    this.#head = head;
    this.#bytes = allocate(Math.min(expectedLength, head?.headLength ?? expectedLength));
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#expectedLength) {
      throw new FormatError(`the compressed data holds more than the ${this.#expectedLength} bytes stated.`);
    }
    if (length > this.#bytes.length) {
      const beginning = this.#bytes;
      beginning.set(piece.subarray(0, beginning.length - this.#length), this.#length);
      this.#head?.check(beginning, this.#expectedLength);
      this.#bytes = allocate(this.#expectedLength);
      this.#bytes.set(beginning);
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  finish(): Uint8Array {
    if (this.#length === this.#expectedLength) return this.#bytes;
    throw new FormatError(
      `the compressed data holds ${plural(this.#length, 'byte')}, expected the ${this.#expectedLength} stated.`,
    );
  }
}

function allocate(length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new FormatError(
      `the compressed data states ${plural(length, 'byte')}, which don't fit into memory.`,
      {
        cause,
      },
    );
  }
}

function decompressed(format: CompressionFormat, bytes: Uint8Array): ReadableStream<Uint8Array> {
  const { readable, writable } = new DecompressionStream(format);
  const writer = writable.getWriter();
  const written = writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close());
  written.catch(() => {}); // the reader rejects with the same error
  return readable;
}
