/**
 * Noise on the way into a network that learns to remove it: a denoising autoencoder (Vincent, Larochelle, Bengio &
 * Manzagol, "Extracting and composing robust features with denoising autoencoders", ICML 2008). docs/math.md, section 7.1.
 */

import { Arena } from '../tensor/kernels/memory.ts';
import type { Random } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';

export const NOISE_KINDS = ['gaussian', 'mask', 'salt'] as const;

/**
 * What is done to each number of a sample, independently of the others, in the units of the network's input:
 *
 * - `gaussian`: a normally distributed number is added, mean 0, standard deviation `amount`. Nothing is clamped.
 * - `mask`: with probability `amount` it becomes 0.
 * - `salt`: with probability `amount` it becomes 0 or 1, each as often (salt and pepper).
 */
export interface Noise {
  readonly kind: (typeof NOISE_KINDS)[number];
  /** Above 0; a probability is below 1. */
  readonly amount: number;
}

/** What is measured gets the same noise each time, whatever the model: results can be compared. */
export const MEASURED_NOISE_SEED = 0;

/** @throws {RangeError} If the kind is none, or the amount out of range. */
export function checkNoise({ kind, amount }: Noise): void {
  if (!NOISE_KINDS.includes(kind)) {
    throw new RangeError(`noise: the kind is '${kind}', expected one of: ${NOISE_KINDS.join(', ')}.`);
  }
  if (!isInRange({ kind, amount })) {
    const range = kind === 'gaussian' ? 'a finite number > 0' : 'a probability above 0, below 1';
    throw new RangeError(`noise: the amount of ${kind} is ${amount}, expected ${range}.`);
  }
}

export function isInRange({ kind, amount }: Noise): boolean {
  return Number.isFinite(amount) && amount > 0 && (kind === 'gaussian' || amount < 1);
}

/** Corrupts one batch after another. The same noise and state of the generator give the same bits. */
export class Corruption {
  readonly #noise: Noise;
  readonly #arena: Arena;
  readonly #noisy = new Workspace();

  /** @param arena - Where the noisy batches lie. */
  constructor(noise: Noise, arena: Arena = new Arena()) {
    checkNoise(noise);
    this.#noise = noise;
    this.#arena = arena;
  }

  /** @returns A noisy copy of x, in an array that the next call overwrites. */
  apply(x: Tensor, random: Random): Tensor {
    const { kind, amount } = this.#noise;
    const noisy = this.#noisy.tensor(this.#arena, x.shape);
    if (kind === 'gaussian') {
      random.fillNormal(noisy.data);
      for (let i = 0; i < x.size; i++) noisy.data[i] = x.data[i] + amount * noisy.data[i];
      return noisy;
    }
    random.fillUniform(noisy.data, 0, 1);
    const salt = kind === 'salt' ? amount / 2 : 0;
    for (let i = 0; i < x.size; i++) {
      const draw = noisy.data[i];
      noisy.data[i] = draw < salt ? 1 : draw < amount ? 0 : x.data[i];
    }
    return noisy;
  }
}
