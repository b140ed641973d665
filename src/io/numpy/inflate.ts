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
const GZIP_TRAILER_LENGTH = 8;
/** A header, no data, and a trailer. */
const GZIP_LENGTH = 10 + GZIP_TRAILER_LENGTH;
const DEFAULT_LIMIT = 2 ** 31;

/** Each takes a tenth of a millisecond. bgzip makes one for every 64 KB of contents, so these are 650 MB. */
const MAX_MEMBERS = 10_000;

/** Looks at the beginning of the contents before memory for all of them is taken. */
export interface HeadCheck {
  /** Gets the first `headLength` bytes, if the contents have more, and their stated length. What it throws is passed on. */
  readonly check: (head: Uint8Array, length: number) => void;
  /** How many bytes `check` gets. */
  readonly headLength: number;
}

/**
 * Whether the bytes begin like gzip data (1f 8b).
 *
 * @example
 * isGzip(Uint8Array.of(0x1f, 0x8b, 8)); // true
 */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates a gzip file. The contents of several members, as of `cat a.gz b.gz` or bgzip, follow each other; zeros behind
 * the last one are padding.
 *
 * @param bytes - The whole file. The last four bytes of each member state the length of its contents.
 * @param limit - The contents may have at most this many bytes. Default 2 GiB.
 * @param head - Looks at contents longer than its `headLength` before memory for them is taken.
 * @returns The contents, in a new buffer.
 * @throws {FormatError} If the data is not gzip, corrupt or cut off, or holds more than `limit` bytes.
 * @example
 * const zipped = new Blob([Uint8Array.of(1, 2, 3)]).stream().pipeThrough(new CompressionStream('gzip'));
 * const bytes = new Uint8Array(await new Response(zipped).arrayBuffer());
 * const contents = await gunzip(bytes); // [1, 2, 3]
 */
export async function gunzip(
  bytes: Uint8Array,
  limit: number = DEFAULT_LIMIT,
  head?: HeadCheck,
): Promise<Uint8Array> {
  if (!isGzip(bytes)) throw notA('gzip data', bytes);
  if (bytes.length < GZIP_LENGTH) {
    throw new FormatError(
      `the gzip data is cut off: it has ${plural(bytes.length, 'byte')}, expected at least ${GZIP_LENGTH}.`,
    );
  }
  // Where a member ends shows only when it is inflated, and DecompressionStream doesn't tell. So the usual is tried first,
  // one member up to the end, then what else the bytes may be: lengths and checksums say whether they are.
  let failure: unknown;
  for (const members of possibleMembers(bytes)) {
    try {
      return await inflateMembers(members, limit, head);
    } catch (error) {
      if ((error as Error).name !== 'FormatError') throw error;
      failure ??= error;
    }
  }
  throw failure;
}

/** The ways to see the bytes as members, the most likely one first. */
function* possibleMembers(bytes: Uint8Array): Generator<Uint8Array[]> {
  const starts = memberStarts(bytes);
  let zeros = 0;
  while (bytes[bytes.length - 1 - zeros] === 0) zeros++;
  // Of the zeros at the end, a few may be the last member's: its length, its checksum, and a byte of its data.
  for (let kept = Math.min(zeros, GZIP_TRAILER_LENGTH + 1); kept >= 0; kept--) {
    const whole = bytes.subarray(0, bytes.length - zeros + kept);
    if (whole.length < GZIP_LENGTH) return;
    yield [whole];
    if (starts.length > 1) yield starts.map((start, i) => whole.subarray(start, starts[i + 1]));
  }
}

/** Where a member may begin: at 0, and wherever there is a header that some program writes. */
function memberStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  let at = GZIP_LENGTH;
  for (; at >= 0 && starts.length <= MAX_MEMBERS; at = bytes.indexOf(0x1f, at + 1)) {
    if (isMemberHeader(bytes, at) && at - starts[starts.length - 1] >= GZIP_LENGTH) starts.push(at);
  }
  return starts;
}

/** Magic, the method, flags, a time, the level and the system: few of their values are in use, so chance makes none. */
function isMemberHeader(bytes: Uint8Array, at: number): boolean {
  const [id1, id2, method, flags] = bytes.subarray(at, at + 4);
  const [level, system] = bytes.subarray(at + 8, at + 10);
  const isKnown = (system <= 19 || system === 255) && [0, 2, 4].includes(level);
  return id1 === 0x1f && id2 === 0x8b && method === 8 && flags < 32 && isKnown;
}

