/**
 * How well a model restores samples, from noise or from what a target shows, compared with the samples as they are and with
 * two filters that have not been trained.
 */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { BatchReader } from '../../../data/batches.ts';
import { arePixels, isFlat, pictureOf } from '../../../data/pictureShape.ts';
import { type Samples, sliceSamples } from '../../../data/samples.ts';
import { meanImageBaseline } from '../../../evaluation/baselines.ts';
import { ErrorSums } from '../../../evaluation/metrics.ts';
import { structuralSimilarity } from '../../../evaluation/ssim.ts';
import { Random } from '../../../tensor/random.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { addNoise, EVALUATION_NOISE_SEED, type Noise } from '../../../training/noise.ts';
import { csvLine } from '../../files/csv.ts';
import { toInputs } from '../../pictures/display.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { describeNoise, formatNoise } from '../shared/commonOptions.ts';
import { print } from '../terminal/output.ts';
import { bestFilters } from './bestFilters.ts';
import type { Section } from './options.ts';
import { printTable, type Scores } from './scores.ts';

/** How many numbers the images hold by which the settings of the filters are chosen: 128 images of 28×28. */
const TO_CHOOSE_BY = 100_352;

/** What is restored. */
export interface Restoring {
  readonly samples: Samples;
  /** What the model should make of them, row by row, and where it comes from. @default the samples themselves */
  readonly target?: { readonly samples: Samples; readonly source: string };
  /** Added to what the model gets. */
  readonly noise?: Noise | undefined;
}

/** One row of the table. */
interface Contender {
  readonly key: 'noisy' | 'median' | 'gaussian' | 'model';
  readonly name: string;
  /** Restores a noisy sample; undefined for the model, which restores a whole batch at a time. */
  readonly restore: ((noisy: Float32Array) => Float32Array) | undefined;
  readonly sums: ScoreSums;
}

/** Compares what the model, two filters and nothing at all make of samples. The noise is the same in each call. */
export function denoisingSection(autoencoder: Autoencoder, restoring: Restoring): Section {
  const { target, noise } = restoring;
  const contenders = createContenders(autoencoder, restoring);
  for (const { wanted, given, restored } of restorations(autoencoder, restoring)) {
    for (const { restore, sums } of contenders) sums.add(wanted, restore ? restore(given) : restored);
  }
  const results = contenders.map(({ key, name, sums }) => ({ key, name, scores: sums.result() }));
  const hasFilters = contenders.length > 2;
  return {
    json: {
      ...(target && { target: target.source }),
      ...(noise && { noise: formatNoise(noise) }),
      filters: Object.fromEntries(results.slice(1, -1).map(({ key, name }) => [key, name])),
      denoising: Object.fromEntries(results.map(({ key, scores }) => [key, scores])),
    },
    print: () => {
      print(`${titleOf(restoring)}\n`);
      printTable(results.map(({ name, scores }) => [name, scores]));
      if (!hasFilters && !isFlat(autoencoder.inputShape))
        print('\n(without filters: they are for images whose pixels have one scale)');
    },
  };
}

interface Restoration {
  readonly wanted: Float32Array;
  readonly given: Float32Array;
  readonly restored: Float32Array;
}

/** What the model makes of each sample. The arrays are used again. */
function* restorations(
  autoencoder: Autoencoder,
  { samples, target, noise }: Restoring,
): Generator<Restoration, void> {
  const random = new Random(EVALUATION_NOISE_SEED);
  const readerOf = (some: Samples) => new BatchReader(some, autoencoder.inputShape, 'evaluate');
  const targets = readerOf(target?.samples ?? samples).batches();
  // The batches, and so the noise, of `Autoencoder.evaluate`.
  for (const x of readerOf(samples).batches()) {
    const clean = targets.next().value as Tensor;
    const noisy = noise ? addNoise(x, noise, random) : x;
    const output = autoencoder.predict(noisy);
    for (let i = 0; i < x.shape[0]; i++) {
      const [wanted, given, restored] = [clean, noisy, output].map((batch) => batch.rows(i, i + 1).data);
      yield { wanted, given, restored };
    }
  }
}

