/** What the first part of a table says about all of it: how it is written, its header, and which columns are taken. */

import { DataError } from '../../data/samples.ts';
import { FormatError } from '../errors.ts';
import type { DecimalSign } from './cells.ts';
import { type ColumnChoice, type ColumnOptions, chooseColumns } from './columns.ts';
import { type Delimiter, decimalOf, findDelimiter, isEmptyRow, type Row } from './dialect.ts';
import { hasNumbersAsNames, headerInComments, isHeader, readTop } from './header.ts';
import { RowSplitter, type RowsPiece } from './rows.ts';

const MAX_COLUMNS = 1_000_000;

export interface TableLayout {
  readonly delimiter: Delimiter;
  readonly decimal: DecimalSign;
  /** The number of cells in each row. */
  readonly width: number;
  /** Where the header stands; undefined if there is none. */
  readonly header: 'first row' | 'comment' | undefined;
  /** Whether it is no word that tells the header from values, but its numbers. */
  readonly hasNumbersAsNames: boolean;
  /** How many comments above the rows are left out. */
  readonly comments: number;
  readonly choice: ColumnChoice;
}

export interface TableStart {
  readonly layout: TableLayout;
  /** The whole rows of data in the part that was looked at. */
  readonly rows: RowsPiece;
  /** Goes on behind them. */
  readonly splitter: RowSplitter;
}

/**
 * @param text - The first part of the table.
 * @param isWhole - Whether there is no more.
 * @throws {FormatError} If it is no text, or quotes are in the wrong places.
 * @throws {OptionError} If the options name columns that are not there.
 * @throws {DataError} If it holds no rows, or no column of numbers.
 */
export function startTable(text: string, isWhole: boolean, options: ColumnOptions): TableStart {
  if (text.includes('\0')) {
    throw new FormatError(
      'it holds bytes that are no text, expected a table as text, in UTF-8 or in UTF-16 with a byte order mark.',
    );
  }
  const top = readTop(text);
  const body = text.slice(top.end);
  const delimiter = top.delimiter ?? findDelimiter(body, isWhole);
  const splitter = new RowSplitter(delimiter, top.lines + 1);
  const pieces = [splitter.add(body), ...(isWhole ? [splitter.end()] : [])];
  const piece = pieces.reduce(bothPieces);
  const full = piece.rows.filter((row) => !isEmptyRow(row));
  if (full.length === 0) throw new DataError('the table is empty, expected rows of numbers.');
  const width = full[0].length;
  if (width > MAX_COLUMNS) {
    throw new FormatError(`the table has ${width} columns, expected at most ${MAX_COLUMNS}.`);
  }
  const decimal = decimalOf(full, delimiter);
  const isNamed = isHeader(full, decimal);
  const comment = isNamed ? undefined : headerInComments(top.comments, delimiter, width);
  const data = isNamed ? full.slice(1) : full;
  if (data.length === 0) {
    throw new DataError('the table has a header and no rows below it, expected rows of numbers.');
  }
  const even = data.filter(({ length }) => length === width); // the others are refused when their turn comes
  const choice = chooseColumns(isNamed ? full[0] : comment, even, decimal, options);
  const header = isNamed ? 'first row' : comment ? 'comment' : undefined;
  const comments = top.comments.length - (comment ? 1 : 0);
  const first = isNamed ? piece.rows.indexOf(full[0]) + 1 : 0;
  const isCounted = isNamed && hasNumbersAsNames(full[0], data, decimal);
  const rows = { rows: piece.rows.slice(first), lineOf: (i: number) => piece.lineOf(first + i) };
  const layout: TableLayout = {
    delimiter,
    decimal,
    width,
    header,
    hasNumbersAsNames: isCounted,
    comments,
    choice,
  };
  return { layout, rows, splitter };
}

function bothPieces(a: RowsPiece, b: RowsPiece): RowsPiece {
  const count = a.rows.length;
  const lineOf = (i: number) => (i < count ? a.lineOf(i) : b.lineOf(i - count));
  return { rows: [...a.rows, ...b.rows] as readonly Row[], lineOf };
}
