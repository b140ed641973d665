/** What the cells of a column hold: numbers, words, both, or the numbers of the rows. */

import { areWhole, type DecimalSign, isAmount, isMissing, isWord, numberIn } from './cells.ts';

export interface Contents {
  /**
   * Numbers may have a few words among them: slips of the pen, which are refused with their line. Amounts of money and
   * percentages, `$1,234.50` and `5%`, may have numbers among them.
   */
  readonly kind: 'empty' | 'numbers' | 'words' | 'amounts' | 'mixed';
  /** The first cell that is neither a number nor missing. */
  readonly word: string | undefined;
  /** Whether they are whole numbers with points between thousands, in a table with decimal commas. */
  readonly areWhole: boolean;
}

export function contentsOf(column: readonly string[], decimal: DecimalSign): Contents {
  const cells = column.filter((cell) => !isMissing(cell));
  const isWhole = areWhole(cells, decimal);
  const words = cells.filter((cell) => isWord(cell, decimal, isWhole));
  const kind = kindOf(cells.length, words.length);
  const areAmounts = kind !== 'numbers' && words.length > 0 && words.every((word) => isAmount(word, decimal));
  return { kind: areAmounts ? 'amounts' : kind, word: words[0], areWhole: isWhole };
}

/** So many words may be slips of the pen, but not more than half of the cells; */
const MOST_SLIPS = 2;
/** and such a part of all cells, in long columns. */
const PART_OF_SLIPS = 0.05;

/** What holds more words is a column of tickets, numbers of houses and the like, of which some are numbers. */
function kindOf(cells: number, words: number): Contents['kind'] {
  if (cells === 0) return 'empty';
  if (words === cells) return 'words';
  return words <= Math.max(Math.min(MOST_SLIPS, cells / 2), PART_OF_SLIPS * cells) ? 'numbers' : 'mixed';
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
