/** A file of classes as a table of text: one column with the class of each sample, alone or beside others. */

import { DataError } from '../../data/samples.ts';
import { inWords, nearestName, plural } from '../../tensor/words.ts';
import { FormatError, OptionError } from '../errors.ts';
import { isMissingClass } from './cells.ts';
import { ClassColumn, isClassName } from './classColumn.ts';
import { someOf } from './columns.ts';
import type { TableClasses } from './facts.ts';
import { headerIn } from './header.ts';
import { decimalOf, findDelimiter, readTop } from './layout.ts';
import { isEmptyRow, type Row, RowSplitter } from './rows.ts';
import { TextPieces } from './textPieces.ts';

export interface ReadClassesOptions {
  /** The name of the column, or without a header its number from 1. @default the only one, or one named label or class */
  readonly labelColumn?: string | undefined;
  /** How many samples there are: it tells whether the first row is a header. */
  readonly count: number;
}

interface LineOfCells {
  readonly cells: Row;
  /** From 1. */
  readonly line: number;
}

/**
 * @param bytes - The whole file.
 * @throws {FormatError} If it is no table, a class is missing, or rows have different numbers of cells: with the line.
 * @throws {OptionError} If an option decides which column it is, or names one that is not there.
 * @throws {DataError} If it is empty, or there are too many different words for classes.
 */
export function readClasses(bytes: Uint8Array, { labelColumn, count }: ReadClassesOptions): TableClasses {
  const { rows, delimiter } = rowsOf(bytes);
  if (rows.length === 0) throw new DataError('the table is empty, expected the class of each sample.');
  const cells = rows.map((row) => row.cells);
  const decimal = decimalOf(cells, delimiter);
  const hasHeader =
    rows.length === count + 1 || (rows.length !== count && headerIn(cells, decimal) !== undefined);
  const header = hasHeader ? cells[0].map((name) => name.trim()) : undefined;
  const width = cells[0].length;
  const names = header ?? Array.from({ length: width }, (_, j) => String(j + 1));
  const column = columnOf(names, header, labelColumn);
  const classes = new ClassColumn(names[column], decimal);
  for (const { cells, line } of hasHeader ? rows.slice(1) : rows) {
    if (cells.length !== width) {
      throw new FormatError(`line ${line} has ${plural(cells.length, 'cell')}, expected ${width}.`);
    }
    if (isMissingClass(cells[column])) {
      throw new FormatError(`line ${line}: got ${inWords(cells[column])}, expected a class.`);
    }
    classes.add(cells[column], line);
    if (classes.isFull) break;
  }
  const found = classes.end();
  if (!found)
    throw new DataError(`column ${inWords(names[column])} holds too many different words for classes.`);
  return { ...found, source: width === 1 ? 'its only column' : `column ${names[column]}` };
}

function rowsOf(bytes: Uint8Array): { readonly rows: readonly LineOfCells[]; readonly delimiter: string } {
  const pieces = new TextPieces();
  const text = pieces.add(bytes) + pieces.end();
  const top = readTop(text);
  const body = text.slice(top.end);
  const delimiter = top.delimiter ?? findDelimiter(body, true);
  const splitter = new RowSplitter(delimiter, top.lines + 1);
  const rows = [splitter.add(body), splitter.end()].flatMap(({ rows, lineOf }) =>
    rows.map((cells, i) => ({ cells, line: lineOf(i) })),
  );
  return { rows: rows.filter(({ cells }) => !isEmptyRow(cells)), delimiter };
}

function columnOf(
  names: readonly string[],
  header: readonly string[] | undefined,
  asked: string | undefined,
): number {
  if (asked !== undefined) {
    const position = names.indexOf(asked);
    if (position >= 0) return position;
    const near = nearestName(asked, names);
    throw new OptionError(
      (option) =>
        `${option('labelColumn')}: there is no column '${asked}'${near === undefined ? '' : ` (did you mean '${near}'?)`}, expected one of: ${someOf(names)}.`,
    );
  }
  if (names.length === 1) return 0;
  const named = header?.findIndex(isClassName) ?? -1;
  if (named >= 0) return named;
  throw new OptionError(
    (option) =>
      `the table has ${names.length} columns (${someOf(names)}), expected one: ${option('labelColumn', names[names.length - 1])} names the one with the classes.`,
  );
}
