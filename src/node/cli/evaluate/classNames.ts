/** Labels of two files, the same numbers for the same classes. */

import { DataError } from '../../../data/samples.ts';
import type { ClassLabels } from '../../samples/sampleSource.ts';

export interface NamedLabels {
  readonly labels: ArrayLike<number>;
  /** Those of the samples that classifiers are fitted to. */
  readonly fitted: ArrayLike<number> | undefined;
  /** Of the classes 0, 1, … */
  readonly names: readonly string[] | undefined;
}

/**
 * Labels with names are numbered by their own file: here both get the numbers of all names together.
 *
 * @param asked - `--label-names`: the names of labels that are integers.
 * @throws {DataError} If only one of the two has names, so that nobody knows which numbers they have in the other.
 */
export function withSameNames(
  own: ClassLabels,
  fitted: ClassLabels | undefined,
  asked: readonly string[] | undefined,
): NamedLabels {
  const words = [own, fitted].find((each) => each?.names);
  if (asked && words) {
    throw new DataError(
      `--label-names is for classes that are integers, those of ${words.source} have names already.`,
    );
  }
  const [mine, others] = [own, fitted].map((each) => each && (each.names ?? asked));
  if (!fitted || (!mine && !others)) return { labels: own.labels, fitted: fitted?.labels, names: mine };
  if (!mine || !others) {
    const [named, numbered] = mine ? [own, fitted] : [fitted, own];
    throw new DataError(
      `the classes of ${named.source} have names, those of ${numbered.source} are integers: expected names in both, or integers with their --label-names.`,
    );
  }
  const names = [...new Set([...mine, ...others])];
  const numberOf = new Map(names.map((name, i) => [name, i]));
  const renumbered = Array.from(fitted.labels, (label) => numberOf.get(others[label]) ?? label);
  return { labels: own.labels, fitted: renumbered, names };
}
