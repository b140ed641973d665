import { expect, test } from '@jest/globals';
import { Adam, Autoencoder, type AutoencoderSpec, generateDigits, normalize } from 'isthmus';
// @ts-expect-error It has no types.
import { NETWORK, specOf } from '../../../bench/peers/convolutional.mjs';
// @ts-expect-error It has no types.
import { convolutionalLosses } from '../../../bench/peers/reference.mjs';
// @ts-expect-error It has no types.
import { requireFirstLosses } from '../../../bench/peers/works.mjs';

const [COUNT, STEPS] = [4, 3];
const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const DIGITS = normalize(generateDigits({ count: COUNT, seed: 1 }));
const IMAGES = Float32Array.from(DIGITS.data, (value) => value / 255);

const createModel = () => new Autoencoder({ spec: specOf(NETWORK) as AutoencoderSpec, seed: 42 });

/** Of each step of a training whose epochs have one batch. */
async function lossesOf(adam: typeof ADAM, model = createModel()): Promise<number[]> {
  model.compile({ optimizer: new Adam(adam), loss: 'bce' });
  const history = await model.fit(
    { shape: [COUNT, 28, 28, 1], data: IMAGES },
    { epochs: STEPS, batchSize: COUNT },
  );
  return history.epochs.map(({ loss }) => loss);
}

const expected = (): number[] => {
  const weights = createModel()
    .namedParameters()
    .flatMap(([, { value }]) => [...value.data]);
  return convolutionalLosses(NETWORK, weights, IMAGES, ADAM, STEPS) as number[];
};

test("the engine's losses are those of the reference in float64", async () => {
  const losses = await lossesOf(ADAM);
  expect(() => requireFirstLosses(losses, expected())).not.toThrow();
  for (const [i, loss] of expected().entries()) expect(losses[i]).toBeCloseTo(loss, 6);
});

test.each([
  ['a learning rate that is a tenth smaller', { ...ADAM, learningRate: 0.9e-3 }],
  ['an epsilon of 1e-4', { ...ADAM, epsilon: 1e-4 }],
])('%s is found', async (_, adam) => {
  const losses = await lossesOf(adam);
  expect(() => requireFirstLosses(losses, expected())).toThrow(/^wrong: the loss of step [23] is /);
});

test('a pooling whose windows lie elsewhere is found', async () => {
  const spec = specOf(NETWORK);
  // Windows of 3 x 3 instead of 2 x 2: also 7 x 7 to 4 x 4.
  const encoder = spec.encoder.map((layer: { type: string; padding?: number }) =>
    layer.type === 'maxPool2d' && layer.padding === 1 ? { ...layer, kernelSize: 3, stride: 2 } : layer,
  );
  const model = new Autoencoder({ spec: { ...spec, encoder }, seed: 42 });
  const losses = await lossesOf(ADAM, model);
  expect(() => requireFirstLosses(losses, expected())).toThrow(/^wrong: the loss of step 1 is /);
});

test('a loss that is not a number is found', () => {
  expect(() => requireFirstLosses([Number.NaN], [0.69])).toThrow(/step 1/);
  expect(() => requireFirstLosses([], [0.69])).toThrow(/step 1/);
});