async function inflateMembers(
  members: readonly Uint8Array[],
  limit: number,
  head: HeadCheck | undefined,
): Promise<Uint8Array> {
  if (members.length > MAX_MEMBERS) {
    throw new FormatError(
      `the gzip data has more than ${MAX_MEMBERS} members, expected at most that: unpack it first.`,
    );
  }
  const trailers = members.map(
    (member) => new DataView(member.buffer, member.byteOffset + member.length - GZIP_TRAILER_LENGTH),
  );
  const lengths = trailers.map((trailer) => trailer.getUint32(4, true));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total > limit) {
    throw new FormatError(`the gzip data is cut off, or longer than the ${limit} bytes accepted.`);
  }
  members.forEach((member, i) => {
    requirePossible(member, lengths[i]);
  });
  const contents = new Contents(total, head);
  for (const [i, member] of members.entries()) {
    const inflated = await inflateInto(contents, 'gzip', member, lengths[i]);
    // Node checks the CRC-32 after the first member, but ignores what follows it if that begins with a zero.
    if (trailers[i].getUint32(0, true) !== crc32(inflated)) {
      throw new FormatError('the gzip data is corrupt: it does not end with the CRC-32 of its contents.');
    }
  }
  return contents.bytes;
}

/**
 * Inflates raw deflate data, as zip archives hold them.
 *
 * @param expectedLength - How many bytes the data hold, inflated.
 * @param head - Looks at contents longer than its `headLength` before memory for them is taken.
 * @returns Exactly `expectedLength` bytes, in a new buffer.
 * @throws {FormatError} If the data is corrupt, cut off, or doesn't give exactly `expectedLength` bytes.
 * @example
 * const deflated = new Blob([Uint8Array.of(1, 2, 3)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
 * const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
 * const contents = await inflateRaw(bytes, 3); // [1, 2, 3]
 */
export async function inflateRaw(
  bytes: Uint8Array,
  expectedLength: number,
  head?: HeadCheck,
): Promise<Uint8Array> {
  requirePossible(bytes, expectedLength);
  return inflateInto(new Contents(expectedLength, head), 'deflate-raw', bytes, expectedLength);
}

/**
 * The beginning of what raw deflate data hold: `length` bytes, or all if there are fewer.
 *
 * @throws {FormatError} If the data is corrupt, or cut off before.
 */
export async function inflateRawHead(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  const reader = decompressed('deflate-raw', bytes).getReader();
  let filled = 0;
  while (filled < length) {
    const { done, value } = await nextPiece(reader);
    if (done) break;
    const piece = value.subarray(0, length - filled);
    head.set(piece, filled);
    filled += piece.length;
  }
  await reader.cancel().catch(() => {});
  return head.subarray(0, filled);
}

/** Comes first: no memory is taken for a length that the data can't have. */
function requirePossible(bytes: Uint8Array, expectedLength: number): void {
  if (expectedLength <= MAX_RATIO * bytes.length) return;
  throw new FormatError(
    `the compressed data is corrupt or cut off: ${plural(bytes.length, 'byte')} cannot hold ${expectedLength}.`,
  );
}

/** Appends what the bytes hold, which must be of the length stated, and returns it: a view on the contents. */
async function inflateInto(
  contents: Contents,
  format: CompressionFormat,
  bytes: Uint8Array,
  expectedLength: number,
): Promise<Uint8Array> {
  const end = contents.length + expectedLength;
  const reader = decompressed(format, bytes).getReader();
  for (;;) {
    const { done, value } = await nextPiece(reader);
    if (done) break;
    try {
      if (contents.length + value.length > end) {
        throw new FormatError(`the compressed data holds more than the ${expectedLength} bytes stated.`);
      }
      contents.add(value);
    } catch (error) {
      await reader.cancel().catch(() => {}); // Node 24 may reject here with another error of the same data
      throw error;
    }
  }
  const start = end - expectedLength;
  if (contents.length === end) return contents.bytes.subarray(start, end);
  throw new FormatError(
    `the compressed data holds ${plural(contents.length - start, 'byte')}, expected the ${expectedLength} stated.`,
  );
}

function nextPiece(reader: ReadableStreamDefaultReader<Uint8Array>) {
  return reader.read().catch((cause: unknown) => {
    throw new FormatError('the compressed data is corrupt or cut off.', { cause });
  });
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

  get length(): number {
    return this.#length;
  }

  /** All of them if there are as many as expected; until then, with room for others. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Together with the bytes before, at most as many as expected. */
  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
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
