/** What is known about a table when all of it has been read. */

import { DataError, type DType, type SampleArray } from '../../data/samples.ts';
import { inWords, plural } from '../../tensor/words.ts';
import { OptionError } from '../errors.ts';
import type { Classes } from './classColumn.ts';
import { someOf } from './columnNotes.ts';
import type { TableForm, TableOptions } from './columns.ts';
import type { TableLayout } from './layout.ts';
import type { RowReader } from './rowReader.ts';
import type { TextPieces } from './textPieces.ts';

export interface TableFacts {
  /** How many rows became samples. */
  readonly rows: number;
  /** How many columns the table has, those included that are left out. */
  readonly columns: number;
  /** How many columns are taken. */
  readonly features: number;
  /** Their names; undefined without a header. */
  readonly featureNames: readonly string[] | undefined;
  readonly classes: TableClasses | undefined;
  /** The smallest integers that hold all values, or float64. */
  readonly dtype: DType;
  /** How the table is written, and what was filled in. */
  readonly form: TableForm;
  /** The line of the file, from 1, in which sample `i` begins, from 0. */
  readonly lineOf: (i: number) => number;
  /** What people should know: sentences without a full stop. */
  readonly notes: readonly string[];
  /** Makes the samples' values of rows that were read: missing cells are filled in, in place, and the type is `dtype`. */
  readonly finish: (values: Float64Array) => SampleArray;
}

export interface TableClasses extends Classes {
  /** For people: "column species". */
  readonly source: string;
}

const DELIMITER_NOTES: Readonly<Record<string, string>> = {
  ';': 'semicolons between cells',
  '\t': 'tabs between cells',
  '|': 'bars between cells',
  ' ': 'blanks between cells',
};

/**
 * @throws {OptionError} If no row is left.
 * @throws {DataError} If a column has no mean, or one that was named for them holds no classes.
 */
export function factsOf(
  layout: TableLayout,
  reader: RowReader,
  options: TableOptions,
  text: TextPieces,
): TableFacts {
  const { width, header, choice } = layout;
  const { names, features } = choice;
  const { counts, filled, range } = reader;
  if (counts.rows === 0) {
    throw new OptionError(
      (option) =>
        `each of the ${plural(counts.dropped, 'row')} has a missing cell, expected one without: ${option('missing', 'mean')} fills in the mean of the column, and ${option('columns')} names fewer columns.`,
    );
  }
  const means = options.missing === 'mean' ? meansOf(layout, reader, options) : undefined;
  if (means) range.add(means.filter((_, k) => filled[k] > 0)); // they are values, too
  const { dtype, Array: Values } = range.type;
  return {
    rows: counts.rows,
    columns: width,
    features: features.length,
    featureNames: header && features.map((j) => names[j]),
    classes: classesOf(layout, reader),
    dtype,
    form: { ...formOf(layout, text), ...(means && { means: Array.from(means) }) },
    lineOf: (i) => reader.lines.of(i),
    notes: notesOf(layout, reader, text),
    finish: (values) => {
      if (means) fillWith(means, values);
      if (dtype === 'f8') return values;
      const integers = new Values(values.length);
      integers.set(values);
      return integers;
    },
  };
}

/** What other tables, and results, need to be read and written alike. */
function formOf({ delimiter, decimal, width, header, choice }: TableLayout, text: TextPieces): TableForm {
  const { names, features, classes, isClassColumnNamed } = choice;
  const areAll = features.length === width && features.every((j, k) => j === k);
  const isLabelled = isClassColumnNamed && classes !== undefined;
  return {
    kind: 'table',
    delimiter,
    decimal,
    // What was windows-1252 comes back as UTF-8, and Excel, which writes the one, knows the other only by the mark.
    ...((text.hasMark || text.encoding === 'windows-1252') && { byteOrderMark: true }),
    ...(!header && !areAll && { positions: features.map((j) => j + 1) }),
    ...(isLabelled && { labelColumn: names[classes] }),
  };
}

function meansOf(layout: TableLayout, reader: RowReader, { form }: TableOptions): Float64Array {
  if (form?.means) return Float64Array.from(form.means);
  const { sums, filled, counts } = reader;
  const own = sums.map((sum, k) => sum / (counts.rows - filled[k]));
  const empty = filled.indexOf(counts.rows);
  if (empty < 0) return own;
  const { names, features } = layout.choice;
  throw new DataError(
    `column ${inWords(names[features[empty]])} has no mean: all its cells are missing, expected one that holds a number.`,
  );
}

function fillWith(means: Float64Array, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) values[i] = means[i % means.length];
  }
}

function classesOf({ choice }: TableLayout, { classes }: RowReader): TableClasses | undefined {
  if (choice.classes === undefined) return undefined;
  const name = choice.names[choice.classes];
  const found = classes?.end();
  if (found) return { ...found, source: `column ${name}` };
  if (!choice.isClassColumnNamed) return undefined;
  throw new DataError(
    `column ${inWords(name)} holds too many different cells for classes, expected at most 500 words or 65536 integers.`,
  );
}

function notesOf(layout: TableLayout, reader: RowReader, { encoding }: TextPieces): string[] {
  const { delimiter, decimal, comments, header, headerNotes, choice } = layout;
  const { names, features, classes } = choice;
  const { counts, filled } = reader;
  const allComments = comments + counts.comments;
  const dialect = [DELIMITER_NOTES[delimiter], decimal === ',' ? 'decimal comma' : undefined].filter(Boolean);
  const cells = filled.reduce((sum, count) => sum + count, 0);
  const inColumns = features.filter((_, k) => filled[k] > 0).map((j) => inWords(names[j]));
  const className = classes === undefined ? '' : inWords(names[classes]);
  const said: readonly (readonly [isSo: boolean, note: string])[] = [
    [encoding === 'windows-1252', 'the text is not in UTF-8 and was read as windows-1252'],
    [encoding?.startsWith('utf-16') === true, 'the text is in UTF-16'],
    [dialect.length > 0, dialect.join(', ')],
    [allComments > 0, `${plural(allComments, 'line')} of comments left out`],
    ...headerNotes.map((note) => [true, note] as const),
    [header === undefined, 'no header was found: columns go by their numbers from 1'],
    ...choice.notes.map((note) => [true, note] as const),
    [className !== '' && !reader.classes?.isFull, `column ${className} holds classes and is no feature`],
    [
      reader.classes?.isFull === true,
      `column ${className} was left out: it holds too many different cells for classes`,
    ],
    [counts.empty > 0, `${plural(counts.empty, 'row')} of empty cells left out`],
    [
      counts.dropped > 0,
      `${counts.dropped} of ${plural(counts.rows + counts.dropped, 'row')} left out for missing cells`,
    ],
    [
      cells > 0,
      `${plural(cells, 'missing cell')} filled in with the ${inColumns.length === 1 ? 'mean of column' : 'means of columns'} ${someOf(inColumns)}`,
    ],
  ];
  return said.flatMap(([isSo, note]) => (isSo ? [note] : []));
}
