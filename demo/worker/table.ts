/** Tables of numbers: CSV and TSV files, as spreadsheets write them. */

import Papa from 'papaparse';
import { DataError } from '../../src/index.ts';
import type { RawData } from './dataset.ts';

/** A row of this many pixels may be a flattened image: 8×8 and larger squares. */
const SMALLEST_PICTURE = 64;

const isClassName = (name: string) => /^(label|class|species|target)(s|es)?$/i.test(name);
/** More different words than this are names rather than classes. */
const MOST_CLASSES = 20;

const isSquare = (count: number) => count >= SMALLEST_PICTURE && Number.isInteger(Math.sqrt(count));

const HOLE = /^\s*(|na|n\/a|nan|null|\?)\s*$/i;

const isNumber = (text: string) => text.trim() !== '' && Number.isFinite(Number(text));

/**
 * The numeric columns of a table as samples `[rows, columns]`. A column named `label`, `class`, `species` or `target` that
 * holds few different words or small integers is no input: its values are the classes. Integers from 0 to 255 in a square
 * number of columns, as in the CSV files of MNIST, are the pixels of an image.
 *
 * @throws {DataError} If rows have different lengths, a cell of a numeric column is empty, or no column is numeric.
 */
export function readTable(text: string): Omit<RawData, 'name'> {
  const { data: rows, meta } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), {
    skipEmptyLines: 'greedy',
  });
  if (meta.delimiter === ';') decimalPoints(rows);
  const hasHeader = rows.length > 1 && !rows[0].some(isNumber);
  const [heads] = rows;
  const body = hasHeader ? rows.slice(1) : rows;
  if (body.length === 0) throw new DataError('the table is empty, expected rows of numbers.');
  const width = heads.length;
  const ragged = rows.findIndex((row) => row.length !== width);
  if (ragged >= 0) {
    throw new DataError(
      `row ${ragged + 1} has another number of cells than row 1: ${rows[ragged].length}, expected ${width}.`,
    );
  }
  const names = heads.map((head, j) => (hasHeader ? head.trim() : `column ${j + 1}`));
  const all = names.map((_, j) => j);
  // A column of numbers with a hole in it is meant as one of numbers.
  const numeric = all.filter(
    (j) => body.some((row) => isNumber(row[j])) && isNumberColumn(body, j, names[j], hasHeader),
  );
  const classes = classesIn(body, names, hasHeader ? names.findIndex(isClassName) : besidePixels(body));
  const columns = numeric.filter((j) => j !== classes?.column);
  if (columns.length === 0) throw new DataError('the table has no column of numbers.');
  const left = all.filter((j) => !numeric.includes(j) && j !== classes?.column).map((j) => names[j]);
  const values = Float64Array.from(body.flatMap((row) => columns.map((j) => Number(row[j]))));
  const isPicture =
    isSquare(columns.length) &&
    values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);
  return {
    notes: [
      ...(classes ? [classes.note] : []),
      ...(left.length > 0 ? [`Columns that hold no numbers were left out: ${left.join(', ')}.`] : []),
    ],
    array: { shape: [body.length, columns.length], data: isPicture ? Uint8Array.from(values) : values },
    labels: classes?.labels,
    isTable: !isPicture,
  };
}

/** With semicolons between cells, the comma is the decimal point. */
function decimalPoints(rows: string[][]): void {
  for (const row of rows) {
    row.forEach((cell, j) => {
      if (/^\s*[-+]?\d+,\d+\s*$/.test(cell)) row[j] = cell.replace(',', '.');
    });
  }
}

function isNumberColumn(body: readonly string[][], j: number, name: string, hasHeader: boolean): boolean {
  const other = body.findIndex((row) => !isNumber(row[j]));
  if (other < 0) return true;
  if (body.some((row) => !isNumber(row[j]) && !HOLE.test(row[j]))) return false; // words
  throw new DataError(
    `row ${other + 1 + Number(hasHeader)}, column '${name}' is '${body[other][j]}', expected a number: fill it in or leave the row out.`,
  );
}

/** Without names: where one column is more than a square of pixels, the first or the last one that is not always the same. */
function besidePixels(body: readonly string[][]): number {
  const last = body[0].length - 1;
  if (!isSquare(last)) return -1;
  return [0, last].find((j) => body.some((row) => row[j] !== body[0][j])) ?? -1;
}

/** The column of classes, the class of each row, and a note that says so; undefined if there is none. */
function classesIn(body: readonly string[][], names: readonly string[], column: number) {
  if (column < 0) return undefined;
  const note = `Column '${names[column]}' is no input: it colours the latent plane`;
  const words = body.map((row) => row[column].trim());
  const numbers = words.map(Number);
  if (words.every(isNumber)) {
    const areClasses = numbers.every((value) => Number.isInteger(value) && value >= 0 && value < 256);
    return areClasses ? { column, labels: Uint8Array.from(numbers), note: `${note}.` } : undefined;
  }
  const kinds = [...new Set(words)].sort();
  if (kinds.length > MOST_CLASSES || words.some(isNumber)) return undefined;
  const meaning = kinds.map((kind, i) => `${i} is ${kind || 'empty'}`).join(', ');
  return {
    column,
    labels: Uint8Array.from(words, (word) => kinds.indexOf(word)),
    note: `${note}, where class ${meaning}.`,
  };
}
