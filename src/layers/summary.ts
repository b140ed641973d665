/** A model's layers as a table. Read sequential.ts first. */

import { type Shape, sizeOf } from '../tensor/shape.ts';
import type { Layer } from './layer.ts';
import type { Sequential } from './sequential.ts';

/** Networks one after the other: the output of each is the input of the next. */
export interface Chain {
  /** What goes in: its name, and the shape of one of them. */
  readonly input: readonly [name: string, shape: Shape];
  readonly networks: readonly (readonly [name: string, network: Sequential])[];
}

/** One line for each layer, with its name, output shape and number of parameters, then the total. */
export function formatSummary(chains: readonly Chain[]): string {
  const rows: (readonly [name: string, shape: string, parameters: string])[] = [];
  let total = 0;
  for (const { input, networks } of chains) {
    const [name, shape] = input;
    rows.push([name, `[batch, ${shape.join(', ')}]`, '']);
    let output: Shape = [sizeOf(shape)];
    for (const [part, { layers }] of networks) {
      for (const [index, layer] of layers.entries()) {
        const count = countParameters(layer);
        output = layer.outputShape(output);
        total += count;
        const parameters = count > 0 ? formatCount(count) : '';
        const title = `${part}.${index} ${layer.constructor.name}`;
        rows.push([title, `[batch, ${output.join(', ')}]`, parameters]);
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

function countParameters(layer: Layer): number {
  return layer.parameters().reduce((sum, { value }) => sum + value.size, 0);
}

/** 109200 becomes "109,200", in every locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
