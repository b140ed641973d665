/** `isthmus evaluate --target`: how well a model makes of samples what a second file says. Read denoising.ts first. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import type { Samples } from '../../../data/samples.ts';
import { predictPictures } from '../../pictures/display.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import type { LoadOptions } from '../../samples/readOptions.ts';
import type { NormalizedSamples } from '../../samples/sampleSource.ts';
import { noteOverflow, overflownRows } from '../shared/overflow.ts';
import { loadSource, openTarget, prepareLike, requirePairs } from '../shared/samples.ts';
import { withOptionNames } from '../terminal/options.ts';
import { codeSection } from './codes.ts';
import { denoisingSection, scoresOfEach } from './denoising.ts';
import { featureSection, hasFeatures } from './features.ts';
import type { Answer, EvaluateValues } from './options.ts';

interface PairValues extends EvaluateValues {
  readonly data: string;
  readonly target: string;
  /** The options of a file, by its path. */
  readonly optionsOf: (path: string) => LoadOptions;
}

/** @param names - Those of the features, if they have any. */
export async function evaluatePairs(
  autoencoder: Autoencoder,
  values: PairValues,
  names?: readonly string[],
): Promise<Answer> {
  const { noise, out } = values;
  const { samples, target } = await loadPairs(autoencoder, values);
  const { inputShape, normalization } = autoencoder;
  const noun = nounOf(inputShape, normalization);
  const restoring = { samples, target, noise };
  const codes = autoencoder.encode(samples);
  noteOverflow(overflownRows(codes).length, noun);
  const sections = [denoisingSection(autoencoder, restoring), codeSection(codes)];
  if (hasFeatures(autoencoder)) {
    sections.push(featureSection(autoencoder, samples, { target: target.samples, names }));
  }
  const scores = () => scoresOfEach(autoencoder, restoring);
  return {
    sections,
    files: out === undefined ? [] : [{ path: out, contents: scores(), what: `the scores of every ${noun}` }],
    pictures: () => predictPictures(autoencoder, samples, { target: target.samples, noise }),
  };
}

async function loadPairs(
  autoencoder: Autoencoder,
  { data, key, target: path, 'target-key': targetKey, optionsOf }: PairValues,
): Promise<{ samples: NormalizedSamples; target: { samples: Samples; source: string } }> {
  const images = await loadSource(data, { ...optionsOf(data), key });
  const reading = { ...optionsOf(path), key: targetKey, preferredKey: 'y_train' };
  const opening = openTarget(reading.featureNames, (names) => loadSource(path, { ...reading, ...names }));
  const target = await withOptionNames({ key: 'target-key' }, opening);
  requirePairs('data', images, target);
  const samples = await prepareLike(images, autoencoder);
  return {
    samples,
    target: { samples: await prepareLike(target, autoencoder, { which: 'target' }), source: target.source },
  };
}
