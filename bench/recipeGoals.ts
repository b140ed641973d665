/**
 * What the presets of `train` must reach on Fashion-MNIST: 10,000 images to train on, 2,000 to test, codes of 32 numbers.
 * docs/recipes.md has what they reach. Read goals.ts first.
 */

import { atLeast, atMost, type Goal } from './goals.ts';

const { max, min } = Math;

/** `conv-small` at least restores as well as `best` does. */
const MAX_MSE = { small: 0.0133, best: 0.011, 'conv-small': 0.01, 'conv-best': 0.0092 } as const;
/** Of the seconds of `conv-best` over those of `best`. */
const MAX_CONV_SLOWDOWN = 3;
const MIN_PROBE = 0.82;
/** dB more than the better of the two filters. */
const MIN_GAIN = 1.5;
/** dB of a convolutional model. */
const MIN_CONV_PSNR = 22;

interface Accuracies {
  readonly neighbours: number;
  readonly linearProbe: number;
}

interface Restored {
  /** dB. */
  readonly psnr: number;
}

/** What `npm run bench:recipes` measured; a figure that is missing is not judged. */
export interface RecipeFigures {
  /** One run for each seed. */
  readonly runs: Readonly<Record<keyof typeof MAX_MSE, readonly { readonly mse: number }[]>>;
  /** The seconds of `best` over those of the article's recipe in PyTorch. */
  readonly slowdown?: number;
  /** The seconds of `conv-best` over those of `best`. */
  readonly convSlowdown: number;
  /** By the codes of `best`, and by PCA of the same length. */
  readonly classification?: { readonly codes: Accuracies; readonly pca: Accuracies };
  /** Of Gaussian noise of standard deviation 0.2. */
  readonly denoising: { readonly model: Restored; readonly median: Restored; readonly gaussian: Restored };
  /** The same noise, by a convolutional model. */
  readonly convDenoising: { readonly model: Restored };
}

export function judgeRecipes(figures: RecipeFigures): Goal[] {
  const { runs, slowdown, convSlowdown, classification, denoising, convDenoising } = figures;
  const goals = (Object.keys(MAX_MSE) as (keyof typeof MAX_MSE)[]).map((name) => {
    const worst = max(...runs[name].map(({ mse }) => mse));
    return atMost(`test MSE of ${name}, the worst seed`, worst, MAX_MSE[name]);
  });
  goals.push(atMost('seconds of conv-best over those of best', convSlowdown, MAX_CONV_SLOWDOWN));
  if (slowdown !== undefined) goals.push(atMost("seconds of best over PyTorch's", slowdown, 1));
  if (classification) {
    const { codes, pca } = classification;
    goals.push(
      atLeast('5 neighbours by the codes of best, beside PCA', codes.neighbours, pca.neighbours),
      atLeast('linear probe on the codes of best', codes.linearProbe, MIN_PROBE),
    );
  }
  const { model, median, gaussian } = denoising;
  const gain = min(model.psnr - median.psnr, model.psnr - gaussian.psnr);
  goals.push(
    atLeast('noise removed, dB more than the better filter', gain, MIN_GAIN),
    atLeast('noise removed by convolutions, PSNR in dB', convDenoising.model.psnr, MIN_CONV_PSNR),
  );
  return goals;
}
