/** Turns the rows of a table into numbers, and counts what is left out and filled in. */

import { inWords, plural } from '../../tensor/words.ts';
import { FormatError, OptionError, type SayOption } from '../errors.ts';
import { isMissing, isMissingClass, numberIn, ValueRange } from './cells.ts';
import { ClassColumn } from './classColumn.ts';
import type { TableOptions } from './columns.ts';
import type { TableLayout } from './layout.ts';
import { isEmptyRow, type Row, type RowsPiece } from './rows.ts';

/** How many rows and cells there were. */
export interface Counts {
  /** Rows that became samples. */
  rows: number;
  /** Rows that were left out for missing cells. */
  dropped: number;
  /** Rows of empty cells, which are skipped. */
  empty: number;
  /** Lines between the rows that begin with # and have another number of cells. */
  comments: number;
}

/** A cell that is not what its column holds. */
export class CellError extends OptionError {
  /** Line, column, what was found and what was expected, without advice and full stop. */
  readonly problem: string;

  constructor(problem: string, advice: (option: SayOption) => string) {
    super((option) => `${problem}: ${advice(option)}.`);
    this.problem = problem;
  }
}

export class RowReader {
  readonly counts: Counts = { rows: 0, dropped: 0, empty: 0, comments: 0 };
  /** Of each feature: the sum of its cells, if its mean is asked for. */
  readonly sums: Float64Array;
  /** Of each feature: how many missing cells are filled in. */
  readonly filled: Float64Array;
  readonly range = new ValueRange();
  /** Of the rows that became samples. */
  readonly lines = new RowLines();
  readonly classes: ClassColumn | undefined;
  readonly #layout: TableLayout;
  readonly #options: TableOptions;
  /** Of each feature: whether its column holds whole numbers with points between thousands. */
  readonly #areWhole: readonly boolean[];

  /** @throws {OptionError} If the means are those of another number of columns. */
  constructor(layout: TableLayout, options: TableOptions) {
    this.#layout = layout;
    this.#options = options;
    const { features, classes, names, whole } = layout.choice;
    const { missing, form } = options;
    const means = form?.means;
    if (missing === 'mean' && means && means.length !== features.length) {
      throw new OptionError(
        (option) =>
          `the means to fill in are those of ${plural(means.length, 'column')}, but ${features.length} of this table would be taken: say with ${option('columns')} which ones are the model's.`,
      );
    }
    this.sums = new Float64Array(features.length);
    this.filled = new Float64Array(features.length);
    this.#areWhole = features.map((j) => whole.includes(j));
    if (classes !== undefined) this.classes = new ClassColumn(names[classes], layout.decimal);
  }

