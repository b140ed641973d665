/**
 * What the first part of a table says about all of it: what stands between cells, the decimal sign, what stands above the
 * rows, and which columns are taken. Read cells.ts and columns.ts first.
 */

import { DataError } from '../../data/samples.ts';
import { plural } from '../../tensor/words.ts';
import { FormatError } from '../errors.ts';
import { type DecimalSign, isGrouped, isWord, numberIn } from './cells.ts';
import { type ColumnChoice, chooseColumns, type TableOptions } from './columns.ts';
import { headerIn, notesOnHeader } from './header.ts';
import { isEmptyRow, type Row, RowSplitter, type RowsPiece } from './rows.ts';

const MAX_COLUMNS = 1_000_000;

export interface TableLayout {
  readonly delimiter: string;
  readonly decimal: DecimalSign;
  /** The number of cells in each row. */
  readonly width: number;
  /** Where the header stands; undefined if there is none. */
  readonly header: 'first row' | 'comment' | undefined;
  /** What people should know of the header, if it isn't plain that it is one. */
  readonly headerNotes: readonly string[];
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
export function startTable(text: string, isWhole: boolean, options: TableOptions): TableStart {
  const { top, delimiter, splitter, piece } = splitRows(text, isWhole);
  const full = piece.rows.filter((row) => !isEmptyRow(row));
  if (full.length === 0) throw new DataError('the table is empty, expected rows of numbers.');
  const decimal = decimalOf(full, delimiter);
  const firstRow = headerIn(full, decimal);
  const width = (firstRow ?? full[0]).length;
  if (width > MAX_COLUMNS) {
    throw new FormatError(`the table has ${width} columns, expected at most ${MAX_COLUMNS}.`);
  }
  const comment = firstRow ? undefined : headerInComments(top.comments, delimiter, width);
  const data = firstRow ? full.slice(1) : full;
  if (data.length === 0) {
    throw new DataError('the table has a header and no rows below it, expected rows of numbers.');
  }
  const even = data.filter(({ length }) => length === width); // the others are refused when their turn comes
  if (2 * even.length < data.length) throw shortFirstRow(piece, full);
  const choice = chooseColumns(firstRow ?? comment, even, decimal, options);
  const header = firstRow ? 'first row' : comment ? 'comment' : undefined;
  const comments = top.comments.length - (comment ? 1 : 0);
  const first = firstRow ? piece.rows.indexOf(full[0]) + 1 : 0;
  const rows = { rows: piece.rows.slice(first), lineOf: (i: number) => piece.lineOf(first + i) };
  const headerNotes = firstRow ? notesOnHeader(firstRow, full[0], decimal) : [];
  const layout: TableLayout = { delimiter, decimal, width, header, headerNotes, comments, choice };
  return { layout, rows, splitter };
}

export interface SplitRows {
  readonly top: Top;
  readonly delimiter: string;
  /** The whole rows of the text. */
  readonly piece: RowsPiece;
  /** Goes on behind them. */
  readonly splitter: RowSplitter;
}

/**
 * Divides a table, or its first part, into rows of cells.
 *
 * @param isWhole - Whether the text ends with the table.
 * @throws {FormatError} If it is no text, or quotes are in the wrong places.
 */
export function splitRows(text: string, isWhole: boolean): SplitRows {
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
  return { top, delimiter, splitter, piece: pieces.reduce(bothPieces) };
}

/** For tables in which most rows have another number of cells than the first one. */
function shortFirstRow({ rows, lineOf }: RowsPiece, [first, ...below]: readonly Row[]): FormatError {
  const other = below.find(({ length }) => length !== first.length) as Row;
  const [above, line] = [first, other].map((row) => lineOf(rows.indexOf(row)));
  return new FormatError(
    `line ${line} has ${plural(other.length, 'cell')}, but the first row, line ${above}, has ${first.length}, expected as many in all rows: put # before lines above the header that say what the table is, or delete them.`,
  );
}

function bothPieces(a: RowsPiece, b: RowsPiece): RowsPiece {
  const count = a.rows.length;
  const lineOf = (i: number) => (i < count ? a.lineOf(i) : b.lineOf(i - count));
  return { rows: [...a.rows, ...b.rows] as readonly Row[], lineOf };
}

export interface Top {
  /** Where the rows begin in the text. */
  readonly end: number;
  /** How many lines stand above them. */
  readonly lines: number;
  /** The comments among them, without #. */
  readonly comments: readonly string[];
  /** What a first line `sep=;` says, which Excel understands. */
  readonly delimiter: string | undefined;
}

/** Reads empty lines, comments and `sep=;` at the beginning of a text. */
export function readTop(text: string): Top {
  const comments: string[] = [];
  let delimiter: string | undefined;
  let end = 0;
  let lines = 0;
  for (;;) {
    const next = text.indexOf('\n', end);
    const whole = text.slice(end, next < 0 ? text.length : next);
    const line = whole.trim();
    const said = lines === 0 ? /^"?sep=([^\w"])"?$/i.exec(whole) : null;
    if (said) delimiter = said[1];
    else if (line.startsWith('#')) comments.push(line.replace(/^#+\s*/, ''));
    else if (line !== '') break;
    if (next < 0) break;
    end = next + 1;
    lines++;
  }
  return { end, lines, comments, delimiter };
}

/** The last comment that has as many cells as a row, words and no numbers: np.savetxt writes such a header. */
export function headerInComments(
  comments: readonly string[],
  delimiter: string,
  width: number,
): Row | undefined {
  for (const comment of comments.toReversed()) {
    const cells = firstRowOf(comment, delimiter);
    const hasNumber = cells?.some((cell) => !Number.isNaN(numberIn(cell, '.')));
    if (cells?.length === width && !hasNumber && cells.some((cell) => isWord(cell, '.'))) return cells;
  }
  return undefined;
}

function firstRowOf(line: string, delimiter: string): Row | undefined {
  try {
    return rowsOf(line, delimiter, true)[0];
  } catch {
    return undefined; // a comment may hold any quotes
  }
}

/** In the order of preference: `17,66;20,50` is two cells. A blank is what np.savetxt writes. */
const DELIMITERS = ['\t', ';', '|', ',', ' '] as const;

/** A delimiter is tried on so many characters. */
const TRIED = 2 ** 16;

/**
 * What stands between cells: the first of tab, semicolon, bar, comma and blank that divides all rows into the same number of
 * cells, two or more, of which one is a number; a table of one column has a comma.
 *
 * @param text - From the first row on, at most a part of the table.
 * @param isWhole - Whether it ends with the table.
 * @throws {FormatError} If no delimiter goes with the quotes.
 */
export function findDelimiter(text: string, isWhole: boolean): string {
  const head = headOf(text);
  const tries = DELIMITERS.flatMap(
    (delimiter) => tryDelimiter(delimiter, head, isWhole && head === text) ?? [],
  );
  const even = tries.filter(({ width, same }) => width >= 2 && same === 1);
  const found = even.find(({ rows, delimiter }) => hasNumbers(rows, decimalOf(rows, delimiter))) ?? even[0];
  if (found) return found.delimiter;
  if (tries.length === 0) rowsOf(head, ',', isWhole && head === text); // throws what is wrong
  if (isColumnOfDecimals(tries.find(({ delimiter }) => delimiter === ',')?.rows ?? [])) return ';';
  // Some rows are broken: the delimiter is the one for which fewest are.
  const broken = tries.filter(({ width }) => width >= 2).sort((a, b) => b.same - a.same);
  return broken[0]?.delimiter ?? ',';
}

/** Whole lines, at least two. */
function headOf(text: string): string {
  if (text.length <= TRIED) return text;
  const second = text.indexOf('\n', text.indexOf('\n') + 1);
  const end = Math.max(text.lastIndexOf('\n', TRIED), second);
  return end < 0 ? text : text.slice(0, end + 1);
}

interface Try {
  readonly delimiter: string;
  readonly rows: readonly Row[];
  /** The number of cells that most rows have. */
  readonly width: number;
  /** The part of the rows that have it. */
  readonly same: number;
}

/** Undefined if quotes are in wrong places then. */
function tryDelimiter(delimiter: string, head: string, isWhole: boolean): Try | undefined {
  let rows: readonly Row[];
  try {
    rows = rowsOf(head, delimiter, isWhole);
  } catch {
    return undefined;
  }
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [width, most] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0, 0];
  return { delimiter, rows, width, same: rows.length === 0 ? 0 : most / rows.length };
}

