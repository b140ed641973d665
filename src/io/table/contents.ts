/** What the cells of a column hold: numbers, words, both, or the numbers of the rows. */

import { areWhole, type DecimalSign, isAmount, isMissing, isWord, numberIn } from './cells.ts';

/** What the cells of a column are that are not missing. */
export interface Contents {
  /** How many there are. */
  readonly count: number;
  /** How many of them are no numbers. */
  readonly words: number;
  /** The first of these. */
  readonly word: string | undefined;
  /** Whether all that are no numbers are amounts of money or percentages: $1,234.50, 5%. */
  readonly areAmounts: boolean;
  /** Whether they are whole numbers with points between thousands, in a table with decimal commas. */
  readonly areWhole: boolean;
}

export function contentsOf(column: readonly string[], decimal: DecimalSign): Contents {
  const cells = column.filter((cell) => !isMissing(cell));
  const isWhole = areWhole(cells, decimal);
  const words = cells.filter((cell) => isWord(cell, decimal, isWhole));
  return {
    count: cells.length,
    words: words.length,
    word: words[0],
    areAmounts: words.length > 0 && words.every((word) => isAmount(word, decimal)),
    areWhole: isWhole,
  };
}

/** So many words may be slips of the pen in a column of numbers, which are refused with their line. */
const MOST_SLIPS = 2;
/** And such a part of all cells, in long columns. */
const PART_OF_SLIPS = 0.05;

/** Or is meant to: what holds more words is a column of tickets, numbers of houses and the like, of which some are numbers. */
export function holdsNumbers({ count, words }: Contents): boolean {
  return count > 0 && words <= Math.max(Math.min(MOST_SLIPS, count / 2), PART_OF_SLIPS * count);
}

/** Fewer cells may be in order by chance. */
const FEWEST_TO_COUNT = 10;

/** Whether each cell is one more than that above it, as the numbers of customers or measurements are. */
export function countsRows(cells: readonly string[]): boolean {
  const first = Number(cells[0]);
  return cells.length >= FEWEST_TO_COUNT && cells.every((cell, i) => cell.trim() === String(first + i));
}

/** Whether the number of each row is larger than that above it, as times and the readings of meters are. */
export function rises(cells: readonly string[], decimal: DecimalSign): boolean {
  if (cells.length < FEWEST_TO_COUNT) return false;
  let last = Number.NEGATIVE_INFINITY;
  return cells.every((cell) => {
    const value = numberIn(cell, decimal);
    const isLarger = value > last;
    last = value;
    return isLarger;
  });
}

/**
 * Whether the cells are whole numbers, each of them once: in the order of the rows, or as rows were drawn or shuffled. Or
 * they count ten rows or more and then begin again with 0, where tables were joined.
 */
export function numbersRows(column: readonly string[]): boolean {
  const cells = column.map((cell) => cell.trim());
  if (!cells.every((cell) => /^\d+$/.test(cell))) return false;
  if (new Set(cells).size === cells.length) return true;
  const isNext = (cell: string, i: number) => cell === '0' || Number(cell) === Number(cells[i - 1]) + 1;
  return countsRows(cells.slice(0, FEWEST_TO_COUNT)) && cells.every(isNext);
}
