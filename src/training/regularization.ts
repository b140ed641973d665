/**
 * The network that is trained: the layers of the network that is used later, and between them those that only training
 * needs. Read layers/sequential.ts, layers/dropout.ts and layers/l1Penalty.ts first.
 */

import { Activation } from '../layers/activation.ts';
import { Dropout } from '../layers/dropout.ts';
import { L1Penalty } from '../layers/l1Penalty.ts';
import type { Layer } from '../layers/layer.ts';
import { Sequential } from '../layers/sequential.ts';
import type { OptionNames } from '../tensor/options.ts';
import type { Random } from '../tensor/random.ts';

/** What keeps a network from learning its samples by heart. */
export interface RegularizationOptions {
  /** The strength of an L1 penalty: this times the sum of the code's absolute values is added to the loss. @default 0 */
  readonly sparsity?: number;
  /** The share of each hidden layer's outputs that a step leaves out at random, 0 <= dropout < 1. @default 0 */
  readonly dropout?: number;
}

export const REGULARIZATION_OPTIONS: OptionNames<RegularizationOptions> = { sparsity: true, dropout: true };

/**
 * @param encoder - The layers up to the code.
 * @param decoder - The layers from the code to what the loss reads.
 * @param random - Decides what dropout leaves out.
 * @returns The same layers with the regularization between them: dropout after each activation, except where that is the
 *   last layer of encoder or decoder, and the penalty on the code.
 * @throws {RangeError} If the strength or the rate is out of range, or there is no hidden layer for dropout.
 */
export function buildTrainingNetwork(
  encoder: readonly Layer[],
  decoder: readonly Layer[],
  { sparsity = 0, dropout = 0 }: RegularizationOptions,
  random: Random,
): Sequential {
  const layers = [
    ...withDropout(encoder, dropout, random),
    ...(sparsity === 0 ? [] : [new L1Penalty(sparsity)]),
    ...withDropout(decoder, dropout, random),
  ];
  requireDropout(layers, dropout, 'Autoencoder.compile');
  return new Sequential(layers);
}

/** @throws {RangeError} If dropout is asked for and no layer does it. */
export function requireDropout(layers: readonly Layer[], rate: number, who: string): void {
  if (rate !== 0 && !layers.some((layer) => layer instanceof Dropout)) {
    throw new RangeError(`${who}: dropout needs a hidden layer with an activation.`);
  }
}

/** These layers with dropout after each activation, except where that is the last layer. */
export function withDropout(layers: readonly Layer[], rate: number, random: Random): Layer[] {
  if (rate === 0) return [...layers];
  const all = layers.flatMap(flatten);
  return all.flatMap((layer, i) =>
    layer instanceof Activation && i < all.length - 1 ? [layer, new Dropout(rate, { random })] : [layer],
  );
}

function flatten(layer: Layer): readonly Layer[] {
  return layer instanceof Sequential ? layer.layers.flatMap(flatten) : [layer];
}
