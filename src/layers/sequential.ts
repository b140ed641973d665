/** Layers one after the other; backward is the chain rule in reverse order (docs/math.md, section 3.4). */

import type { Arena } from '../tensor/kernels/memory.ts';
import { requireMethods } from '../tensor/options.ts';
import type { Parameter } from '../tensor/parameter.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { inWords } from '../tensor/words.ts';
import { Layer } from './layer.ts';
import type { LayerSpec } from './spec.ts';

/**
 * A layer made of layers: the output of each is the input of the next.
 *
 * @example
 * const random = new Random(42);
 * const network = new Sequential([new Dense(784, 64, { random }), new ReLU(), new Dense(64, 784, { random })]);
 * const y = network.forward(Tensor.zeros([32, 784])); // [32, 784]
 */
export class Sequential extends Layer {
  static override readonly name: string = 'Sequential';
  readonly layers: readonly Layer[];

  /**
   * @throws {TypeError} If they are not a list of layers.
   * @throws {RangeError} If there are no layers, or one of them occurs twice: a layer keeps the data of one `forward`.
   */
  constructor(layers: readonly Layer[]) {
    super();
    if (!Array.isArray(layers)) {
      throw new TypeError(
        `Sequential: got ${inWords(layers)}, expected a list of layers such as [new Dense(784, 32), new ReLU()].`,
      );
    }
    layers.forEach((layer, i) => {
      requireMethods(
        'Sequential',
        `layer ${i}`,
        layer,
        ['forward', 'backward'],
        'a layer such as new ReLU()',
      );
    });
    if (layers.length === 0) throw new RangeError('Sequential: got no layers, expected at least one.');
    const all = flatten(layers);
    if (new Set(all).size < all.length) {
      throw new RangeError('Sequential: got the same layer twice, expected another layer at each place.');
    }
    this.layers = [...layers];
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce((input, layer) => layer.forward(input), x);
  }

  override backward(dY: Tensor): Tensor {
    return this.layers.reduceRight((gradient, layer) => layer.backward(gradient), dY);
  }

  override backwardInput(dY: Tensor): Tensor {
    return this.layers.reduceRight((gradient, layer) => layer.backwardInput(gradient), dY);
  }

  override backwardParameters(dY: Tensor): void {
    // Not parameters alone: a layer that is tied to another one's weight may have none.
    const learns = (layer: Layer) =>
      layer.parameters().length > 0 || layer.backwardParameters !== Layer.prototype.backwardParameters;
    const first = this.layers.findIndex(learns);
    if (first < 0) return;
    const rest = this.layers.slice(first + 1);
    this.layers[first].backwardParameters(
      rest.reduceRight((gradient, layer) => layer.backward(gradient), dY),
    );
  }

  override namedParameters(): readonly (readonly [string, Parameter])[] {
    return this.layers.flatMap((layer, index) =>
      layer.namedParameters().map(([name, parameter]) => [`${index}.${name}`, parameter] as const),
    );
  }

  /** All layers by their position: `0`, and inside of another Sequential `0.1`. */
  namedLayers(): readonly (readonly [name: string, layer: Layer])[] {
    return this.layers.flatMap((layer, index) => {
      const inner = layer instanceof Sequential ? layer.namedLayers() : [];
      return [
        [String(index), layer] as const,
        ...inner.map(([name, each]) => [`${index}.${name}`, each] as const),
      ];
    });
  }

  override useArena(arena: Arena): void {
    super.useArena(arena);
    for (const layer of this.layers) layer.useArena(arena);
  }

  override outputShape(inShape: Shape): Shape {
    return this.layers.reduce<Shape>((shape, layer) => layer.outputShape(shape), inShape);
  }

  /** How many numbers a forward pass of one sample leaves in memory: the outputs of all layers, since each keeps its own. */
  activationsPerSample(inShape: Shape): number {
    let shape = inShape;
    let numbers = 0;
    for (const layer of this.layers) {
      const outShape = layer.outputShape(shape);
      numbers += layer instanceof Sequential ? layer.activationsPerSample(shape) : sizeOf(outShape);
      shape = outShape;
    }
    return numbers;
  }

  override spec(): LayerSpec {
    return { type: 'sequential', layers: this.layers.map((layer) => layer.spec()) };
  }
}

/** All layers, including those inside of other Sequentials. */
function flatten(layers: readonly Layer[]): readonly Layer[] {
  return layers.flatMap((layer) =>
    layer instanceof Sequential ? [layer, ...flatten(layer.layers)] : [layer],
  );
}
