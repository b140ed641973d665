/** Stopping when nothing gets better any more, and ending with the best weights there were. */

import type { FlatParameters } from '../tensor/flatParameters.ts';

export interface EarlyStopping {
  /** After how many epochs without improvement to stop. */
  readonly patience: number;
  /** How much lower the watched loss must get to count as an improvement. @default 0 */
  readonly minDelta?: number;
  /** Whether to end with the weights of the best epoch, however the training ended. @default true */
  readonly restoreBestWeights?: boolean;
}

/** Watches one training. Without options it only says which epoch was the best. */
export class BestWeights {
  /** The last epoch that was an improvement. */
  epoch: number | undefined;
  readonly #parameters: FlatParameters;
  readonly #options: EarlyStopping | undefined;
  #loss = Infinity;
  #waited = 0;
  #values: Float32Array | undefined;

  constructor(parameters: FlatParameters, options: EarlyStopping | undefined) {
    this.#parameters = parameters;
    this.#options = options;
  }

  consider(epoch: number, loss: number): void {
    this.#waited++;
    if (loss >= this.#loss - (this.#options?.minDelta ?? 0)) return;
    this.#loss = loss;
    this.#waited = 0;
    this.epoch = epoch;
    if (this.#options && this.#options.restoreBestWeights !== false) {
      this.#values = this.#parameters.values.slice();
    }
  }

  get isPatienceOver(): boolean {
    return this.#options !== undefined && this.#waited >= this.#options.patience;
  }

  /** Returns whether there was anything to set back. */
  restore(): boolean {
    if (this.#values) this.#parameters.values.set(this.#values);
    return this.#values !== undefined;
  }
}
