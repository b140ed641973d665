/** How a table is written, found out from its first part: what stands between cells, and the decimal sign. */

import { type DecimalSign, numberIn } from './cells.ts';
import { RowSplitter } from './rows.ts';

/** In the order of preference: `17,66;20,50` is two cells. A blank is what np.savetxt writes. */
const DELIMITERS = ['\t', ';', '|', ',', ' '] as const;

export type Delimiter = string;

/** A delimiter is tried on so many characters. */
const TRIED = 2 ** 16;

export type Row = readonly string[];

/**
 * What stands between cells: the first of tab, semicolon, bar, comma and blank that divides all rows into the same number of
 * cells, two or more, of which one is a number; a table of one column has a comma.
 *
 * @param text - From the first row on, at most a part of the table.
 * @param isWhole - Whether it ends with the table.
 * @throws {FormatError} If no delimiter goes with the quotes.
 */
export function findDelimiter(text: string, isWhole: boolean): Delimiter {
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
  readonly delimiter: Delimiter;
  readonly rows: readonly Row[];
  /** The number of cells that most rows have. */
  readonly width: number;
  /** The part of the rows that have it. */
  readonly same: number;
}

/** Undefined if quotes are in wrong places then. */
function tryDelimiter(delimiter: Delimiter, head: string, isWhole: boolean): Try | undefined {
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
export function rowsOf(text: string, delimiter: Delimiter, isWhole: boolean): readonly Row[] {
  const splitter = new RowSplitter(delimiter);
  const rows = splitter.add(text).rows;
  return (isWhole ? [...rows, ...splitter.end().rows] : rows).filter((row) => !isEmptyRow(row));
}

/** A row in which all cells are empty, such as an empty line. */
export function isEmptyRow(row: Row): boolean {
  return row.every((cell) => cell === '' || cell.trim() === '');
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

/** A comma, if it isn't the delimiter and some cells have one where none has a point. */
export function decimalOf(rows: readonly Row[], delimiter: Delimiter): DecimalSign {
  if (delimiter === ',') return '.';
  return rows.some((row) => row.some(isComma)) && !rows.some((row) => row.some(isPoint)) ? ',' : '.';
}
