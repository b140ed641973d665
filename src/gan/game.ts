/**
 * The game that a GAN learns by: the discriminator learns to tell real samples from the generator's, the generator learns to
 * make samples that it takes for real. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014. Read
 * training/objective.ts first; docs/math.md, section 7.5.
 */

import type { Sequential } from '../layers/sequential.ts';
import { BinaryCrossEntropy } from '../losses/loss.ts';
import { Arena } from '../tensor/kernels/memory.ts';
import type { Random } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Workspace } from '../tensor/workspace.ts';
import type { Losses, Objective } from '../training/objective.ts';

interface GameParts {
  readonly generator: Sequential;
  /** As it is trained: with dropout, if there is any. */
  readonly discriminator: Sequential;
  readonly encodingDim: number;
  /** The discriminator's target for real samples: below 1 with label smoothing. */
  readonly realTarget: number;
  /** Draws the codes. */
  readonly random: Random;
}

/**
 * For B real samples x and B codes z, with the generator G and the discriminator D, whose output is a logit:
 *
 *     discriminator = bce(D(x), real target) + bce(D(G(z)), 0)
 *     generator = bce(D(G(z)), 1)
 *
 * The generator's loss is the non-saturating one (section 3 of the paper): its gradient is large where the discriminator is
 * sure. Both gradients are those of the weights before the step, and one optimizer steps with both. Algorithm 1 takes turns
 * instead, which costs one more pass of fake samples through the discriminator (docs/recipes.md compares them).
 *
 * Beside the two losses it measures `accuracy`, the share of samples that the discriminator is right about, and `spread`,
 * how different the generated samples are from each other: their standard deviation divided by that of the real ones.
 */
export class AdversarialGame implements Objective {
  readonly callsKernelsOnly = false;
  readonly needsUnitRange = false;
  readonly lastLayer = undefined;
  readonly #generator: Sequential;
  readonly #discriminator: Sequential;
  readonly #encodingDim: number;
  readonly #realTarget: number;
  readonly #random: Random;
  /** Not the networks': the game may be dropped before them. */
  readonly #arena = new Arena();
  readonly #codes = new Workspace();
  readonly #targets = new Workspace();
  readonly #loss = new BinaryCrossEntropy();

  constructor({ generator, discriminator, encodingDim, realTarget, random }: GameParts) {
    this.#generator = generator;
    this.#discriminator = discriminator;
    this.#encodingDim = encodingDim;
    this.#realTarget = realTarget;
    this.#random = random;
  }

  /** @param real - `[batch, features]` */
  learn(real: Tensor): Losses {
    return this.#play(real, true);
  }

  measure(real: Tensor): Losses {
    return this.#play(real, false);
  }

  #play(real: Tensor, isLearning: boolean): Losses {
    const [generator, discriminator] = [this.#generator, this.#discriminator];
    const [batch] = real.shape;
    const codes = this.#codes.tensor(this.#arena, [batch, this.#encodingDim]);
    this.#random.fillNormal(codes.data);
    const fake = generator.forward(codes);
    const spread = relativeSpread(fake, real);

    const logits = discriminator.forward(fake);
    let right = countAbove(logits, false);
    const generatorLoss = this.#lossFor(logits, 1);
    if (isLearning) generator.backwardParameters(discriminator.backwardInput(this.#loss.backward()));
    const fakeLoss = this.#lossFor(logits, 0);
    if (isLearning) discriminator.backwardParameters(this.#loss.backward());

    const realLogits = discriminator.forward(real);
    right += countAbove(realLogits, true);
    const realLoss = this.#lossFor(realLogits, this.#realTarget);
    if (isLearning) discriminator.backwardParameters(this.#loss.backward());

    const discriminatorLoss = realLoss + fakeLoss;
    return {
      loss: generatorLoss + discriminatorLoss,
      parts: {
        generator: generatorLoss,
        discriminator: discriminatorLoss,
        accuracy: right / (2 * batch),
        spread,
      },
    };
  }

  #lossFor(logits: Tensor, target: number): number {
    const targets = this.#targets.tensor(this.#arena, logits.shape);
    targets.data.fill(target);
    return this.#loss.forward(logits, targets);
  }
}

/** How many logits are above 0, or how many are not. */
function countAbove({ data }: Tensor, isAbove: boolean): number {
  let count = 0;
  for (const logit of data) if (logit > 0 === isAbove) count++;
  return count;
}

/** The standard deviation of the fake samples divided by that of the real ones; 1 for a batch of one, or real ones that are all alike. */
function relativeSpread(fake: Tensor, real: Tensor): number {
  const variance = varianceOf(real);
  return variance > 0 ? Math.sqrt(varianceOf(fake) / variance) : 1;
}

/** Half the mean squared difference of neighbours in a batch: the variance of independent samples, in one pass. */
function varianceOf({ shape: [batch, features], data }: Tensor): number {
  let sum = 0;
  for (let i = features; i < data.length; i++) {
    const difference = data[i] - data[i - features];
    sum += difference * difference;
  }
  return sum / (2 * Math.max(1, batch - 1) * features);
}
