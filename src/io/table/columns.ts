/** Which columns of a table are a network's inputs, and which one holds classes. */

import { DataError } from '../../data/samples.ts';
import { inWords, nearestName, plural } from '../../tensor/words.ts';
import { OptionError } from '../errors.ts';
import { type DecimalSign, isGrouped } from './cells.ts';
import { areClasses, isClassName } from './classColumn.ts';
import { cellsOf, leftOut, noteOnIndex, notesOnCounters, notesOnThousands, someOf } from './columnNotes.ts';
import { type Contents, contentsOf } from './contents.ts';
import type { Row } from './rows.ts';

/** How a table is read. */
export interface TableOptions {
  /** The names of the columns to take, in this order. Without a header: their numbers, `1` for the first. @default all columns of numbers */
  readonly columns?: readonly string[] | undefined;
  /** The column that holds the class of each row: it is no feature. @default one named label, class, species or target */
  readonly labelColumn?: string | undefined;
  /** What becomes of rows with missing cells, empty ones, NA and the like: left out, or filled in with the mean of the column. @default `mean` if the form has means, else they are refused */
  readonly missing?: 'drop' | 'mean' | undefined;
  /** The names of a trained model's features: in a table with a header, the columns are found by them. */
  readonly featureNames?: readonly string[] | undefined;
  /** How the table was read that a model was trained on: what no option says is done alike. */
  readonly form?: TableForm | undefined;
}

/** What a model keeps of how its table was written and read, as plain JSON. */
export interface TableForm {
  readonly kind: 'table';
  readonly delimiter: string;
  readonly decimal: DecimalSign;
  /** That names beyond ASCII need a byte order mark, as Excel takes them for others without it. */
  readonly byteOrderMark?: true;
  /** The names of the columns in the header, if the features were given others: other tables' columns are found by these. */
  readonly columns?: readonly string[];
  /** Without a header: the numbers from 1 of the columns that were taken, if these are not all. */
  readonly positions?: readonly number[];
  /** The name of the column that holds classes, or its number from 1, if only an option said so. */
  readonly labelColumn?: string;
  /** The mean of each feature, if missing cells were filled in with it. */
  readonly means?: readonly number[];
}

/** The columns by their positions from 0. */
export interface ColumnChoice {
  /** The name of each column of the table, all of them different. */
  readonly names: readonly string[];
  readonly features: readonly number[];
  readonly classes: number | undefined;
  /** Whether an option names that column. */
  readonly isClassColumnNamed: boolean;
  /** Columns that are left out because all their cells in the first part of the table are missing. */
  readonly empty: readonly number[];
  /** Columns of whole numbers with points between thousands, in a table with decimal commas. */
  readonly whole: readonly number[];
  readonly notes: readonly string[];
}

/**
 * @param header - Undefined if the table has none: columns go by their numbers from 1.
 * @param rows - The first rows of data, all of the same width.
 * @throws {OptionError} If there is no column of a name that was asked for, or nothing is left to choose.
 * @throws {DataError} If a name that was asked for is there twice, or no column holds numbers.
 */
export function chooseColumns(
  header: Row | undefined,
  rows: readonly Row[],
  decimal: DecimalSign,
  options: TableOptions,
): ColumnChoice {
  const width = (header ?? rows[0] ?? []).length;
  const table = columnNames(header, width);
  const { columns, labelColumn } = options;
  const chosen = columns ? positionsOf(table, columns) : featuresOfModel(table, header, options);
  const asked = labelColumn === undefined ? undefined : positionOf(table, labelColumn, 'labelColumn');
  if (asked !== undefined && columns && chosen?.includes(asked)) {
    throw new OptionError(
      (option) =>
        `column '${labelColumn}' is named in both ${option('columns')} and ${option('labelColumn')}, expected it in one: it holds either a feature or classes.`,
    );
  }
  const isFree = (j: number) => !chosen?.includes(j) && areClasses(cellsOf(rows, j), decimal);
  const isKnown = (name: string) => name === options.form?.labelColumn;
  const isNamed = (name: string) => header !== undefined && isClassName(name);
  const classes =
    asked ??
    // That of the model, or else one with a usual name.
    [isKnown, isNamed]
      .map((isIt) => table.given.findIndex((name, j) => isIt(name) && isFree(j)))
      .find((j) => j >= 0);

  const contents = table.given.map((_, j) => contentsOf(cellsOf(rows, j), decimal));
  const index = noteOnIndex(header, contents[0], cellsOf(rows, 0));
  const others = [...contents.keys()].filter((j) => j !== classes);
  const features =
    chosen?.filter((j) => j !== asked) ??
    others.filter((j) => contents[j].kind === 'numbers' && !(j === 0 && index !== undefined));
  if (features.length === 0) throw noNumbers(table, others, contents);
  const taken = new Set(features);
  const left = others.filter((j) => !taken.has(j));
  const whole = features.filter((j) => contents[j].areWhole);
  const choice = { names: table.names, features, classes, isClassColumnNamed: asked !== undefined, whole };
  const grouped = features.filter((j) => whole.includes(j) || rows.some((row) => isGrouped(row[j], decimal)));
  const thousands = notesOnThousands(table.names, grouped, decimal);
  if (chosen) {
    // Those who named columns know that they did; a model's names they may not know.
    const notes = columns ? [] : leftOut(table.names, left, 'the model has no such feature');
    return { ...choice, empty: [], notes: [...notes, ...thousands] };
  }
  const ofKind = (kind: Contents['kind']) => left.filter((j) => contents[j].kind === kind);
  const leftOutAs = (kind: Contents['kind'], what: string) => {
    const found = ofKind(kind);
    const examples = someOf(found.map((j) => inWords(contents[j].word)));
    return leftOut(
      table.names,
      found,
      `${found.length === 1 ? 'it holds' : 'they hold'} ${what} (${examples})`,
    );
  };
  const empty = ofKind('empty');
  const notes = [
    ...(index !== undefined && left.includes(0) ? [index] : []),
    ...leftOutAs('words', 'no numbers'),
    ...leftOutAs('mixed', 'words beside numbers'),
    ...leftOutAs('amounts', 'amounts or percentages, which are numbers only without their signs'),
    ...thousands,
    ...leftOut(table.names, empty, 'all cells are missing'),
    ...notesOnCounters(table.names, features, { rows, decimal }),
  ];
  return { ...choice, empty, notes };
}

