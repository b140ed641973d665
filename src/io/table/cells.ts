/** What a cell of a table says: a number, a missing value, or a word. */

export type DecimalSign = '.' | ',';

/** What pandas reads as missing, in small letters, and the signs that people write for it. */
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
  'none',
  '?',
  '-',
  '1.#ind',
  '-1.#ind',
  '1.#qnan',
  '-1.#qnan',
]);
const LONGEST_MISSING = Math.max(...Array.from(MISSING, (text) => text.length));

/** Of a class only these are: "none" and "-" may be its name. */
const MISSING_CLASS: ReadonlySet<string> = new Set(['', 'na', 'n/a', '#n/a', '<na>', 'nan']);

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

/**
 * The number in a cell, or NaN if it holds none: only plain decimal notation, with an exponent or without, within the range
 * of float64, is one. With a decimal comma, a point is not taken for anything: it may stand between thousands.
 */
export function numberIn(cell: string, decimal: DecimalSign): number {
  if (decimal === ',') {
    return cell.includes('.') ? Number.NaN : numberIn(cell.replace(',', '.'), '.');
  }
  const value = Number(cell);
  // Number reads more than plain notation: an empty cell as 0, 0x10, Infinity. The second character tells most cells apart.
  if (value !== 0 && value - value === 0 && !(cell.charCodeAt(1) > NINE) && cell.charCodeAt(0) !== 0x20) {
    return value;
  }
  return value - value === 0 && PLAIN.test(cell.trim()) ? value : Number.NaN;
}

export function isWord(cell: string, decimal: DecimalSign): boolean {
  return !isMissing(cell) && Number.isNaN(numberIn(cell, decimal));
}
