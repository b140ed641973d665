/** What stands above the rows of a table: a header, comments, empty lines. */

import { type DecimalSign, isMissing, isWord, numberIn } from './cells.ts';
import { type Delimiter, type Row, rowsOf } from './dialect.ts';

export interface Top {
  /** Where the rows begin in the text. */
  readonly end: number;
  /** How many lines stand above them. */
  readonly lines: number;
  /** The comments among them, without #. */
  readonly comments: readonly string[];
  /** What a first line `sep=;` says, which Excel understands. */
  readonly delimiter: Delimiter | undefined;
}

/** Reads empty lines, comments and `sep=;` at the beginning of a text. */
export function readTop(text: string): Top {
  const comments: string[] = [];
  let delimiter: Delimiter | undefined;
  let end = 0;
  let lines = 0;
  for (;;) {
    const next = text.indexOf('\n', end);
    const line = text.slice(end, next < 0 ? text.length : next).trim();
    const said = lines === 0 ? /^"?sep=([^\s\w"])"?$/i.exec(line) : null;
    if (said) delimiter = said[1];
    else if (line.startsWith('#')) comments.push(line.replace(/^#+\s*/, ''));
    else if (line !== '') break;
    if (next < 0) break;
    end = next + 1;
    lines++;
  }
  return { end, lines, comments, delimiter };
}

/**
 * Whether the first row is a header: one of its cells is a word above a column whose first value is a number, or none is a
 * number and one is a word.
 */
export function isHeader([first, ...rows]: readonly Row[], decimal: DecimalSign): boolean {
  if (first === undefined || !first.some((cell) => isWord(cell, decimal))) return false;
  if (!first.some((cell) => !Number.isNaN(numberIn(cell, decimal)))) return true;
  const isAboveNumber = (j: number) => {
    const below = rows.find((row) => row.length > j && !isMissing(row[j]));
    return below !== undefined && !isWord(below[j], decimal);
  };
  return first.some((cell, j) => isWord(cell, decimal) && isAboveNumber(j));
}

/** The last comment that has as many cells as a row, words and no numbers: np.savetxt writes such a header. */
export function headerInComments(
  comments: readonly string[],
  delimiter: Delimiter,
  width: number,
): Row | undefined {
  for (const comment of comments.toReversed()) {
    const cells = firstRowOf(comment, delimiter);
    const hasNumber = cells?.some((cell) => !Number.isNaN(numberIn(cell, '.')));
    if (cells?.length === width && !hasNumber && cells.some((cell) => isWord(cell, '.'))) return cells;
  }
  return undefined;
}

function firstRowOf(line: string, delimiter: Delimiter): Row | undefined {
  try {
    return rowsOf(line, delimiter, true)[0];
  } catch {
    return undefined; // a comment may hold any quotes
  }
}