  /**
   * @returns The values of the features, row by row. NaN stands for a cell whose mean is not known yet.
   * @throws {FormatError} If a row has another number of cells than the others.
   * @throws {OptionError} If a cell is missing or holds no number.
   */
  read({ rows, lineOf }: RowsPiece): Float64Array {
    const size = this.#layout.choice.features.length;
    const values = new Float64Array(rows.length * size);
    let end = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (row[0].trim() === '' && isEmptyRow(row)) {
        if (row.length > 1) this.counts.empty++; // others are empty lines
        continue;
      }
      if (row.length !== this.#layout.width) {
        if (!row[0].trimStart().startsWith('#')) throw this.#ragged(row, lineOf(i));
        this.counts.comments++;
        continue;
      }
      const line = lineOf(i);
      if (this.#readRow(row, line, values, end)) {
        end += size;
        this.lines.add(line);
      } else this.counts.dropped++;
    }
    this.counts.rows += end / size;
    const read = values.subarray(0, end);
    this.range.add(read);
    return read;
  }

  /** False if the row is to be left out. */
  #readRow(row: Row, line: number, values: Float64Array, start: number): boolean {
    const { decimal, choice } = this.#layout;
    const { features, classes, empty } = choice;
    let lacking = 0;
    for (let k = 0; k < features.length; k++) {
      const value = numberIn(row[features[k]], decimal, this.#areWhole[k]);
      if (Number.isNaN(value)) {
        this.#requireMissing(row[features[k]], features[k], line);
        lacking++;
      }
      values[start + k] = value;
    }
    for (let k = 0; k < empty.length; k++) this.#requireNoNumber(row[empty[k]], empty[k], line);
    const isClassMissing = classes !== undefined && isMissingClass(row[classes]);
    if (isClassMissing) this.#requireDropping(row[classes], classes, line);
    const { missing } = this.#options;
    if (isClassMissing || (lacking > 0 && missing === 'drop')) return false;
    if (missing === 'mean') this.#fillIn(values, start);
    if (classes !== undefined) this.classes?.add(row[classes], line);
    return true;
  }

  #fillIn(values: Float64Array, start: number): void {
    const means = this.#options.form?.means;
    for (let k = 0; k < this.sums.length; k++) {
      const value = values[start + k];
      if (!Number.isNaN(value)) this.sums[k] += value;
      else {
        this.filled[k]++;
        if (means) values[start + k] = means[k];
      }
    }
  }

  #ragged(row: Row, line: number): FormatError {
    const { width, header } = this.#layout;
    return new FormatError(
      `line ${line} has ${plural(row.length, 'cell')}, expected ${width} as in the ${header === 'first row' ? 'header' : 'first row'}.`,
    );
  }

  #found(cell: string, j: number, line: number): string {
    const found = cell.trim() === '' ? 'the cell is empty' : `got ${inWords(cell)}`;
    return `line ${line}, column ${inWords(this.#layout.choice.names[j])}: ${found}`;
  }

  /** A cell that holds no number may only be missing, and only if an option says what to do then. */
  #requireMissing(cell: string, j: number, line: number): void {
    const isHole = isMissing(cell);
    if (isHole && this.#options.missing !== undefined) return;
    const kind = this.#layout.decimal === ',' && !isHole ? 'a number with a decimal comma' : 'a number';
    throw new CellError(`${this.#found(cell, j, line)}, expected ${kind}`, (option) =>
      isHole
        ? `${option('missing', 'drop')} leaves such rows out, ${option('missing', 'mean')} fills in the mean of the column`
        : `mend the cell, or leave the column out by naming others with ${option('columns')}`,
    );
  }

  /** In a column that was left out because all cells in the first part of the table are missing. */
  #requireNoNumber(cell: string, j: number, line: number): void {
    if (Number.isNaN(numberIn(cell, this.#layout.decimal))) return;
    throw new CellError(
      `${this.#found(cell, j, line)}, expected a missing cell, as above it`,
      (option) => `name the columns to take with ${option('columns')}`,
    );
  }

  #requireDropping(cell: string, j: number, line: number): void {
    if (this.#options.missing === 'drop') return;
    throw new CellError(
      `${this.#found(cell, j, line)}, expected a class`,
      (option) => `${option('missing', 'drop')} leaves such rows out`,
    );
  }
}

/** In which line of its file each row begins, in little memory: most rows begin in the line after that of the row before. */
export class RowLines {
  #rows = 0;
  /** The rows that begin elsewhere, in order, and their lines. */
  readonly #starts: number[] = [];
  readonly #lines: number[] = [];

  /** @param line - That of the next row, from 1. */
  add(line: number): void {
    if (this.#rows === 0 || line !== this.of(this.#rows - 1) + 1) {
      this.#starts.push(this.#rows);
      this.#lines.push(line);
    }
    this.#rows++;
  }

  /** The line of row `i`, from 0. */
  of(i: number): number {
    // The last start that is not behind the row.
    let low = 0;
    let high = this.#starts.length - 1;
    if (i >= this.#starts[high]) low = high;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#starts[middle] <= i) low = middle;
      else high = middle - 1;
    }
    return this.#lines[low] + i - this.#starts[low];
  }
}
