/** A model's spec as a table of its layers. Read spec.ts first. */

import type { LayerSpec } from '../layers/spec.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { AutoencoderSpec } from './spec.ts';

const TITLES: Readonly<Record<LayerSpec['type'], string>> = {
  dense: 'Dense',
  transposedDense: 'TransposedDense',
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

/** One line for each layer, with its name, output shape and number of parameters, then the total. */
export function formatSummary(spec: AutoencoderSpec): string {
  const features = sizeOf(spec.inputShape);
  const encoder = describeLayers('encoder', spec.encoder, features);
  const decoder = describeLayers('decoder', spec.decoder, encoder.width);
  const total = encoder.parameters + decoder.parameters;
  const input: Row = { name: 'input', shape: `[batch, ${spec.inputShape.join(', ')}]`, parameters: '' };
  const header: Row = { name: 'Layer', shape: 'Output shape', parameters: 'Parameters' };
  const sum: Row = { name: 'Total', shape: '', parameters: formatCount(total) };
  const rows = [input, ...encoder.rows, ...decoder.rows];

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
  const isDense = layer.type === 'dense' || layer.type === 'transposedDense';
  return isDense ? layer.outFeatures : inFeatures;
}

function countParameters(layer: LayerSpec): number {
  if (layer.type === 'sequential')
    return layer.layers.reduce((sum, inner) => sum + countParameters(inner), 0);
  if (layer.type !== 'dense' && layer.type !== 'transposedDense') return 0;
  const weights = layer.type === 'dense' ? layer.inFeatures * layer.outFeatures : 0;
  return weights + (layer.bias ? layer.outFeatures : 0);
}

/** 109200 becomes "109,200", in every locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
