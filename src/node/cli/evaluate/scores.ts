/**
 * How far the reconstructions are from the originals: of each image, of all together, and compared with baselines. elbo.ts
 * has the report on what a variational autoencoder says of them besides.
 */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { BatchReader } from '../../../data/batches.ts';
import { arePixels, pictureOf } from '../../../data/pictureShape.ts';
import type { Samples } from '../../../data/samples.ts';
import { largestRank, meanImageBaseline, pcaScore } from '../../../evaluation/baselines.ts';
import type { AnomalyScore } from '../../../evaluation/errorDistribution.ts';
import { ErrorSums, psnr } from '../../../evaluation/metrics.ts';
import { structuralSimilarity } from '../../../evaluation/ssim.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import { VariationalAutoencoder } from '../../../vae/variationalAutoencoder.ts';
import { type Noun, nounOf } from '../../pictures/sampleKind.ts';
import { countOf, formatDecibels, print, say } from '../terminal/output.ts';
import { formatNumber, formatR2, tableLines } from '../terminal/textTable.ts';
import type { Section } from './options.ts';

/** From this part of the mean image's error on, a model is called no better than the mean image. */
const NO_BETTER = 0.99;
/** From so many components on, PCA may take minutes: its cost grows with the third power of their number. */
const MANY_COMPONENTS = 256;

export interface Scores {
  readonly mse: number;
  readonly mae?: number;
  /** Only if the network's inputs are pixels between 0 and 1. */
  readonly psnr?: number;
  /** Only for pictures of at least 11×11 pixels between 0 and 1. */
  readonly ssim?: number;
  /** Only if the inputs are not pixels: the part of the variance that is restored. */
  readonly r2?: number;
}

export interface ImageScores extends Scores {
  readonly mae: number;
  /** Only of a variational autoencoder, as the next two: the sum of `reconstruction` and `kl`, in nats. */
  readonly negativeElbo?: number;
  readonly reconstruction?: number;
  readonly kl?: number;
  /**
   * How far the negative ELBO lies above the minimum, which is that of a perfect reconstruction and a KL of 0. Missing if
   * the minimum is not known for all samples.
   */
  readonly excess?: number;
}

/**
 * The excess of the negative ELBO if samples have it, else the MSE. The negative ELBO itself says more about how gray an
 * image is than about how well it fits: `binaryEntropy` in evaluation/metrics.ts.
 */
export function anomalyScoreOf([first]: readonly ImageScores[]): AnomalyScore {
  return first.excess === undefined ? 'mse' : 'excess';
}

/** The value of that score: NaN or infinite if the network overflows. */
export function scoreBy(score: AnomalyScore, image: ImageScores): number {
  return image[score] ?? Number.NaN;
}

/** The scores of each image. */
export async function scoreImages(autoencoder: Autoencoder, samples: Samples): Promise<ImageScores[]> {
  const scores = scoreReconstructions(autoencoder, samples);
  if (!(autoencoder instanceof VariationalAutoencoder)) return scores;
  const parts = await autoencoder.negativeElbo(samples);
  return scores.map((errors, i) => {
    const [reconstruction, kl] = [parts.reconstruction[i], parts.kl[i]];
    const excess = parts.excess && { excess: parts.excess[i] };
    return { ...errors, negativeElbo: reconstruction + kl, reconstruction, kl, ...excess };
  });
}

function scoreReconstructions(autoencoder: Autoencoder, samples: Samples): ImageScores[] {
  const scores: ImageScores[] = [];
  const { inputShape } = autoencoder;
  const isPixels = arePixels(inputShape, samples.normalization);
  const shape = isPixels ? pictureOf(inputShape, samples.normalization) : undefined;
  for (const originals of new BatchReader(samples, inputShape, 'evaluate').batches()) {
    const reconstructions = autoencoder.predict(originals);
    for (let i = 0; i < originals.shape[0]; i++) {
      const [original, reconstruction] = [originals, reconstructions].map((all) => all.rows(i, i + 1).data);
      const errors = new ErrorSums();
      errors.add(original, reconstruction);
      const { mse, mae, psnr } = errors.result();
      const ssim = shape && structuralSimilarity(original, reconstruction, shape);
      scores.push({ mse, mae, ...(isPixels && { psnr }), ...(ssim !== undefined && { ssim }) });
    }
  }
  return scores;
}

