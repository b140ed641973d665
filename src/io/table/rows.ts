/**
 * The text of a table as rows of cells, piece by piece, with the line in which each begins. The only file that imports
 * papaparse, which splits rows into cells.
 *
 * What papaparse does badly is kept from it. It reads quotes that are not doubled inside a quoted cell in a time that
 * grows with the square of the row, and keeps an object for each; a quote that never closes makes it read the rest of the
 * file again with each piece; a line end that is divided between two pieces is no line end to it. So it gets whole rows
 * only, whose quotes are right, with \n behind each.
 */

import Papa from 'papaparse';
import { FormatError } from '../errors.ts';

/** Characters. A longer row is a quote that never closes, or no table. */
const MAX_ROW = 2 ** 24;

const QUOTE = '"';

/** The cells of a row. */
export type Row = readonly string[];

/** Whole rows. */
export interface RowsPiece {
  /** The cells of each row. An empty line is a row of one empty cell. */
  readonly rows: readonly Row[];
  /** The line of the file, from 1, in which row `i` of these begins. */
  readonly lineOf: (i: number) => number;
}

export class RowSplitter {
  readonly #delimiter: string;
  readonly #parser: Papa.Parser;
  /** The text after the last whole row. */
  #rest = '';
  /** The line in which it begins. */
  #line: number;
  /** How far quotes have been looked for in it. */
  #scanned = 0;
  #isQuoted = false;
  /** Where the last quote was opened. */
  #opened = 0;

  /** @param line - That of the first row. */
  constructor(delimiter: string, line = 1) {
    this.#delimiter = delimiter;
    this.#parser = new Papa.Parser({ delimiter, newline: '\n', quoteChar: QUOTE });
    this.#line = line;
  }

  /**
   * @param text - The next piece, of any length; lines end with \n.
   * @throws {FormatError} If a quote is in the wrong place, or a row is longer than 16 million characters.
   */
  add(text: string): RowsPiece {
    // The end of the last row in the new piece is found without reading the old ones again.
    const before = this.#rest.length;
    this.#rest += text;
    const hasQuotes = this.#isQuoted || this.#scanned < before || text.includes(QUOTE);
    const newline = text.lastIndexOf('\n');
    const end = hasQuotes ? this.#scanQuotes() : newline < 0 ? 0 : before + newline + 1;
    if (!hasQuotes) this.#scanned = this.#rest.length;
    return this.#take(end);
  }

  /** The last row, which has no line end. */
  end(): RowsPiece {
    const last = this.add(this.#rest === '' ? '' : '\n');
    if (this.#rest === '') return last;
    throw this.#refusal(this.#opened, 'a quote is opened and never closed');
  }

  /** The rows that end before this position, which become cells. */
  #take(end: number): RowsPiece {
    const whole = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end);
    this.#scanned -= end;
    this.#opened -= end;
    const first = this.#line;
    const text = this.#delimiter === ' ' ? withSingleBlanks(whole) : whole;
    const { data, errors, meta } = this.#parser.parse(text, 0, true);
    const rows = data as string[][];
    if (errors.length > 0 || meta.cursor !== text.length) {
      throw new FormatError(`line ${first} or one of those below can't be divided into cells by its quotes.`);
    }
    const lines = whole.includes(QUOTE) ? linesOf(rows, first) : undefined;
    this.#line = lines ? lines[rows.length] : first + rows.length;
    if (this.#rest.length > MAX_ROW) {
      throw this.#isQuoted
        ? this.#refusal(this.#opened, 'a quote is opened here and not closed in 16 million characters')
        : new FormatError(
            `line ${this.#line} begins a row of more than 16 million characters, expected rows of numbers.`,
          );
    }
    return { rows, lineOf: lines ? (i) => lines[i] : (i) => first + i };
  }

  /**
   * Goes on from quote to quote, and returns the end of the last whole row. As in RFC 4180, and for papaparse, a cell is
   * quoted if a quote is its first character; in other cells quotes are characters like others.
   */
  #scanQuotes(): number {
    const text = this.#rest;
    let end = 0;
    let at = this.#scanned;
    let newline = text.indexOf('\n', at); // -1 stays -1: nothing is searched twice
    for (;;) {
      const quote = text.indexOf(QUOTE, at);
      if (!this.#isQuoted) {
        const stop = quote < 0 ? text.length : quote;
        for (; newline >= 0 && newline < stop; newline = text.indexOf('\n', end)) end = newline + 1;
        at = quote < 0 ? text.length : quote + 1;
        if (quote < 0) break;
        if (quote === end || text[quote - 1] === this.#delimiter) {
          this.#isQuoted = true;
          this.#opened = quote;
        }
        continue;
      }
      const next = quote < 0 ? undefined : this.#afterQuote(quote);
      if (next === undefined) {
        at = quote < 0 ? text.length : quote;
        break;
      }
      at = next;
      if (newline >= 0 && newline < at) newline = text.indexOf('\n', at);
    }
    this.#scanned = at;
    return end;
  }

  /** Where to go on after a quote in a quoted cell; undefined if the next piece must come before that is known. */
  #afterQuote(quote: number): number | undefined {
    const text = this.#rest;
    if (text[quote + 1] === QUOTE) return quote + 2; // it stands for one
    let at = quote + 1;
    while (at < text.length && text[at] !== this.#delimiter && text[at] !== '\n' && /\s/.test(text[at])) at++;
    if (at === text.length) return undefined;
    if (text[at] !== this.#delimiter && text[at] !== '\n') {
      throw this.#refusal(quote, 'a quoted cell goes on after its closing quote');
    }
    this.#isQuoted = false;
    return at;
  }

  #refusal(position: number, problem: string): FormatError {
    const line = this.#line + countLineEnds(this.#rest.slice(0, position));
    return new FormatError(
      `line ${line}: ${problem}, expected quotes around whole cells, and two for one inside them.`,
    );
  }
}

/** Blanks align columns: several are one delimiter, and those around a line are none. */
function withSingleBlanks(text: string): string {
  return text.replaceAll(/ {2,}/g, ' ').replaceAll(/^ | $/gm, '');
}

/** The line of each row, and the line after the last one: quoted cells may hold line ends. */
function linesOf(rows: readonly Row[], first: number): number[] {
  const lines = [first];
  for (const row of rows) {
    const inside = row.reduce((sum, cell) => sum + (cell.includes('\n') ? countLineEnds(cell) : 0), 0);
    lines.push(lines[lines.length - 1] + inside + 1);
  }
  return lines;
}

function countLineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** A row in which all cells are empty, such as an empty line. */
export function isEmptyRow(row: Row): boolean {
  return row.every((cell) => cell === '' || cell.trim() === '');
}
