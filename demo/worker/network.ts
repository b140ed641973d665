/** From the page's settings to a network that is ready to be trained, and back from a model file. */

import {
  Adam,
  AdamW,
  type AnyModel,
  Autoencoder,
  GAN,
  type LayerSpec,
  type Optimizer,
  type Schedule,
  SGD,
  VariationalAutoencoder,
} from '../../src/index.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import type { LayerSize, ModelEvent, Settings } from '../messages.ts';

/** What the data says of the network: the shape of a sample, and whether all numbers are in [0, 1]. */
export interface Input {
  readonly inputShape: readonly number[];
  readonly isUnitRange: boolean;
}

export function createModel(settings: Settings, { inputShape, isUnitRange }: Input): AnyModel {
  const { kind, hidden, encodingDim, activation, seed } = settings;
  const shared = { inputShape, encodingDim, activation, seed };
  const outputActivation = isUnitRange ? 'sigmoid' : 'linear';
  switch (kind) {
    case 'autoencoder':
      return new Autoencoder({ ...shared, hidden });
    case 'vae':
      return new VariationalAutoencoder({ ...shared, hidden, outputActivation });
    case 'gan':
      return new GAN({
        ...shared,
        generatorHidden: hidden.toReversed(),
        discriminatorHidden: hidden,
        outputActivation,
      });
  }
}

/** @param learningRate - Asked at every step: the visitor may move it while the network learns. */
export function compileModel(model: AnyModel, settings: Settings, learningRate: () => number): void {
  const optimizer = createOptimizer(settings, { at: learningRate });
  if (model instanceof GAN) model.compile({ optimizer });
  else model.compile({ optimizer });
}

function createOptimizer({ optimizer, kind }: Settings, learningRate: Schedule): Optimizer {
  const beta1 = kind === 'gan' ? { beta1: 0.5 } : {};
  switch (optimizer) {
    case 'sgd':
      return new SGD({ learningRate, momentum: 0.9 });
    case 'adamw':
      return new AdamW({ learningRate, ...beta1 });
    case 'adam':
      return new Adam({ learningRate, ...beta1 });
  }
}

export function kindOf(model: AnyModel): Settings['kind'] {
  if (model instanceof GAN) return 'gan';
  return model instanceof VariationalAutoencoder ? 'vae' : 'autoencoder';
}

/** The weights `[inputs, units]` of the first layer that sees samples. */
export function firstWeight(model: AnyModel) {
  const network = model instanceof GAN ? 'discriminator.' : 'encoder.';
  const [, parameter] = model
    .namedParameters()
    .find(([name]) => name.startsWith(network) && name.endsWith('weight')) as ReturnType<
    AnyModel['namedParameters']
  >[number];
  return parameter.value;
}

/** The settings that a model file decides, and those in use for the rest. */
export function settingsOf(model: AnyModel, before: Settings): Settings {
  const spec = model.spec();
  const layers = 'encoder' in spec ? spec.encoder : spec.discriminator;
  const widths = widthsOf(layers);
  const activation = layers.find(({ type }) => !['dense', 'gaussianCode'].includes(type));
  return {
    ...before,
    kind: kindOf(model),
    hidden: widths.slice(0, -1),
    encodingDim: model.encodingDim,
    ...(activation && { activation: activation.type as Settings['activation'] }),
  };
}

/** The widths that a network's dense layers lead to. */
function widthsOf(layers: readonly LayerSpec[]): number[] {
  return layers.flatMap((layer) => {
    if (layer.type === 'sequential') return widthsOf(layer.layers);
    return 'outFeatures' in layer ? [layer.outFeatures] : [];
  });
}

/** The network as the page draws it: each layer of numbers from its first to its last. */
export function describeModel(model: AnyModel, settings: Settings): ModelEvent {
  const spec = model.spec();
  const features = sizeOf(spec.inputShape);
  const named = (names: readonly (readonly [LayerSize['name'], readonly number[]])[]) =>
    names.flatMap(([name, widths]) => widths.map((width): LayerSize => ({ name, width })));
  const layers =
    'encoder' in spec
      ? named([
          ['input', [features]],
          ['hidden', widthsOf(spec.encoder).slice(0, -1)],
          ['code', [model.encodingDim]],
          ['hidden', widthsOf(spec.decoder).slice(0, -1)],
          ['output', [features]],
        ])
      : named([
          ['code', [model.encodingDim]],
          ['hidden', widthsOf(spec.generator).slice(0, -1)],
          ['sample', [features]],
          ['hidden', widthsOf(spec.discriminator).slice(0, -1)],
          ['logit', [1]],
        ]);
  const codeLayer = layers.findIndex(({ name }) => name === 'code');
  return { event: 'model', settings, layers, codeLayer, parameters: model.parameters.size };
}
