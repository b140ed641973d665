/**
 * What the presets of `train` must reach on Fashion-MNIST: 10,000 images to train on, 2,000 to test, codes of 32 numbers.
 * docs/recipes.md says what they do reach.
 */

const { max, min } = Math;

const MOST_MSE = { small: 0.0133, best: 0.011 } as const;
const LEAST_PROBE = 0.82;
/** dB more than the better of the two filters. */
const LEAST_GAIN = 1.5;

interface Accuracies {
  readonly neighbours: number;
  readonly linearProbe: number;
}

interface Restored {
  /** dB. */
  readonly psnr: number;
}

/** Of `npm run bench:recipes`; what was not measured is not judged. */
export interface RecipeFigures {
  /** A run a seed. */
  readonly runs: Readonly<Record<keyof typeof MOST_MSE, readonly { readonly mse: number }[]>>;
  /** The seconds of `best` over those of the article's recipe in PyTorch. */
  readonly slowdown?: number;
  /** By the codes of `best`, and by PCA of the same length. */
  readonly classification?: { readonly codes: Accuracies; readonly pca: Accuracies };
  /** Of Gaussian noise of standard deviation 0.2. */
  readonly denoising: { readonly model: Restored; readonly median: Restored; readonly gaussian: Restored };
}

export interface Goal {
  readonly name: string;
  readonly value: number;
  readonly bound: number;
  /** Whether the bound is the most that it may be, or the minimum. */
  readonly isMost: boolean;
  readonly ok: boolean;
}

export function judgeRecipes({ runs, slowdown, classification, denoising }: RecipeFigures): Goal[] {
  const goals = (['small', 'best'] as const).map((name) => {
    const worst = max(...runs[name].map(({ mse }) => mse));
    return atMost(`test MSE of ${name}, the worst seed`, worst, MOST_MSE[name]);
  });
  if (slowdown !== undefined) goals.push(atMost("seconds of best over PyTorch's", slowdown, 1));
  if (classification) {
    const { codes, pca } = classification;
    goals.push(
      atLeast('5 neighbours by the codes of best, beside PCA', codes.neighbours, pca.neighbours),
      atLeast('linear probe on the codes of best', codes.linearProbe, LEAST_PROBE),
    );
  }
  const { model, median, gaussian } = denoising;
  const gain = min(model.psnr - median.psnr, model.psnr - gaussian.psnr);
  goals.push(atLeast('noise removed, dB more than the better filter', gain, LEAST_GAIN));
  return goals;
}

// By `<=` and `>=`, so that NaN does not pass.
function atMost(name: string, value: number, bound: number): Goal {
  return { name, value, bound, isMost: true, ok: value <= bound };
}

function atLeast(name: string, value: number, bound: number): Goal {
  return { name, value, bound, isMost: false, ok: value >= bound };
}
