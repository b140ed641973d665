/** Layers as plain JSON: what a model's summary, its files and its exports are made from. build.ts makes layers of it. */

export const ACTIVATION_NAMES = ['relu', 'leakyRelu', 'sigmoid', 'tanh', 'silu', 'gelu'] as const;

/** An activation, as plain JSON. */
export type ActivationSpec =
  | { readonly type: Exclude<(typeof ACTIVATION_NAMES)[number], 'leakyRelu'> }
  | { readonly type: 'leakyRelu'; readonly slope: number };

/** A dense layer, as plain JSON. */
export interface DenseSpec {
  readonly type: 'dense';
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly bias: boolean;
}

/** A dense layer with the transposed weight of another one, such as the encoder's `encoder.0`. */
export interface TransposedDenseSpec {
  readonly type: 'transposedDense';
  /** The name of the layer that has the weight. */
  readonly tiedTo: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly bias: boolean;
}

/** A {@link GaussianCode} layer, as plain JSON. */
export interface GaussianCodeSpec {
  readonly type: 'gaussianCode';
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** Layers one after the other, as plain JSON. */
export interface SequentialSpec {
  readonly type: 'sequential';
  readonly layers: readonly LayerSpec[];
}

/** Any layer, as plain JSON: what model files hold. */
export type LayerSpec = DenseSpec | TransposedDenseSpec | GaussianCodeSpec | ActivationSpec | SequentialSpec;

/** Dense layers between these widths, with an activation after each but the last. */
export function denseStack(widths: readonly number[], activation: ActivationSpec): LayerSpec[] {
  return widths.slice(1).flatMap((outFeatures, i): LayerSpec[] => {
    const dense = { type: 'dense', inFeatures: widths[i], outFeatures, bias: true } as const;
    return i === widths.length - 2 ? [dense] : [dense, activation];
  });
}