/** The scores of all images together, compared with two baselines. */
export function scoreSection(
  autoencoder: Autoencoder,
  samples: Samples,
  images: readonly ImageScores[],
): Section {
  const { encodingDim, inputShape } = autoencoder;
  const isPixels = arePixels(inputShape, samples.normalization);
  const noun = nounOf(inputShape, samples.normalization);
  const variance = meanImageBaseline(samples);
  const isVariance = variance > 0 && Number.isFinite(variance);
  const scoresOf = (mse: number): Scores => ({
    mse,
    ...(isPixels ? { psnr: psnr(mse) } : isVariance && Number.isFinite(mse) && { r2: 1 - mse / variance }),
  });
  const meanSsim = images[0].ssim === undefined ? undefined : meanOf(images, ({ ssim }) => ssim ?? 0);
  const rows = {
    model: {
      ...scoresOf(meanOf(images, ({ mse }) => mse)),
      mae: meanOf(images, ({ mae }) => mae),
      ...(meanSsim !== undefined && { ssim: meanSsim }),
    },
    ...baselines(samples, autoencoder, { variance, scoresOf }),
  };
  return {
    json: { [`${noun}s`]: images.length, codeLength: encodingDim, ...rows },
    print: () => {
      const { model, pca, meanImage } = rows;
      print(`${countOf(images.length, noun)}, codes of ${countOf(encodingDim, 'number')}\n`);
      printTable([
        ['this model', model],
        ...(pca ? [[`PCA, ${countOf(pca.components, 'component')}`, pca] as const] : []),
        ...(meanImage ? [[`mean ${noun}`, meanImage] as const] : []),
      ]);
      if (meanImage && variance > 0 && !(model.mse < NO_BETTER * variance)) {
        print(`\nno better than answering with the mean ${noun} every time`);
      }
      if (!pca) print(`\n${whyNoPca(noun, autoencoder, meanImage !== undefined)}`);
    },
  };
}

/** Baselines are fitted to the samples that are evaluated: if these are few, they are restored exactly. */
function whyNoPca(noun: Noun, { encodingDim, inputShape }: Autoencoder, hasMean: boolean): string {
  if (hasMean && encodingDim >= sizeOf(inputShape))
    return `without PCA: a code as long as this restores all ${noun}s`;
  return hasMean
    ? `without PCA: it is fitted to the evaluated ${noun}s, and restores up to ${encodingDim + 1} exactly`
    : `without baselines: they are fitted to the evaluated ${noun}s, and restore a single one exactly`;
}

/** Says what takes long before it does. */
export function announcePca(components: number): void {
  if (components < MANY_COMPONENTS) return;
  say(`fitting PCA with ${countOf(components, 'component')}, which may take minutes`);
}

/** The baselines, without those that are exact: the mean and the components span all images if there are few, or if codes are long. */
function baselines(
  samples: Samples,
  { encodingDim, inputShape }: Autoencoder,
  { variance, scoresOf }: { variance: number; scoresOf: (mse: number) => Scores },
): { pca?: Scores & { components: number }; meanImage?: Scores } {
  const [count] = samples.shape;
  if (count === 1) return {};
  const meanImage = scoresOf(variance);
  if (encodingDim >= largestRank(sizeOf(inputShape), count)) return { meanImage };
  announcePca(encodingDim);
  const { mse, components } = pcaScore(samples, encodingDim);
  return { pca: { ...scoresOf(mse), components }, meanImage };
}

/** The mean over all images. All have the same size, so the mean of their errors is the error over all numbers. */
export function meanOf(images: readonly ImageScores[], pick: (scores: ImageScores) => number): number {
  return images.reduce((sum, scores) => sum + pick(scores), 0) / images.length;
}

/** Prints a row for each of several ways to restore the same samples. */
export function printTable(rows: readonly (readonly [name: string, scores: Scores])[]): void {
  const has = (name: keyof Scores) => rows.some(([, scores]) => scores[name] !== undefined);
  const amount = (value: number | undefined) => (value === undefined ? '–' : formatNumber(value));
  const columns: (readonly [head: string, cell: (scores: Scores) => string])[] = [
    ['MSE', ({ mse }) => amount(mse)],
    ['MAE', ({ mae }) => amount(mae)],
  ];
  if (has('r2')) columns.push(['R²', ({ r2 }) => formatR2(r2)]);
  if (has('psnr')) {
    columns.push(['PSNR', ({ psnr }) => (psnr === undefined ? '–' : formatDecibels(psnr))]);
  }
  if (has('ssim')) columns.push(['SSIM', ({ ssim }) => ssim?.toFixed(4) ?? '–']);
  const heads = ['', ...columns.map(([head]) => head)];
  const cells = rows.map(([name, scores]) => [name, ...columns.map(([, cell]) => cell(scores))]);
  for (const line of tableLines([heads, ...cells], { minimum: 10 })) print(line);
}
