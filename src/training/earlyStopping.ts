/** When to stop because there is no more improvement, and which weights to end with. */

import type { FlatParameters } from '../tensor/flatParameters.ts';

/** When training ends before its last epoch. */
export interface EarlyStopping {
  /** The number of epochs without improvement after which training stops, an integer >= 1. */
  readonly patience: number;
  /** How much lower than the best loss a loss must be to count as an improvement, >= 0. @default 0 */
  readonly minDelta?: number;
}

/** The weights that training ends with: those of the best epoch, or those of the last step. */
export type Keep = 'best' | 'last';

/** The best epoch so far. */
export interface BestState {
  /** The last epoch that was an improvement. */
  readonly epoch: number;
  /** Its loss. */
  readonly loss: number;
  /** The number of epochs since then. */
  readonly waited: number;
  /** The weights after that epoch, if they are kept. */
  readonly weights?: Float32Array;
}

/** Compares the epochs of one training, and keeps the weights of the best one if they are wanted. */
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
    if (this.#best && loss >= this.#best.loss - (this.#options?.minDelta ?? 0)) {
      this.#best = { ...this.#best, waited: this.#best.waited + 1 };
    } else {
      const weights = this.#keep === 'best' && { weights: this.#parameters.values.slice() };
      this.#best = { epoch, loss, waited: 0, ...weights };
    }
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

  /** Sets the weights back to the best ones, if they were kept. */
  restore(): void {
    const { weights } = this.#best ?? {};
    if (weights) this.#parameters.values.set(weights);
  }
}
