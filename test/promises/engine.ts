/** What the engine's messages recommend: the text of each as it stands in the sources, a call that throws it, and its advice. */

import {
  Adam,
  AdamW,
  Autoencoder,
  constant,
  cosine,
  Dense,
  denormalize,
  GAN,
  GaussianDistribution,
  MeanSquaredError,
  manifoldCodes,
  matmul,
  normalize,
  Random,
  ReLU,
  type Samples,
  Sequential,
  Tensor,
  transform,
  VariationalAutoencoder,
  warmUp,
} from '../../src/index.ts';
import { storedSamples } from '../helpers/storedSamples.ts';

/** The message, the call that throws it, and the calls that it recommends. */
export type CallPromise = readonly [says: string, wrong: () => unknown, ...advice: (() => unknown)[]];

/** What a caller without types may pass. */
const any = (value: unknown) => value as never;

const rows = [
  [0, 1, 0],
  [1, 0, 1],
];
const samples = Tensor.from(rows);
const bytes = { shape: [2, 3], data: Uint8Array.from([0, 255, 9, 3, 2, 1]) };
const newModel = () => new Autoencoder({ inputShape: [3], hidden: [4], encodingDim: 2 });
const compile = (options: unknown) => newModel().compile(any(options));
const trainOn = (given: unknown, options: unknown = { epochs: 1 }) =>
  newModel().fit(any(given), any(options));

/** A model whose training data was scaled by its own minimum and maximum. */
async function trained(mode: 'minmax' | 'standard' = 'minmax'): Promise<Autoencoder> {
  const model = newModel();
  await model.fit(normalize(samples, mode, { scaleBy: 'all' }), { epochs: 1 });
  return model;
}
const scaled = (mode: 'minmax' | 'standard') =>
  normalize({ shape: [2, 3], data: Float32Array.from([0, 9, 2, 3, 4, 5]) }, mode, { scaleBy: 'all' });

const VIEW = { shape: [3, 2], data: new Float32Array(6), stride: [1, 3], offset: 0 };