export interface ColumnNames {
  /** The names as they stand in the header, or numbers. */
  readonly given: readonly string[];
  /** The same, made different. */
  readonly names: readonly string[];
}

/** @param header - Undefined if the table has none. */
export function columnNames(header: Row | undefined, width: number): ColumnNames {
  const given = namesIn(header ?? new Array<string>(width).fill(''));
  return { given, names: different(given) };
}

/** A column without a name goes by its number, from 1, if no other is called so. */
function namesIn(header: Row): string[] {
  const names = header.map((name) => name.trim());
  const taken = new Set(names);
  return names.map((name, j) => name || (taken.has(String(j + 1)) ? `Unnamed: ${j}` : String(j + 1)));
}

/** As pandas makes them different: `a`, `a.1`. */
function different(given: readonly string[]): string[] {
  const taken = new Set(given);
  const seen = new Set<string>();
  const next = new Map<string, number>();
  return given.map((name) => {
    let own = name;
    if (seen.has(name)) {
      let number = next.get(name) ?? 1;
      while (taken.has(`${name}.${number}`)) number++;
      next.set(name, number + 1);
      own = `${name}.${number}`;
      taken.add(own);
    }
    seen.add(own);
    return own;
  });
}

function positionsOf(table: ColumnNames, columns: readonly string[]): number[] {
  const positions = columns.map((name) => positionOf(table, name, 'columns'));
  const twice = positions.find((j, i) => positions.indexOf(j) !== i);
  if (twice === undefined && positions.length > 0) return positions;
  throw new OptionError((option) =>
    twice === undefined
      ? `${option('columns')} names no column, expected some of: ${someOf(table.names)}.`
      : `${option('columns')} names column '${table.names[twice]}' twice, expected each once.`,
  );
}

/**
 * The column of this name.
 *
 * @param from - The option that names it.
 * @throws {OptionError} If there is none.
 * @throws {DataError} If there are several.
 */
export function positionOf(
  { given, names }: ColumnNames,
  name: string,
  from: 'columns' | 'labelColumn',
): number {
  const first = given.indexOf(name);
  if (first >= 0 && given.indexOf(name, first + 1) >= 0) {
    throw new DataError(
      `the header names more than one column '${name}', expected one: give them different names.`,
    );
  }
  const position = first >= 0 ? first : names.indexOf(name);
  if (position >= 0) return position;
  const near = nearestName(name, names);
  throw new OptionError(
    (option) =>
      `${option(from)}: there is no column '${name}'${near === undefined ? '' : ` (did you mean '${near}'?)`}, expected ${from === 'columns' ? 'some' : 'one'} of: ${someOf(names)}.`,
  );
}

/** Undefined if nothing is said of them that is to be found here. */
function featuresOfModel(
  { names }: ColumnNames,
  header: Row | undefined,
  { featureNames: features, form }: TableOptions,
): number[] | undefined {
  if (!header) {
    const isWide = form?.positions?.every((position) => position <= names.length);
    return isWide ? form?.positions?.map((position) => position - 1) : undefined;
  }
  if (!features) return undefined;
  const positions = new Map(names.map((name, j) => [name, j]));
  const lacking = features.filter((name) => !positions.has(name));
  if (lacking.length === 0) return features.map((name) => positions.get(name) as number);
  throw new OptionError(
    (option) =>
      `the model takes the ${plural(features.length, 'feature')} ${someOf(features)}, but the table has no column ${someOf(lacking.map((name) => `'${name}'`))}; it has ${someOf(names)}: say with ${option('columns')} which ones to take, in the model's order.`,
  );
}

function noNumbers(table: ColumnNames, others: readonly number[], contents: readonly Contents[]): DataError {
  const found = others
    .filter((j) => contents[j].word !== undefined)
    .map((j) => `'${table.names[j]}' holds ${inWords(contents[j].word)}`);
  return new DataError(
    `no column holds numbers${found.length > 0 ? ` (${someOf(found)})` : ''}, expected at least one.`,
  );
}
