/** Training data gets its scale, and all other data of the training the same; each is described, and gets a fingerprint. */

import { normalizationFrom, statisticsFor } from '../../../../data/normalization.ts';
import type { SampleArray, StoredSamples } from '../../../../data/samples.ts';
import type { ValueStatistics } from '../../../../data/statistics.ts';
import { sizeOf } from '../../../../tensor/shape.ts';
import { nounOf } from '../../../pictures/sampleKind.ts';
import { DataFingerprint } from '../../../samples/dataFingerprint.ts';
import type { NormalizedSamples, SampleSource } from '../../../samples/sampleSource.ts';
import {
  describeSamples,
  prepare,
  prepareLike,
  type SamplesToDescribe,
  type Trained,
} from '../../shared/samples.ts';
import type { TrainValues } from '../options.ts';
import { mayBeBytes, noteImages, noteScaling } from './scalingNotes.ts';
import { preparePaired } from './targets.ts';

export type ReadySamples = NormalizedSamples | StoredSamples;

type Observer = (values: SampleArray) => void;

export interface Fingerprinted {
  readonly samples: ReadySamples;
  /** See {@link DataFingerprint}. */
  readonly fingerprint: string;
}

/** Prepares samples, and takes their fingerprint while their values are looked at. */
async function fingerprinted(
  source: SampleSource,
  prepareSamples: (onValues: Observer) => Promise<ReadySamples>,
): Promise<Fingerprinted> {
  const fingerprint = new DataFingerprint(source);
  const samples = await prepareSamples((values) => fingerprint.add(values));
  return { samples, fingerprint: fingerprint.digest() };
}

/** Samples by whose values the scale is chosen. */
export function scaleByValues(
  images: SampleSource,
  { normalize, 'scale-by': scaleBy, 'image-shape': imageShape, 'feature-names': names }: TrainValues,
  which: string,
): Promise<Fingerprinted> {
  const mode = normalize ?? 'auto';
  const [, ...sample] = images.shape;
  const options = statisticsFor(images.shape, mode, { scaleBy });
  const isByFeature = options.features !== undefined;
  // Also if all values get one scale by default: the notes say whether that suits the features.
  const features = mode !== 'auto' && scaleBy === undefined ? sizeOf(sample) : options.features;
  const isTableFile = images.form?.kind === 'table' ? true : undefined;
  const preparation = {
    ...options,
    features,
    choose: ({ features, ...all }: ValueStatistics) =>
      normalizationFrom(images, { ...all, ...(isByFeature && features && { features }) }, mode, {
        isTable: imageShape === undefined ? isTableFile : imageShape === 'none',
        nameOf: (mode) => `--normalize ${mode}`,
      }),
    describe: (found: SamplesToDescribe) => {
      const noun = nounOf(sample, found.normalization);
      describeSamples(`${which} ${noun}`.trim(), found);
      // Columns with names are those of a table, and so are those of a table's file, but for pixels that were saved as one.
      const isTable = noun === 'sample' && (names !== undefined || (isTableFile && !mayBeBytes(found)));
      noteImages(found, imageShape !== undefined || isTable === true || images.form?.kind === 'sound');
      noteScaling(found, scaleBy !== undefined);
    },
  };
  return fingerprinted(images, (onValues) => prepare(images, { ...preparation, onValues }));
}

/** Samples that are scaled as those of a model were. */
export function scaleLikeModel(
  images: SampleSource,
  trained: Trained,
  which: string,
): Promise<Fingerprinted> {
  return fingerprinted(images, (onValues) => prepareLike(images, trained, { which, onValues }));
}

/** Samples that are scaled as those of this training. */
export function scaleLikeTraining(
  test: SampleSource,
  trained: Trained,
  which: string,
): Promise<Fingerprinted> {
  return fingerprinted(test, (onValues) =>
    prepareLike(test, trained, { who: 'the training samples are', which, onValues }),
  );
}

/** Samples that are scaled as their target is. */
export function scaleLikeTarget(
  images: SampleSource,
  trained: Trained,
  which: string,
): Promise<Fingerprinted> {
  return fingerprinted(images, (onValues) => preparePaired(images, trained, which, onValues));
}
