/** Tied weights and an L1 penalty on the code, compared with PyTorch; dropout and where it acts. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import { ReLU, Sigmoid } from '../../src/layers/activation.ts';
import { Dense } from '../../src/layers/dense.ts';
import { Sequential } from '../../src/layers/sequential.ts';
import { Adam } from '../../src/optim/adam.ts';
import { Random } from '../../src/tensor/random.ts';
import { buildTrainingNetwork } from '../../src/training/regularization.ts';
import { firstOutside, scaleOf, UNIT_ROUNDOFF as u } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { type GoldenArray, goldenTensor } from '../helpers/golden.ts';
import { toyImages, toyModel } from './toy.ts';

interface Golden {
  readonly strength: number;
  readonly input: GoldenArray;
  readonly parameters: readonly (readonly number[])[];
  readonly losses_before_each_step: readonly number[];
  readonly parameters_after: readonly (readonly number[])[];
}

const golden: Golden = JSON.parse(readFileSync('test/golden/regularized/regularized.json', 'utf8'));

/** The golden model, trained for the ten steps with this penalty. */
async function trained(sparsity: number) {
  const model = new Autoencoder({ inputShape: [12], encodingDim: 3, hidden: [8], tied: true });
  model.parameters.values.set(golden.parameters.flat());
  model.compile({ optimizer: new Adam({ learningRate: 0.01, epsilon: 1e-8 }), sparsity });
  const { epochs } = await model.fit(goldenTensor(golden.input), { epochs: 10, batchSize: 7 });
  return { model, losses: epochs.map(({ loss }) => loss) };
}

describeEachKernels('a tied autoencoder with a sparse code', () => {
  const losses = golden.losses_before_each_step;
  const parameters = golden.parameters_after.flat();
  // As in test/golden.test.ts: a few roundings a step, of random direction.
  const outside = (got: Float32Array) => firstOutside(got, parameters, 16 * u * scaleOf(parameters));

  test('takes the ten steps that PyTorch took', async () => {
    const { model, losses: seen } = await trained(golden.strength);
    const bounds = losses.map((loss) => 4 * u * loss);
    expect(firstOutside(seen, losses, bounds)).toBeUndefined();
    expect(outside(model.parameters.values)).toBeUndefined();
  });

  test('takes other steps with a penalty that is wrong by 1 %', async () => {
    const { model } = await trained(golden.strength * 1.01);
    expect(outside(model.parameters.values)).toBeDefined();
  });
});

test('a sparsity penalty draws codes towards zero', async () => {
  const meanOf = async (sparsity: number) => {
    const model = toyModel({ tied: true });
    model.compile({ sparsity, optimizer: new Adam({ learningRate: 0.01 }) });
    await model.fit(toyImages(60), { epochs: 60, batchSize: 20 });
    const { data } = model.encode(toyImages(60));
    return data.reduce((sum, code) => sum + Math.abs(code), 0) / data.length;
  };
  expect(await meanOf(0.05)).toBeLessThan(0.5 * (await meanOf(0)));
});

describe('the training network', () => {
  const random = new Random(1);
  const dense = () => new Dense(4, 4);
  const namesOf = (network: Sequential) => network.layers.map((layer) => layer.constructor.name);

  test('without regularization has the layers and nothing else', () => {
    const [encoder, decoder] = [[dense(), new ReLU(), dense()], [dense()]];
    expect(buildTrainingNetwork(encoder, decoder, {}, random).layers).toEqual([...encoder, ...decoder]);
  });

  test('has dropout after hidden activations only, and the penalty after the code', () => {
    const encoder = [new Sequential([dense(), new ReLU()]), dense()];
    const decoder = [dense(), new ReLU(), dense(), new Sigmoid()];
    const network = buildTrainingNetwork(encoder, decoder, { sparsity: 0.1, dropout: 0.5 }, random);
    const [hidden, code] = [
      ['Dense', 'ReLU', 'Dropout'],
      ['Dense', 'L1Penalty'],
    ];
    expect(namesOf(network)).toEqual([...hidden, ...code, ...hidden, 'Dense', 'Sigmoid']);
  });

  test('refuses dropout without a hidden layer', () => {
    expect(() => toyModel({ hidden: [] }).compile({ dropout: 0.5 })).toThrow(
      new RangeError('Autoencoder.compile: dropout needs a hidden layer with an activation.'),
    );
  });

  test.each([
    [{ dropout: 1 }, 'Dropout: the rate is 1, expected 0 <= rate < 1.'],
    [{ dropout: Number.NaN }, 'Dropout: the rate is NaN, expected 0 <= rate < 1.'],
    [{ sparsity: -1 }, 'L1Penalty: the strength is -1, expected a finite number >= 0.'],
  ])('refuses %p', (options, message) => {
    expect(() => toyModel().compile(options)).toThrow(new RangeError(message));
  });
});

test('dropout changes training, not the outputs of a trained model', async () => {
  const train = async (dropout: number) => {
    const model = toyModel();
    model.compile({ dropout });
    const { epochs } = await model.fit(toyImages(30), { epochs: 3, batchSize: 8 });
    return { model, losses: epochs.map(({ loss }) => loss) };
  };
  const [without, with1, again] = [await train(0), await train(0.3), await train(0.3)];
  expect(with1.losses).toEqual(again.losses);
  expect(with1.losses).not.toEqual(without.losses);
  const outputs = [1, 2].map(() => [...with1.model.predict(toyImages(5)).data]);
  expect(outputs[0]).toEqual(outputs[1]);
});
