/** A model's layers as a table. Read spec.ts first. */

import { type Shape, sizeOf } from '../tensor/shape.ts';
import type { LayerSpec } from './spec.ts';

const TITLES: Readonly<Record<LayerSpec['type'], string>> = {
  dense: 'Dense',
  transposedDense: 'TransposedDense',
  gaussianCode: 'GaussianCode',
  relu: 'ReLU',
  leakyRelu: 'LeakyReLU',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  silu: 'SiLU',
  gelu: 'GELU',
  sequential: 'Sequential',
};

/** Networks one after the other: the output of each is the input of the next. */
export interface Chain {
  /** What goes in: its name, and the shape of one of them. */
  readonly input: readonly [name: string, shape: Shape];
  readonly networks: readonly (readonly [name: string, layers: readonly LayerSpec[]])[];
}

/** One line for each layer, with its name, output shape and number of parameters, then the total. */
export function formatSummary(chains: readonly Chain[]): string {
  const rows: (readonly [name: string, shape: string, parameters: string])[] = [];
  let total = 0;
  for (const { input, networks } of chains) {
    const [name, shape] = input;
    rows.push([name, `[batch, ${shape.join(', ')}]`, '']);
    let width = sizeOf(shape);
    for (const [part, layers] of networks) {
      for (const [index, layer] of layers.entries()) {
        const count = countParameters(layer);
        width = outputWidth(layer, width);
        total += count;
        const parameters = count > 0 ? formatCount(count) : '';
        rows.push([`${part}.${index} ${TITLES[layer.type]}`, `[batch, ${width}]`, parameters]);
      }
    }
  }
  const header = ['Layer', 'Output shape', 'Parameters'] as const;
  const sum = ['Total', '', formatCount(total)] as const;

  const all = [header, ...rows, sum];
  const [names, shapes, counts] = [0, 1, 2].map((column) =>
    Math.max(...all.map((row) => row[column].length)),
  );
  const line = ([name, shape, count]: (typeof all)[number]) =>
    `${name.padEnd(names)}  ${shape.padEnd(shapes)}  ${count.padStart(counts)}`.trimEnd();
  const rule = '─'.repeat(names + shapes + counts + 4);
  return [line(header), rule, ...rows.map(line), rule, line(sum)].join('\n');
}

function outputWidth(layer: LayerSpec, inFeatures: number): number {
  if (layer.type === 'sequential') {
    return layer.layers.reduce((width, inner) => outputWidth(inner, width), inFeatures);
  }
  return 'outFeatures' in layer ? layer.outFeatures : inFeatures;
}

function countParameters(layer: LayerSpec): number {
  if (layer.type === 'sequential')
    return layer.layers.reduce((sum, inner) => sum + countParameters(inner), 0);
  if (!('outFeatures' in layer)) return 0;
  const { inFeatures, outFeatures } = layer;
  if (layer.type === 'gaussianCode') return 2 * (inFeatures + 1) * outFeatures;
  const weights = layer.type === 'dense' ? inFeatures * outFeatures : 0;
  return weights + (layer.bias ? outFeatures : 0);
}

/** 109200 becomes "109,200", in every locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
