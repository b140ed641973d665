/**
 * The table that was compressed, for `--lossless`: a CSV file of integers, as plainly written as programs write them. What
 * is not as here can't be restored byte for byte; node/samples/losslessTable.ts compares. Read originalFile.ts first.
 */

import type { SampleArray } from '../data/samples.ts';
import { FormatError } from '../io/errors.ts';
import type { Shape } from '../tensor/shape.ts';

export interface CsvLayout {
  /** What stands before the first row: a byte order mark, the header line. */
  readonly start: Uint8Array;
  /** One ASCII character that is no part of an integer. */
  readonly delimiter: string;
  readonly lineEnd: '\n' | '\r\n';
  /** Whether the last row has a line end, too. */
  readonly isEnded: boolean;
}

/** The head of a `.isth` file of a table: the delimiter, the length of a line end, whether the last row has one; then the start. */
export function csvHead({ start, delimiter, lineEnd, isEnded }: CsvLayout): Uint8Array {
  return Uint8Array.of(delimiter.charCodeAt(0), lineEnd.length, Number(isEnded), ...start);
}

/** @throws {FormatError} If it is none. */
export function readCsvHead(head: Uint8Array): CsvLayout {
  const [code = 0, lineEndLength, isEnded] = head;
  const delimiter = String.fromCharCode(code);
  const isRead = isDelimiter(delimiter) && [1, 2].includes(lineEndLength) && [0, 1].includes(isEnded);
  if (!isRead) {
    throw new FormatError('the original file is a table, and how its cells are set apart is not said.');
  }
  const lineEnd = lineEndLength === 2 ? '\r\n' : '\n';
  return { start: head.slice(3), delimiter, lineEnd, isEnded: isEnded === 1 };
}

export function isDelimiter(text: string): boolean {
  return /^[\t !#$%&'*/,:;|~]$/.test(text);
}

/**
 * The bytes of a table: its start, then its rows, each chunk's together.
 *
 * @param chunks - Whole rows of integers.
 */
export async function* csvPieces(
  chunks: AsyncIterable<SampleArray>,
  [count, columns]: Shape,
  { start, delimiter, lineEnd, isEnded }: CsvLayout,
): AsyncGenerator<Uint8Array, void> {
  yield start;
  const encoder = new TextEncoder();
  let left = count;
  for await (const values of chunks) {
    let text = '';
    for (let at = 0; at < values.length; at += columns) {
      text += values.subarray(at, at + columns).join(delimiter) + lineEnd;
    }
    left -= values.length / columns;
    yield encoder.encode(left > 0 || isEnded ? text : text.slice(0, -lineEnd.length));
  }
}
