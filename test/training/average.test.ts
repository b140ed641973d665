/** `keep: 'average'`: the weights that training ends with are a moving average over its steps. */

import { expect, test } from '@jest/globals';
import { GAN } from '../../src/gan/gan.ts';
import { FlatParameters } from '../../src/tensor/flatParameters.ts';
import { Parameter } from '../../src/tensor/parameter.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { BestWeights } from '../../src/training/earlyStopping.ts';
import type { FitOptions } from '../../src/training/fitOptions.ts';
import { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';
import { toyImages, toyModel } from './toy.ts';

const { fround } = Math;

const KINDS = {
  'an autoencoder': () => toyModel(),
  'a variational autoencoder': () =>
    new VariationalAutoencoder({ inputShape: [4, 4], hidden: [8], encodingDim: 3 }),
  'a GAN': () =>
    new GAN({ inputShape: [4, 4], generatorHidden: [8], discriminatorHidden: [9], encodingDim: 3 }),
};

async function weightsOf(options: FitOptions, make: (typeof KINDS)[keyof typeof KINDS] = toyModel) {
  const model = make();
  const steps: Float32Array[] = [];
  const onBatchEnd = () => {
    steps.push(model.parameters.values.slice());
  };
  const history = await model.fit(toyImages(30), { epochs: 3, batchSize: 8, onBatchEnd, ...options });
  return { steps, end: model.parameters.values.slice(), history };
}

test.each(Object.entries(KINDS))(
  "the average of %s begins with the weights of the first epoch's end and takes in each step after it",
  async (_, make) => {
    const { steps, end, history } = await weightsOf({ keep: 'average' }, make);
    expect(steps).toHaveLength(12);
    const average = Float64Array.from(steps[3]);
    for (let step = 5; step <= 12; step++) {
      const decay = (step + 1) / (step + 10);
      steps[step - 1].forEach((value, i) => {
        average[i] = fround(average[i] + (1 - decay) * (value - average[i]));
      });
    }
    expect([...end]).toEqual([...average]);
    expect([...end]).not.toEqual([...steps[11]]);
    expect(history.restoredBestWeights).toBe(false);
  },
);

test('training itself takes the steps that it takes without', async () => {
  const [average, last] = [await weightsOf({ keep: 'average' }), await weightsOf({ keep: 'last' })];
  expect(average.steps).toEqual(last.steps);
  expect(last.end).toEqual(last.steps[11]);
});

test('a single epoch ends with its last weights', async () => {
  const { steps, end } = await weightsOf({ keep: 'average', epochs: 1 });
  expect(end).toEqual(steps[3]);
});

test.each([
  [0, 0.1],
  [89, 90 / 99],
  [8989, 8990 / 8999],
  [8990, 0.999],
  [1_000_000, 0.999],
])('step %d leaves %d of the average', (step, decay) => {
  const parameters = new FlatParameters([new Parameter('weight', Tensor.from([1, 2]), Tensor.zeros([2]))]);
  const weights = new BestWeights(parameters, 'average', undefined);
  weights.consider(1, 1);
  parameters.values.set([3, -8]);
  weights.endStep(step);
  weights.restore();
  expect([...parameters.values]).toEqual([fround(1 + (1 - decay) * 2), fround(2 - (1 - decay) * 10)]);
});
