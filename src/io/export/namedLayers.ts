/** A network's layers in order, as its exports write them down. Read layers/spec.ts first. */

import type { LayerSpec, SequentialSpec } from '../../layers/spec.ts';

export interface NamedLayer {
  /** As in the names of its parameters: `encoder.0`, and in a Sequential `encoder.0.1`. */
  readonly name: string;
  readonly layer: Exclude<LayerSpec, SequentialSpec>;
}

/** Those inside of Sequentials stand in the Sequential's place. */
export function namedLayers(prefix: string, layers: readonly LayerSpec[]): NamedLayer[] {
  return layers.flatMap((layer, index) => {
    const name = `${prefix}.${index}`;
    return layer.type === 'sequential' ? namedLayers(name, layer.layers) : [{ name, layer }];
  });
}