/** The rows of a text, without empty ones. */
function rowsOf(text: string, delimiter: string, isWhole: boolean): readonly Row[] {
  const splitter = new RowSplitter(delimiter);
  const rows = splitter.add(text).rows;
  return (isWhole ? [...rows, ...splitter.end().rows] : rows).filter((row) => !isEmptyRow(row));
}

function hasNumbers(rows: readonly Row[], decimal: DecimalSign): boolean {
  return rows.slice(0, 2).some((row) => row.some((cell) => !Number.isNaN(numberIn(cell, decimal))));
}

/** A single column with decimal commas looks like two columns, but for its header. */
function isColumnOfDecimals([head, ...rows]: readonly Row[]): boolean {
  return (
    head?.length === 1 && rows.length > 0 && rows.every((row) => row.length === 2 && isComma(row.join(',')))
  );
}

const isComma = (cell: string) => /^\s*[-+]?\d+,\d+(e[-+]?\d+)?\s*$/i.test(cell);
const isPoint = (cell: string) => /^\s*[-+]?\d*\.\d+(e[-+]?\d+)?\s*$/i.test(cell);
/** One sign before three digits may also stand between thousands. */
const isSure = (cell: string) => !/^\s*[-+]?[1-9]\d{0,2}[,.]\d{3}\s*$/.test(cell);

/**
 * A comma, if it isn't the delimiter and stands in more cells than a point. Cells in which the sign may also be one between
 * thousands count only if there are no others.
 */
export function decimalOf(rows: readonly Row[], delimiter: string): DecimalSign {
  if (delimiter === ',') return '.';
  const commas = rows.flatMap((row) => row.filter(isComma));
  if (commas.length === 0) return '.';
  const points = rows.flatMap((row) => row.filter(isPoint));
  const [sureCommas, surePoints] = [commas, points].map((cells) => cells.filter(isSure).length);
  if (sureCommas > 0 || surePoints > 0) return sureCommas > surePoints ? ',' : '.';
  const hasThousands = rows.some((row) => row.some((cell) => isGrouped(cell, '.') && !isComma(cell)));
  return points.length > 0 || hasThousands ? '.' : ',';
}
