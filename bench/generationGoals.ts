/**
 * What new images must reach on Fashion-MNIST: 10,000 images to train on, 2,000 to compare with. docs/recipes.md has what they
 * reach. Read goals.ts first.
 */

import { atLeast, atMost, type Goal } from './goals.ts';
import { median } from './harness/contest.ts';

const { max, min } = Math;

/** The Fréchet distance of a GAN beside that of codes drawn for a plain autoencoder. */
const MAX_DISTANCE_SHARE = 0.5;
const MIN_CLASS_SHARE = 0.02;
/** The Fréchet distance of a convolutional model beside that of its twin of dense layers. */
const MAX_CONV_SHARE = 0.75;
/** Of our seconds over PyTorch's: no slower. Its vectors are up to four times as long as those of WebAssembly. */
const MAX_SLOWDOWN = 1;
/** Of our mean negative ELBO over PyTorch's. */
const MAX_ELBO_RATIO = 1.01;
/** Of the figure: a few seeds may happen to agree more than that. */
const MIN_SPREAD = 0.005;

/** What one training with one seed led to. */
export interface GenerationRun {
  /** The Fréchet distance of 2,000 samples from the real images. */
  readonly distance: number;
  /** The smallest share of the samples that the classifier gives to one class, from 0 to 1. */
  readonly smallestShare: number;
  /** Of the training. */
  readonly seconds: number;
  /** The mean over the test images, in nats. */
  readonly negativeElbo?: number;
}

/** What `npm run bench:generation` measured, a run for each seed in the same order; what is missing is not judged. */
export interface GenerationFigures {
  /** The decoder of a plain autoencoder, with codes from the normal distribution that was fitted to its codes. */
  readonly gaussian?: readonly GenerationRun[];
  readonly vae?: readonly GenerationRun[];
  readonly gan?: readonly GenerationRun[];
  /** The same kinds with convolutions. */
  readonly convVae?: readonly GenerationRun[];
  readonly convGan?: readonly GenerationRun[];
  readonly pyTorchVae?: readonly GenerationRun[];
  readonly pyTorchGan?: readonly GenerationRun[];
}

export function judgeGeneration(figures: GenerationFigures): Goal[] {
  const { gaussian, vae, gan, convVae, convGan, pyTorchVae, pyTorchGan } = figures;
  const goals: Goal[] = [];
  if (gan && gaussian) {
    const shares = gan.map(({ distance }, i) => distance / gaussian[i].distance);
    goals.push(
      atMost(
        "the GAN's distance over that of Gaussian codes, the worst seed",
        max(...shares),
        MAX_DISTANCE_SHARE,
      ),
      atLeast(
        'the smallest share of a class in the GAN, the worst seed',
        min(...gan.map(({ smallestShare }) => smallestShare)),
        MIN_CLASS_SHARE,
      ),
    );
  }
  goals.push(...besideDense('VAE', convVae, vae), ...besideDense('GAN', convGan, gan));
  return goals.concat(besidePyTorch('VAE', vae, pyTorchVae), besidePyTorch('GAN', gan, pyTorchGan));
}

/** Of the means: a run with a seed has nothing in common with that of another network with the same seed. */
function besideDense(
  name: string,
  conv: readonly GenerationRun[] | undefined,
  dense: readonly GenerationRun[] | undefined,
): Goal[] {
  if (!conv || !dense) return [];
  const [distance, denseDistance] = [conv, dense].map((runs) => meanOf(runs.map((run) => run.distance)));
  const goal = `the distance of the ${name} with convolutions over that of dense layers, the means`;
  return [atMost(goal, distance / denseDistance, MAX_CONV_SHARE)];
}

function besidePyTorch(
  name: string,
  ours: readonly GenerationRun[] | undefined,
  theirs: readonly GenerationRun[] | undefined,
): Goal[] {
  if (!ours || !theirs) return [];
  const elbos = [ours, theirs].map((runs) => runs.flatMap(({ negativeElbo }) => negativeElbo ?? []));
  const [distances, theirDistances] = [ours, theirs].map((runs) => runs.map(({ distance }) => distance));
  return [
    ...withinSpread(`the distance of the ${name}, the mean`, distances, theirDistances),
    ...(elbos[0].length > 0
      ? [
          atMost(
            `the negative ELBO of the ${name} over PyTorch's`,
            meanOf(elbos[0]) / meanOf(elbos[1]),
            MAX_ELBO_RATIO,
          ),
        ]
      : []),
    atMost(
      `seconds of the ${name} over PyTorch's`,
      median(ours.map(({ seconds }, i) => seconds / theirs[i].seconds)),
      MAX_SLOWDOWN,
    ),
  ];
}

/**
 * Whether our mean is at most PyTorch's largest figure and, as three seeds do not show the whole spread, once more the
 * distance between its smallest and its largest. One seed has no spread to compare with.
 */
function withinSpread(name: string, ours: readonly number[], theirs: readonly number[]): Goal[] {
  if (ours.length === 0 || theirs.length < 2) return [];
  const largest = max(...theirs);
  const spread = max(largest - min(...theirs), MIN_SPREAD * largest);
  return [atMost(`${name}, within twice PyTorch's spread`, meanOf(ours), largest + spread)];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
