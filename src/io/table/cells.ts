/** What a cell of a table says: a number, a missing value, or a word; and which type holds all numbers of a table. */

import type { DType, SampleArray } from '../../data/samples.ts';

export type DecimalSign = '.' | ',';

/** What pandas reads as missing, in small letters, the signs that people and offices write for it, and Excel's errors. */
const MISSING: ReadonlySet<string> = new Set([
  '',
  'na',
  'n/a',
  '#n/a',
  '#n/a n/a',
  '#na',
  '<na>',
  'nan',
  '-nan',
  'null',
  '\\n', // \N: MySQL and PostgreSQL
  'none',
  '?',
  '-',
  '--',
  '---',
  '.',
  '..',
  '*',
  '**',
  '***',
  '#null!',
  '#div/0!',
  '#value!',
  '#ref!',
  '#num!',
  '#name?',
  '1.#ind',
  '-1.#ind',
  '1.#qnan',
  '-1.#qnan',
]);
const LONGEST_MISSING = Math.max(...Array.from(MISSING, (text) => text.length));

/** Of a class only these are: "none" and "-" may be its name. */
const MISSING_CLASS: ReadonlySet<string> = new Set(['', 'na', 'n/a', '#n/a', '<na>', 'nan', '\\n']);

/** Digits, a decimal point, an exponent. Written so that no text takes more than a pass. */
const PLAIN = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i;

const NINE = 0x39;

export function isMissing(cell: string): boolean {
  const text = cell.trim();
  return text.length <= LONGEST_MISSING && MISSING.has(text.toLowerCase());
}

export function isMissingClass(cell: string): boolean {
  const text = cell.trim();
  return text.length <= LONGEST_MISSING && MISSING_CLASS.has(text.toLowerCase());
}

/** Thousands with a sign between them: those of both kinds of decimal signs. */
const GROUPED = {
  '.': /^[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/,
  // 1.234 alone may be a number with a decimal point, in a table that has both: its column decides (`areWhole`).
  ',': /^[-+]?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})$/,
} as const;

/** Characters. No text takes long to look at. */
const LONGEST_GROUPED = 40;

/** Whether the cell is a number with signs between its thousands: 1,234,567 or, with a decimal comma, 1.234,5. */
export function isGrouped(cell: string, decimal: DecimalSign): boolean {
  const text = cell.length > LONGEST_GROUPED ? '' : cell.trim();
  return GROUPED[decimal].test(text);
}

const WHOLE_GROUPED = /^[-+]?[1-9]\d{0,2}(?:\.\d{3})+$/;
const WHOLE = /^[-+]?(?:0|[1-9]\d{0,2})$/;
const DIGITS_AND_SIGNS = /^[-+\d.,]+$/;

/**
 * Whether a column of a table with decimal commas holds whole numbers with points between their thousands: 950, 1.498. One
 * cell such as 0.95, 12.5, 1,5 or 1498 tells that points are something else, or not in all cells.
 */
export function areWhole(cells: readonly string[], decimal: DecimalSign): boolean {
  if (decimal === '.') return false;
  const numbers = cells.flatMap((cell) => {
    const text = cell.length > LONGEST_GROUPED ? '' : cell.trim();
    return DIGITS_AND_SIGNS.test(text) && !isMissing(text) ? [text] : [];
  });
  return (
    numbers.some((text) => WHOLE_GROUPED.test(text)) &&
    numbers.every((text) => WHOLE.test(text) || WHOLE_GROUPED.test(text))
  );
}

/**
 * The number in a cell, or NaN if it holds none: only plain decimal notation, with an exponent or without, within the range
 * of float64, is one, and that with signs between thousands.
 *
 * @param isWhole - Whether its column {@link areWhole | holds whole numbers}: 1.498 is 1498 then.
 */
export function numberIn(cell: string, decimal: DecimalSign, isWhole = false): number {
  if (decimal === ',') {
    if (!cell.includes('.')) return numberIn(cell.replace(',', '.'), '.');
    return isWhole && WHOLE_GROUPED.test(cell.trim())
      ? Number(cell.replaceAll('.', ''))
      : groupedNumberIn(cell, ',');
  }
  const value = Number(cell);
  // Number reads more than plain notation: an empty cell as 0, 0x10, Infinity. The second character tells most cells apart.
  if (value !== 0 && value - value === 0 && !(cell.charCodeAt(1) > NINE) && cell.charCodeAt(0) !== 0x20) {
    return value;
  }
  if (value - value === 0 && PLAIN.test(cell.trim())) return value;
  return cell.includes(',') ? groupedNumberIn(cell, '.') : Number.NaN;
}

function groupedNumberIn(cell: string, decimal: DecimalSign): number {
  if (!isGrouped(cell, decimal)) return Number.NaN;
  return Number(decimal === '.' ? cell.replaceAll(',', '') : cell.replaceAll('.', '').replace(',', '.'));
}

export function isWord(cell: string, decimal: DecimalSign, isWhole = false): boolean {
  return !isMissing(cell) && Number.isNaN(numberIn(cell, decimal, isWhole));
}

/** What an amount of money or a percentage has beside its digits, and what stands around losses. */
const AMOUNT_SIGNS = /[$€£¥%()\s]/g;

/** Whether a word is a number with such signs: $1,234.50, 12,5 %, (3.00). */
export function isAmount(word: string, decimal: DecimalSign): boolean {
  if (word.length > LONGEST_GROUPED) return false;
  const digits = word.replace(AMOUNT_SIGNS, '');
  return digits.length < word.trim().length && !Number.isNaN(numberIn(digits, decimal));
}

export interface ValueType {
  readonly dtype: DType;
  readonly Array: new (length: number) => SampleArray;
}

const INTEGERS: readonly (ValueType & { readonly minimum: number; readonly maximum: number })[] = [
  { dtype: 'u1', Array: Uint8Array, minimum: 0, maximum: 2 ** 8 - 1 },
  { dtype: 'i1', Array: Int8Array, minimum: -(2 ** 7), maximum: 2 ** 7 - 1 },
  { dtype: 'u2', Array: Uint16Array, minimum: 0, maximum: 2 ** 16 - 1 },
  { dtype: 'i2', Array: Int16Array, minimum: -(2 ** 15), maximum: 2 ** 15 - 1 },
  { dtype: 'u4', Array: Uint32Array, minimum: 0, maximum: 2 ** 32 - 1 },
  { dtype: 'i4', Array: Int32Array, minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
];

const FLOATS: ValueType = { dtype: 'f8', Array: Float64Array };

/** For integers from `minimum` to `maximum`: float64 if they are beyond 32 bits. */
export function smallestIntegers(minimum: number, maximum: number): ValueType {
  return INTEGERS.find((type) => minimum >= type.minimum && maximum <= type.maximum) ?? FLOATS;
}

/** Follows values as they come, to say at the end which type holds them all. */
export class ValueRange {
  #areIntegers = true;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;

  /** NaN stands for values that come later. */
  add(values: Float64Array): void {
    if (!this.#areIntegers) return;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value % 1 !== 0 && !Number.isNaN(value)) {
        this.#areIntegers = false;
        return;
      }
      if (value < this.#minimum) this.#minimum = value;
      if (value > this.#maximum) this.#maximum = value;
    }
  }

  get type(): ValueType {
    return this.#areIntegers ? smallestIntegers(this.#minimum, this.#maximum) : FLOATS;
  }
}