/** The scores of each sample as CSV: how far it is from what the model should make of it, as it is given and restored. */
export function scoresOfEach(autoencoder: Autoencoder, restoring: Restoring): string {
  const { inputShape, normalization } = autoencoder;
  const scored = scoredBy(autoencoder);
  const scoresOf = (wanted: Float32Array, other: Float32Array) => {
    const sums = new ScoreSums(scored);
    sums.add(wanted, other);
    return sums.result();
  };
  const lines: string[] = [];
  for (const { wanted, given, restored } of restorations(autoencoder, restoring)) {
    const [before, { mse, mae, psnr, ssim }] = [given, restored].map((one) => scoresOf(wanted, one));
    const scores = { mse_given: before.mse, mse, mae, psnr, ssim };
    const known = Object.entries(scores).filter(([, score]) => score !== undefined);
    if (lines.length === 0) {
      lines.push(csvLine([nounOf(inputShape, normalization), ...known.map(([name]) => name)]));
    }
    lines.push(csvLine([lines.length - 1, ...known.map(([, score = '']) => score)]));
  }
  return `${lines.join('\n')}\n`;
}

function titleOf({ target, noise }: Restoring): string {
  if (!target) return noise ? `${describeNoise(noise)}, and what is left of it` : '';
  return `how far from ${target.source}${noise ? `, after ${describeNoise(noise)}` : ''}`;
}

function createContenders(autoencoder: Autoencoder, { samples, target, noise }: Restoring): Contender[] {
  const { inputShape, normalization } = autoencoder;
  const shape = pictureOf(inputShape, normalization);
  const wanted = target?.samples ?? samples;
  const scored = scoredBy(autoencoder, wanted);
  const contender = (key: Contender['key'], name: string, restore: Contender['restore']): Contender => ({
    key,
    name,
    restore,
    sums: new ScoreSums(scored),
  });
  const before = contender('noisy', noise ? 'with noise' : 'as given', (noisy) => noisy);
  const model = contender('model', 'this model', undefined);
  if (!shape) return [before, model];
  const count = Math.max(1, Math.floor(TO_CHOOSE_BY / sizeOf(shape)));
  const [clean, given] = [wanted, samples].map((some) => toInputs(autoencoder, sliceSamples(some, 0, count)));
  const noisy = noise ? addNoise(given, noise, new Random(EVALUATION_NOISE_SEED)) : given;
  const { gaussian, median } = bestFilters(shape, clean, noisy);
  return [
    before,
    contender('median', median.name, median.filter),
    contender('gaussian', gaussian.name, gaussian.filter),
    model,
  ];
}

interface Scored {
  readonly isPixels: boolean;
  /** The shape of the pictures; undefined if the samples are no pictures. */
  readonly shape?: Shape | undefined;
  /** Of what should be restored: the error of the mean sample. */
  readonly variance?: number;
}

/** @param wanted - What should be restored: without pixels, its variance is known, too. */
function scoredBy({ inputShape, normalization }: Autoencoder, wanted?: Samples): Scored {
  const isPixels = arePixels(inputShape, normalization);
  if (isPixels) return { isPixels, shape: pictureOf(inputShape, normalization) };
  return { isPixels, ...(wanted && { variance: meanImageBaseline(wanted) }) };
}

/** Adds up the scores of samples. */
class ScoreSums {
  readonly #errors = new ErrorSums();
  readonly #scored: Scored;
  #ssim = 0;
  #count = 0;

  constructor(scored: Scored) {
    this.#scored = scored;
  }

  add(original: Float32Array, other: Float32Array): void {
    const { shape } = this.#scored;
    this.#errors.add(original, other);
    this.#ssim += (shape && structuralSimilarity(original, other, shape)) ?? Number.NaN;
    this.#count++;
  }

  result(): Scores {
    const { isPixels, variance = 0 } = this.#scored;
    const { mse, mae, psnr } = this.#errors.result();
    const ssim = this.#ssim / this.#count;
    const hasR2 = variance > 0 && Number.isFinite(variance) && Number.isFinite(mse);
    return {
      mse,
      mae,
      ...(isPixels && { psnr }),
      ...(hasR2 && { r2: 1 - mse / variance }),
      ...(Number.isFinite(ssim) && { ssim }),
    };
  }
}
