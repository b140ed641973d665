/** Stopping when nothing gets better any more, and ending with the best weights there were. */

import type { FlatParameters } from '../tensor/flatParameters.ts';

export interface EarlyStopping {
  /** After how many epochs without improvement to stop. */
  readonly patience: number;
  /** How much lower the watched loss must get to count as an improvement. @default 0 */
  readonly minDelta?: number;
}

/** Which weights a training ends with: those of the best epoch, or those of the last step. */
export type Keep = 'best' | 'last';

/** What {@link BestWeights} remembers. */
export interface BestState {
  /** The last epoch that was an improvement, and its loss. */
  readonly epoch: number;
  readonly loss: number;
  /** How many epochs have passed since. */
  readonly waited: number;
  /** The weights after that epoch, if they are kept. */
  readonly weights?: Float32Array;
}

/** Watches one training. */
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

  /** Goes on from there. */
  resume(state: BestState | undefined): void {
    this.#best = state;
  }

  get isPatienceOver(): boolean {
    return this.#options !== undefined && (this.#best?.waited ?? 0) >= this.#options.patience;
  }

  /** Sets the weights back to the best ones; returns whether there were any to set back to. */
  restore(): boolean {
    const { weights } = this.#best ?? {};
    if (weights) this.#parameters.values.set(weights);
    return weights !== undefined;
  }
}
