/** From the options of `train` to a model of each kind, ready to be trained. Read options.ts and settings.ts first. */

import { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import { GAN } from '../../../gan/gan.ts';
import type { AnyModel } from '../../../io/model.ts';
import { VariationalAutoencoder } from '../../../vae/variationalAutoencoder.ts';
import type { TrainingData } from './data/trainingData.ts';
import type { TrainValues } from './options.ts';
import type { KindName } from './presets.ts';
import { createOptimizer, outputOf } from './settings.ts';

type Data = Pick<TrainingData, 'inputShape' | 'trainedOn'>;

const CREATE: Readonly<Record<KindName, (values: TrainValues, data: Data, base?: AnyModel) => AnyModel>> = {
  autoencoder: createAutoencoder,
  vae: createVariationalAutoencoder,
  gan: createGAN,
};

/**
 * A model that is ready for `fit`.
 *
 * @param base - A model whose layers and weights it has, in place of those that the options describe. Not modified.
 */
export function createModel(values: TrainValues, data: Data, base?: AnyModel): AnyModel {
  const model = CREATE[values.kind](values, data, base);
  if (base) model.parameters.values.set(base.parameters.values);
  return model;
}

function createAutoencoder(values: TrainValues, data: Data, base?: AnyModel): Autoencoder {
  const { hidden, 'decoder-hidden': decoderHidden, tied, loss, sparsity, dropout, seed } = values;
  const model = new Autoencoder(
    base instanceof Autoencoder
      ? { spec: base.spec(), seed }
      : { ...shared(values, data), hidden, decoderHidden, tied },
  );
  model.compile({
    optimizer: createOptimizer(values, stepsPerEpoch(values, data)),
    loss,
    ...(sparsity !== undefined && { sparsity }),
    ...(dropout !== undefined && { dropout }),
  });
  return model;
}

function createVariationalAutoencoder(
  values: TrainValues,
  data: Data,
  base?: AnyModel,
): VariationalAutoencoder {
  const { hidden, 'decoder-hidden': decoderHidden, beta, 'beta-warmup-epochs': warmUp, seed } = values;
  const model = new VariationalAutoencoder(
    base instanceof VariationalAutoencoder
      ? { spec: base.spec(), seed }
      : { ...shared(values, data), hidden, decoderHidden },
  );
  const steps = stepsPerEpoch(values, data);
  model.compile({
    optimizer: createOptimizer(values, steps),
    ...(beta !== undefined && { beta }),
    ...(warmUp !== undefined && { betaWarmUpSteps: Math.round(warmUp * steps) }),
  });
  return model;
}

function createGAN(values: TrainValues, data: Data, base?: AnyModel): GAN {
  const { hidden, 'decoder-hidden': generatorHidden = hidden.toReversed() } = values;
  const { dropout, 'label-smoothing': labelSmoothing, seed } = values;
  const model = new GAN(
    base instanceof GAN
      ? { spec: base.spec(), seed }
      : { ...shared(values, data), generatorHidden, discriminatorHidden: hidden },
  );
  model.compile({
    optimizer: createOptimizer(values, stepsPerEpoch(values, data)),
    ...(labelSmoothing !== undefined && { labelSmoothing }),
    ...(dropout !== undefined && { dropout }),
  });
  return model;
}

/** What all kinds are made of. */
function shared(values: TrainValues, { inputShape }: Data) {
  const { 'encoding-dim': encodingDim, activation, seed } = values;
  return { inputShape, encodingDim, activation, outputActivation: outputOf(values), seed };
}

function stepsPerEpoch(values: TrainValues, { trainedOn }: Data): number {
  return Math.ceil(trainedOn / values['batch-size']);
}
