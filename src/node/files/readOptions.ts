/** What can be said about how files are read, by kind of file. load.ts takes all of it and passes on what a reader needs. */

import { NPZ_OPTIONS, type NpzOptions } from '../../io/numpy/npz.ts';
import type { OptionNames } from '../../tensor/options.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { PictureOptions } from '../pictures/pictureStack.ts';
import type { SampleForm } from './sampleSource.ts';

export type { PictureOptions };

/** For tables: `.csv`, `.tsv`. */
export interface TableOptions {
  /** The names of the columns to take, in this order. Without a header: their numbers, `1` for the first. @default all columns of numbers */
  readonly columns?: readonly string[] | undefined;
  /** The column that holds the class of each row: it is no feature. @default one named label, class, species or target */
  readonly labelColumn?: string | undefined;
  /** What becomes of rows with empty cells, NA and the like: left out, or filled in with the mean of the column. @default they are refused */
  readonly missing?: 'drop' | 'mean' | undefined;
  /** The names of a trained model's features: in a table with a header, the columns are found by them. */
  readonly featureNames?: readonly string[] | undefined;
  /** What `missing: 'mean'` fills in for each of the columns taken. @default the means of the file's other rows */
  readonly means?: readonly number[] | undefined;
}

/** For `.wav`. */
export interface SoundOptions {
  /** How many sound samples make one sample for the network. @default 512 */
  readonly frame?: number | undefined;
}

export interface LoadOptions extends NpzOptions, Omit<TableOptions, 'means'>, PictureOptions, SoundOptions {
  /** What a trained model takes, such as [28, 28]: then an array of one sample, [28, 28] or [784], is read as [1, 28, 28]. */
  readonly sampleShape?: Shape | undefined;
  /** How the training data of a model was read: where the file is of this kind, what no option says is done alike. */
  readonly form?: SampleForm | undefined;
}

export const LOAD_OPTIONS: OptionNames<LoadOptions> = {
  ...NPZ_OPTIONS,
  columns: true,
  labelColumn: true,
  missing: true,
  resize: true,
  gray: true,
  background: true,
  frame: true,
  sampleShape: true,
  featureNames: true,
  form: true,
};
