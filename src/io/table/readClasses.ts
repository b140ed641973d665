/** A file of classes as a table of text: one column with the class of each sample, alone or beside others. */

import { DataError } from '../../data/samples.ts';
import { inWords, plural } from '../../tensor/words.ts';
import { FormatError, OptionError } from '../errors.ts';
import { isMissingClass } from './cells.ts';
import { ClassColumn, isClassName } from './classColumn.ts';
import { someOf } from './columnNotes.ts';
import { type ColumnNames, columnNames, positionOf } from './columns.ts';
import type { TableClasses } from './facts.ts';
import { headerIn } from './header.ts';
import { decimalOf, splitRows } from './layout.ts';
import { isEmptyRow } from './rows.ts';
import { TextPieces } from './textPieces.ts';

export interface ReadClassesOptions {
  /** The name of the column, or without a header its number from 1. @default the only one, or one named label, class, species or target */
  readonly labelColumn?: string | undefined;
  /** How many samples there are: it tells whether the first row is a header. */
  readonly count: number;
}

/**
 * @param bytes - The whole file.
 * @throws {FormatError} If it is no table, a class is missing, or rows have different numbers of cells: with the line.
 * @throws {OptionError} If an option decides which column it is, or names one that is not there.
 * @throws {DataError} If it is empty, two columns have the name that was asked for, or there are too many different words for classes.
 */
export function readClasses(bytes: Uint8Array, { labelColumn, count }: ReadClassesOptions): TableClasses {
  const text = new TextPieces();
  const { piece, delimiter } = splitRows(text.add(bytes) + text.end(), true);
  const rows = piece.rows.filter((row) => !isEmptyRow(row));
  if (rows.length === 0) throw new DataError('the table is empty, expected the class of each sample.');
  const decimal = decimalOf(rows, delimiter);
  const first = rows.length === count + 1 ? rows[0] : undefined; // whatever it holds
  const header = rows.length === count ? undefined : (headerIn(rows, decimal) ?? first);
  const width = (header ?? rows[0]).length;
  const table = columnNames(header, width);
  const column = classColumnOf(table, header !== undefined, labelColumn);
  const name = table.names[column];
  const classes = new ClassColumn(name, decimal);
  for (const [i, row] of piece.rows.entries()) {
    if (isEmptyRow(row) || (header && row === rows[0])) continue;
    const line = piece.lineOf(i);
    if (row.length !== width) {
      throw new FormatError(`line ${line} has ${plural(row.length, 'cell')}, expected ${width}.`);
    }
    if (isMissingClass(row[column])) {
      throw new FormatError(`line ${line}: got ${inWords(row[column])}, expected a class.`);
    }
    classes.add(row[column], line);
    if (classes.isFull) break;
  }
  const found = classes.end();
  if (!found) throw new DataError(`column ${inWords(name)} holds too many different words for classes.`);
  return { ...found, source: width === 1 ? 'its only column' : `column ${name}` };
}

function classColumnOf(table: ColumnNames, hasHeader: boolean, asked: string | undefined): number {
  if (asked !== undefined) return positionOf(table, asked, 'labelColumn');
  const { given, names } = table;
  if (names.length === 1) return 0;
  const named = hasHeader ? given.findIndex(isClassName) : -1;
  if (named >= 0) return named;
  throw new OptionError(
    (option) =>
      `the table has ${names.length} columns (${someOf(names)}), expected one: ${option('labelColumn', names[names.length - 1])} names the one with the classes.`,
  );
}
