/** `keep: 'average'`: the weights that training ends with are a moving average over its steps. */

import { expect, test } from '@jest/globals';
import type { FitOptions } from '../../src/training/fitOptions.ts';
import { toyImages, toyModel } from './toy.ts';

const { fround } = Math;

async function weightsOf(options: FitOptions) {
  const model = toyModel();
  const steps: Float32Array[] = [];
  const onBatchEnd = () => {
    steps.push(model.parameters.values.slice());
  };
  const history = await model.fit(toyImages(30), { epochs: 3, batchSize: 8, onBatchEnd, ...options });
  return { steps, end: model.parameters.values.slice(), history };
}

test("the average begins with the weights of the first epoch's end and takes in each step after it", async () => {
  const { steps, end, history } = await weightsOf({ keep: 'average' });
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
});

test('training itself takes the steps that it takes without', async () => {
  const [average, last] = [await weightsOf({ keep: 'average' }), await weightsOf({ keep: 'last' })];
  expect(average.steps).toEqual(last.steps);
  expect(last.end).toEqual(last.steps[11]);
});

test('a single epoch ends with its last weights', async () => {
  const { steps, end } = await weightsOf({ keep: 'average', epochs: 1 });
  expect(end).toEqual(steps[3]);
});
