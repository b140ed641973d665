/** How well a model removes noise, beside what the noise did and two filters that know nothing of the images. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { Corruption, type Noise } from '../../autoencoder/corruption.ts';
import { gaussianFilter, type ImageFilter, medianFilter } from '../../autoencoder/filters.ts';
import { ErrorSums } from '../../autoencoder/metrics.ts';
import { structuralSimilarity } from '../../autoencoder/ssim.ts';
import { type Samples, sliceSamples } from '../../data/samples.ts';
import { Random } from '../../tensor/random.ts';
import type { Shape } from '../../tensor/shape.ts';
import { toInputs } from '../display.ts';
import { arePixels, pictureOf } from '../sampleKind.ts';
import { printTable, type Scores } from './evaluateScores.ts';
import type { Section } from './evaluateSection.ts';
import { describeNoise, formatNoise } from './noise.ts';
import { print } from './output.ts';

/** Samples that are held in memory as floats at a time. */
const BATCH = 256;
/** The filters' settings are chosen by the first so many. */
const TO_CHOOSE_BY = 1024;

const SIGMAS = Array.from({ length: 18 }, (_, i) => Number((0.3 + 0.1 * i).toFixed(1)));
const SIDES = [3, 5, 7];

/** A filter with its settings, in words. */
interface NamedFilter {
  readonly name: string;
  readonly filter: ImageFilter;
}

/** The noise is the same in each call. */
export function noiseSection(autoencoder: Autoencoder, samples: Samples, noise: Noise): Section {
  const { inputShape } = autoencoder;
  const isPixels = arePixels(inputShape, samples.normalization);
  const shape = isPixels ? pictureOf(inputShape, samples.normalization) : undefined;
  const [gaussian, median] = shape ? chooseFilters(autoencoder, samples, noise, shape) : [];
  const sums = { noisy: new ScoreSums(shape), gaussian: new ScoreSums(shape), median: new ScoreSums(shape) };
  const restored = new ScoreSums(shape);
  forEachNoisy(autoencoder, samples, noise, (clean, noisy) => {
    const output = autoencoder.predict(noisy);
    for (let i = 0; i < clean.shape[0]; i++) {
      const [x, y, z] = [clean, noisy, output].map((batch) => batch.rows(i, i + 1).data);
      sums.noisy.add(x, y);
      restored.add(x, z);
      if (gaussian) sums.gaussian.add(x, gaussian.filter(y));
      if (median) sums.median.add(x, median.filter(y));
    }
  });
  const scores = {
    noisy: sums.noisy.result(isPixels),
    model: restored.result(isPixels),
    ...(median && { median: sums.median.result(isPixels) }),
    ...(gaussian && { gaussian: sums.gaussian.result(isPixels) }),
  };
  const filters = { ...(median && { median: median.name }), ...(gaussian && { gaussian: gaussian.name }) };
  return {
    json: { noise: formatNoise(noise), filters, denoising: scores },
    print: () => {
      print(`${describeNoise(noise)}, and what is left of it\n`);
      printTable([
        ['with noise', scores.noisy],
        ...(median && scores.median ? [[median.name, scores.median] as const] : []),
        ...(gaussian && scores.gaussian ? [[gaussian.name, scores.gaussian] as const] : []),
        ['this model', scores.model],
      ]);
    },
  };
}

/** Of each kind the setting with the lowest error on the first samples: the hardest to beat. */
function chooseFilters(
  autoencoder: Autoencoder,
  samples: Samples,
  noise: Noise,
  shape: Shape,
): [NamedFilter, NamedFilter] {
  const gaussians = SIGMAS.map((sigma) => ({
    name: `Gaussian filter, σ ${sigma}`,
    filter: gaussianFilter(shape, sigma),
  }));
  const medians = SIDES.map((side) => ({
    name: `median filter, ${side}×${side}`,
    filter: medianFilter(shape, side),
  }));
  const all = [...gaussians, ...medians];
  const errors = all.map(() => new ErrorSums());
  forEachNoisy(autoencoder, sliceSamples(samples, 0, TO_CHOOSE_BY), noise, (clean, noisy) => {
    for (let i = 0; i < clean.shape[0]; i++) {
      const [x, y] = [clean, noisy].map((batch) => batch.rows(i, i + 1).data);
      all.forEach(({ filter }, k) => {
        errors[k].add(x, filter(y));
      });
    }
  });
  const best = (candidates: readonly NamedFilter[]) => {
    const mse = (candidate: NamedFilter) => errors[all.indexOf(candidate)].result().mse;
    return candidates.reduce((a, b) => (mse(b) < mse(a) ? b : a));
  };
  return [best(gaussians), best(medians)];
}

/** Clean and noisy inputs, a batch at a time. */
function forEachNoisy(
  autoencoder: Autoencoder,
  samples: Samples,
  noise: Noise,
  use: (clean: ReturnType<typeof toInputs>, noisy: ReturnType<typeof toInputs>) => void,
): void {
  const corruption = new Corruption(noise);
  const random = new Random(0);
  for (let start = 0; start < samples.shape[0]; start += BATCH) {
    const clean = toInputs(autoencoder, sliceSamples(samples, start, start + BATCH));
    use(clean, corruption.apply(clean, random));
  }
}

/** The scores of many samples, one after the other. */
class ScoreSums {
  readonly #errors = new ErrorSums();
  readonly #shape: Shape | undefined;
  #ssim = 0;
  #count = 0;

  /** @param shape - Of the pictures; undefined if they are none. */
  constructor(shape: Shape | undefined) {
    this.#shape = shape;
  }

  add(original: Float32Array, other: Float32Array): void {
    this.#errors.add(original, other);
    this.#ssim += (this.#shape && structuralSimilarity(original, other, this.#shape)) ?? Number.NaN;
    this.#count++;
  }

  result(isPixels: boolean): Scores {
    const { mse, mae, psnr } = this.#errors.result();
    const ssim = this.#ssim / this.#count;
    return { mse, mae, ...(isPixels && { psnr }), ...(Number.isFinite(ssim) && { ssim }) };
  }
}
