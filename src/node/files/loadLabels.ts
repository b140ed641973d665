/** Class labels from a file: integers, one a sample. Read load.ts first. */

import { DataError, DTYPE_NAMES, type SampleArray } from '../../data/samples.ts';
import { type OptionNames, requireInteger, requireOptions } from '../../tensor/options.ts';
import { formatShape } from '../../tensor/shape.ts';
import { plural } from '../../tensor/words.ts';
import { loadArray } from './load.ts';

export interface LabelOptions {
  /** Which array of an `.npz` to take. @default 'y_train', else the only one */
  readonly key?: string | undefined;
  /** How many there must be. */
  readonly count: number;
}

const OPTIONS: OptionNames<LabelOptions> = { key: true, count: true };

export interface LoadedLabels {
  readonly labels: SampleArray;
  /** What was read, for people. */
  readonly source: string;
}

/**
 * @param path - `.npy`, `.npz` or IDX, of shape `[n]` or `[n, 1]`, or `[]` for one sample, of integers or bool.
 * @throws {FileError} If the file can't be read.
 * @throws {FormatError} If it is not what its name says, or is damaged.
 * @throws {DataError} If the shape or type is another one, or there are not as many labels as samples.
 */
export async function loadLabels(path: string, options: LabelOptions): Promise<LoadedLabels> {
  requireOptions('loadLabels', options, OPTIONS);
  const { key, count } = options;
  requireInteger('loadLabels', 'count', count, 0);
  const { shape, data, dtype, source } = await loadArray(path, { key, preferredKey: 'y_train' });
  const [found = 1, ...rest] = shape; // a single number is the label of one sample
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
  if (found !== count) {
    throw new DataError(
      `${path}: it holds ${plural(found, 'label')}, expected ${count}, one for each sample.`,
    );
  }
  return { labels: data, source };
}
