/**
 * A table of text (CSV, TSV) as rows of numbers, in one pass and piece by piece, so that the same code reads what fits into
 * memory and what doesn't. Read layout.ts and rowReader.ts first.
 */

import type { NumericArray } from '../../data/samples.ts';
import type { TableOptions } from './columns.ts';
import { factsOf, type TableFacts } from './facts.ts';
import { startTable, type TableStart } from './layout.ts';
import { RowReader } from './rowReader.ts';
import { TextPieces } from './textPieces.ts';

/** Characters from which layout and columns are found out. */
const SAMPLE = 2 ** 20;
/** If two rows don't fit into the sample, it grows up to this. */
const LARGEST_SAMPLE = 2 ** 25;
/** After that so many characters are read at a time. */
const PIECE = 2 ** 18;

export type Table = NumericArray & Omit<TableFacts, 'finish'>;

type StartedTable = TableStart & { readonly reader: RowReader };

const NO_VALUES = new Float64Array();

export class TableReader {
  readonly #options: TableOptions;
  readonly #text = new TextPieces();
  #waiting = '';
  #table: StartedTable | undefined;

  constructor(options: TableOptions = {}) {
    const { missing = options.form?.means && 'mean' } = options;
    this.#options = { ...options, missing };
  }

  /**
   * @param bytes - The next bytes of the file, of any number.
   * @returns The values of the rows that are complete now, row by row; NaN stands for a cell that is filled in at the end.
   * @throws {FormatError} If it is no table of numbers: with the line, and the column.
   * @throws {OptionError} If an option decides what to do, or names a column that is not there.
   * @throws {DataError} If no column holds numbers, or options don't go with the table.
   */
  add(bytes: Uint8Array): Float64Array {
    return this.#read(this.#text.add(bytes), false);
  }

  /**
   * The last rows, and what was found out about all of them.
   *
   * @throws As {@link add}.
   */
  end(): { readonly values: Float64Array; readonly facts: TableFacts } {
    const values = this.#read(this.#text.end(), true);
    const { layout, reader } = this.#table as StartedTable;
    return { values, facts: factsOf(layout, reader, this.#options, this.#text) };
  }

  #read(text: string, isEnd: boolean): Float64Array {
    this.#waiting += text;
    const pieces: Float64Array[] = [];
    if (this.#table === undefined) {
      const length = isEnd ? this.#waiting.length : sampleLength(this.#waiting);
      if (length === undefined) return NO_VALUES;
      const start = startTable(this.#take(length), isEnd, this.#options);
      const reader = new RowReader(start.layout, this.#options);
      this.#table = { ...start, reader };
      pieces.push(reader.read(start.rows));
      if (isEnd) return pieces[0];
    }
    const { reader, splitter } = this.#table;
    while (this.#waiting.length >= PIECE) pieces.push(reader.read(splitter.add(this.#take(PIECE))));
    if (isEnd) {
      pieces.push(reader.read(splitter.add(this.#take(PIECE))), reader.read(splitter.end()));
    }
    return joined(pieces);
  }

  #take(length: number): string {
    const text = this.#waiting.slice(0, length);
    this.#waiting = this.#waiting.slice(length);
    return text;
  }
}

/** Undefined until there is enough text: at least two rows of it. */
function sampleLength(text: string): number | undefined {
  for (let length = SAMPLE; length <= text.length; length *= 2) {
    const first = text.indexOf('\n');
    const second = first < 0 ? -1 : text.indexOf('\n', first + 1);
    if ((second >= 0 && second < length) || length >= LARGEST_SAMPLE) return length;
  }
  return undefined;
}

/** The values of all pieces, one after the other. */
function joined(pieces: readonly Float64Array[]): Float64Array {
  if (pieces.length === 1) return pieces[0];
  const all = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * @param bytes - The file: CSV, TSV and the like.
 * @returns The rows as samples, `[rows, features]`.
 * @throws As {@link TableReader.add}.
 */
export function readTable(bytes: Uint8Array, options: TableOptions = {}): Table {
  const reader = new TableReader(options);
  const start = reader.add(bytes);
  const { values, facts } = reader.end();
  return tableOf([start, values], facts);
}

/** @param pieces - What the reader gave, from the first to the last. */
export function tableOf(pieces: readonly Float64Array[], { finish, ...facts }: TableFacts): Table {
  return { shape: [facts.rows, facts.features], data: finish(joined(pieces)), ...facts };
}
