/** Whether the first row of a table holds the names of its columns. */

import { type DecimalSign, isMissing, isWord, numberIn } from './cells.ts';
import { someOf } from './columnNotes.ts';
import type { Row } from './rows.ts';

/**
 * The first row, if it is a header: one of its cells is a word above a column whose first value is a number, or none is a
 * number and one is a word, or its numbers are names. It has as many cells as the rows below.
 */
export function headerIn([first, ...rows]: readonly Row[], decimal: DecimalSign): Row | undefined {
  if (first === undefined) return undefined;
  const whole = withCellsOf(rows, first);
  const words = whole.flatMap((cell, j) => (isWord(cell, decimal) ? j : []));
  const numbers = whole.flatMap((cell, j) => (Number.isNaN(numberIn(cell, decimal)) ? [] : j));
  if (words.length > 0 && numbers.length === 0) return whole;
  if (whole !== first) return undefined;
  const below = first.map((_, j) => rows.find((row) => row.length > j && !isMissing(row[j]))?.[j]);
  const isAboveNumber = (j: number) => below[j] !== undefined && !isWord(below[j], decimal);
  return words.some(isAboveNumber) || hasNumbersAsNames(first, rows, decimal) ? first : undefined;
}

/** A header may lack one cell: R has no name for those of rows; other programs set a delimiter behind all rows but the first. */
function withCellsOf(rows: readonly Row[], first: Row): Row {
  const isShort = rows.length > 0 && rows.every((row) => row.length === first.length + 1);
  if (!isShort) return first;
  return rows.every((row) => row[first.length].trim() === '') ? [...first, ''] : ['', ...first];
}

/**
 * What people should know of a header, if it isn't plain that it is one.
 *
 * @param row - The header as it stands in the table.
 */
export function notesOnHeader(header: Row, row: Row, decimal: DecimalSign): string[] {
  const numbers = row.filter((cell) => !Number.isNaN(numberIn(cell, decimal)));
  const nameless = header[0] === '' ? 'first' : 'last';
  return [
    ...(numbers.length > 0 ? [`the first row was taken for the header (${someOf(numbers)})`] : []),
    ...(header === row
      ? []
      : [`the header has one cell less than the rows: the ${nameless} column has no name`]),
  ];
}

/** Whether the numbers in the first row are names of columns. If the next row goes on as they do, they are values. */
function hasNumbersAsNames(first: Row, below: readonly Row[], decimal: DecimalSign): boolean {
  const rows = below.filter(({ length }) => length === first.length);
  const positions = first.flatMap((cell, j) => (Number.isNaN(numberIn(cell, decimal)) ? [] : [j]));
  const isValue = (cell: string, j: number) => isWord(cell, decimal) && rows.some((row) => row[j] === cell);
  if (rows.length === 0 || positions.length === 0 || first.some(isValue)) return false;
  // Above a column of words a number is no value.
  if (positions.some((j) => isColumnOfWords(rows, j, decimal))) return true;
  const [names, next] = [first, rows[0]].map((row) => positions.map((j) => integerIn(row[j])));
  const others = first.length - names.length;
  const isLong = names.length >= FEWEST_COUNTED;
  const isFromZero = isCount(names) && names[0] === 0;
  const hasDecimals = (row: Row) => positions.some((j) => /\d[.,]\d/.test(row[j]));
  // pandas writes 0, 1, 2 … above an array,
  if (others === 0) return isFromZero && !isAscending(next) && (isLong || rows.some(hasDecimals));
  // and an empty cell before them, above the numbers of its rows.
  if (others === 1 && first[0].trim() === '' && isFromZero) return rows.every(([cell]) => cell.trim() !== '');
  // Beside words there may be a column for each year, above other numbers, or columns that are counted.
  const areUnlikeYears = names.length > 1 ? !areYears(next) : rows.every(hasDecimals);
  return (areYears(names) && areUnlikeYears) || (isLong && isCount(names) && !isCount(next));
}

const isAscending = (values: readonly number[]) =>
  values.every((value, i) => i === 0 || value > values[i - 1]);
const isCount = (values: readonly number[]) => values.every((value, i) => value === values[0] + i);
const areYears = (values: readonly number[]) =>
  isAscending(values) && values.every((value) => value >= FIRST_YEAR && value <= LAST_YEAR);

const FIRST_YEAR = 1700;
const LAST_YEAR = 2200;
/** Two numbers that follow each other may be values. */
const FEWEST_COUNTED = 3;

function isColumnOfWords(rows: readonly Row[], j: number, decimal: DecimalSign): boolean {
  const cells = rows.map((row) => row[j]).filter((cell) => !isMissing(cell));
  return cells.length > 1 && cells.every((cell) => isWord(cell, decimal));
}

/** NaN if it is none. */
const integerIn = (cell: string) => (/^\s*\d{1,9}\s*$/.test(cell) ? Number(cell) : Number.NaN);
