/** The score of each sample by which anomalies are ranked, of autoencoders and variational ones. */

import { describe, expect, test } from '@jest/globals';
import { pickSamples } from '../../src/data/samples.ts';
import { binaryEntropy } from '../../src/evaluation/metrics.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { asInputs, FEATURES, toyImages, toyModel } from '../training/toy.ts';

const COUNT = 300; // more than one batch
const images = toyImages(COUNT, 2);
const rows = Uint32Array.of(7, 299, 0, 7);

describeEachKernels('anomalyScores', () => {
  test('is the mean squared error of each sample, and what evaluate says', async () => {
    const model = toyModel();
    const { rankedBy, scores, evaluation } = await model.anomalyScores(images);
    expect(rankedBy).toBe('mse');
    const [x, y] = [asInputs(images).data, model.predict(images).data];
    const expected = Array.from({ length: COUNT }, (_, i) => {
      let squares = 0;
      for (let j = i * FEATURES; j < (i + 1) * FEATURES; j++) squares += (y[j] - x[j]) ** 2;
      return squares / FEATURES;
    });
    expect([...scores]).toEqual(expected);
    expect(evaluation).toEqual(await model.evaluate(images));
    expect(evaluation.mse).toBeCloseTo(scores.reduce((a, b) => a + b) / COUNT, 12);
  });

  test('is the same for stored samples, and for some rows in their order', async () => {
    const model = toyModel();
    const all = await model.anomalyScores(images);
    expect(await model.anomalyScores(storedSamples(images))).toEqual(all);
    const some = await model.anomalyScores(images, { rows });
    rows.forEach((row, i) => {
      expect(some.scores[i]).toBeCloseTo(all.scores[row], 6);
    });
    expect(some.evaluation).toEqual(await model.evaluate(images, { rows }));
    expect(await model.anomalyScores(storedSamples(images), { rows })).toEqual(some);
  });
});

describe('anomalyScores of a variational autoencoder', () => {
  const vae = (outputActivation: 'sigmoid' | 'linear') =>
    new VariationalAutoencoder({
      inputShape: [4, 4],
      encodingDim: 2,
      hidden: [8],
      seed: 3,
      outputActivation,
    });

  test('is the excess: the negative ELBO less its minimum', async () => {
    for (const output of ['sigmoid', 'linear'] as const) {
      const model = vae(output);
      const { rankedBy, scores, evaluation } = await model.anomalyScores(images);
      expect(rankedBy).toBe('excess');
      const { reconstruction, kl, excess } = await model.negativeElbo(images);
      expect(excess).toEqual(scores);
      const inputs = asInputs(images);
      scores.forEach((score, i) => {
        const minimum = output === 'sigmoid' ? binaryEntropy(inputs.rows(i, i + 1).data) : 0;
        expect(score).toBe(reconstruction[i] + kl[i] - minimum);
      });
      expect(evaluation).toEqual(await model.evaluate(images));
    }
  });

  test('takes rows', async () => {
    const model = vae('sigmoid');
    const { scores } = await model.anomalyScores(images, { rows });
    expect(scores).toEqual((await model.anomalyScores(pickSamples(images, [...rows]))).scores);
  });

  test('is the MSE if a number is not between 0 and 1, where binary cross-entropy has no minimum', async () => {
    const model = vae('sigmoid');
    const outside = Tensor.from([...asInputs(toyImages(2)).data.with(20, 1.5)], [2, 4, 4]);
    const { rankedBy, scores } = await model.anomalyScores(outside);
    expect(rankedBy).toBe('mse');
    expect(scores).toHaveLength(2);
    expect((await model.negativeElbo(outside)).excess).toBeUndefined();
    expect((await vae('linear').anomalyScores(outside)).rankedBy).toBe('excess');
  });

  test('refuses rows that do not exist', async () => {
    for (const model of [vae('linear'), toyModel()]) {
      for (const method of ['anomalyScores', 'negativeElbo'] as const) {
        if (!(method in model)) continue;
        const call = (model as VariationalAutoencoder)[method](images, { rows: Uint32Array.of(300) });
        await expect(call).rejects.toThrow(/Autoencoder\.\w+: got row 300, expected rows from 0 to 299\.$/);
      }
    }
  });
});
