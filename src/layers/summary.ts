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
  sequential: 'Sequential',
};

interface Row {
  readonly name: string;
  readonly shape: string;
  readonly parameters: string;
}

/** Networks one after the other: the output of each is the input of the next. */
export interface Chain {
  /** What goes in: its name, and the shape of one of them. */
  readonly input: readonly [name: string, shape: Shape];
  readonly networks: readonly (readonly [name: string, layers: readonly LayerSpec[]])[];
}

/** One line for each layer, with its name, output shape and number of parameters, then the total. */
export function formatSummary(chains: readonly Chain[]): string {
  let total = 0;
  const rows = chains.flatMap(({ input: [name, shape], networks }) => {
    let width = sizeOf(shape);
    const layers = networks.flatMap(([part, specs]) => {
      const described = describeLayers(part, specs, width);
      width = described.width;
      total += described.parameters;
      return described.rows;
    });
    return [{ name, shape: `[batch, ${shape.join(', ')}]`, parameters: '' }, ...layers];
  });
  const header: Row = { name: 'Layer', shape: 'Output shape', parameters: 'Parameters' };
  const sum: Row = { name: 'Total', shape: '', parameters: formatCount(total) };

  const all = [header, ...rows, sum];
  const nameWidth = Math.max(...all.map(({ name }) => name.length));
  const shapeWidth = Math.max(...all.map(({ shape }) => shape.length));
  const countWidth = Math.max(...all.map(({ parameters }) => parameters.length));
  const line = (row: Row) =>
    `${row.name.padEnd(nameWidth)}  ${row.shape.padEnd(shapeWidth)}  ${row.parameters.padStart(countWidth)}`.trimEnd();
  const rule = '─'.repeat(nameWidth + shapeWidth + countWidth + 4);
  return [line(header), rule, ...rows.map(line), rule, line(sum)].join('\n');
}

function describeLayers(part: string, layers: readonly LayerSpec[], inFeatures: number) {
  let width = inFeatures;
  let parameters = 0;
  const rows = layers.map((layer, index): Row => {
    const count = countParameters(layer);
    width = outputWidth(layer, width);
    parameters += count;
    return {
      name: `${part}.${index} ${TITLES[layer.type]}`,
      shape: `[batch, ${width}]`,
      parameters: count > 0 ? formatCount(count) : '',
    };
  });
  return { rows, width, parameters };
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
