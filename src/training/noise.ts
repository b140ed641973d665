/**
 * Noise on the input of a network that learns to remove it: a denoising autoencoder (Vincent, Larochelle, Bengio &
 * Manzagol, "Extracting and composing robust features with denoising autoencoders", ICML 2008). docs/math.md, section 7.1.
 */

import { type OptionNames, requireNumber, requireOneOf, requireOptions } from '../tensor/options.ts';
import { type Random, requireRandom } from '../tensor/random.ts';
import { requireTensor, Tensor } from '../tensor/tensor.ts';

export const NOISE_KINDS = ['gaussian', 'mask', 'salt'] as const;

/**
 * What is done to each number of a sample, independently of the others, in the units of the network's input:
 *
 * - `gaussian`: a normally distributed number is added, mean 0, standard deviation `amount`. The sum is not clamped.
 * - `mask`: with probability `amount` the number becomes 0.
 * - `salt`: with probability `amount` the number becomes 0 or 1, each as often (salt and pepper).
 */
export interface Noise {
  /** Which of these. */
  readonly kind: (typeof NOISE_KINDS)[number];
  /** Above 0; a probability is below 1. */
  readonly amount: number;
}

const NOISE: OptionNames<Noise> = { kind: true, amount: true };

/** Validation and evaluation draw their noise from this seed, whatever the model, so that results can be compared. */
export const EVALUATION_NOISE_SEED = 0;

/**
 * The seed from which one training step draws its noise, dropout and codes. It comes from the state of the shuffling generator
 * after the epoch's shuffle, so that an epoch that is resumed in its middle has the same seeds. Nothing is drawn from that
 * generator: with and without noise, samples are shuffled alike.
 *
 * @param batch - The number of the batch within the epoch, from 0.
 */
export function stepSeed(shuffling: Random, epoch: number, batch: number): number {
  // The epoch counts too, as the shuffle of a single sample draws nothing. A seed may have 53 bits: 32 and 21.
  const word = (shuffling.state()[0] + epoch) % 2 ** 32;
  return word * 2 ** 21 + (batch % 2 ** 21);
}

/**
 * @throws {TypeError} If it has other properties.
 * @throws {RangeError} If the kind is unknown or the amount out of range.
 */
export function checkNoise(noise: Noise): void {
  requireOptions('noise', noise, NOISE);
  const { kind, amount } = noise;
  requireOneOf('noise', 'the kind', kind, NOISE_KINDS);
  const range = kind === 'gaussian' ? 'a finite number > 0' : 'a probability above 0, below 1';
  requireNumber('noise', `the amount of ${kind}`, amount, range, () => isInRange(noise));
}

export function isInRange({ kind, amount }: Noise): boolean {
  return Number.isFinite(amount) && amount > 0 && (kind === 'gaussian' || amount < 1);
}

/**
 * Corrupts samples. The same noise and state of the generator give the same bits.
 *
 * @param x - Any shape, in the units of the network's input. Not modified.
 * @param random - Gives the random numbers.
 * @param into - Where the result goes: of the shape of x, and not x itself. Default: a new tensor.
 * @returns That tensor, of the shape of x.
 * @throws {TypeError} If x is no tensor, `random` no generator, or the noise has other fields.
 * @throws {RangeError} If the noise is of an unknown kind or its amount out of range.
 * @example
 * const noisy = addNoise(codes, { kind: 'gaussian', amount: 0.2 }, new Random(1)); // [100, 32]
 */
export function addNoise(x: Tensor, noise: Noise, random: Random, into?: Tensor): Tensor {
  requireTensor('addNoise', 'x is', x);
  checkNoise(noise);
  requireRandom('addNoise', random);
  const { kind, amount } = noise;
  const out = into ?? Tensor.zeros(x.shape);
  if (kind === 'gaussian') {
    random.fillNormal(out.data);
    for (let i = 0; i < x.size; i++) out.data[i] = x.data[i] + amount * out.data[i];
    return out;
  }
  random.fillUniform(out.data, 0, 1);
  const salt = kind === 'salt' ? amount / 2 : 0;
  for (let i = 0; i < x.size; i++) {
    const draw = out.data[i];
    out.data[i] = draw < salt ? 1 : draw < amount ? 0 : x.data[i];
  }
  return out;
}
