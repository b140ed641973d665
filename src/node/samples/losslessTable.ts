/**
 * Whether a table can be restored byte for byte from its numbers, for `compress --lossless`: it is written as
 * compression/csvOriginal.ts writes it, and compared with the file.
 */

import type { FileHandle } from 'node:fs/promises';
import { chunksOfSamples } from '../../compression/chunks.ts';
import { type CsvLayout, csvHead, csvPieces, isDelimiter } from '../../compression/csvOriginal.ts';
import { MAX_HEAD_BYTES, type OriginalFile } from '../../compression/originalFile.ts';
import { DataError, type SampleArray } from '../../data/samples.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { visible } from '../../tensor/words.ts';
import { openToRead, readAt } from '../files/files.ts';
import type { SampleSource } from './sampleSource.ts';

/** So many values are written at a time. */
const PIECE_VALUES = 2 ** 18;
const LINE_FEED = 10;

/**
 * @param images - The integers that were read from the file.
 * @throws {DataError} If the file says more than its numbers, a delimiter and a header do: quotes, blanks, `007`, columns or
 *   rows that were left out, ….
 */
export async function csvOriginalOf(path: string, images: SampleSource): Promise<OriginalFile> {
  const file = await openToRead(path);
  try {
    const { size } = await file.stat();
    const dialect = await findDialect(path, file, size, images);
    await requireSameBytes(path, file, size, csvPieces(rowsOf(images), images.shape, dialect));
    return { kind: 'csv', head: csvHead(dialect) };
  } finally {
    await file.close();
  }
}

async function* rowsOf(images: SampleSource): AsyncGenerator<SampleArray, void> {
  const { shape, dtype } = images;
  const samples = images.samples({ kind: 'none', dtype, shift: 0, scale: 1 });
  const rows = Math.max(1, Math.floor(PIECE_VALUES / sizeOf(shape.slice(1))));
  for await (const { data } of chunksOfSamples(samples, rows)) yield data;
}

/** How the file is written, as its beginning and its end suggest. */
async function findDialect(
  path: string,
  file: FileHandle,
  size: number,
  { form, featureNames }: SampleSource,
): Promise<CsvLayout> {
  const delimiter = form?.kind === 'table' ? form.delimiter : ',';
  const head = await readAt(path, file, new Uint8Array(Math.min(MAX_HEAD_BYTES, size)), 0);
  const [last] = await readAt(path, file, new Uint8Array(1), size - 1);
  const text = Buffer.from(head).toString('latin1'); // a character for each byte
  // What stands before the first line of digits and no words: comments, the header.
  const rows = text.search(/^(?!#)[^a-z\d\x80-\xff\n]*\d[^a-z\x80-\xff\n]*$/im);
  const header = featureNames ? text.indexOf('\n') + 1 || text.length : 0;
  const start = head.slice(0, Math.max(rows, header)); // names may be numbers
  const lineEnd = /\r?\n/.exec(text.slice(start.length))?.[0] === '\r\n' ? '\r\n' : '\n';
  const dialect = { start, delimiter, lineEnd, isEnded: last === LINE_FEED } as const;
  const problem =
    (text.includes('\0') && 'in UTF-16') ||
    (!isDelimiter(delimiter) && 'with such a delimiter') ||
    (csvHead(dialect).length > MAX_HEAD_BYTES && 'with such a long header');
  if (!problem) return dialect;
  throw new DataError(`${path}: a table ${problem} is not restored byte for byte, expected no --lossless.`);
}

async function requireSameBytes(
  path: string,
  file: FileHandle,
  size: number,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  let at = 0;
  let lines = 0;
  for await (const piece of pieces) {
    const found = await readAt(path, file, new Uint8Array(Math.min(piece.length, size - at)), at);
    if (Buffer.compare(piece, found) !== 0) {
      const different = piece.findIndex((byte, i) => byte !== found[i]);
      const lineStart = piece.subarray(0, different).lastIndexOf(LINE_FEED) + 1;
      const before = lines + linesIn(piece.subarray(0, lineStart));
      const rest = await startAt(path, file, size, at + lineStart);
      throw otherwise(path, before + 1, rest, piece.subarray(lineStart));
    }
    at += piece.length;
    lines += linesIn(piece);
  }
  if (at < size) throw otherwise(path, lines + 1, await startAt(path, file, size, at), new Uint8Array());
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === LINE_FEED) lines++;
  return lines;
}

/** The beginning of a line of the file. */
function startAt(path: string, file: FileHandle, size: number, start: number): Promise<Uint8Array> {
  return readAt(path, file, new Uint8Array(Math.min(100, size - start)), start);
}

function otherwise(path: string, line: number, found: Uint8Array, expected: Uint8Array): DataError {
  const [ours, theirs] = [expected, found].map((bytes) => {
    const [first] = Buffer.from(bytes.subarray(0, 100)).toString('utf8').split('\n');
    return `'${visible(first)}'`;
  });
  const problem = expected.length > 0 ? `its numbers would be restored as ${ours}` : 'no row of numbers';
  return new DataError(
    `${path}: line ${line} is ${theirs}, ${problem}, so the file can't be restored byte for byte: leave --lossless out, or compress the numbers as a .npy.`,
  );
}
