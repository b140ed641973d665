/** When to stop because there is no more improvement, and which weights to end with. */

import type { FlatParameters } from '../tensor/flatParameters.ts';

/** When training ends before its last epoch. */
export interface EarlyStopping {
  /** The number of epochs without improvement after which training stops, an integer >= 1. */
  readonly patience: number;
  /** How much lower than the best loss a loss must be to count as an improvement, >= 0. @default 0 */
  readonly minDelta?: number;
}

/**
 * The weights that training ends with: those of the best epoch, those of the last step, or a moving average over the steps, in
 * which each step has 0.999 of the weight of the next one, less in the beginning. The average begins after the first epoch. It
 * is for models whose weights keep moving, as those of a GAN: Yazıcı et al., "The unusual effectiveness of averaging in GAN
 * training", ICLR 2019.
 */
export type Keep = 'best' | 'last' | 'average';

export const KEEPS: readonly Keep[] = ['best', 'last', 'average'];

/** The share of the moving average that a step leaves, at most. */
const AVERAGE_BETA = 0.999;

/** The best epoch so far. */
export interface BestState {
  /** The last epoch that was an improvement. */
  readonly epoch: number;
  /** Its loss. */
  readonly loss: number;
  /** The number of epochs since then. */
  readonly waited: number;
  /** The weights after that epoch, if they are kept; or the moving average. */
  readonly weights?: Float32Array;
}

/** Compares the epochs of one training, and keeps the weights of the best one, or the average, if they are wanted. */
export class BestWeights {
  readonly #parameters: FlatParameters;
  readonly #keep: Keep;
  readonly #options: EarlyStopping | undefined;
  #best: BestState | undefined;

  constructor(parameters: FlatParameters, keep: Keep, options: EarlyStopping | undefined) {
    this.#parameters = parameters;
    this.#keep = keep;
    this.#options = options;
  }

  /** @param loss - The watched loss of this epoch, whose weights are the current ones. */
  consider(epoch: number, loss: number): void {
    const before = this.#best;
    if (before && loss >= before.loss - (this.#options?.minDelta ?? 0)) {
      this.#best = { ...before, waited: before.waited + 1 };
    } else {
      const average = this.#keep === 'average' ? before?.weights : undefined;
      const weights = this.#keep !== 'last' && { weights: average ?? this.#parameters.values.slice() };
      this.#best = { epoch, loss, waited: 0, ...weights };
    }
  }

  /** Takes the weights w after step t into the average a: `a += (1 - beta) (w - a)`. docs/math.md, section 7.5. */
  endStep(t: number): void {
    const average = this.#best?.weights;
    if (this.#keep !== 'average' || !average) return;
    const { values } = this.#parameters;
    // The first steps count less, or they would be most of the average of a short training.
    const beta = Math.min(AVERAGE_BETA, (t + 1) / (t + 10));
    for (let i = 0; i < average.length; i++) average[i] += (1 - beta) * (values[i] - average[i]);
  }

  /** Whether training ends with the weights of the best epoch. */
  get isBestKept(): boolean {
    return this.#keep === 'best' && this.#best?.weights !== undefined;
  }

  /** Undefined before the first epoch has ended. */
  get state(): BestState | undefined {
    return this.#best;
  }

  /** Continues from this state. */
  resume(state: BestState | undefined): void {
    this.#best = state;
  }

  get isPatienceOver(): boolean {
    return this.#options !== undefined && (this.#best?.waited ?? 0) >= this.#options.patience;
  }

  /** Sets the weights to the best ones or the average, if they were kept. */
  restore(): void {
    const { weights } = this.#best ?? {};
    if (weights) this.#parameters.values.set(weights);
  }
}
