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
  type Sequential,
  SGD,
  type Tensor,
  VariationalAutoencoder,
} from '../../src/index.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import type { LayerSize, ModelEvent, Settings, View } from '../messages.ts';

/** What the data says of the network: the shape of a sample, how it is drawn, and whether all numbers are in [0, 1]. */
export interface Input {
  readonly inputShape: readonly number[];
  readonly view: View;
  readonly isUnitRange: boolean;
}

/** Whether the data suits the layers of these settings: each stage of convolutions halves a picture's height and width. */
export function suits({ conv }: Settings, { view }: Input): boolean {
  if (conv.length === 0) return true;
  return view.kind === 'picture' && Math.min(view.height, view.width) > 2 ** (conv.length - 1);
}

function pictureShape({ height, width, channels }: View & { readonly kind: 'picture' }): readonly number[] {
  return channels === 1 ? [height, width] : [height, width, channels];
}

export function createModel(settings: Settings, { inputShape, view, isUnitRange }: Input): AnyModel {
  const { kind, denseCode, hidden, encodingDim, activation, seed } = settings;
  const conv = settings.conv.length > 0 ? settings.conv : undefined;
  // A picture may come as a vector, in which convolutions would see no neighbours.
  const shape = conv && view.kind === 'picture' ? pictureShape(view) : inputShape;
  const shared = { inputShape: shape, conv, encodingDim, activation, seed };
  const outputActivation = isUnitRange ? 'sigmoid' : 'linear';
  switch (kind) {
    case 'autoencoder':
      if (!denseCode) return new Autoencoder({ inputShape: shape, conv, denseCode, activation, seed });
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

/**
 * The weights `[inputs, units]` of the first layer that sees samples; of a convolution `[size, size, channels, units]`. Undefined
 * where none has any, as in an encoder that only pools.
 */
export function firstWeight(model: AnyModel): Tensor | undefined {
  const network = model instanceof GAN ? 'discriminator.' : 'encoder.';
  const isFirst = (name: string) => name.startsWith(network) && name.endsWith('weight');
  return model.namedParameters().find(([name]) => isFirst(name))?.[1].value;
}

/** The settings that a model file decides, and those in use for the rest. */
export function settingsOf(model: AnyModel, before: Settings): Settings {
  const spec = model.spec();
  const layers = ('encoder' in spec ? spec.encoder : spec.discriminator).flatMap(flatten);
  const widths = layers.flatMap((layer) => ('outFeatures' in layer ? [layer.outFeatures] : []));
  const conv = layers.flatMap((layer) => ('outChannels' in layer ? [layer.outChannels] : []));
  const activation = layers.find((layer) => !hasWeights(layer) && !NO_ACTIVATIONS.includes(layer.type));
  return {
    ...before,
    kind: kindOf(model),
    conv,
    denseCode: widths.length > 0 || conv.length === 0,
    hidden: widths.slice(0, -1),
    encodingDim: model.encodingDim,
    ...(activation && { activation: activation.type as Settings['activation'] }),
  };
}

function flatten(layer: LayerSpec): readonly LayerSpec[] {
  return layer.type === 'sequential' ? layer.layers.flatMap(flatten) : [layer];
}

const NO_ACTIVATIONS: readonly LayerSpec['type'][] = ['reshape', 'flatten', 'maxPool2d', 'upsample2d'];

const hasWeights = (layer: LayerSpec) => 'outFeatures' in layer || 'outChannels' in layer;

/** How many numbers the layers with weights make of so many. */
function widthsOf(network: Sequential, inputs: number): number[] {
  let shape: readonly number[] = [inputs];
  return network.namedLayers().flatMap(([, layer]) => {
    shape = layer.outputShape(shape);
    return hasWeights(layer.spec()) ? [sizeOf(shape)] : [];
  });
}

/** The network as the page draws it: each layer of numbers from its first to its last. */
export function describeModel(model: AnyModel, settings: Settings): ModelEvent {
  const spec = model.spec();
  const features = sizeOf(spec.inputShape);
  const named = (names: readonly (readonly [LayerSize['name'], readonly number[]])[]) =>
    names.flatMap(([name, widths]) => widths.map((width): LayerSize => ({ name, width })));
  const layers = !(model instanceof GAN)
    ? named([
        ['input', [features]],
        ['hidden', widthsOf(model.encoder, features).slice(0, -1)],
        ['code', [model.encodingDim]],
        ['hidden', widthsOf(model.decoder, model.encodingDim).slice(0, -1)],
        ['output', [features]],
      ])
    : named([
        ['code', [model.encodingDim]],
        ['hidden', widthsOf(model.generator, model.encodingDim).slice(0, -1)],
        ['sample', [features]],
        ['hidden', widthsOf(model.discriminator, features).slice(0, -1)],
        ['logit', [1]],
      ]);
  const codeLayer = layers.findIndex(({ name }) => name === 'code');
  return { event: 'model', settings, layers, codeLayer, parameters: model.parameters.size };
}
