/** What is said of the columns of a table: which are left out and why, and which are features that may be none. */

import { inWords, visible } from '../../tensor/words.ts';
import type { DecimalSign } from './cells.ts';
import { type Contents, countsRows, numbersRows, rises } from './contents.ts';
import type { Row } from './rows.ts';

/** Names in a message; of the others it says how many there are. */
const MOST_NAMES = 10;
/** Characters of a name in a list. */
const LONGEST_NAME = 60;

export const cellsOf = (rows: readonly Row[], j: number) => rows.map((row) => row[j]);

/** What pandas and readr make of an empty cell above the numbers of rows, when they read such a table and write it again. */
const NAMELESS = /^(unnamed: 0|\.\.\.1)?$/i;

/** As many write the names of rows that a table has in R. */
const ROW_NAMES = /^row[._ ]?names?$/i;

/** What is said of a first column that is no feature, as it numbers or names the rows; undefined if it doesn't. */
export function noteOnIndex(
  header: Row | undefined,
  { kind }: Contents,
  cells: readonly string[],
): string | undefined {
  const name = header?.[0].trim();
  if (name === undefined || kind !== 'numbers') return undefined;
  if (ROW_NAMES.test(name)) return `column ${inWords(name)} was left out: it names the rows`;
  const isIndex = NAMELESS.test(name) && numbersRows(cells);
  return isIndex ? 'the first column was left out: it has no name and numbers the rows' : undefined;
}

/** @param grouped - The columns with such numbers. */
export function notesOnThousands(
  names: readonly string[],
  grouped: readonly number[],
  decimal: DecimalSign,
): string[] {
  if (grouped.length === 0) return [];
  const listed = someOf(grouped.map((j) => inWords(names[j])));
  const sign = decimal === '.' ? 'commas' : 'points';
  return [`${sign} between thousands in ${grouped.length === 1 ? 'column' : 'columns'} ${listed}`];
}

/** On features that may be none: ids, times. */
export function notesOnCounters(
  names: readonly string[],
  features: readonly number[],
  { rows, decimal }: { readonly rows: readonly Row[]; readonly decimal: DecimalSign },
): string[] {
  const counters = features.filter((j) => countsRows(cellsOf(rows, j)));
  const rising = features.filter((j) => !counters.includes(j) && rises(cellsOf(rows, j), decimal));
  const noteOn = (columns: readonly number[], one: string, several: string) => {
    if (columns.length === 0) return [];
    const listed = someOf(columns.map((j) => inWords(names[j])));
    return [
      columns.length === 1
        ? `column ${listed} ${one}, and is a feature as others are`
        : `columns ${listed} ${several}, and are features as others are`,
    ];
  };
  return [
    ...noteOn(counters, 'counts the rows', 'count the rows'),
    ...noteOn(rising, 'rises from row to row', 'rise from row to row'),
  ];
}

/** The note on columns that are left out, if there are any: "column 'a' was left out: all cells are missing". */
export function leftOut(names: readonly string[], columns: readonly number[], why: string): string[] {
  if (columns.length === 0) return [];
  const [noun, were] = columns.length === 1 ? ['column', 'was'] : ['columns', 'were'];
  return [`${noun} ${someOf(columns.map((j) => `'${names[j]}'`))} ${were} left out: ${why}`];
}

/** The first of a list, the beginning of long ones, and how many more there are. */
export function someOf(names: readonly string[]): string {
  const shown = names
    .slice(0, MOST_NAMES)
    .map((name) => visible(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name))
    .join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}
