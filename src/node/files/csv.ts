/** Tables of delimited values, as RFC 4180 and spreadsheets read them: single lines, and samples as rows, piece by piece. */

import { isFloat } from '../../data/normalization.ts';
import { type Normalization, type SampleArray, scalingOf } from '../../data/samples.ts';

/** A field with the delimiter, a quote or a line break stands in quotes, and its quotes are doubled. */
function csvField(value: string | number, delimiter: string): string {
  const text = String(value);
  return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvLine(fields: readonly (string | number)[], delimiter = ','): string {
  return fields.map((field) => csvField(field, delimiter)).join(delimiter);
}

/** How the cells of a table are set apart, and what stands before their decimals. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly decimal: '.' | ',';
  /** Before a header: Excel takes letters beyond ASCII for others without one. @default false */
  readonly byteOrderMark?: boolean;
}

export interface CsvColumns {
  /** Their number. */
  readonly count: number;
  /** The header line. Undefined: the table has none. */
  readonly names: readonly string[] | undefined;
  /** How the network's outputs became the values: it says how exact these are. */
  readonly normalization: Normalization;
}

/**
 * Text is passed on in pieces of about this many characters. A text that grows is a tree of its parts: it takes many times
 * this memory until it is encoded, and longer pieces live long enough to be moved where garbage stays for a while.
 */
const PIECE_LENGTH = 2 ** 16;

/**
 * The bytes of a table, in UTF-8, with lines that end with a line feed.
 *
 * @param batches - Whole rows, in the units of the data, as `denormalize` gives them.
 */
export async function* csvTable(
  batches: AsyncIterable<SampleArray>,
  { count, names, normalization }: CsvColumns,
  dialect: CsvDialect,
): AsyncGenerator<Uint8Array, void> {
  const { delimiter, byteOrderMark = false } = dialect;
  const encoder = new TextEncoder();
  if (names) yield encoder.encode(`${byteOrderMark ? '\uFEFF' : ''}${csvLine(names, delimiter)}\n`);
  for await (const values of batches) {
    const cell = cellWriter(values, normalization, dialect);
    let text = '';
    for (let start = 0; start < values.length; start += count) {
      text += cell(start, 0);
      for (let column = 1; column < count; column++) text += delimiter + cell(start + column, column);
      text += '\n';
      if (text.length < PIECE_LENGTH) continue;
      yield encoder.encode(text);
      text = '';
    }
    if (text !== '') yield encoder.encode(text);
  }
}

/** What writes value `i`, which is in this column. */
function cellWriter(
  values: SampleArray,
  normalization: Normalization,
  { delimiter, decimal }: CsvDialect,
): (i: number, column: number) => string {
  if (!isFloat(normalization.dtype)) return (i) => String(values[i]);
  const { shifts, scales } = scalingOf(normalization);
  const isUnscaled = normalization.kind === 'none'; // then the scale, 1, says nothing about the values
  const isSingle = values[Symbol.toStringTag] === 'Float32Array';
  return (i, column) => {
    const value = values[i];
    const j = scales.length === 1 ? 0 : column;
    const deviation = Math.abs(value - shifts[j]);
    const largest = Math.max(isUnscaled ? 0 : scales[j], deviation, isSingle ? Math.abs(value) : 0);
    const text = decimalText(value, largest);
    if (decimal === '.' || !text.includes('.')) return text;
    const withComma = text.replace('.', ',');
    return delimiter === ',' ? `"${withComma}"` : withComma;
  };
}

/** Float32 has so many significant digits, those of the largest number that took part in computing a value. */
const DIGITS = 7;

/** Exact powers of ten: with more decimals a cell is mostly zeros. */
const UNITS = Array.from({ length: 21 }, (_, decimals) => Number(`1e${decimals}`));

/**
 * A value with the digits that it deserves and no more, and without an exponent where a few zeros do.
 *
 * @param largest - The largest of the numbers that it was computed from in float32: its own deviation from the mean, or the
 *   scale that a network's output was multiplied by.
 */
export function decimalText(value: number, largest: number): string {
  if (value === 0) return '0';
  const decimals = DIGITS - Math.ceil(Math.log10(largest));
  const unit = UNITS[decimals];
  const units = Math.round(Math.abs(value) * unit);
  if (!(units < 2 ** 53)) return textOfDigits(value, decimals);
  // Two integers, which are written several times as fast as the number that they make.
  const whole = Math.floor(units / unit);
  let fraction = units - whole * unit;
  let places = decimals;
  while (fraction % 10 === 0 && places > 0) {
    fraction /= 10;
    places--;
  }
  const sign = value < 0 && units > 0 ? '-' : '';
  return places === 0 ? `${sign}${whole}` : `${sign}${whole}.${String(fraction).padStart(places, '0')}`;
}

/** The same for any number of decimals, also a negative one: then the digits before the point are rounded. */
function textOfDigits(value: number, decimals: number): string {
  const digits = Math.floor(Math.log10(Math.abs(value))) + 1 + decimals;
  return String(Number(value.toPrecision(Math.min(17, Math.max(1, digits)))));
}
