/** The names of a sample's numbers, such as the columns of a table: from an option or a file, and back from a model file. */

import { DataError } from '../../data/samples.ts';
import { isObject } from '../../io/json.ts';
import type { TrainingFacts } from '../../io/model.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { plural } from '../../tensor/words.ts';
import { readWholeFile } from '../files/files.ts';
import { sampleFormOf } from './sampleForm.ts';

/** What an option for names is followed by, in the help. */
export const FEATURE_NAMES = 'A,B,…|FILE.txt';

/**
 * @param text - `A,B,C`, or the path of a text file (`.txt`) with a name on each line.
 * @param sample - The shape of a sample, which says how many names there must be.
 * @throws {FileError} If the file can't be read.
 * @throws {DataError} If there are more or fewer names than numbers in a sample, or one is empty.
 */
export async function readFeatureNames(text: string, sample: Shape): Promise<string[]> {
  const isFile = text.toLowerCase().endsWith('.txt');
  const names = (isFile ? linesOf(await readWholeFile(text)) : text.split(',')).map((name) => name.trim());
  const count = sizeOf(sample);
  if (names.length !== count) {
    const source = isFile ? text : '--feature-names';
    const hint = isFile ? '' : ' (names can also stand in a .txt file, one on each line)';
    throw new DataError(
      `${source}: got ${plural(names.length, 'name')}, expected ${count}, one for each number of a sample${hint}.`,
    );
  }
  const empty = names.indexOf('');
  if (empty >= 0) throw new DataError(`--feature-names: name ${empty + 1} of ${count} is empty.`);
  return names;
}

/** A line break at the end of a file begins no line. */
function linesOf(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes); // without a byte order mark
  return text.replace(/\r?\n$/, '').split(/\r?\n/);
}

/** The names that `train` stored with a model, if there is one for each number of its samples. */
export function featureNamesOf({ data }: TrainingFacts, sample: Shape): readonly string[] | undefined {
  const names = isObject(data) ? data.featureNames : undefined;
  const areNames = Array.isArray(names) && names.every((name) => typeof name === 'string');
  return areNames && names.length === sizeOf(sample) ? names : undefined;
}

/**
 * The names of the columns that hold a trained model's features in a table, as its training data had them; undefined if it
 * had none.
 */
export function columnNamesOf(training: TrainingFacts, sample: Shape): readonly string[] | undefined {
  const form = sampleFormOf(training, sample);
  const own = form?.kind === 'table' ? form.columns : undefined;
  return own ?? featureNamesOf(training, sample);
}

/** The heads of columns, one for each of `count` features: their names, or `feature 0` and so on. */
export function featureHeads(names: readonly string[] | undefined, count: number): readonly string[] {
  return names ?? Array.from({ length: count }, (_, i) => `feature ${i}`);
}
