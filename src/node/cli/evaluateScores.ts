/** How far the reconstructions are from the originals: image by image, overall, and beside what must be beaten. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { meanImageBaseline, pcaBaseline } from '../../autoencoder/baselines.ts';
import { ErrorSums, psnr } from '../../autoencoder/metrics.ts';
import { structuralSimilarity } from '../../autoencoder/ssim.ts';
import { type Samples, sliceSamples } from '../../data/samples.ts';
import { toInputs } from '../display.ts';
import { arePixels, nounOf, pictureOf } from '../sampleKind.ts';
import type { Section } from './evaluateSection.ts';
import { countOf, formatDecibels, print } from './output.ts';

/** Images that are held in memory as floats at a time. */
const BATCH = 256;

export interface Scores {
  readonly mse: number;
  readonly mae?: number;
  /** Only where the network's inputs are pixels between 0 and 1. */
  readonly psnr?: number;
  /** Only for pictures of at least 11×11 pixels between 0 and 1. */
  readonly ssim?: number;
  /** Where they are no pixels: the part of the variance that is explained. */
  readonly r2?: number;
}

export interface ImageScores extends Scores {
  readonly mae: number;
}

/** The scores of each image alone. */
export function scoreImages(autoencoder: Autoencoder, samples: Samples): ImageScores[] {
  const scores: ImageScores[] = [];
  const { inputShape } = autoencoder;
  const isPixels = arePixels(inputShape, samples.normalization);
  const shape = isPixels ? pictureOf(inputShape, samples.normalization) : undefined;
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

/** Of all images together, beside both baselines. */
export function scoreSection(
  autoencoder: Autoencoder,
  samples: Samples,
  images: readonly ImageScores[],
): Section {
  const { encodingDim, inputShape } = autoencoder;
  const isPixels = arePixels(inputShape, samples.normalization);
  const noun = nounOf(inputShape, samples.normalization);
  const variance = meanImageBaseline(samples);
  const scoresOf = (mse: number): Scores => ({
    mse,
    ...(isPixels ? { psnr: psnr(mse) } : variance > 0 && { r2: 1 - mse / variance }),
  });
  const meanSsim = images[0].ssim === undefined ? undefined : meanOf(images, ({ ssim }) => ssim ?? 0);
  const scores = {
    model: {
      ...scoresOf(meanOf(images, ({ mse }) => mse)),
      mae: meanOf(images, ({ mae }) => mae),
      ...(meanSsim !== undefined && { ssim: meanSsim }),
    },
    pca: scoresOf(pcaBaseline(samples, encodingDim)),
    meanImage: scoresOf(variance),
  };
  return {
    json: { [`${noun}s`]: images.length, codeLength: encodingDim, ...scores },
    print: () => {
      print(`${countOf(images.length, noun)}, codes of ${countOf(encodingDim, 'number')}\n`);
      printTable([
        ['this model', scores.model],
        [`PCA, ${countOf(encodingDim, 'component')}`, scores.pca],
        [`mean ${noun}`, scores.meanImage],
      ]);
    },
  };
}

/** The mean over all images; as each has as many numbers, that of an error is the error over all numbers. */
function meanOf(images: readonly ImageScores[], pick: (scores: ImageScores) => number): number {
  return images.reduce((sum, scores) => sum + pick(scores), 0) / images.length;
}

/** @param noun - What one of them is: image or sample. */
export function scoresCsv(images: readonly Scores[], noun: string): string {
  const rows = images.map(({ mse, mae, psnr, ssim }, i) => [i, mse, mae, psnr ?? '', ssim ?? ''].join(','));
  return `${[`${noun},mse,mae,psnr,ssim`, ...rows].join('\n')}\n`;
}

export function printTable(rows: readonly (readonly [name: string, scores: Scores])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  const cell = (text: string | undefined) => (text ?? '–').padStart(10);
  const has = (name: keyof Scores) => rows.some(([, scores]) => scores[name] !== undefined);
  const [hasR2, hasPsnr] = [has('r2'), has('psnr')];
  const names = ['MSE', 'MAE', ...(hasR2 ? ['R²'] : []), ...(hasPsnr ? ['PSNR', 'SSIM'] : [])];
  print(' '.repeat(width) + names.map(cell).join(''));
  for (const [name, { mse, mae, psnr, ssim, r2 }] of rows) {
    const decibels = psnr === undefined ? undefined : formatDecibels(psnr);
    const quality = [...(hasR2 ? [r2?.toFixed(4)] : []), ...(hasPsnr ? [decibels, ssim?.toFixed(4)] : [])];
    print(name.padEnd(width) + [mse.toFixed(5), mae?.toFixed(5), ...quality].map(cell).join(''));
  }
}
