/** How well a model removes noise, compared with the noisy images and with two filters that have not been trained. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { BatchReader } from '../../../data/batches.ts';
import { type Samples, sliceSamples } from '../../../data/samples.ts';
import { ErrorSums } from '../../../evaluation/metrics.ts';
import { structuralSimilarity } from '../../../evaluation/ssim.ts';
import { Random } from '../../../tensor/random.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { addNoise, EVALUATION_NOISE_SEED, type Noise } from '../../../training/noise.ts';
import { toInputs } from '../../pictures/display.ts';
import { arePixels, pictureOf } from '../../pictures/sampleKind.ts';
import { describeNoise, formatNoise } from '../shared/commonOptions.ts';
import { print } from '../terminal/output.ts';
import { bestFilters } from './bestFilters.ts';
import type { Section } from './options.ts';
import { printTable, type Scores } from './scores.ts';

/** How many numbers the images hold by which the settings of the filters are chosen: 128 images of 28×28. */
const TO_CHOOSE_BY = 100_352;

/** One row of the table. */
interface Contender {
  readonly key: 'noisy' | 'median' | 'gaussian' | 'model';
  readonly name: string;
  /** Restores a noisy sample; undefined for the model, which restores a whole batch at a time. */
  readonly restore: ((noisy: Float32Array) => Float32Array) | undefined;
  readonly sums: ScoreSums;
}

/** Compares what the model, two filters and nothing at all make of noisy samples. The noise is the same in each call. */
export function denoisingSection(autoencoder: Autoencoder, samples: Samples, noise: Noise): Section {
  const contenders = createContenders(autoencoder, samples, noise);
  const random = new Random(EVALUATION_NOISE_SEED);
  // The batches, and so the noise, of `Autoencoder.evaluate`.
  for (const clean of new BatchReader(samples, autoencoder.inputShape, 'evaluate').batches()) {
    const noisy = addNoise(clean, noise, random);
    const output = autoencoder.predict(noisy);
    for (let i = 0; i < clean.shape[0]; i++) {
      const [original, corrupted, restored] = [clean, noisy, output].map(
        (batch) => batch.rows(i, i + 1).data,
      );
      for (const { restore, sums } of contenders) sums.add(original, restore ? restore(corrupted) : restored);
    }
  }
  const results = contenders.map(({ key, name, sums }) => ({ key, name, scores: sums.result() }));
  const hasFilters = contenders.length > 2;
  return {
    json: {
      noise: formatNoise(noise),
      filters: Object.fromEntries(results.slice(1, -1).map(({ key, name }) => [key, name])),
      denoising: Object.fromEntries(results.map(({ key, scores }) => [key, scores])),
    },
    print: () => {
      print(`${describeNoise(noise)}, and what is left of it\n`);
      printTable(results.map(({ name, scores }) => [name, scores]));
      if (!hasFilters) print('\n(without filters: they are for images whose pixels have one scale)');
    },
  };
}

function createContenders(autoencoder: Autoencoder, samples: Samples, noise: Noise): Contender[] {
  const { inputShape, normalization } = autoencoder;
  const isPixels = arePixels(inputShape, normalization);
  const shape = pictureOf(inputShape, normalization);
  const contender = (key: Contender['key'], name: string, restore: Contender['restore']): Contender => ({
    key,
    name,
    restore,
    sums: new ScoreSums(isPixels, shape),
  });
  const before = contender('noisy', 'with noise', (noisy) => noisy);
  const model = contender('model', 'this model', undefined);
  if (!shape) return [before, model];
  const count = Math.max(1, Math.floor(TO_CHOOSE_BY / sizeOf(shape)));
  const clean = toInputs(autoencoder, sliceSamples(samples, 0, count));
  const noisy = addNoise(clean, noise, new Random(EVALUATION_NOISE_SEED));
  const { gaussian, median } = bestFilters(shape, clean, noisy);
  return [
    before,
    contender('median', median.name, median.filter),
    contender('gaussian', gaussian.name, gaussian.filter),
    model,
  ];
}

/** Adds up the scores of samples. */
class ScoreSums {
  readonly #errors = new ErrorSums();
  readonly #isPixels: boolean;
  readonly #shape: Shape | undefined;
  #ssim = 0;
  #count = 0;

  /** @param shape - The shape of the pictures; undefined if the samples are no pictures. */
  constructor(isPixels: boolean, shape: Shape | undefined) {
    this.#isPixels = isPixels;
    this.#shape = isPixels ? shape : undefined;
  }

  add(original: Float32Array, other: Float32Array): void {
    this.#errors.add(original, other);
    this.#ssim += (this.#shape && structuralSimilarity(original, other, this.#shape)) ?? Number.NaN;
    this.#count++;
  }

  result(): Scores {
    const { mse, mae, psnr } = this.#errors.result();
    const ssim = this.#ssim / this.#count;
    return { mse, mae, ...(this.#isPixels && { psnr }), ...(Number.isFinite(ssim) && { ssim }) };
  }
}
