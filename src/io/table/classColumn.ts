/** A column that holds the class of each row: words, or integers. */

import type { SampleArray } from '../../data/samples.ts';
import { inWords } from '../../tensor/words.ts';
import { OptionError } from '../errors.ts';
import { type DecimalSign, isMissingClass, numberIn, smallestIntegers } from './cells.ts';

/** More different words than this are names rather than classes. */
const MOST_WORDS = 500;
/** More different integers are a counter, or a measurement. */
const MOST_INTEGERS = 2 ** 16;

/** Which columns hold classes if nothing else is said. */
export const isClassName = (name: string) => /^(label|class|species|target)(s|es)?$/i.test(name);

export interface Classes {
  /** One integer a row. */
  readonly labels: SampleArray;
  /** The names of the classes 0, 1, … in the order of the alphabet; undefined if the cells hold integers. */
  readonly names: readonly string[] | undefined;
}

/** Whether these cells of a column are classes: not more than 500 words, or integers. */
export function areClasses(cells: readonly string[], decimal: DecimalSign): boolean {
  const different = new Set(cells.filter((cell) => !isMissingClass(cell)).map((cell) => cell.trim()));
  const numbers = Array.from(different, (cell) => numberIn(cell, decimal));
  if (numbers.some(Number.isNaN)) return different.size <= MOST_WORDS;
  return numbers.length > 0 && numbers.every(Number.isSafeInteger) && different.size <= MOST_INTEGERS;
}

/** Collects the classes of a column, row by row. */
export class ClassColumn {
  readonly #name: string;
  readonly #decimal: DecimalSign;
  /** Of each different cell, in the order in which they came. */
  readonly #codes = new Map<string, number>();
  #hasWords = false;
  #rows = new Int32Array(1024);
  #count = 0;

  constructor(name: string, decimal: DecimalSign) {
    this.#name = name;
    this.#decimal = decimal;
  }

  /** Whether there are too many different cells for classes. The column is of no use then. */
  get isFull(): boolean {
    return this.#codes.size > (this.#hasWords ? MOST_WORDS : MOST_INTEGERS);
  }

  /** @throws {OptionError} If the cell is a number, but no integer, and those before it were integers. */
  add(cell: string, line: number): void {
    if (this.isFull) return;
    if (this.#count === this.#rows.length) {
      const longer = new Int32Array(2 * this.#count);
      longer.set(this.#rows);
      this.#rows = longer;
    }
    this.#rows[this.#count++] = this.#codes.get(cell) ?? this.#addCode(cell.trim(), line);
  }

  #addCode(cell: string, line: number): number {
    const known = this.#codes.get(cell);
    if (known !== undefined) return known;
    const value = numberIn(cell, this.#decimal);
    if (Number.isNaN(value)) this.#hasWords = true;
    else if (!this.#hasWords && !Number.isSafeInteger(value)) throw this.#noClass(cell, line);
    const code = this.#codes.size;
    this.#codes.set(ownText(cell), code);
    return code;
  }

  #noClass(cell: string, line: number): OptionError {
    return new OptionError(
      (option) =>
        `line ${line}, column ${inWords(this.#name)}: got ${inWords(cell)}, expected a class, an integer or a word: if this column is no class but a feature, name it in ${option('columns')}.`,
    );
  }

  /** @returns Undefined if there are too many different cells. */
  end(): Classes | undefined {
    if (this.isFull) return undefined;
    const cells = [...this.#codes.keys()];
    const names = this.#hasWords ? cells.toSorted() : undefined;
    const values = cells.map((cell) => names?.indexOf(cell) ?? numberIn(cell, this.#decimal));
    const Integers = smallestIntegers(
      values.reduce((a, b) => Math.min(a, b), 0),
      values.reduce((a, b) => Math.max(a, b), 0),
    );
    const labels = new Integers.Array(this.#count);
    for (let i = 0; i < this.#count; i++) labels[i] = values[this.#rows[i]];
    return { labels, names };
  }
}

/** A copy: what was cut out of a piece of the file would keep all of it in memory. */
function ownText(cell: string): string {
  return ` ${cell}`.slice(1);
}
