/** The game of a GAN: its losses and the gradients of both networks, each against a float64 reference of its own loss. */

import { describe, expect, test } from '@jest/globals';
import { AdversarialGame } from '../../src/gan/game.ts';
import { GAN } from '../../src/gan/gan.ts';
import { Random } from '../../src/tensor/random.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { gradientMismatch, numericGradient, tolerance } from '../helpers/gradientCheck.ts';
import {
  referenceActivations as activations,
  referenceDense,
  referenceLosses,
} from '../helpers/naive/reference.ts';
import { uniformArray, uniformTensor } from '../helpers/randomArrays.ts';

const BATCH = 4;
const [CODE, HIDDEN, FEATURES] = [3, 5, 6];
const SEED = 13;

const real = uniformTensor([BATCH, FEATURES], 2, 0, 1);

/** The codes that the game draws first. */
const CODES = new Float32Array(BATCH * CODE);
new Random(SEED).fillNormal(CODES);

/** Biases start at zero; here all parameters have some values. */
function model(): GAN {
  const widths = { encodingDim: CODE, generatorHidden: [HIDDEN], discriminatorHidden: [HIDDEN] };
  const gan = new GAN({ inputShape: [FEATURES], ...widths, activation: 'tanh' });
  gan.parameters.values.set(uniformArray(gan.parameters.size, new Random(8)));
  return gan;
}

const gameOf = ({ generator, discriminator, encodingDim }: GAN, realTarget = 1) =>
  new AdversarialGame({
    generator,
    discriminator,
    encodingDim,
    realTarget,
    random: new Random(SEED),
  });

type Values = readonly (readonly number[])[];

const valuesOf = (gan: GAN): Values => gan.namedParameters().map(([, { value }]) => Array.from(value.data));

/** bce(D(real), target), bce(D(G(z)), target), in float64. */
function referenceGame([g0, gb0, g1, gb1, d0, db0, d1, db1]: Values) {
  const generated = () => {
    const hidden = referenceDense(BATCH, CODE, HIDDEN, Array.from(CODES), g0, gb0).map(activations.tanh);
    return referenceDense(BATCH, HIDDEN, FEATURES, hidden, g1, gb1).map(activations.sigmoid);
  };
  const lossOf = (samples: readonly number[], target: number) => {
    const hidden = referenceDense(BATCH, FEATURES, HIDDEN, samples, d0, db0).map(activations.tanh);
    const logits = referenceDense(BATCH, HIDDEN, 1, hidden, d1, db1);
    return referenceLosses.binaryCrossEntropy(
      logits,
      logits.map(() => target),
    );
  };
  return {
    realLoss: (target: number) => lossOf(Array.from(real.data), target),
    fakeLoss: (target: number) => lossOf(generated(), target),
  };
}

type LossOf = (game: ReturnType<typeof referenceGame>) => number;

const generatorLoss: LossOf = ({ fakeLoss }) => fakeLoss(1);
const discriminatorLoss =
  (realTarget: number): LossOf =>
  ({ realLoss, fakeLoss }) =>
    realLoss(realTarget) + fakeLoss(0);

/** The parameters of a network whose gradient is not that of this loss, with the other network fixed. */
function wrongGradients(network: 'generator' | 'discriminator', lossOf: LossOf, realTarget = 1): string[] {
  const gan = model();
  gameOf(gan, realTarget).learn(real);
  const values = valuesOf(gan);
  return gan.namedParameters().flatMap(([name, { gradient }], index) => {
    if (!name.startsWith(network)) return [];
    const loss = (moved: readonly number[]) => lossOf(referenceGame(values.with(index, moved)));
    return gradientMismatch(gradient.data, numericGradient(loss, values[index])) ? [name] : [];
  });
}

const namesOf = (network: string) =>
  model()
    .namedParameters()
    .flatMap(([name]) => (name.startsWith(network) ? [name] : []));

