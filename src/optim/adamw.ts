/** Adam with decoupled weight decay. docs/math.md, section 5.3. Read adam.ts first. */

import { Adam, type AdamOptions } from './adam.ts';

export interface AdamWOptions extends AdamOptions {
  /** λ in `w -= lr λ w`, which every step does beside Adam's. @default 0.01 */
  readonly weightDecay?: number;
}

/** Loshchilov & Hutter 2019, Algorithm 2: the decay acts on the values, not through the gradients and their moments. */
export class AdamW extends Adam {
  override readonly name = 'adamw';
  readonly #weightDecay: number;

  /** @throws {RangeError} If the weight decay is negative. */
  constructor({ weightDecay = 0.01, ...options }: AdamWOptions = {}) {
    super(options);
    if (!(weightDecay >= 0 && weightDecay < Infinity))
      throw new RangeError(`AdamW: the weight decay is ${weightDecay}, expected >= 0.`);
    this.#weightDecay = weightDecay;
  }

  protected override settings(): Record<string, number> {
    return { ...super.settings(), weightDecay: this.#weightDecay };
  }

  protected override decay(learningRate: number): number {
    return 1 - learningRate * this.#weightDecay;
  }
}
