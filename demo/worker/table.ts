/** Tables of numbers: CSV and TSV files, as spreadsheets write them. src/io/table reads them; the page adds its pictures and colours. */

import { DataError } from '../../src/index.ts';
import { CellError } from '../../src/io/table/rowReader.ts';
import { readTable as readNumbers, type Table } from '../../src/io/table/tableReader.ts';
import type { RawData } from './dataset.ts';

/** A row of this many pixels may be a flattened image: 8×8 and larger squares. */
const SMALLEST_PICTURE = 64;
/** More different words than this are names rather than classes. */
const MOST_CLASSES = 20;

const isSquare = (count: number) => count >= SMALLEST_PICTURE && Number.isInteger(Math.sqrt(count));

/**
 * The numeric columns of a table as samples `[rows, columns]`. A column named `label`, `class`, `species` or `target` that
 * holds few different words or small integers is no input: its values are the classes. Integers from 0 to 255 in a square
 * number of columns, as in the CSV files of MNIST, are the pixels of an image.
 *
 * @throws {DataError} If a cell is missing, or no column is numeric.
 * @throws {FormatError} If rows have different lengths, or quotes are in wrong places.
 */
export function readTable(bytes: Uint8Array): Omit<RawData, 'name'> {
  const table = readCells(bytes);
  const notes = table.notes.map((note) => `${note[0].toUpperCase()}${note.slice(1)}.`);
  const named = coloured(table, notes);
  const [rows, columns] = table.shape;
  const beside = table.featureNames || named ? -1 : besidePixels(table);
  if (beside >= 0) notes.push(`Column ${beside + 1} is no input: it colours the latent plane.`);
  const labels = named ?? (beside < 0 ? undefined : Uint8Array.from(columnOf(table, beside)));
  const data = beside < 0 ? table.data : table.data.filter((_, i) => i % columns !== beside);
  const width = beside < 0 ? columns : columns - 1;
  const isPicture = isSquare(width) && areBytes(data);
  const array = {
    shape: [rows, width],
    data: isPicture ? Uint8Array.from(data) : Float64Array.from(data),
  };
  return { notes, array, labels, isTable: !isPicture };
}

/** The page has no options that the advice of an error could be about. */
function readCells(bytes: Uint8Array): Table {
  try {
    return readNumbers(bytes);
  } catch (error) {
    if (!(error instanceof CellError)) throw error;
    throw new DataError(`${error.problem}: fill it in, or leave the row out.`);
  }
}

const areBytes = (values: Table['data']) =>
  values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);

/** The classes that the table names, if the page has colours for them; the notes say which. */
function coloured({ classes }: Table, notes: string[]): Uint8Array | undefined {
  if (!classes) return undefined;
  const { labels, names } = classes;
  if (!areBytes(labels) || (names && names.length > MOST_CLASSES)) {
    notes.push('There are more classes than the page has colours for.');
    return undefined;
  }
  const meaning = names?.map((name, i) => `${i} is ${name}`).join(', ');
  notes.push(`Classes colour the latent plane${meaning ? `: ${meaning}` : ''}.`);
  return Uint8Array.from(labels);
}

/** Without names: where one column is more than a square of pixels, the first or the last one that is not always the same. */
function besidePixels(table: Table): number {
  const last = table.shape[1] - 1;
  if (!isSquare(last)) return -1;
  const found = [0, last].find((j) => columnOf(table, j).some((value, _, all) => value !== all[0])) ?? -1;
  return found >= 0 && areBytes(columnOf(table, found)) ? found : -1;
}

function columnOf({ data, shape: [rows, columns] }: Table, j: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => data[i * columns + j]);
}
