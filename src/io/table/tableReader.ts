/**
 * A table of text (CSV, TSV) as rows of numbers, in one pass and piece by piece, so that the same code reads what is in
 * memory and what is larger. Read cells.ts and dialect.ts first; columns.ts says which columns are taken.
 */

import { DataError, type DType, type SampleArray } from '../../data/samples.ts';
import { inWords, plural } from '../../tensor/words.ts';
import { FormatError, OptionError } from '../errors.ts';
import { type DecimalSign, isMissing, isMissingClass, numberIn } from './cells.ts';
import { ClassColumn, type Classes } from './classColumn.ts';
import { type ColumnChoice, type ColumnOptions, chooseColumns, someOf } from './columns.ts';
import {
  type Delimiter,
  decimalOf,
  findDelimiter,
  headerInComments,
  isEmptyRow,
  isHeader,
  type Row,
  readTop,
} from './dialect.ts';
import { ValueRange } from './integers.ts';
import { RowSplitter, type RowsPiece } from './rows.ts';
import { TextPieces } from './textPieces.ts';

export interface TableReadOptions extends ColumnOptions {
  /** What becomes of rows with missing cells. @default they are refused */
  readonly missing?: 'drop' | 'mean' | undefined;
  /** What `missing: 'mean'` fills in, for each feature. @default the means of the table's own cells */
  readonly means?: readonly number[] | undefined;
}

/** What was found out about a table, once it is read. */
export interface TableFacts {
  readonly rows: number;
  /** How many columns the table has, those included that are left out. */
  readonly columns: number;
  /** Of the columns taken; undefined without a header. */
  readonly featureNames: readonly string[] | undefined;
  /** How many columns were taken. */
  readonly features: number;
  readonly classes: (Classes & { readonly source: string }) | undefined;
  /** The smallest integers that hold all values, or float64. */
  readonly dtype: DType;
  readonly form: {
    readonly kind: 'table';
    readonly delimiter: Delimiter;
    readonly decimal: DecimalSign;
    readonly means?: readonly number[];
  };
  readonly notes: readonly string[];
  /** Makes the samples' values of rows that the reader gave: missing cells are filled in, in place, and the type is `dtype`. */
  readonly finish: (values: Float64Array) => SampleArray;
}

/** Dialect and columns are found out from so many characters. */
const SAMPLE = 2 ** 20;
/** And then so many are read at a time. */
const PIECE = 2 ** 18;
const MAX_COLUMNS = 1_000_000;

const NONE = new Float64Array();

export class TableReader {
  readonly #options: TableReadOptions;
  readonly #text = new TextPieces();
  #waiting = '';
  /** Until the sample is there. */
  #body: TableBody | undefined;

  constructor(options: TableReadOptions = {}) {
    this.#options = options;
  }

  /**
   * @param bytes - The next bytes of the file.
   * @returns The values of the rows that are complete, row by row; NaN stands for a missing cell.
   * @throws {FormatError} If a row has another number of cells, or a cell holds no number: with line and column.
   * @throws {OptionError} If an option decides what to do, or names a column that is not there.
   * @throws {DataError} If no column holds numbers.
   */
  add(bytes: Uint8Array): Float64Array {
    return this.#read(this.#text.add(bytes), false);
  }

