/** What can be said about how files are read, by kind of file. load.ts takes all of it and passes on what a reader needs. */

import { NPZ_OPTIONS, type NpzOptions } from '../../io/numpy/npz.ts';
import type { TableOptions } from '../../io/table/columns.ts';
import { type OptionNames, requireOneOf, requireOptions } from '../../tensor/options.ts';
import type { Shape } from '../../tensor/shape.ts';
import { inWords } from '../../tensor/words.ts';
import type { PictureOptions } from '../pictures/pictureStack.ts';
import { type PatchOptions, requirePatches } from './patchOptions.ts';
import { isSampleForm, type SampleForm } from './sampleForm.ts';

/** For `.wav`. */
export interface SoundOptions {
  /** How many sound samples make one sample for the network. @default what `form` or a flat `sampleShape` says, else 512 */
  readonly frame?: number | undefined;
}

/**
 * How files are read as samples. Each kind of file takes its own options and refuses the others: `.npz` those of
 * {@link NpzOptions}; tables `columns`, `labelColumn`, `missing` and `featureNames`; pictures those of
 * {@link PictureOptions} and `patches`; sound `frame`.
 */
export interface LoadOptions extends NpzOptions, Omit<TableOptions, 'form'>, PictureOptions, SoundOptions {
  /** Cuts patches out of pictures of any size, instead of `resize`. @default what `form` says, without `resize` */
  readonly patches?: PatchOptions | undefined;
  /** What a trained model takes, such as [28, 28]: then an array of one sample, [28, 28] or [784], is read as [1, 28, 28]. */
  readonly sampleShape?: Shape | undefined;
  /** How the training data of a model was read: where the file is of this kind, what no option says is done alike. */
  readonly form?: SampleForm | undefined;
  /** Is called while a table or a folder of pictures is read, with the part that has been read, from 0 to 1. */
  readonly onProgress?: OnProgress | undefined;
}

export type OnProgress = (part: number) => void;

export const LOAD_OPTIONS: OptionNames<LoadOptions> = {
  ...NPZ_OPTIONS,
  columns: true,
  labelColumn: true,
  missing: true,
  resize: true,
  gray: true,
  background: true,
  patches: true,
  frame: true,
  sampleShape: true,
  featureNames: true,
  form: true,
  onProgress: true,
};

/**
 * For callers without types. Readers check the options that only they have, but those for tables.
 *
 * @throws {TypeError} If an option is unknown, or a value is none that it takes.
 * @throws {RangeError} If `missing` is another word.
 */
export function requireLoadOptions<Options extends LoadOptions>(
  who: string,
  options: Options,
  names: OptionNames<Options>,
): void {
  requireOptions(who, options, names);
  const { columns, labelColumn, missing, featureNames, patches, resize, form, onProgress } = options;
  requireNames(who, 'columns', columns);
  requireNames(who, 'featureNames', featureNames);
  requireName(who, 'labelColumn', labelColumn);
  if (missing !== undefined) requireOneOf(who, 'missing', missing, ['drop', 'mean']);
  if (patches !== undefined) requirePatches(who, patches);
  if (patches !== undefined && resize !== undefined) {
    throw new TypeError(`${who}: patches and resize are both given, expected one of them.`);
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError(`${who}: onProgress is ${inWords(onProgress)}, expected a function.`);
  }
  if (form === undefined || isSampleForm(form)) return;
  throw new TypeError(
    `${who}: the form is ${inWords(form)}, expected the one that a file was read with, loaded.form.`,
  );
}

function requireNames(who: string, what: string, names: unknown): void {
  if (names === undefined) return;
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return;
  throw new TypeError(`${who}: ${what} is ${inWords(names)}, expected an array of names.`);
}

/** @throws {TypeError} If it is none. */
export function requireName(who: string, what: string, name: unknown): void {
  if (name === undefined || typeof name === 'string') return;
  throw new TypeError(`${who}: ${what} is ${inWords(name)}, expected the name of a column.`);
}
