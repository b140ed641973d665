/** What a variational autoencoder minimises, and its gradients through the whole network, against a float64 reference. */

import { describe, expect, test } from '@jest/globals';
import { Random } from '../../src/tensor/random.ts';
import { type BetaOptions, Elbo } from '../../src/vae/elbo.ts';
import { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';
import { firstOutside } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { gradientMismatch, numericGradient, tolerance } from '../helpers/gradientCheck.ts';
import { uniformArray, uniformTensor } from '../helpers/randomArrays.ts';
import { meanOf, referenceElbo, valuesOf } from './reference.ts';

type Output = 'sigmoid' | 'linear';

const BATCH = 4;
const SIZES = { features: 6, hidden: 5, code: 2 };
const SEED = 33;

const target = uniformTensor([BATCH, SIZES.features], 2, 0, 1);
/** Not the target: the inputs may be noisy. */
const input = uniformTensor([BATCH, SIZES.features], 3, -1, 2);

/** What the objective draws first. */
const EPSILON = new Float32Array(BATCH * SIZES.code);
new Random(SEED).fillNormal(EPSILON);

/** Biases start at zero; here all parameters have some values. */
function model(outputActivation: Output): VariationalAutoencoder {
  const { features, hidden, code } = SIZES;
  const shape = { inputShape: [features], hidden: [hidden], encodingDim: code };
  const vae = new VariationalAutoencoder({ ...shape, activation: 'tanh', outputActivation });
  vae.parameters.values.set(uniformArray(vae.parameters.size, new Random(8)));
  return vae;
}

function elboOf(vae: VariationalAutoencoder, beta?: BetaOptions, stepsDone?: () => number): Elbo {
  const { encoder, decoder } = vae;
  return new Elbo({ encoder, decoder, random: new Random(SEED) }, beta, stepsDone);
}

/** The two parts in float64, the means over the batch. */
function referenceParts(values: readonly (readonly number[])[], output: Output) {
  const arrays = { input: [...input.data], target: [...target.data], epsilon: EPSILON, output };
  const { reconstruction, kl } = referenceElbo(SIZES, values, arrays);
  return { reconstruction: meanOf(reconstruction), kl: meanOf(kl) };
}

type Parts = ReturnType<typeof referenceParts>;

/** The parameters whose gradient is not that of `lossOf`. */
function wrongGradients(output: Output, beta: number, lossOf: (parts: Parts) => number): string[] {
  const vae = model(output);
  elboOf(vae, { beta }).learn(input, target);
  const values = valuesOf(vae);
  return vae.namedParameters().flatMap(([name, { gradient }], index) => {
    const loss = (moved: readonly number[]) => lossOf(referenceParts(values.with(index, moved), output));
    return gradientMismatch(gradient.data, numericGradient(loss, values[index])) ? [name] : [];
  });
}

const OUTPUTS = ['sigmoid', 'linear'] as const;
const ALL = model('linear')
  .namedParameters()
  .map(([name]) => name);
const ENCODER = ALL.filter((name) => name.startsWith('encoder'));

describeEachKernels('Elbo', () => {
  test.each(OUTPUTS)('the loss is reconstruction + beta KL, in nats a sample, output %s', (output) => {
    const vae = model(output);
    const parts = referenceParts(valuesOf(vae), output);
    const losses = elboOf(vae, { beta: 3 }).measure(input, target);
    expect(Object.keys(losses.parts ?? {})).toEqual(['reconstruction', 'kl']);
    const got = [losses.parts?.reconstruction, losses.parts?.kl, losses.loss] as number[];
    const expected = [parts.reconstruction, parts.kl, parts.reconstruction + 3 * parts.kl];
    const bounds = expected.map((value) => tolerance() * value);
    expect(firstOutside(got, expected, bounds)).toBeUndefined();
  });

  test.each(OUTPUTS.flatMap((output) => [0, 1, 4].map((beta) => [output, beta] as const)))(
    'every gradient, output %s, beta %d',
    (output, beta) => {
      const wrong = wrongGradients(output, beta, ({ reconstruction, kl }) => reconstruction + beta * kl);
      expect(wrong).toEqual([]);
    },
  );

  test('measure gives the losses of learn, and no gradients', () => {
    const [learning, measuring] = [model('sigmoid'), model('sigmoid')];
    const losses = elboOf(measuring).measure(input, target);
    expect(elboOf(learning).learn(input, target)).toEqual(losses);
    expect(new Set(measuring.parameters.gradients)).toEqual(new Set([0]));
    expect(new Set(learning.parameters.gradients).size).toBeGreaterThan(ALL.length);
  });

  test('measureEach gives the parts of each sample', () => {
    const vae = model('sigmoid');
    const each = elboOf(vae).measureEach(target);
    const arrays = { input: [...target.data], epsilon: EPSILON, output: 'sigmoid' as const };
    const expected = referenceElbo(SIZES, valuesOf(vae), arrays);
    for (const part of ['reconstruction', 'kl'] as const) {
      const bounds = expected[part].map((value) => tolerance() * value);
      expect(firstOutside(each[part], expected[part], bounds)).toBeUndefined();
    }
    const { parts } = elboOf(vae).measure(target, target);
    expect(meanOf(each.reconstruction)).toBeCloseTo(parts?.reconstruction ?? Number.NaN, 5);
    expect(meanOf(each.kl)).toBeCloseTo(parts?.kl ?? Number.NaN, 12);
  });
});

describe('negative controls: the gradient of another loss is not taken for right', () => {
  test.each<[string, Output, readonly string[], (parts: Parts) => number]>([
    ['a beta that is off by a part in 10,000', 'sigmoid', ENCODER, (p) => p.reconstruction + 1.0001 * p.kl],
    ['no KL', 'linear', ENCODER, (p) => p.reconstruction],
    ['the mean over the elements', 'sigmoid', ALL, (p) => p.reconstruction / SIZES.features + p.kl],
    ['the squared error without its half', 'linear', ALL, (p) => 2 * p.reconstruction + p.kl],
    ['KL summed over the batch', 'linear', ENCODER, (p) => p.reconstruction + BATCH * p.kl],
  ])('%s', (_, output, wrong, lossOf) => {
    expect(wrongGradients(output, 1, lossOf)).toEqual(wrong);
  });
});

describe('the warm-up of beta', () => {
  function learn(beta: BetaOptions, stepsDone: number) {
    const vae = model('sigmoid');
    const losses = elboOf(vae, beta, () => stepsDone).learn(input, target);
    return { losses, gradients: vae.parameters.gradients.slice() };
  }

  test.each([
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 4],
    [1000, 4],
  ])(
    'after %d steps the gradients are those of %d quarters of beta, the losses those of all of it',
    (steps, quarters) => {
      const { losses, gradients } = learn({ beta: 2, betaWarmUpSteps: 4 }, steps);
      const [share, whole] = [learn({ beta: (2 * quarters) / 4 }, 0), learn({ beta: 2 }, 0)];
      expect(gradients).toEqual(share.gradients);
      expect(losses).toEqual(whole.losses);
      // The control: another share has other gradients.
      expect(gradients).not.toEqual(learn({ beta: (2 * (quarters + 1)) / 4 }, 0).gradients);
    },
  );

  test('without warm-up the first step has all of beta', () => {
    expect(learn({ beta: 2 }, 0).gradients).toEqual(learn({ beta: 2 }, 9).gradients);
  });
});
