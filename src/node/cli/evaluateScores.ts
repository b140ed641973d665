/** How far the reconstructions are from the originals: image by image, overall, and beside what must be beaten. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { meanImageBaseline, pcaBaseline } from '../../autoencoder/baselines.ts';
import { ErrorSums, psnr } from '../../autoencoder/metrics.ts';
import { structuralSimilarity } from '../../autoencoder/ssim.ts';
import { type Samples, sliceSamples } from '../../data/samples.ts';
import { pictureShape, toInputs } from '../display.ts';
import type { Section } from './evaluateSection.ts';
import { formatCount, formatDecibels, print } from './output.ts';

/** Images that are held in memory as floats at a time. */
const BATCH = 256;

export interface Scores {
  readonly mse: number;
  readonly mae?: number;
  /** Only where the network's inputs are pixels between 0 and 1. */
  readonly psnr?: number;
  /** Only for pictures of at least 11×11 pixels between 0 and 1. */
  readonly ssim?: number;
}

export interface ImageScores extends Scores {
  readonly mae: number;
}

/** The scores of each image alone. */
export function scoreImages(autoencoder: Autoencoder, samples: Samples): ImageScores[] {
  const scores: ImageScores[] = [];
  const isPixels = hasPixels(samples);
  const shape = isPixels ? pictureShape(autoencoder.inputShape) : undefined;
  for (let start = 0; start < samples.shape[0]; start += BATCH) {
    const some = sliceSamples(samples, start, start + BATCH);
    const originals = toInputs(autoencoder, some);
    const reconstructions = autoencoder.predict(some);
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

export function hasPixels({ normalization }: Samples): boolean {
  return normalization?.kind !== 'standard';
}

/** Of all images together, beside both baselines. */
export function scoreSection(
  autoencoder: Autoencoder,
  samples: Samples,
  images: readonly ImageScores[],
): Section {
  const withPsnr = (mse: number): Scores => ({ mse, ...(hasPixels(samples) && { psnr: psnr(mse) }) });
  const meanSsim = images[0].ssim === undefined ? undefined : meanOf(images, ({ ssim }) => ssim ?? 0);
  const { encodingDim } = autoencoder;
  const scores = {
    model: {
      ...withPsnr(meanOf(images, ({ mse }) => mse)),
      mae: meanOf(images, ({ mae }) => mae),
      ...(meanSsim !== undefined && { ssim: meanSsim }),
    },
    pca: withPsnr(pcaBaseline(samples, encodingDim)),
    meanImage: withPsnr(meanImageBaseline(samples)),
  };
  return {
    json: { images: images.length, codeLength: encodingDim, ...scores },
    print: () => {
      print(`${formatCount(images.length)} images, codes of ${encodingDim} numbers\n`);
      printTable([
        ['this model', scores.model],
        [`PCA, ${encodingDim} components`, scores.pca],
        ['mean image', scores.meanImage],
      ]);
    },
  };
}

/** The mean over all images; as each has as many numbers, that of an error is the error over all numbers. */
function meanOf(images: readonly ImageScores[], pick: (scores: ImageScores) => number): number {
  return images.reduce((sum, scores) => sum + pick(scores), 0) / images.length;
}

export function scoresCsv(images: readonly Scores[]): string {
  const rows = images.map(({ mse, mae, psnr, ssim }, i) => [i, mse, mae, psnr ?? '', ssim ?? ''].join(','));
  return `${['image,mse,mae,psnr,ssim', ...rows].join('\n')}\n`;
}

export function printTable(rows: readonly (readonly [name: string, scores: Scores])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  const cell = (text: string | undefined) => (text ?? '–').padStart(10);
  print(' '.repeat(width) + ['MSE', 'MAE', 'PSNR', 'SSIM'].map(cell).join(''));
  for (const [name, { mse, mae, psnr, ssim }] of rows) {
    const decibels = psnr === undefined ? undefined : formatDecibels(psnr);
    const cells = [mse.toFixed(5), mae?.toFixed(5), decibels, ssim?.toFixed(4)];
    print(name.padEnd(width) + cells.map(cell).join(''));
  }
}
