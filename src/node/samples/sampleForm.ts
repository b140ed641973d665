/** How samples were made of a file, as a model keeps it of its training data. */

import { isObject } from '../../io/json.ts';
import type { TrainingFacts } from '../../io/model.ts';
import { ENCODINGS, type SoundEncoding } from '../../io/sound/encodings.ts';
import type { TableForm } from '../../io/table/columns.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { visible } from '../../tensor/words.ts';
import { isPatchOptions, type PatchOptions } from './patchOptions.ts';

/**
 * How the samples were made of what the file holds, as plain JSON: a model keeps it (`training.data.form`), so that other
 * files are read, and results written, alike.
 */
export type SampleForm = TableForm | PictureForm | SoundForm;

export interface PictureForm {
  readonly kind: 'pictures';
  /** Height and width in pixels that all pictures were brought to. */
  readonly resize?: readonly [height: number, width: number];
  /** What was cut out of pictures of any size. */
  readonly patches?: PatchOptions;
  readonly gray?: true;
  /** What transparent pictures were laid on: red, green, blue. */
  readonly background?: readonly [red: number, green: number, blue: number];
}

export interface SoundForm {
  readonly kind: 'sound';
  /** Sound samples in a frame. */
  readonly frame: number;
  /** In hertz. */
  readonly sampleRate: number;
  /** How the file stores its values: integers of so many bits, or float32. */
  readonly encoding: SoundEncoding;
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;
const areNumbers = (values: unknown) => Array.isArray(values) && values.every(Number.isFinite);
const areNames = (values: unknown) =>
  Array.isArray(values) && values.every((name) => typeof name === 'string');

/** What each kind must have, and may have: anything else was written by a later version, or by hand. */
const IS_FORM: Readonly<Record<SampleForm['kind'], (form: Record<string, unknown>) => boolean>> = {
  table: ({ delimiter, decimal, byteOrderMark, columns, positions, labelColumn, means }) =>
    typeof delimiter === 'string' &&
    (decimal === '.' || decimal === ',') &&
    (byteOrderMark === undefined || byteOrderMark === true) &&
    (columns === undefined || areNames(columns)) &&
    (positions === undefined || (Array.isArray(positions) && positions.every(isCount))) &&
    (labelColumn === undefined || typeof labelColumn === 'string') &&
    (means === undefined || areNumbers(means)),
  pictures: ({ resize, patches, gray, background }) =>
    (patches === undefined || (isObject(patches) && isPatchOptions(patches))) &&
    (resize === undefined || (Array.isArray(resize) && resize.length === 2 && resize.every(isCount))) &&
    (gray === undefined || gray === true) &&
    (background === undefined || (areNumbers(background) && (background as number[]).length === 3)),
  sound: ({ frame, sampleRate, encoding }) =>
    isCount(frame) && isCount(sampleRate) && Object.keys(ENCODINGS).includes(encoding as string),
};

/**
 * The form that `train` stored with a model; undefined if there is none that can be used.
 *
 * @param sample - The shape of the model's samples: a form that makes others was changed by hand.
 */
export function sampleFormOf({ data }: TrainingFacts, sample?: Shape): SampleForm | undefined {
  const form = isObject(data) ? data.form : undefined;
  return isSampleForm(form) && (!sample || makes(form, sizeOf(sample))) ? form : undefined;
}

/** Whether samples of this form have so many numbers. */
function makes(form: SampleForm, size: number): boolean {
  switch (form.kind) {
    case 'sound':
      return form.frame === size;
    case 'table':
      return [form.columns, form.positions, form.means].every(
        (list) => list === undefined || list.length === size,
      );
    case 'pictures': {
      const [height, width] = form.patches?.size ?? form.resize ?? [];
      return height === undefined || width === undefined || [1, 3].includes(size / (height * width));
    }
  }
}

export function isSampleForm(value: unknown): value is SampleForm {
  if (!isObject(value) || typeof value.kind !== 'string' || !Object.hasOwn(IS_FORM, value.kind)) return false;
  return IS_FORM[value.kind as SampleForm['kind']](value);
}

/** What was done to the file, for people: "resized to 28×28, gray"; undefined if nothing was that other files need. */
export function describeForm(form: SampleForm): string | undefined {
  if (form.kind === 'sound') {
    return `frames of ${form.frame.toLocaleString('en-US')} at ${form.sampleRate.toLocaleString('en-US')} Hz`;
  }
  if (form.kind === 'table') {
    const { labelColumn, means } = form;
    return inList([
      labelColumn !== undefined && `classes in column ${visible(labelColumn)}`,
      means && 'missing cells filled in with the means of their columns',
    ]);
  }
  const { resize, patches, gray, background } = form;
  return inList([
    patches && `${patches.count.toLocaleString('en-US')} patches of ${patches.size.join('×')} cut at random`,
    resize && `resized to ${resize.join('×')}`,
    gray && 'gray',
    background && `transparent ones laid on ${formatColour(background)}`,
  ]);
}

/** Undefined if nothing is in it. */
function inList(steps: readonly (string | false | undefined)[]): string | undefined {
  const taken = steps.filter(Boolean);
  return taken.length > 0 ? taken.join(', ') : undefined;
}

/** `#ff8000` */
export function formatColour(colour: readonly number[]): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
