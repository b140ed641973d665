/** Losses that a user of the engine writes. Their names have no meaning. */

import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { writeModel } from '../../src/io/model.ts';
import { BinaryCrossEntropy, Loss } from '../../src/losses/loss.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { uniformTensor } from '../helpers/randomArrays.ts';
import { toyImages, toyModel } from './toy.ts';

/** Twice the mean squared error. */
class TwiceSquared extends Loss {
  override readonly name: string;
  /** All predictions that it was given. */
  readonly predictions: number[] = [];

  constructor(name: string) {
    super();
    this.name = name;
  }

  protected override evaluate(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
  ): number {
    this.predictions.push(...prediction);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const error = prediction[i] - target[i];
      sum += 2 * error * error;
      dPrediction[i] = (4 * error) / n;
    }
    return sum / n;
  }
}

describe('a loss of your own', () => {
  test.each(['twice squared', 'mse', 'bce', ''])("may be called '%s': one step by hand", async (name) => {
    // The step by hand of fit.test.ts with twice the loss, twice the gradients and half the learning rate.
    const model = new Autoencoder({ inputShape: [2], encodingDim: 1, hidden: [] });
    model.compile({ optimizer: new SGD({ learningRate: 0.25 }), loss: new TwiceSquared(name) });
    model.parameters.values.set([1, 2, 0.5, 1, -1, 0, 1]);
    const { epochs } = await model.fit(Tensor.from([1, 0.5], [1, 2]), { epochs: 1 });
    expect(epochs).toEqual([{ epoch: 1, loss: 6.25, learningRate: 0.25 }]);
    expect(Array.from(model.parameters.values)).toEqual([-0.75, 1.125, -1.25, -0.875, 1.5, -0.75, 2]);
  });

  test("called 'bce' gets the output of the sigmoid, and takes any inputs", async () => {
    const loss = new TwiceSquared('bce');
    const model = toyModel({ outputActivation: 'sigmoid' });
    model.compile({ loss });
    const sample = uniformTensor([1, 4, 4], 3, 2, 5);
    const before = model.predict(sample);
    await model.fit(sample, { epochs: 1 });
    expect(loss.predictions).toEqual(Array.from(before.data));
  });

  test('that is a BinaryCrossEntropy gets logits, whether by name or as an object', async () => {
    const logits: number[] = [];
    class Watched extends BinaryCrossEntropy {
      override forward(prediction: Tensor, target: Tensor): number {
        logits.push(...prediction.data);
        return super.forward(prediction, target);
      }
    }
    const images = toyImages(20);
    const losses = ['bce', new BinaryCrossEntropy(), new Watched()] as const;
    const models = losses.map((loss) => {
      const model = toyModel({ outputActivation: 'sigmoid' });
      model.compile({ loss });
      return model;
    });
    for (const model of models) await model.fit(images, { epochs: 2 });
    const [byName, byObject, watched] = models.map((model) => writeModel(model));
    expect(byObject).toEqual(byName);
    expect(watched).toEqual(byName);
    expect(logits.some((z) => z < 0)).toBe(true);
    expect(() => toyModel().compile({ loss: new Watched() })).toThrow(/needs outputActivation 'sigmoid'/);
  });
});
