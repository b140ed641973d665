/** Reconstructions of samples that are not images: a few of them as a table for spreadsheets, in place of a picture. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { type Samples, scalingOf } from '../../data/samples.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { type CsvDialect, csvLine } from '../files/csv.ts';
import { type RestoringOptions, restoreSome } from '../pictures/display.ts';
import { featureHeads } from '../samples/featureNames.ts';

/** What a person reads, and what spreadsheets open quickly. */
const MAX_SAMPLES = 10;
const MAX_NUMBERS = 100_000;

/** Significant digits, counted from a feature's scale: a float32, such as an input, has about seven. */
const DIGITS = 7;

export interface TableOptions extends RestoringOptions {
  /** @default 'feature 0', 'feature 1', … */
  readonly featureNames?: readonly string[] | undefined;
  /** How the training data was written, which the same program opens. @default commas and points */
  readonly dialect?: CsvDialect | undefined;
}

const COMMAS_AND_POINTS: CsvDialect = { delimiter: ',', decimal: '.' };

/**
 * The first samples, at least one, as CSV in the units of the data: a column for each feature, and for each sample the
 * lines `original`, `noisy` (only with noise), `restored` and `error` (restored - original). With a target they are
 * `target`, `given` (what the model got), `restored` and `error` (restored - target).
 *
 * @throws {ShapeError} If the samples don't fit the model.
 */
export function reconstructionTable(
  autoencoder: Autoencoder,
  samples: Samples,
  { featureNames, dialect = COMMAS_AND_POINTS, ...options }: TableOptions = {},
): string {
  const { shifts, scales } = scalingOf(autoencoder.normalization);
  const features = sizeOf(autoencoder.inputShape);
  const count = Math.max(1, Math.min(MAX_SAMPLES, Math.floor(MAX_NUMBERS / features)));
  const { originals, seen, restored } = restoreSome(autoencoder, samples, count, options);
  const [first, second] = options.target ? ['target', 'given'] : ['original', 'noisy'];
  const decimals = scales.map((scale) =>
    Math.min(100, Math.max(0, DIGITS - 1 - Math.floor(Math.log10(scale)))),
  );
  const unitsOf = (inputs: Float32Array) =>
    Array.from(inputs, (input, j) => input * scales[j % scales.length] + shifts[j % shifts.length]);
  const { delimiter, decimal, byteOrderMark = false } = dialect;
  const textOf = (value: number, j: number) =>
    String(Number(value.toFixed(decimals[j % decimals.length]))).replace('.', decimal);
  const head = ['sample', 'values', ...featureHeads(featureNames, features)];
  const lines = [`${byteOrderMark ? '\uFEFF' : ''}${csvLine(head, delimiter)}`];
  for (let i = 0; i < originals.shape[0]; i++) {
    const [x, input, y] = [originals, seen, restored].map((all) => all && unitsOf(all.rows(i, i + 1).data));
    const error = x!.map((value, j) => y![j] - value);
    for (const [name, values] of Object.entries({ [first]: x, [second]: input, restored: y, error })) {
      if (values) lines.push(csvLine([i, name, ...values.map(textOf)], delimiter));
    }
  }
  return `${lines.join('\n')}\n`;
}
