/** fit refuses bad input before anything changes: weights, normalization, optimizer and random numbers. */

import { expect, test } from '@jest/globals';
import type { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import type { Samples } from '../../src/data/samples.ts';
import { writeModel } from '../../src/io/model.ts';
import { Adam } from '../../src/optim/adam.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import type { FitOptions } from '../../src/training/fitOptions.ts';
import { asInputs, toyImages, toyModel } from './toy.ts';

const FIT: FitOptions = { epochs: 2, batchSize: 8, validationSplit: 0.2 };

const STANDARDIZED: Samples = {
  ...toyImages(50),
  normalization: { kind: 'standard', dtype: 'u1', shift: 100, scale: 50 },
};
const outside = (value: number): Samples => {
  const inputs = asInputs(toyImages(50));
  inputs.data[35] = value;
  return inputs;
};

// Samples or options with one thing wrong. The model has 'bce', which needs inputs from 0 to 1.
const REFUSALS: readonly (readonly [string, Samples, FitOptions, RegExp])[] = [
  ['a split with nothing to measure', toyImages(50), { validationSplit: 0.004 }, /keeps 0 of 50 samples/],
  ['a split with nothing to learn from', toyImages(50), { validationSplit: 0.996 }, /keeps 50 of 50/],
  ['no epochs', toyImages(50), { epochs: 0 }, /epochs is 0/],
  ['a broken batch size', toyImages(50), { batchSize: 0.5, validationSplit: 0.2 }, /batchSize is 0.5/],
  ['no patience', toyImages(50), { validationSplit: 0.2, earlyStopping: { patience: 0 } }, /patience is 0/],
  [
    'a split and other data',
    toyImages(50),
    { validationSplit: 0.2, validationData: toyImages(5) },
    /got both validationSplit and validationData/,
  ],
  ['another shape', Tensor.zeros([50, 5]), {}, /the samples are \[50, 5\]/],
  ['no samples', Tensor.zeros([0, 4, 4]), {}, /got no samples/],
  ['integers', { shape: [50, 4, 4], data: toyImages(50).data }, {}, /integers without/],
  [
    'other data of another shape',
    asInputs(toyImages(50)),
    { validationData: Tensor.zeros([3, 5]) },
    /^fit, validationData: the samples are \[3, 5\]/,
  ],
  [
    'inputs with mean 0',
    STANDARDIZED,
    {},
    /^fit: input number \d+ is -?[\d.]+, binary cross-entropy takes 0 to 1/,
  ],
  ['and with a split', STANDARDIZED, { validationSplit: 0.2 }, /^fit: input number \d+ is/],
  [
    'an input below 0',
    outside(-0.25),
    {},
    /^fit: input number 35 is -0.25, binary cross-entropy takes 0 to 1\.$/,
  ],
  ['an input above 1', outside(1.5), {}, /^fit: input number 35 is 1.5,/],
  ['an input that is NaN', outside(Number.NaN), {}, /^fit: input number 35 is NaN,/],
  [
    'other data outside of 0 to 1',
    asInputs(toyImages(50)),
    { validationData: outside(2) },
    /^fit, validationData: input number 35 is 2,/,
  ],
];

/** The bytes of a model that was fitted twice, with `attempt` before each fit. */
async function bytesOfTwoFits(attempt?: (model: Autoencoder, optimizer: Adam) => Promise<void>) {
  const optimizer = new Adam();
  const model = toyModel({ outputActivation: 'sigmoid' });
  for (let fit = 0; fit < 2; fit++) {
    model.compile({ optimizer, loss: 'bce' });
    await attempt?.(model, optimizer);
    await model.fit(toyImages(50), FIT);
  }
  return writeModel(model);
}

test.each(REFUSALS)('leaves no trace: %s', async (_name, samples, options, message) => {
  const refused = async (model: Autoencoder, optimizer: Adam) => {
    const { normalization } = model;
    const { steps } = optimizer;
    const values = model.parameters.values.slice();
    await expect(model.fit(samples, options)).rejects.toThrow(message);
    expect(model.normalization).toEqual(normalization);
    expect(model.parameters.values).toEqual(values);
    expect(optimizer.steps).toBe(steps);
  };
  // The bytes depend on the generator's state, which decides the order of the samples.
  expect(await bytesOfTwoFits(refused)).toEqual(await bytesOfTwoFits());
});

test('negative control: a fit that is not refused leaves a trace in the generator, even if it learns nothing', async () => {
  const fitted = async (model: Autoencoder, optimizer: Adam) => {
    const values = model.parameters.values.slice();
    model.compile({ optimizer: new SGD({ learningRate: { at: () => 0 } }), loss: 'bce' });
    await model.fit(toyImages(50), { epochs: 1 });
    expect(model.parameters.values).toEqual(values);
    model.compile({ optimizer, loss: 'bce' });
  };
  expect(await bytesOfTwoFits(fitted)).not.toEqual(await bytesOfTwoFits());
});

test('the optimizer of another network: neither network changes', async () => {
  const optimizer = new Adam();
  const [owner, model] = [toyModel({ seed: 1 }), toyModel()];
  owner.compile({ optimizer });
  await owner.fit(toyImages(20), { epochs: 1 });
  const owned = owner.parameters.values.slice();
  const values = model.parameters.values.slice();
  const { normalization } = model;
  model.compile({ optimizer });
  await expect(model.fit(toyImages(20), { validationSplit: 0.2 })).rejects.toThrow(
    new Error('Adam: got the parameters of another network, expected one optimizer each.'),
  );
  expect(optimizer.steps).toBe(1);
  expect(owner.parameters.values).toEqual(owned);
  expect(model.parameters.values).toEqual(values);
  expect(model.normalization).toEqual(normalization);
  model.compile();
  const fresh = toyModel();
  for (const fitted of [model, fresh]) await fitted.fit(toyImages(50), FIT);
  expect(writeModel(model)).toEqual(writeModel(fresh));
});

test('an optimizer whose fit was refused for another reason is still free', async () => {
  const optimizer = new Adam();
  const [first, second] = [toyModel(), toyModel()];
  first.compile({ optimizer });
  await expect(first.fit(toyImages(20), { epochs: 0 })).rejects.toThrow(RangeError);
  await expect(first.fit(Tensor.zeros([3, 5]))).rejects.toThrow(ShapeError);
  second.compile({ optimizer });
  expect((await second.fit(toyImages(20), { epochs: 1 })).epochs).toHaveLength(1);
});

test('inputs outside [0, 1] are refused for binary cross-entropy only', async () => {
  const model = toyModel({ outputActivation: 'sigmoid' });
  model.compile({ loss: 'mse' });
  for (const samples of [STANDARDIZED, outside(-0.25), outside(1.5)]) {
    const { epochs } = await model.fit(samples, { epochs: 1, validationData: samples });
    expect(epochs).toHaveLength(1);
  }
});
