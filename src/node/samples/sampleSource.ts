/**
 * Where a command's samples come from: an array in memory, or a file that is read piece by piece (npyFile.ts). `openImages`
 * of load.ts gives one or the other, and nobody else has to know which.
 */

import type {
  DType,
  Normalization,
  NumericArray,
  SampleArray,
  Samples,
  StoredSamples,
} from '../../data/samples.ts';
import { type StoredStatisticsOptions, statisticsOf, type ValueStatistics } from '../../data/statistics.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { plural } from '../../tensor/words.ts';
import type { SampleForm } from './sampleForm.ts';

/** What a file says about its samples besides their values. */
export interface SampleFacts {
  /** What was read, for people: "mnist.npz, x_train". */
  readonly source: string;
  /** Whether values were rounded: those of PNGs with 16 bits a sample, which are read as uint8. */
  readonly isRounded?: boolean | undefined;
  /** The names of a sample's numbers: the columns of a table that has a header. */
  readonly featureNames?: readonly string[] | undefined;
  readonly labels?: ClassLabels | undefined;
  readonly form?: SampleForm | undefined;
  /** Where each sample is found again; undefined if its number says it. */
  readonly places?: SamplePlaces | undefined;
  /** Those of the pictures that patches were cut out of: `480x640`. */
  readonly pictureSizes?: readonly string[] | undefined;
  /** What people should know: what was found out about the file, and what of it was left out. Sentences without a full stop. */
  readonly notes?: readonly string[] | undefined;
}

/** An array of at least one sample, shape `[n, ...]`. */
export interface LoadedImages extends NumericArray, SampleFacts {}

/** Where each sample is: the number of a sample doesn't say it where rows are left out, or files have names. */
export interface SamplePlaces {
  /** What a place is: the name of a picture, a line of a table from 1, the second at which a frame of sound begins. */
  readonly kind: 'file' | 'line' | 'second';
  /** That of sample `i`, from 0. */
  readonly of: (i: number) => string | number;
}

/** The class of each sample, as the file says it. */
export interface ClassLabels {
  /** One integer a sample. */
  readonly labels: SampleArray;
  /** The names of the classes 0, 1, …; undefined if the file has the integers themselves. */
  readonly names: readonly string[] | undefined;
  /** Where they stand, for people: "column species", "the names of 3 folders". */
  readonly source: string;
}

/** Samples in memory, ready for a network. */
export type NormalizedSamples = Samples & { readonly normalization: Normalization };

/**
 * Samples before it is known how to scale them. `Ready` is what they become: an array in memory, or rows of a file. What is
 * known of them are properties of the object itself, not getters of a class, so that copies have them, too.
 */
export interface SampleSource<
  Ready extends NormalizedSamples | StoredSamples = NormalizedSamples | StoredSamples,
> extends SampleFacts {
  /** `[n, ...]` */
  readonly shape: Shape;
  readonly dtype: DType;
  /** Whether the samples stay in their file and are read batch by batch. */
  readonly isStored: boolean;
  /** How many bytes the samples take in memory, or would take there. */
  readonly memory: number;

  /**
   * What the values are like. A file is read through once, with `moments` twice.
   *
   * @throws Whatever reading failed with.
   */
  statistics(options?: StoredStatisticsOptions): Promise<ValueStatistics>;

  /** The samples as a network reads them; no value is read or copied here. */
  samples(normalization: Normalization): Ready;

  /** Closes the file. The samples can't be read after that, unless they are in memory. */
  close(): Promise<void>;
}

/** An array as a source: there is nothing to wait for, and nothing to close. */
export function samplesInMemory({ data, ...facts }: LoadedImages): SampleSource<NormalizedSamples> {
  return {
    ...facts,
    isStored: false,
    memory: data.byteLength,
    statistics: async ({ onValues, ...options } = {}) => {
      onValues?.(data);
      return statisticsOf(data, options);
    },
    samples: (normalization) => ({ shape: facts.shape, data, normalization }),
    close: async () => {},
  };
}

/**
 * The same samples in another shape, such as flattened images as images again.
 *
 * @param sample - The shape of one sample, of as many numbers as it has.
 */
export function reshapeSource(source: SampleSource, sample: Shape): SampleSource {
  const [count, ...before] = source.shape;
  if (sizeOf(before) !== sizeOf(sample)) {
    throw new Error(
      `reshapeSource: got ${plural(sizeOf(before), 'number')} a sample, expected ${sizeOf(sample)}.`,
    );
  }
  const shape = [count, ...sample];
  return {
    ...source,
    shape,
    statistics: (options) => source.statistics(options),
    samples: (normalization) => ({ ...source.samples(normalization), shape }),
    close: () => source.close(),
  };
}
