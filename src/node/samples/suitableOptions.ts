/**
 * Which options suit which kind of file. One that suits none of the files it was given for is refused: it would have no
 * effect, without a word. Read readers.ts first.
 */

import { OptionError } from '../../io/errors.ts';
import { formatPatches } from './patchOptions.ts';
import { findReader, type Reader } from './readers.ts';
import type { LoadOptions } from './readOptions.ts';
import { formatColour } from './sampleForm.ts';

/** The options that not every kind of file has: which have it, for the message that another one has not. */
const OWNERS = {
  key: 'only .npz files have keys',
  columns: 'only .csv and .tsv files have columns',
  labelColumn: 'only .csv and .tsv files have columns',
  missing: 'only cells of .csv and .tsv files are missing',
  resize: 'only pictures are resized',
  gray: 'only pictures become gray',
  background: 'only pictures have a background',
  patches: 'only pictures are cut into patches',
  frame: 'only .wav files are cut into frames',
} as const satisfies Partial<Record<keyof LoadOptions, string>>;

type OwnedOption = keyof typeof OWNERS;
const OWNED = Object.keys(OWNERS) as OwnedOption[];

/**
 * The options for each of several files of one command: those that its kind has. What is said once for all of them need not
 * suit all, but one.
 *
 * @param labelFiles - Files of labels: if one is a table, `labelColumn` is a column of it, and not of the samples.
 * @returns The options by the path of the file.
 * @throws {OptionError} If an option suits none of the files.
 * @throws As `findReader`.
 */
export async function optionsForEach(
  paths: readonly string[],
  options: LoadOptions,
  labelFiles: readonly string[] = [],
): Promise<ReadonlyMap<string, LoadOptions>> {
  const readers = await readersOf(paths);
  refuseOptionsOfOthers(
    readers,
    options,
    OWNED.filter((name) => name !== 'labelColumn'),
  );
  const labelReaders = await readersOf(labelFiles);
  const hasLabelTable = labelReaders.some(([, reader]) => reader.options.includes('labelColumn'));
  if (!hasLabelTable) refuseOptionsOfOthers(readers, options, ['labelColumn']);
  const ofSamples = hasLabelTable ? { ...options, labelColumn: undefined } : options;
  return new Map(readers.map(([path, reader]) => [path, optionsFor(reader, ofSamples)]));
}

/** @throws {OptionError} If an option is for files of another kind. */
export function refuseUnsuited(path: string, reader: Reader, options: LoadOptions): void {
  refuseOptionsOfOthers([[path, reader]], options, OWNED);
}

type NamedReader = readonly [path: string, reader: Reader];

function readersOf(paths: readonly string[]): Promise<NamedReader[]> {
  return Promise.all(paths.map(async (path) => [path, await findReader(path)] as const));
}

function optionsFor(reader: Reader, options: LoadOptions): LoadOptions {
  const others: ReadonlySet<string> = new Set(OWNED.filter((name) => !reader.options.includes(name)));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !others.has(name)));
}

function refuseOptionsOfOthers(
  readers: readonly NamedReader[],
  options: LoadOptions,
  names: readonly OwnedOption[],
): void {
  for (const name of names) {
    const value = options[name];
    if (value === undefined || readers.some(([, reader]) => reader.options.includes(name))) continue;
    const files = [...new Set(readers.map(([path]) => path))].join(', ');
    throw new OptionError(
      (option) => `${files}: got ${option(name, ...optionInWords(value))}, but ${OWNERS[name]}.`,
    );
  }
}

/** A value as the command line takes it, and as code writes it. A switch has none. */
function optionInWords(value: NonNullable<LoadOptions[OwnedOption]>): [text?: string, literal?: string] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'boolean') return [];
  if (typeof value === 'number') return [String(value), String(value)];
  if ('count' in value) return [formatPatches(value), JSON.stringify(value)];
  const isNames = typeof value[0] === 'string';
  return [isNames ? value.join(',') : formatNumbers(value as readonly number[]), JSON.stringify(value)];
}

/** A size, `28x28`, or a colour, `#ff8000`. */
function formatNumbers(numbers: readonly number[]): string {
  return numbers.length === 2 ? numbers.join('x') : formatColour(numbers);
}
