/** The golden figures as they lie in test/golden: what is in the files, and the network that one of them describes. */

import { readFileSync } from 'node:fs';
import { ReLU } from '../../src/layers/activation.ts';
import { Dense } from '../../src/layers/dense.ts';
import type { Layer } from '../../src/layers/layer.ts';
import { Sequential } from '../../src/layers/sequential.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface GoldenDense {
  readonly weight: GoldenArray;
  readonly bias: GoldenArray;
}

export interface GoldenRun {
  readonly losses_before_each_step: readonly number[];
  readonly parameters_after: readonly GoldenDense[];
}

export interface GoldenAutoencoder {
  readonly dims: readonly number[];
  readonly code_index: number;
  readonly input: GoldenArray;
  readonly parameters: readonly GoldenDense[];
  readonly code: GoldenArray;
  readonly output: GoldenArray;
  readonly loss: number;
  readonly gradients: readonly GoldenDense[];
  readonly ten_steps_on_the_same_batch: Readonly<Record<string, GoldenRun>>;
}

export interface GoldenActivationsAndLosses {
  readonly x: GoldenArray;
  readonly activations: Readonly<Record<string, { readonly y: GoldenArray; readonly dy_dx: GoldenArray }>>;
  readonly prediction: GoldenArray;
  readonly target: GoldenArray;
  readonly losses: Readonly<Record<string, { readonly loss: number; readonly dPrediction: GoldenArray }>>;
  /** `kl` is the mean over the rows of the sum over a row. */
  readonly gaussianKL: {
    readonly mean: GoldenArray;
    readonly logVariance: GoldenArray;
    readonly kl: number;
    readonly dMean: GoldenArray;
    readonly dLogVariance: GoldenArray;
  };
}

export interface GoldenMatmul {
  readonly cases: readonly {
    readonly m: number;
    readonly k: number;
    readonly n: number;
    readonly a: GoldenArray;
    readonly b: GoldenArray;
    readonly product: GoldenArray;
    readonly absolute_product: GoldenArray;
  }[];
}

export interface GoldenSoftmaxCrossEntropy {
  readonly logits: GoldenArray;
  readonly cases: Readonly<
    Record<string, { readonly target: GoldenArray; readonly loss: number; readonly dLogits: GoldenArray }>
  >;
}

export interface GoldenFrechet {
  readonly cases: readonly {
    readonly name: string;
    readonly a: GoldenArray;
    readonly b: GoldenArray;
    readonly distance: number;
  }[];
}

/** Forward and every gradient of one layer, in integers. */
export interface GoldenImageLayer {
  readonly options: Readonly<Record<string, number>>;
  readonly x: GoldenArray;
  readonly y: GoldenArray;
  readonly dY: GoldenArray;
  readonly dX: GoldenArray;
}

export interface GoldenConvolution extends GoldenImageLayer {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly weight: GoldenArray;
  readonly bias: GoldenArray;
  readonly dWeight: GoldenArray;
  readonly dBias: GoldenArray;
}

export interface GoldenConvolutions {
  readonly conv2d: readonly GoldenConvolution[];
  readonly convTranspose2d: readonly GoldenConvolution[];
  readonly maxPool2d: readonly GoldenImageLayer[];
  readonly upsample2d: readonly GoldenImageLayer[];
  /** Two convolutions, a dense layer to the code, and the same back. */
  readonly autoencoder: Omit<GoldenAutoencoder, 'dims' | 'code_index' | 'ten_steps_on_the_same_batch'> & {
    readonly imageShape: readonly number[];
    readonly 'ten steps of adam lr=0.01 epsilon=1e-7': GoldenRun;
  };
}

interface GoldenFiles {
  readonly autoencoder: GoldenAutoencoder;
  readonly 'activations-and-losses': GoldenActivationsAndLosses;
  readonly matmul: GoldenMatmul;
  readonly 'softmax-cross-entropy': GoldenSoftmaxCrossEntropy;
  readonly frechet: GoldenFrechet;
  readonly convolutions: GoldenConvolutions;
}

export function readGolden<Name extends keyof GoldenFiles>(name: Name): GoldenFiles[Name] {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8'));
}

export function goldenTensor({ data, shape }: GoldenArray): Tensor {
  return Tensor.from(data, shape);
}

/** Weight and bias of each layer after one another, the order of `Sequential.parameters()`. */
export function flatten(layers: readonly GoldenDense[]): number[] {
  return layers.flatMap(({ weight, bias }) => [...weight.data, ...bias.data]);
}

/** Dense layers with the golden parameters, a ReLU after each but the code and the output: `[encoder, decoder]`. */
export function goldenAutoencoder(golden: GoldenAutoencoder): [Sequential, Sequential] {
  const { dims, code_index: codeIndex, parameters } = golden;
  const layers = parameters.map(({ weight, bias }, index): Layer[] => {
    const dense = new Dense(dims[index], dims[index + 1]);
    dense.weight.value.data.set(weight.data);
    dense.bias?.value.data.set(bias.data);
    const linear = index === codeIndex || index === parameters.length - 1;
    return linear ? [dense] : [dense, new ReLU()];
  });
  const encoder = new Sequential(layers.slice(0, codeIndex + 1).flat());
  const decoder = new Sequential(layers.slice(codeIndex + 1).flat());
  return [encoder, decoder];
}
