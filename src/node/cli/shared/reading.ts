/** The options that say how files of samples are read, each for one kind of file. samples/suitableOptions.ts refuses them for others. */

import type { TrainingFacts } from '../../../io/model.ts';
import type { Shape } from '../../../tensor/shape.ts';
import { columnNamesOf } from '../../samples/featureNames.ts';
import { formatPatches, type PatchOptions } from '../../samples/patchOptions.ts';
import type { LoadOptions } from '../../samples/readOptions.ts';
import { formatColour, sampleFormOf } from '../../samples/sampleForm.ts';
import { optionsForEach } from '../../samples/suitableOptions.ts';
import { choice, flag, number, parsed, text, UsageError, type Values } from '../terminal/options.ts';

export const READING = {
  columns: parsed(
    'A,B,…',
    namesIn,
    'Of a table (.csv, .tsv): the columns to take, by their names, or by their numbers from 1 if it has no header. [for a trained model those of its training data, else all that hold numbers]',
  ),
  'label-column': text(
    'NAME',
    'Of a table: the column with the class of each row, which is no feature. [label, class, species or target]',
  ),
  missing: choice(
    ['drop', 'mean'],
    undefined,
    'Of a table: leave rows with empty cells, NA and the like out, or fill in the mean of the column in the training data. [they are refused]',
  ),
  resize: parsed(
    'HxW',
    readSize,
    'Of pictures: bring all to this height and width in pixels, such as 28x28. What is beyond its ratio is cut off at both sides; shrinking takes the mean of the area, enlarging is bilinear. [for a trained model as it was trained, else they must have one size]',
  ),
  patches: parsed(
    'HxW:N',
    readPatches,
    'Of pictures of any size: cut N pieces of this height and width out of them at random, such as 32x32:20000, as many of each. --seed of train decides where. [for a trained model as it was trained]',
  ),
  gray: flag('Of pictures: read colours as their brightness. [for a trained model as it was trained]'),
  background: parsed(
    'COLOUR',
    readColour,
    'Of pictures: what to lay transparent ones on: white, black or #rrggbb. [for a trained model as it was trained, else they are refused]',
  ),
  frame: number(
    undefined,
    { minimum: 1, integer: true },
    'Of sound (.wav): how many values make one sample. [for a trained model as it was trained, else 512]',
  ),
};

export type ReadingValues = Values<typeof READING>;

function namesIn(words: string): string[] {
  return words.split(',').map((name) => name.trim());
}

/** `28x28` */
function readSize(words: string, name: string): [height: number, width: number] {
  const [, height, width] = /^(\d+)[x×](\d+)$/i.exec(words) ?? [];
  const size = [Number(height), Number(width)] as [number, number];
  if (size.every((length) => length >= 1 && length <= MAX_SIDE)) return size;
  throw new UsageError(`--${name} is '${words}', expected HEIGHTxWIDTH in pixels, such as 28x28.`);
}

/** `32x32:20000` */
function readPatches(words: string, name: string): PatchOptions {
  const [, height, width, count] = /^(\d+)[x×](\d+):(\d+)$/i.exec(words) ?? [];
  const size = [Number(height), Number(width)] as const;
  const isInRange = size.every((length) => length >= 1 && length <= MAX_SIDE) && Number(count) >= 1;
  if (isInRange && Number.isSafeInteger(Number(count))) return { size, count: Number(count) };
  throw new UsageError(
    `--${name} is '${words}', expected HEIGHTxWIDTH:NUMBER in pixels and patches, such as 32x32:20000.`,
  );
}

/** Larger pictures have more pixels than a dense layer takes. */
const MAX_SIDE = 4096;

/** `white`, `black`, `#ff8000` */
function readColour(words: string, name: string): [red: number, green: number, blue: number] {
  const [, red, green, blue] = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(COLOURS[words] ?? words) ?? [];
  if (blue !== undefined)
    return [red, green, blue].map((digits) => Number.parseInt(digits, 16)) as [number, number, number];
  throw new UsageError(`--${name} is '${words}', expected white, black or #rrggbb, such as #ff8000.`);
}

const COLOURS: Readonly<Record<string, string>> = { white: '#ffffff', black: '#000000' };

/** The options that say how files are read, for those that need `--data`. */
export const READING_NAMES = Object.keys(READING) as (keyof typeof READING)[];

/** As `--help` shows them. */
export const READING_GROUP = ['How files are read', READING] as const;

/** Those of the values that were given, as the options take them. */
export function readingInWords({ resize, patches, gray, background }: ReadingValues) {
  return {
    ...(resize && { resize: resize.join('x') }),
    ...(patches && { patches: formatPatches(patches) }),
    ...(gray && { gray }),
    ...(background && { background: formatColour(background) }),
  };
}

/** The options for pictures that no one gave and that are taken from a model's training data: `--resize 28x28 --gray`. */
export function optionsOfTraining({
  form,
  resize,
  patches,
  gray,
  background,
}: LoadOptions): string | undefined {
  if (form?.kind !== 'pictures') return undefined;
  const taken = [
    !resize && !patches && form.resize && `--resize ${form.resize.join('x')}`,
    !resize && !patches && form.patches && `--patches ${formatPatches(form.patches)}`,
    !gray && form.gray && '--gray',
    !background && form.background && `--background ${formatColour(form.background)}`,
  ];
  return taken.filter(Boolean).join(' ') || undefined;
}

/** What a trained model says about the data that it takes. */
export interface TrainedOn {
  readonly training: TrainingFacts;
  readonly inputShape: Shape;
}

/** The options of a command as those of `openImages`; what they don't say is done as for the training data of a model. */
export function loadOptionsOf(
  values: ReadingValues & { readonly seed?: number | undefined },
  trained?: TrainedOn,
): LoadOptions {
  const { columns, 'label-column': labelColumn, missing, resize, patches, gray, background, frame } = values;
  if (resize && patches) {
    throw new UsageError('--resize and --patches are both given, expected one of them.');
  }
  return {
    columns,
    labelColumn,
    missing,
    resize,
    patches: patches && { ...patches, seed: values.seed },
    gray: gray || undefined,
    background,
    frame,
    ...(trained && {
      sampleShape: trained.inputShape,
      featureNames: columnNamesOf(trained.training, trained.inputShape),
      form: sampleFormOf(trained.training, trained.inputShape),
    }),
  };
}

/** Row i of a target is what the model should make of row i: with other rows left out in each, they are no pairs. */
export function refuseDroppedPairs({ missing }: ReadingValues, target: string | undefined): void {
  if (missing !== 'drop' || target === undefined) return;
  throw new UsageError(
    '--missing drop leaves out rows of one file that the other has, expected --missing mean with --target.',
  );
}

/** The files of a command that reads several. */
export interface FilesToRead {
  /** Of samples; undefined: an option that was not given. */
  readonly paths: readonly (string | undefined)[];
  readonly labels?: readonly (string | undefined)[];
  readonly trained?: TrainedOn | undefined;
}

/**
 * The same for a command that reads several files: each has the options that suit its kind.
 *
 * @returns The options of a file, by its path.
 * @throws {OptionError} If an option suits none of the files.
 */
export async function loadOptionsOfEach(
  values: ReadingValues,
  { paths, labels = [], trained }: FilesToRead,
): Promise<(path: string) => LoadOptions> {
  const isGiven = (path: string | undefined): path is string => path !== undefined;
  const options = loadOptionsOf(values, trained);
  const each = await optionsForEach(paths.filter(isGiven), options, labels.filter(isGiven));
  return (path) => each.get(path) ?? {};
}
