/** Builds layers from their specs. Read spec.ts first. */

import type { Initializer } from '../tensor/initializers.ts';
import type { Random } from '../tensor/random.ts';
import { GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Tanh } from './activation.ts';
import { Dense } from './dense.ts';
import { GaussianCode } from './gaussianCode.ts';
import type { Layer } from './layer.ts';
import { Sequential } from './sequential.ts';
import type { LayerSpec, TransposedDenseSpec } from './spec.ts';
import { TransposedDense } from './transposedDense.ts';

export interface BuildOptions {
  readonly random: Random;
  /** Of the weights of dense layers. @default glorotUniform */
  readonly initializer?: Initializer;
  /** Layers by name, to which others may be tied. @default none */
  readonly named?: ReadonlyMap<string, Layer>;
}

/**
 * Makes the layer that a spec describes.
 *
 * @throws {RangeError} If the spec has an unknown type or a value out of range: it may come from a file.
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
function requireField(spec: LayerSpec, field: string, isRight: boolean): void {
  if (!isRight) throw new RangeError(`buildLayer: a ${spec.type} layer has no proper '${field}'.`);
}