describeEachKernels('AdversarialGame', () => {
  test.each([1, 0.9])('the losses, with a target of %d for real samples', (realTarget) => {
    const gan = model();
    const { loss, parts = {} } = gameOf(gan, realTarget).measure(real);
    const reference = referenceGame(valuesOf(gan));
    const expected = [generatorLoss(reference), discriminatorLoss(realTarget)(reference)];
    const bounds = expected.map((value) => tolerance() * value);
    expect(firstOutside([parts.generator, parts.discriminator], expected, bounds)).toBeUndefined();
    expect(loss).toBe(parts.generator + parts.discriminator);
    expect(Object.keys(parts)).toEqual(['generator', 'discriminator', 'accuracy', 'spread']);
  });

  test("the generator's gradients are those of its own loss, through the discriminator", () => {
    expect(wrongGradients('generator', generatorLoss)).toEqual([]);
  });

  test.each([1, 0.9])("the discriminator's are those of its own loss, with a target of %d", (realTarget) => {
    expect(wrongGradients('discriminator', discriminatorLoss(realTarget), realTarget)).toEqual([]);
  });

  test('measure gives the losses of learn, and no gradients', () => {
    const [learning, measuring] = [model(), model()];
    const losses = gameOf(measuring).measure(real);
    expect(gameOf(learning).learn(real)).toEqual(losses);
    expect(new Set(measuring.parameters.gradients)).toEqual(new Set([0]));
    expect(new Set(learning.parameters.gradients).size).toBeGreaterThan(50);
  });
});

describe('negative controls: the gradient of another loss is not taken for right', () => {
  test.each<[string, 'generator' | 'discriminator', LossOf]>([
    [
      "the discriminator's loss reaches the generator, too",
      'generator',
      (game) => generatorLoss(game) + game.fakeLoss(0),
    ],
    [
      "the generator's loss reaches the discriminator, too",
      'discriminator',
      (game) => generatorLoss(game) + discriminatorLoss(1)(game),
    ],
    ['the saturating loss, -bce(D(G(z)), 0)', 'generator', (game) => -game.fakeLoss(0)],
    ['no fake samples', 'discriminator', ({ realLoss }) => realLoss(1)],
    ['no real samples', 'discriminator', ({ fakeLoss }) => fakeLoss(0)],
    ['smoothed labels', 'discriminator', discriminatorLoss(0.9)],
    ['the mean of the two halves', 'discriminator', (game) => discriminatorLoss(1)(game) / 2],
  ])('%s', (_, network, lossOf) => {
    expect(wrongGradients(network, lossOf)).toEqual(namesOf(network));
  });

  test('targets that are swapped: only the last bias is moved by the sum of both, which is the same', () => {
    const swapped: LossOf = ({ realLoss, fakeLoss }) => realLoss(0) + fakeLoss(1);
    expect(wrongGradients('discriminator', swapped)).toEqual(namesOf('discriminator').slice(0, -1));
  });
});

/** A generator `weight · z + bias` and a discriminator whose logit is the sample itself; both of one number. */
function oneNumber(weight: number, bias: number): GAN {
  const dense = { type: 'dense', inFeatures: 1, outFeatures: 1, bias: true } as const;
  const gan = new GAN({ spec: { type: 'gan', inputShape: [1], generator: [dense], discriminator: [dense] } });
  gan.parameters.values.set([weight, bias, 1, 0]);
  return gan;
}

const partsOf = (gan: GAN, ...samples: number[]) =>
  gameOf(gan).measure(Tensor.from(samples, [samples.length, 1])).parts ?? {};

describe('accuracy', () => {
  test.each([
    [1, -5, [1, 2, 3, 4]],
    [7 / 8, -5, [1, -1, 2, 3]],
    [1 / 2, 5, [1, 2, 3, 4]],
    [1 / 2, -5, [-1, -2]],
    [0, 5, [-1, -2]],
    [1 / 2, 0, [0, 0]], // what is not above 0 is taken for generated
  ])('is %d where generated samples are %d and real ones %p', (accuracy, fake, samples) => {
    expect(partsOf(oneNumber(0, fake), ...samples).accuracy).toBe(accuracy);
  });
});

describe('spread', () => {
  test('is the standard deviation of generated samples divided by that of real ones', () => {
    const count = 20_000;
    const samples = new Float32Array(count);
    new Random(3).fillNormal(samples);
    const { spread } = partsOf(oneNumber(0.5, 9), ...samples.map((value) => 2 * value - 1));
    // Half the mean squared difference of neighbours has the standard error √(3 / n) of the variance, half of that for its
    // root; √2 times that for the ratio of two. Five of these.
    expect(Math.abs(spread / 0.25 - 1)).toBeLessThan(5 * Math.sqrt(2) * 0.5 * Math.sqrt(3 / count));
  });

  test('is 0 where all generated samples are alike, and 1 where real ones are, or are alone', () => {
    expect(partsOf(oneNumber(0, 3), 1, 2, 3).spread).toBe(0);
    expect(partsOf(oneNumber(1, 3), 2, 2, 2).spread).toBe(1);
    expect(partsOf(oneNumber(1, 3), 2).spread).toBe(1);
  });
});
