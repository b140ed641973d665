/** Whether the first row of a table holds the names of its columns. */

import { type DecimalSign, isMissing, isWord, numberIn } from './cells.ts';
import type { Row } from './rows.ts';

/** Whether the first row is a header: its words say so, or its numbers. */
export function isHeader([first, ...rows]: readonly Row[], decimal: DecimalSign): boolean {
  if (first === undefined) return false;
  return hasWordsAsNames(first, rows, decimal) || hasNumbersAsNames(first, rows, decimal);
}

/** Whether one is above a column whose first value is a number, or no cell of the first row is a number and one is a word. */
function hasWordsAsNames(first: Row, rows: readonly Row[], decimal: DecimalSign): boolean {
  if (!first.some((cell) => isWord(cell, decimal))) return false;
  if (!first.some((cell) => !Number.isNaN(numberIn(cell, decimal)))) return true;
  const isAboveNumber = (j: number) => {
    const below = rows.find((row) => row.length > j && !isMissing(row[j]));
    return below !== undefined && !isWord(below[j], decimal);
  };
  return first.some((cell, j) => isWord(cell, decimal) && isAboveNumber(j));
}

/**
 * Whether the numbers in the first row are names of columns. pandas writes 0, 1, 2 … above an array, with an empty cell above
 * the numbers of its rows; tables by year have a column for each; and above a column of words a number is no value.
 */
export function hasNumbersAsNames(first: Row, below: readonly Row[], decimal: DecimalSign): boolean {
  if (hasWordsAsNames(first, below, decimal)) return false;
  const rows = below.filter(({ length }) => length === first.length);
  const positions = first.flatMap((cell, j) => (Number.isNaN(numberIn(cell, decimal)) ? [] : [j]));
  const isValue = (cell: string, j: number) => isWord(cell, decimal) && rows.some((row) => row[j] === cell);
  if (rows.length === 0 || positions.length === 0 || first.some(isValue)) return false;
  if (positions.some((j) => isColumnOfWords(rows, j, decimal))) return true;
  const [names, next] = [first, rows[0]].map((row) => positions.map((j) => integerIn(row[j])));
  const [start, second] = names;
  const isAscending = (values: readonly number[]) =>
    values.every((value, i) => i === 0 || value > values[i - 1]);
  if (!isAscending(names)) return false;
  const isCount = names[names.length - 1] - start === names.length - 1;
  const others = first.length - names.length;
  if (others === 1 && first[0].trim() === '' && isCount && start === 0) {
    return rows.every(([cell]) => cell.trim() !== '');
  }
  if (second === undefined || isAscending(next)) return false;
  const areYears = names.every((name) => name >= FIRST_YEAR && name <= LAST_YEAR);
  return others === 0
    ? isCount && start === 0 && names.length >= FEWEST_COUNTED
    : areYears || (isCount && names.length >= FEWEST_COUNTED);
}

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
