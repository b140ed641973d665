/** From the options of `train` to a model of each kind, ready to be trained. Read options.ts and settings.ts first. */

import { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { type AutoencoderSpec, describeAutoencoder } from '../../../autoencoder/spec.ts';
import { GAN } from '../../../gan/gan.ts';
import { describeGAN, type GANSpec } from '../../../gan/spec.ts';
import type { ModelSpec } from '../../../io/checkSpec.ts';
import type { AnyModel } from '../../../io/model.ts';
import { describeVariationalAutoencoder } from '../../../vae/spec.ts';
import { VariationalAutoencoder } from '../../../vae/variationalAutoencoder.ts';
import { imageShapeOf } from './convolutions.ts';
import type { TrainingData } from './data/trainingData.ts';
import type { TrainValues } from './options.ts';
import { createOptimizer, outputOf } from './settings.ts';

type Data = Pick<TrainingData, 'inputShape' | 'normalization' | 'trainedOn'>;

/**
 * A model that is ready for `fit`.
 *
 * @param base - A model whose layers and weights it has, in place of those that the options describe. Not modified.
 */
export function createModel(values: TrainValues, data: Data, base?: AnyModel): AnyModel {
  const model = createFrom(base?.spec() ?? specOf(values, data), values, data);
  if (base) model.parameters.values.set(base.parameters.values);
  return model;
}

function createFrom(spec: ModelSpec, values: TrainValues, data: Data): AnyModel {
  switch (spec.type) {
    case 'autoencoder':
      return createAutoencoder(spec, values, data);
    case 'vae':
      return createVariationalAutoencoder(spec, values, data);
    case 'gan':
      return createGAN(spec, values, data);
  }
}

/** The architecture that the options describe. */
export function specOf(values: TrainValues, data: Omit<Data, 'trainedOn'>): ModelSpec {
  const {
    kind,
    conv,
    hidden,
    'decoder-hidden': decoderHidden,
    tied,
    'no-dense-code': hasNoDenseCode,
  } = values;
  const { 'encoding-dim': encodingDim, activation } = values;
  const inputShape = conv ? imageShapeOf(data) : data.inputShape;
  const layers = { inputShape, conv, activation, outputActivation: outputOf(values) };
  const shared = { ...layers, encodingDim };
  switch (kind) {
    case 'autoencoder':
      if (hasNoDenseCode) return describeAutoencoder({ ...layers, hidden, denseCode: false });
      return describeAutoencoder({ ...shared, hidden, decoderHidden, tied });
    case 'vae':
      return describeVariationalAutoencoder({ ...shared, hidden, decoderHidden });
    case 'gan':
      return describeGAN({
        ...shared,
        generatorHidden: decoderHidden ?? hidden.toReversed(),
        discriminatorHidden: hidden,
      });
  }
}

function createAutoencoder(spec: AutoencoderSpec, values: TrainValues, data: Data): Autoencoder {
  const { loss, sparsity, dropout, seed } = values;
  const model = new Autoencoder({ spec, seed });
  model.compile({
    optimizer: createOptimizer(values, stepsPerEpoch(values, data)),
    loss,
    ...(sparsity !== undefined && { sparsity }),
    ...(dropout !== undefined && { dropout }),
  });
  return model;
}

function createVariationalAutoencoder(
  spec: AutoencoderSpec,
  values: TrainValues,
  data: Data,
): VariationalAutoencoder {
  const { beta, 'beta-warmup-epochs': warmUp, seed } = values;
  const model = new VariationalAutoencoder({ spec, seed });
  const steps = stepsPerEpoch(values, data);
  model.compile({
    optimizer: createOptimizer(values, steps),
    ...(beta !== undefined && { beta }),
    ...(warmUp !== undefined && { betaWarmUpSteps: Math.round(warmUp * steps) }),
  });
  return model;
}

function createGAN(spec: GANSpec, values: TrainValues, data: Data): GAN {
  const { dropout, 'label-smoothing': labelSmoothing, seed } = values;
  const model = new GAN({ spec, seed });
  model.compile({
    optimizer: createOptimizer(values, stepsPerEpoch(values, data)),
    ...(labelSmoothing !== undefined && { labelSmoothing }),
    ...(dropout !== undefined && { dropout }),
  });
  return model;
}

function stepsPerEpoch(values: TrainValues, { trainedOn }: Data): number {
  return Math.ceil(trainedOn / values['batch-size']);
}
