/**
 * Inflating gzip (RFC 1952) and raw deflate data (RFC 1951) with DecompressionStream, which Node and browsers share.
 * The length is known beforehand and nothing is inflated beyond it, so a small file cannot fill the memory.
 */

import { crc32 } from '../crc32.ts';
import { FormatError } from '../errors.ts';

/** No deflate data grows more: 2 bits (a length code and a distance code) stand for at most 258 bytes. */
const GREATEST_RATIO = 1032;
const GZIP_HEADER_LENGTH = 10;
const GZIP_TRAILER_LENGTH = 8;
const DEFAULT_LIMIT = 2 ** 31;

/** A look at the beginning of the contents, before memory for all of them is taken. */
export interface HeadCheck {
  /** Sees the first `headLength` bytes, or all if there are no more, and the length stated. What it throws is passed on. */
  readonly check: (head: Uint8Array, length: number) => void;
  readonly headLength: number;
}

/** Whether the bytes begin as gzip data do (1f 8b). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates a gzip file of one member, which is what gzip, pigz and Python write.
 *
 * @param bytes - The whole file. Its last four bytes give the length of the contents.
 * @param limit - The most bytes that the contents may have. Default 2 GiB.
 * @param head - Looks at contents longer than its `headLength` before they are allocated.
 * @returns The contents, in a buffer of their own.
 * @throws {FormatError} If the data is not gzip, corrupt or cut off, has more than one member, or holds more than `limit` bytes.
 */
export async function gunzip(
  bytes: Uint8Array,
  limit: number = DEFAULT_LIMIT,
  head?: HeadCheck,
): Promise<Uint8Array> {
  if (!isGzip(bytes)) throw new FormatError('not gzip data: it does not begin with the bytes 1f 8b.');
  if (bytes.length < GZIP_HEADER_LENGTH + GZIP_TRAILER_LENGTH) {
    throw new FormatError(
      `the gzip data is cut off: ${bytes.length} bytes are less than its header and trailer.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(bytes.length - 4, true);
  if (length > limit) {
    throw new FormatError(`the gzip data is cut off, or longer than the ${limit} bytes accepted.`);
  }
  const contents = await inflate('gzip', bytes, length, head);
  // Node has checked the CRC-32 behind the first member, but passes over what follows it if that begins with a zero.
  if (view.getUint32(bytes.length - GZIP_TRAILER_LENGTH, true) !== crc32(contents)) {
    throw new FormatError('the gzip data is corrupt: it does not end with the CRC-32 of its contents.');
  }
  return contents;
}

/**
 * Inflates raw deflate data, as zip archives hold them.
 *
 * @param head - Looks at contents longer than its `headLength` before they are allocated.
 * @returns Exactly `expectedLength` bytes, in a buffer of their own.
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
  // Checked first: a lying length must not even allocate.
  if (expectedLength > GREATEST_RATIO * bytes.length) {
    throw new FormatError(
      `the compressed data is corrupt or cut off: ${bytes.length} bytes cannot hold ${expectedLength}.`,
    );
  }
  let inflated = allocate(Math.min(expectedLength, head?.headLength ?? expectedLength));
  const reader = decompressed(format, bytes).getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new FormatError('the compressed data is corrupt or cut off.', { cause });
    });
    if (done) break;
    try {
      if (length + value.length > expectedLength) {
        throw new FormatError(`the compressed data holds more than the ${expectedLength} bytes stated.`);
      }
      if (length + value.length > inflated.length) {
        const beginning = inflated;
        beginning.set(value.subarray(0, beginning.length - length), length);
        head?.check(beginning, expectedLength);
        inflated = allocate(expectedLength);
        inflated.set(beginning);
      }
    } catch (error) {
      await reader.cancel().catch(() => {}); // it may know of more that is wrong (Node 24)
      throw error;
    }
    inflated.set(value, length);
    length += value.length;
  }
  if (length !== expectedLength) {
    throw new FormatError(`the compressed data holds ${length} bytes, ${expectedLength} were stated.`);
  }
  return inflated;
}

function allocate(length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new FormatError(`the ${length} bytes stated for the compressed data don't fit into memory.`, {
      cause,
    });
  }
}

function decompressed(format: CompressionFormat, bytes: Uint8Array): ReadableStream<Uint8Array> {
  const { readable, writable } = new DecompressionStream(format);
  const writer = writable.getWriter();
  const written = writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close());
  written.catch(() => {}); // the reader gets the same error
  return readable;
}