export const CALLS: readonly CallPromise[] = [
  [
    'optimizer: new Adam({ learningRate })',
    () => compile({ learningRate: 0.1 }),
    () => compile({ optimizer: new Adam({ learningRate: 0.1 }) }),
  ],
  [
    'optimizer: new AdamW({ weightDecay })',
    () => compile({ weightDecay: 0.1 }),
    () => compile({ optimizer: new AdamW({ weightDecay: 0.1 }) }),
  ],
  [
    'optimizer: new Adam({ clipNorm })',
    () => compile({ clipNorm: 1 }),
    () => compile({ optimizer: new Adam({ clipNorm: 1 }) }),
  ],
  [
    'Autoencoder: the spec is that of a variational autoencoder, expected new VariationalAutoencoder({ spec }).',
    () => new Autoencoder({ spec: new VariationalAutoencoder({ inputShape: [3] }).spec() }),
    () => new VariationalAutoencoder({ spec: new VariationalAutoencoder({ inputShape: [3] }).spec() }),
  ],
  [
    '{}: rows is {}, expected a Uint32Array: Uint32Array.from(rows).',
    () => newModel().evaluate(samples, any({ rows: [1] })),
    () => newModel().evaluate(samples, { rows: Uint32Array.from([1]) }),
  ],
  [
    '{}: the spec is {}, expected what spec() of a model gives, with {}.',
    () => new Autoencoder({ spec: any('{}') }),
    () => new Autoencoder({ spec: newModel().spec() }),
    () => new GAN({ spec: new GAN({ inputShape: [3] }).spec() }),
  ],
  [
    '{}: the samples are integers without a normalization, expected normalize(samples), or for a trained model transform(samples, model.normalization).',
    () => trainOn(bytes),
    () => trainOn(normalize(bytes)),
    async () => (await trained()).encode(transform(bytes, (await trained()).normalization)),
  ],
  [
    'denormalize: the values are {}, expected numbers: denormalize(tensor.data, normalization).',
    () => denormalize(any(samples), newModel().normalization),
    () => denormalize(samples.data, newModel().normalization),
  ],
  [
    "normalize(samples, '{}')",
    () => normalize({ shape: [2, 1], data: Float32Array.from([0, 9]) }),
    () => normalize({ shape: [2, 1], data: Float32Array.from([0, 9]) }, 'minmax'),
    () => normalize({ shape: [2, 1], data: Float32Array.from([0, 9]) }, 'standard'),
  ],
  [
    'transform({}, {})',
    async () => (await trained()).encode(scaled('minmax')),
    async () => {
      const model = await trained();
      return model.encode(transform(scaled('minmax'), model.normalization));
    },
    async () => {
      const model = await trained('standard');
      return model.evaluate(transform(scaled('minmax'), model.normalization));
    },
    async () => {
      const given = normalize(samples, 'standard', { scaleBy: 'all' });
      return trainOn(given, { epochs: 1, validationData: transform(scaled('minmax'), given.normalization) });
    },
  ],
  [
    '{ ...{}, normalization: {} }',
    async () => (await trained()).evaluate(storedSamples(scaled('minmax') as Required<Samples>)),
    async () => {
      const model = await trained();
      const given = storedSamples(scaled('minmax') as Required<Samples>);
      return model.evaluate({ ...given, normalization: model.normalization });
    },
  ],
  [
    '{}: the samples are stored, expected an array in memory; stored ones take { ...samples, normalization }.',
    () => transform(any(storedSamples(scaled('minmax') as Required<Samples>)), newModel().normalization),
    () =>
      trainOn({
        ...storedSamples(scaled('minmax') as Required<Samples>),
        normalization: normalize(samples, 'minmax').normalization,
      }),
  ],
  [
    'a Tensor such as Tensor.from(rows), or normalize({ shape, data })',
    () => trainOn(undefined),
    () => trainOn(Tensor.from(rows)),
    () => trainOn(normalize({ shape: [2, 3], data: Uint8Array.from(rows.flat()) })),
  ],
  ['a Tensor: Tensor.from(samples)', () => trainOn(rows), () => trainOn(Tensor.from(rows))],
  [
    'a Tensor: Tensor.from(samples, {})',
    () => trainOn(new Float32Array(6)),
    () => trainOn(Tensor.from(new Float32Array(6), [2, 3])),
  ],
  [
    'a Tensor: Tensor.from(samples, shape)',
    () => normalize(any(new Float32Array(6))),
    () => normalize(Tensor.from(new Float32Array(6), [2, 3])),
  ],
  [
    'a Tensor: Tensor.from(samples.data, samples.shape)',
    () => trainOn({ shape: [2, 3], data: rows.flat() }),
    () => trainOn(Tensor.from(rows.flat(), [2, 3])),
  ],
  ['rows: Tensor.from(rows)', () => trainOn(VIEW), () => trainOn(Tensor.from(rows))],
  [
    'Sequential: got {}, expected a list of layers such as [new Dense(784, 32), new ReLU()].',
    () => new Sequential(any(new ReLU())),
    () => new Sequential([new Dense(784, 32), new ReLU()]),
  ],
  ['a layer such as new ReLU()', () => new Sequential(any(['relu'])), () => new Sequential([new ReLU()])],
  [
    "'mse', or a loss such as new MeanSquaredError()",
    () => compile({ loss: 7 }),
    () => compile({ loss: 'mse' }),
    () => compile({ loss: new MeanSquaredError() }),
  ],
  [
    'new AdamW({ weightDecay })',
    () => new Adam(any({ weightDecay: 0.1 })),
    () => new AdamW({ weightDecay: 0.1 }),
  ],
  [
    'a number, or a schedule such as cosine({ learningRate, steps })',
    () => new Adam(any({ learningRate: '1' })),
    () => new Adam({ learningRate: 1 }),
    () => new Adam({ learningRate: cosine({ learningRate: 1, steps: 9 }) }),
  ],
  [
    'an object such as new Adam()',
    () => compile({ optimizer: 'adam' }),
    () => compile({ optimizer: new Adam() }),
  ],
  [
    'one such as constant(1e-3)',
    () => warmUp(any({ steps: 3, schedule: 1e-3 })),
    () => warmUp({ steps: 3, schedule: constant(1e-3) }),
  ],
  [
    "{}: there is no option '{}', expected {}.",
    () => new Adam(any({ lr: 1 })),
    () => new Adam({ learningRate: 1 }),
  ],
  [
    'one such as new Random(42)',
    () => new Dense(3, 2, any({ random: 42 })),
    () => new Dense(3, 2, { random: new Random(42) }),
  ],
  [
    'Tensor: the data is {}, expected a Float32Array: Tensor.from(data, shape) makes one.',
    () => new Tensor(any([1, 2]), [2]),
    () => Tensor.from([1, 2], [2]),
  ],
  [
    '{}: {} {}, expected a Tensor such as Tensor.from(rows).',
    () => matmul(any(rows), any(rows)),
    () => matmul(Tensor.from(rows), Tensor.from(rows), { transposeB: true }),
  ],
  [
    'it in the optimizer: compile({ optimizer: new Adam({ learningRate }) })',
    () => trainOn(samples, { learningRate: 1 }),
    () => compile({ optimizer: new Adam({ learningRate: 1 }) }),
  ],
  ['it in compile({ loss })', () => trainOn(samples, { loss: 'mse' }), () => compile({ loss: 'mse' })],
  [
    'it in compile({ optimizer })',
    () => trainOn(samples, { optimizer: new Adam() }),
    () => compile({ optimizer: new Adam() }),
  ],
  [
    'it where the model is made: new Autoencoder({ inputShape, seed })',
    () => trainOn(samples, { seed: 1 }),
    () => new Autoencoder({ inputShape: [3], seed: 1 }),
  ],
  [
    'one such as GaussianDistribution.standard(2)',
    () => manifoldCodes(any('normal'), 3),
    () => manifoldCodes(GaussianDistribution.standard(2), 3),
  ],
];
