/** Class labels from a file: an integer or a word for each sample. Read load.ts first. */

import { basename } from 'node:path';
import { DataError, DTYPE_NAMES } from '../../data/samples.ts';
import { type OptionNames, requireInteger, requireOptions } from '../../tensor/options.ts';
import { formatShape } from '../../tensor/shape.ts';
import { plural } from '../../tensor/words.ts';
import { namingFile, readWholeFile, requirePath } from '../files/files.ts';
import { withPackage } from '../optionalPackage.ts';
import { loadArray } from './load.ts';
import { findReader } from './readers.ts';
import { requireName } from './readOptions.ts';
import type { ClassLabels } from './sampleSource.ts';
import { refuseUnsuited } from './suitableOptions.ts';

/** Options of {@link loadLabels}. */
export interface LabelOptions {
  /** Which array of an `.npz` to take. @default the only one, or of several 'y_train' */
  readonly key?: string | undefined;
  /** Which column of a table to take, by its name. @default the only one, or one named label, class, species or target */
  readonly labelColumn?: string | undefined;
  /** How many there must be. */
  readonly count: number;
}

const OPTIONS: OptionNames<LabelOptions> = { key: true, labelColumn: true, count: true };

/** Labels, and the words that they stand for. */
export type LoadedLabels = ClassLabels;

/**
 * Loads one label for each sample.
 *
 * @param path - A table (`.csv`, `.tsv`) with a column of integers or words, which become 0, 1, … in the order of the
 *   alphabet; or `.npy`, `.npz` or IDX, of shape `[n]` or `[n, 1]`, or `[]` for one sample, of integers or bool.
 * @throws {TypeError} If an option is unknown or has a value of another kind.
 * @throws {RangeError} If the count is not an integer >= 0.
 * @throws {FileError} If the file can't be read.
 * @throws {FormatError} If it is not what its name says, is damaged, or has no keys or columns although one is named; or if
 *   it has several columns and none is named or called label, class, species or target.
 * @throws {DataError} If the shape or type is another one, or there are not as many labels as samples.
 * @example
 * await writeFileAtomically('labels.npy', writeNpy({ shape: [100], data: labels }));
 * (await loadLabels('labels.npy', { count: 100 })).labels.length; // 100
 */
export async function loadLabels(path: string, options: LabelOptions): Promise<LoadedLabels> {
  requireOptions('loadLabels', options, OPTIONS);
  requirePath('loadLabels', path);
  const { key, labelColumn, count } = options;
  requireInteger('loadLabels', 'count', count, 0);
  requireName('loadLabels', 'labelColumn', labelColumn);
  const reader = await findReader(path);
  refuseUnsuited(path, reader, { key, labelColumn });
  const found =
    reader.contents === 'table'
      ? await loadTableLabels(path, { labelColumn, count })
      : await loadArrayLabels(path, key);
  if (found.labels.length !== count) {
    throw new DataError(
      `${path}: it holds ${plural(found.labels.length, 'label')}, expected ${count}, one for each sample.`,
    );
  }
  return found;
}

async function loadTableLabels(
  path: string,
  options: Pick<LabelOptions, 'labelColumn' | 'count'>,
): Promise<ClassLabels> {
  const bytes = await readWholeFile(path);
  const load = () => import('../../io/table/readClasses.ts');
  const { readClasses } = await withPackage('papaparse', 'tables', load);
  const { source, ...classes } = namingFile(path, () => readClasses(bytes, options));
  return { ...classes, source: `${basename(path)}, ${source}` };
}

async function loadArrayLabels(path: string, key: string | undefined): Promise<ClassLabels> {
  const { shape, data, dtype, source } = await loadArray(path, { key, preferredKey: 'y_train' });
  const [, ...rest] = shape; // a single number, [], is the label of one sample
  if (rest.some((length) => length !== 1)) {
    const hint = rest.length === 1 ? ' (of one-hot rows: np.argmax(labels, 1))' : '';
    throw new DataError(
      `${path}: the labels are ${formatShape(shape)}, expected [n] or [n, 1], an integer for each sample${hint}.`,
    );
  }
  if (dtype.startsWith('f')) {
    throw new DataError(
      `${path}: the labels are ${DTYPE_NAMES[dtype]}, expected integers: save labels.astype('int64').`,
    );
  }
  return { labels: data, names: undefined, source };
}
