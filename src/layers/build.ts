/** Builds layers from their specs. Read spec.ts first. */

import type { Initializer } from '../tensor/initializers.ts';
import type { Random } from '../tensor/random.ts';
import { GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Tanh } from './activation.ts';
import { Dense } from './dense.ts';
import { GaussianCode } from './gaussianCode.ts';
import type { Layer } from './layer.ts';
import { Sequential } from './sequential.ts';
import type { ImageLayerSpec, LayerSpec, TransposedDenseSpec } from './spec.ts';
import { TransposedDense } from './transposedDense.ts';

export interface BuildOptions {
  readonly random: Random;
  /** Of the first weights. @default glorotUniform */
  readonly initializer?: Initializer;
  /** Layers by name, to which others may be tied. @default none */
  readonly named?: ReadonlyMap<string, Layer>;
}

/** Makes the layers for images, which are apart: not every program needs them (convolutions.ts). */
export type ImageLayers = (spec: ImageLayerSpec, options: BuildOptions) => Layer;

let buildImageLayer: ImageLayers | undefined;

export function registerImageLayers(build: ImageLayers): void {
  buildImageLayer = build;
}

/**
 * Makes the layer that a spec describes.
 *
 * @throws {RangeError} If the spec has an unknown type or a value out of range: it may come from a file.
 * @throws {Error} If it is a layer for images, and the bundle left those out.
 */
export function buildLayer(spec: LayerSpec, options: BuildOptions): Layer {
  const { named: _, ...weights } = options;
  switch (spec?.type) {
    case 'dense':
      requireField(spec, 'bias', typeof spec.bias === 'boolean');
      return new Dense(spec.inFeatures, spec.outFeatures, { bias: spec.bias, ...weights });
    case 'transposedDense':
      requireField(spec, 'bias', typeof spec.bias === 'boolean');
      return buildTransposed(spec, options);
    case 'gaussianCode':
      return new GaussianCode(spec.inFeatures, spec.outFeatures, weights);
    case 'sequential':
      requireField(spec, 'layers', Array.isArray(spec.layers));
      return buildSequential(spec.layers, options);
    case 'leakyRelu':
      requireField(spec, 'slope', typeof spec.slope === 'number');
      return new LeakyReLU({ slope: spec.slope });
    case 'relu':
      return new ReLU();
    case 'sigmoid':
      return new Sigmoid();
    case 'tanh':
      return new Tanh();
    case 'silu':
      return new SiLU();
    case 'gelu':
      return new GELU();
    case 'conv2d':
    case 'convTranspose2d':
    case 'maxPool2d':
    case 'upsample2d':
    case 'reshape':
    case 'flatten':
      if (buildImageLayer) return buildImageLayer(spec, options);
      throw new Error(
        `buildLayer: this bundle has no layer '${spec.type}', expected useConvolutions() before the first network.`,
      );
    default: {
      const { type } = (spec ?? {}) as { type?: unknown };
      if (typeof type !== 'string') throw new RangeError('buildLayer: a layer has no type.');
      throw new RangeError(`buildLayer: ${JSON.stringify(type)} is not a type of layer.`);
    }
  }
}

function buildTransposed(spec: TransposedDenseSpec, { named }: BuildOptions): TransposedDense {
  const { tiedTo, inFeatures, outFeatures, bias } = spec;
  const of = named?.get(tiedTo);
  if (!(of instanceof Dense)) {
    throw new RangeError(
      `buildLayer: a layer is tied to ${JSON.stringify(tiedTo)}, which is no dense layer.`,
    );
  }
  if (of.outFeatures !== inFeatures || of.inFeatures !== outFeatures) {
    throw new RangeError(
      `buildLayer: a layer from ${inFeatures} to ${outFeatures} is tied to ${tiedTo}, which goes from ${of.inFeatures} to ${of.outFeatures}.`,
    );
  }
  return new TransposedDense(of, { tiedTo, bias });
}

export function buildSequential(specs: readonly LayerSpec[], options: BuildOptions): Sequential {
  return new Sequential(specs.map((spec) => buildLayer(spec, options)));
}

/** Checks at run time what the types promise: a spec may come from a file. */
export function requireField(spec: LayerSpec, field: string, isRight: boolean): void {
  if (!isRight) throw new RangeError(`buildLayer: a layer '${spec.type}' has no proper '${field}'.`);
}
