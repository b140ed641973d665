/** What `train` does by default with files of some kinds: columns of a table have different units, the values of sound one. */

import { contentsByName } from '../../../samples/readers.ts';
import type { TrainOptions } from '../options.ts';

/** Options that follow from the kind of a file, as text by name. */
export interface FileDefaults {
  readonly added: Readonly<Record<string, string>>;
  /** Which and why, for people. */
  readonly said: string;
}

/**
 * The defaults for the file by whose values the scale is chosen: `--data`, or `--target` if there is one. Undefined if its
 * kind has none, or what they are about was given.
 */
export function defaultsOfFile({ given, values }: TrainOptions): FileDefaults | undefined {
  const path = values.target ?? values.data;
  const contents = path === undefined ? undefined : contentsByName(path);
  const isPictures = values['image-shape'] !== undefined && values['image-shape'] !== 'none';
  if (path === undefined || (contents !== 'table' && contents !== 'sound') || isPictures) return undefined;
  const reason = reasonForUnitRange({ given, values });
  const all: Record<string, string> = {
    normalize: reason === undefined ? 'standard' : 'minmax',
    ...(contents === 'sound' && { 'scale-by': 'all' }),
  };
  const added = Object.fromEntries(Object.entries(all).filter(([name]) => !given.has(name)));
  const words = Object.entries(added).map(([name, text]) => `--${name} ${text}`);
  if (words.length === 0) return undefined;
  const why = reason === undefined || added.normalize === undefined ? '' : ` with ${reason}`;
  const defaults = `default${words.length > 1 ? 's' : ''} for ${contents === 'table' ? 'tables' : 'sound'}`;
  return { added, said: `${defaults}${why}: ${words.join(' ')}` };
}

/** The option that was given and needs values from 0 to 1. A preset that needs them gives way (presets.ts). */
function reasonForUnitRange({ given, values }: Pick<TrainOptions, 'given' | 'values'>): string | undefined {
  if (given.has('loss') && values.loss === 'bce') return '--loss bce';
  if (values.output === 'sigmoid') return '--output sigmoid';
  if (values.noise?.kind === 'salt') return '--noise salt';
  return undefined;
}