  /** The last rows, and what was found out. */
  end(): { readonly values: Float64Array; readonly facts: TableFacts } {
    const values = this.#read(this.#text.end(), true);
    return { values, facts: (this.#body as TableBody).facts(this.#text.encoding) };
  }

  #read(text: string, isEnd: boolean): Float64Array {
    this.#waiting += text;
    const pieces: Float64Array[] = [];
    if (this.#body === undefined) {
      const sample = isEnd ? this.#waiting.length : sampleLength(this.#waiting);
      if (sample === undefined) return NONE;
      this.#body = new TableBody(this.#take(sample), isEnd, this.#options);
      pieces.push(this.#body.start());
    }
    while (this.#waiting.length >= PIECE) pieces.push(this.#body.add(this.#take(PIECE)));
    if (isEnd) pieces.push(this.#body.add(this.#take(PIECE)), this.#body.end());
    return joined(pieces);
  }

  #take(length: number): string {
    const text = this.#waiting.slice(0, length);
    this.#waiting = this.#waiting.slice(length);
    return text;
  }
}

/** Undefined until there is enough text: two rows, however long, but not more than the splitter of rows would take. */
function sampleLength(text: string): number | undefined {
  for (let length = SAMPLE; length <= text.length; length *= 2) {
    const head = text.slice(0, length);
    if (length >= 2 ** 26 || head.indexOf('\n', head.indexOf('\n') + 1) > head.indexOf('\n')) return length;
  }
  return undefined;
}

function joined(pieces: readonly Float64Array[]): Float64Array {
  const full = pieces.filter(({ length }) => length > 0);
  if (full.length < 2) return full[0] ?? NONE;
  const all = new Float64Array(full.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of full) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** The rows of a table whose dialect is known. */
class TableBody {
  readonly #options: TableReadOptions;
  readonly #delimiter: Delimiter;
  readonly #decimal: DecimalSign;
  readonly #splitter: RowSplitter;
  readonly #hasHeader: boolean;
  readonly #comments: number;
  readonly #choice: ColumnChoice;
  /** The cells in each row. */
  readonly #width: number;
  readonly #classes: ClassColumn | undefined;
  readonly #range = new ValueRange();
  /** The rows of the sample, until they are read. */
  #sample: RowsPiece | undefined;
  #rows = 0;
  #dropped = 0;
  #emptyRows = 0;
  /** Of each feature, for its mean. */
  readonly #sums: Float64Array;
  readonly #filled: Uint32Array;

  constructor(text: string, isWhole: boolean, options: TableReadOptions) {
    this.#options = options;
    requireText(text);
    const top = readTop(text);
    const body = text.slice(top.end);
    this.#delimiter = top.delimiter ?? findDelimiter(body, isWhole);
    this.#splitter = new RowSplitter(this.#delimiter, top.lines + 1);
    const piece = this.#splitter.add(body);
    const last = isWhole ? this.#splitter.end() : undefined;
    this.#sample = last ? bothPieces(piece, last) : piece;
    const rows = this.#sample.rows.filter((row) => !isEmptyRow(row));
    if (rows.length === 0) throw new DataError('the table is empty, expected rows of numbers.');
    this.#width = rows[0].length;
    if (this.#width > MAX_COLUMNS) {
      throw new FormatError(`the table has ${this.#width} columns, expected at most ${MAX_COLUMNS}.`);
    }
    this.#decimal = decimalOf(rows, this.#delimiter);
    this.#hasHeader = isHeader(rows, this.#decimal);
    const commented = this.#hasHeader
      ? undefined
      : headerInComments(top.comments, this.#delimiter, this.#width);
    this.#comments = top.comments.length - (commented ? 1 : 0);
    const header = this.#hasHeader ? rows[0] : commented;
    const data = rows.slice(this.#hasHeader ? 1 : 0);
    if (data.length === 0) {
      throw new DataError(`the table has a header and no rows below it, expected rows of numbers.`);
    }
    const even = data.filter(({ length }) => length === this.#width);
    this.#choice = chooseColumns(header, even, this.#decimal, options);
    const { features, classes, names } = this.#choice;
    if (options.missing === 'mean' && options.means && options.means.length !== features.length) {
      throw new DataError(
        `got the means of ${plural(options.means.length, 'column')}, expected ${features.length}, one for each column taken.`,
      );
    }
    this.#classes = classes === undefined ? undefined : new ClassColumn(names[classes], this.#decimal);
    this.#sums = new Float64Array(features.length);
    this.#filled = new Uint32Array(features.length);
    this.#isNamed = header !== undefined;
  }

  readonly #isNamed: boolean;

  /** The rows of the sample. */
  start(): Float64Array {
    const { rows, lineOf } = this.#sample as RowsPiece;
    this.#sample = undefined;
    const first = this.#hasHeader ? rows.findIndex((row) => !isEmptyRow(row)) + 1 : 0;
    return this.#readRows({ rows: rows.slice(first), lineOf: (i) => lineOf(first + i) });
  }

  add(text: string): Float64Array {
    return this.#readRows(this.#splitter.add(text));
  }

  end(): Float64Array {
    return this.#readRows(this.#splitter.end());
  }

  #readRows({ rows, lineOf }: RowsPiece): Float64Array {
    const features = this.#choice.features.length;
    const values = new Float64Array(rows.length * features);
    let end = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (row[0].trim() === '' && isEmptyRow(row)) {
        if (row.length > 1) this.#emptyRows++;
      } else if (this.#readRow(row, i, lineOf, values, end)) end += features;
    }
    const read = values.subarray(0, end);
    this.#range.add(read);
    this.#rows += features === 0 ? 0 : end / features;
    return read;
  }

  /** False if the row is left out. */
  #readRow(row: Row, i: number, lineOf: RowsPiece['lineOf'], values: Float64Array, at: number): boolean {
    if (row.length !== this.#width) throw this.#ragged(row, lineOf(i));
    const { features, classes, empty } = this.#choice;
    for (let k = 0; k < features.length; k++) {
      const value = numberIn(row[features[k]], this.#decimal);
      if (Number.isNaN(value)) this.#requireMissing(row[features[k]], features[k], lineOf(i));
      values[at + k] = value;
    }
    for (const j of empty) this.#requireEmpty(row[j], j, lineOf(i));
    const isLacking = classes !== undefined && isMissingClass(row[classes]);
    if (isLacking && this.#options.missing !== 'drop') throw this.#noClass(row[classes], classes, lineOf(i));
    if (isLacking || !this.#fillIn(values.subarray(at, at + features.length))) {
      this.#dropped++;
      return false;
    }
    if (classes !== undefined && !this.#classes?.isFull) this.#classes?.add(row[classes], lineOf(i));
    return true;
  }

  /** False if the row lacks a value and is left out for that. */
  #fillIn(values: Float64Array): boolean {
    const { missing, means } = this.#options;
    if (missing === undefined) return true;
    if (missing === 'drop') return !values.some(Number.isNaN);
    for (let k = 0; k < values.length; k++) {
      if (!Number.isNaN(values[k])) this.#sums[k] += values[k];
      else {
        this.#filled[k]++;
        if (means) values[k] = means[k];
      }
    }
    return true;
  }

  #ragged(row: Row, line: number): FormatError {
    return new FormatError(
      `line ${line} has ${plural(row.length, 'cell')}, expected ${this.#width} as in the ${this.#hasHeader ? 'header' : 'first row'}.`,
    );
  }

  #cell(cell: string, j: number, line: number): string {
    const found = cell.trim() === '' ? 'the cell is empty' : `got ${inWords(cell)}`;
    return `line ${line}, column '${this.#choice.names[j]}': ${found}`;
  }

  /** A cell that is no number may only be missing, if that is allowed. */
  #requireMissing(cell: string, j: number, line: number): void {
    const found = this.#cell(cell, j, line);
    if (!isMissing(cell)) {
      const kind = this.#decimal === ',' ? 'a number with a decimal comma' : 'a number';
      throw new OptionError(
        (option) =>
          `${found}, expected ${kind}: mend the cell, or leave the column out by naming the others in ${option('columns')}.`,
      );
    }
    if (this.#options.missing !== undefined) return;
    throw new OptionError(
      (option) =>
        `${found}, expected a number: ${option('missing', 'drop')} leaves such rows out, ${option('missing', 'mean')} fills in the mean of the column.`,
    );
  }

  /** Of a column that was left out because it seemed to be empty. */
  #requireEmpty(cell: string, j: number, line: number): void {
    if (Number.isNaN(numberIn(cell, this.#decimal))) return;
    throw new OptionError(
      (option) =>
        `${this.#cell(cell, j, line)}, after only missing cells before it: name the columns to take in ${option('columns')}, with this one or without it.`,
    );
  }

  #noClass(cell: string, j: number, line: number): OptionError {
    return new OptionError(
      (option) =>
        `${this.#cell(cell, j, line)}, expected a class: ${option('missing', 'drop')} leaves such rows out.`,
    );
  }

  facts(encoding: TextPieces['encoding']): TableFacts {
    const { names, features } = this.#choice;
    if (this.#rows === 0) {
      throw new DataError(`all ${this.#dropped} rows have missing cells, so none is left of them.`);
    }
    const means = this.#options.missing === 'mean' ? this.#means() : undefined;
    // Means that are filled in are values, too.
    if (means) this.#range.add(means.filter((_, k) => this.#filled[k] > 0));
    const { type } = this.#range;
    return {
      rows: this.#rows,
      columns: this.#width,
      featureNames: this.#isNamed ? features.map((j) => names[j]) : undefined,
      features: features.length,
      classes: this.#classesFound(),
      dtype: type.dtype,
      form: {
        kind: 'table',
        delimiter: this.#delimiter,
        decimal: this.#decimal,
        ...(means && { means: Array.from(means) }),
      },
      notes: this.#notes(encoding),
      finish: (values) => {
        if (means) fillWith(means, values);
        return type.dtype === 'f8' ? values : copied(values, new type.Array(values.length));
      },
    };
  }

  #classesFound(): TableFacts['classes'] {
    const found = this.#classes?.end();
    const name = this.#choice.names[this.#choice.classes as number];
    if (!found && this.#classes && this.#options.labelColumn !== undefined) {
      throw new DataError(`column '${name}' holds too many different words for classes.`);
    }
    return found && { ...found, source: `column ${name}` };
  }

  #means(): Float64Array {
    const { means } = this.#options;
    if (means) return Float64Array.from(means);
    const own = this.#sums.map((sum, k) => sum / (this.#rows - this.#filled[k]));
    const k = own.findIndex(Number.isNaN);
    if (k < 0) return own;
    throw new DataError(
      `column '${this.#choice.names[this.#choice.features[k]]}' has no mean, as all its cells are missing: choose other columns.`,
    );
  }

  #notes(encoding: TextPieces['encoding']): string[] {
    const { names, features, classes } = this.#choice;
    const dialect = [
      ...(DIALECTS[this.#delimiter] ? [DIALECTS[this.#delimiter]] : []),
      ...(this.#decimal === ',' ? ['decimal comma'] : []),
    ];
    const filled = features.filter((_, k) => this.#filled[k] > 0);
    const cells = this.#filled.reduce((sum, count) => sum + count, 0);
    return [
      ...(encoding === 'windows-1252' ? ['the text is not in UTF-8 and was read as windows-1252'] : []),
      ...(encoding?.startsWith('utf-16') ? ['the text is in UTF-16'] : []),
      ...(dialect.length > 0 ? [dialect.join(', ')] : []),
      ...(this.#comments > 0 ? [`${plural(this.#comments, 'line')} of comments left out`] : []),
      ...(this.#isNamed ? [] : ['no header was found, so columns go by their numbers from 1']),
      ...this.#choice.notes,
      ...(classes === undefined ? [] : [this.#classNote(names[classes])]),
      ...(this.#emptyRows > 0 ? [`${plural(this.#emptyRows, 'row')} of empty cells left out`] : []),
      ...(this.#dropped > 0
        ? [`${plural(this.#dropped, 'row')} of ${this.#rows + this.#dropped} left out for missing cells`]
        : []),
      ...(cells > 0
        ? [
            `${plural(cells, 'missing cell')} filled in with the mean of column ${someOf(filled.map((j) => `'${names[j]}'`))}`,
          ]
        : []),
    ];
  }

  #classNote(name: string): string {
    return this.#classes?.isFull
      ? `column '${name}' was left out: it holds too many different words for classes`
      : `column '${name}' holds classes and is no feature`;
  }
}

const DIALECTS: Readonly<Record<string, string>> = {
  ';': 'semicolons between cells',
  '\t': 'tabs between cells',
  '|': 'bars between cells',
  ' ': 'blanks between cells',
};

function requireText(text: string): void {
  if (!text.includes('\0')) return;
  throw new FormatError(
    'it holds bytes that are no text, expected a table as text, in UTF-8 or in UTF-16 with a byte order mark.',
  );
}

function bothPieces(a: RowsPiece, b: RowsPiece): RowsPiece {
  const count = a.rows.length;
  return { rows: [...a.rows, ...b.rows], lineOf: (i) => (i < count ? a.lineOf(i) : b.lineOf(i - count)) };
}

function fillWith(means: Float64Array, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) values[i] = means[i % means.length];
  }
}

function copied(from: Float64Array, to: SampleArray): SampleArray {
  to.set(from);
  return to;
}
