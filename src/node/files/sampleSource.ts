/**
 * Where a command's samples come from: an array in memory, or a file that is read piece by piece (npyFile.ts). `openImages`
 * of load.ts gives one or the other, and nobody else has to know which.
 */

import type { DType, Normalization, NumericArray, Samples, StoredSamples } from '../../data/samples.ts';
import { type StoredStatisticsOptions, statisticsOf, type ValueStatistics } from '../../data/statistics.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { plural } from '../../tensor/words.ts';

/** An array of at least one sample, shape `[n, ...]`. */
export interface LoadedImages extends NumericArray {
  /** What was read, for people: "mnist.npz, x_train". */
  readonly source: string;
  /** Whether values were rounded: those of PNGs with 16 bits a sample, which are read as uint8. */
  readonly isRounded?: boolean;
}

/** Samples in memory, ready for a network. */
export type NormalizedSamples = Samples & { readonly normalization: Normalization };

/** Samples before it is known how to scale them. `Ready` is what they become: an array in memory, or rows of a file. */
export interface SampleSource<
  Ready extends NormalizedSamples | StoredSamples = NormalizedSamples | StoredSamples,
> {
  /** `[n, ...]` */
  readonly shape: Shape;
  readonly dtype: DType;
  /** Its name for people, as in {@link LoadedImages}. */
  readonly source: string;
  readonly isRounded: boolean;
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
export class SamplesInMemory implements SampleSource<NormalizedSamples> {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly source: string;
  readonly isRounded: boolean;
  readonly isStored = false;
  readonly #data: NumericArray['data'];

  constructor({ shape, dtype, data, source, isRounded = false }: LoadedImages) {
    this.shape = shape;
    this.dtype = dtype;
    this.source = source;
    this.isRounded = isRounded;
    this.#data = data;
  }

  get memory(): number {
    return this.#data.byteLength;
  }

  async statistics({ onValues, ...options }: StoredStatisticsOptions = {}): Promise<ValueStatistics> {
    onValues?.(this.#data);
    return statisticsOf(this.#data, options);
  }

  samples(normalization: Normalization): NormalizedSamples {
    return { shape: this.shape, data: this.#data, normalization };
  }

  async close(): Promise<void> {}
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
    shape,
    dtype: source.dtype,
    source: source.source,
    isRounded: source.isRounded,
    isStored: source.isStored,
    memory: source.memory,
    statistics: (options) => source.statistics(options),
    samples: (normalization) => ({ ...source.samples(normalization), shape }),
    close: () => source.close(),
  };
}
