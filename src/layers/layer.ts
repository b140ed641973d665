/**
 * What every layer can do, and the checks that layers share. Backprop is written by hand: `forward` keeps what `backward`
 * will need, and `backward` turns the gradient of the loss with respect to the layer's output into the gradient with
 * respect to its input (docs/math.md, section 3). There is no tape.
 *
 * Each layer has the name of its class as a static field: messages begin with it, and minifiers rename classes.
 */

import { Arena } from '../tensor/kernels/memory.ts';
import type { Parameter } from '../tensor/parameter.ts';
import { formatShape, type Shape, ShapeError, sameShape } from '../tensor/shape.ts';
import { requireTensor, type Tensor } from '../tensor/tensor.ts';
import { plural } from '../tensor/words.ts';
import type { LayerSpec } from './spec.ts';

/**
 * A part of a network: `forward` computes its output, `backward` the gradients. A class of your own that extends it
 * can be trained like any other.
 *
 * @example
 * class Double extends Layer {
 *   forward(x) { return new Tensor(x.data.map((value) => 2 * value), x.shape); }
 *   backward(dY) { return this.forward(dY); }
 *   outputShape(inShape) { return inShape; }
 * }
 * const network = new Sequential([new Double(), new ReLU()]);
 * network.forward(Tensor.from([[-1, 3]])).data; // [0, 6]
 */
export abstract class Layer {
  #arena = new Arena();

  /**
   * The layer's output.
   *
   * @param x - Shape `[batch, inFeatures]`, of images `[batch, height, width, channels]`. It is not copied: do not change it
   *   before `backward`.
   * @returns y, `[batch, ...outputShape]`, in an array of the layer that its next `forward` overwrites: use
   *   `copy()` to keep it.
   * @throws {ShapeError} If x has another shape.
   */
  abstract forward(x: Tensor): Tensor;

  /**
   * Adds to the gradients of the parameters and returns the gradient for the previous layer.
   *
   * @param dY - The gradient with respect to the y of the last `forward`, of the same shape.
   * @returns dX, of the shape of x, in an array that the next `backward` overwrites.
   * @throws {Error} Before the first `forward`.
   * @throws {ShapeError} If dY has another shape.
   */
  abstract backward(dY: Tensor): Tensor;

  /** `backward` without dX: a network's first layer needs no gradient of the data, and dX costs a whole product. */
  backwardParameters(dY: Tensor): void {
    this.backward(dY);
  }

  /**
   * `backward` without the gradients of the parameters, as in a discriminator through which a generator learns. A layer with
   * parameters overrides it.
   */
  backwardInput(dY: Tensor): Tensor {
    return this.backward(dY);
  }

  /** The layer's parameters, in a fixed order. */
  parameters(): readonly Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** The parameters with the names that model files use, such as `0.weight`. */
  namedParameters(): readonly (readonly [name: string, parameter: Parameter])[] {
    return [];
  }

  /**
   * The shape of the output for one sample of this shape: `[64]` for `[784]`, of an image `[14, 14, 16]` for `[28, 28, 1]`.
   *
   * @throws {ShapeError} If the layer takes no input of this shape.
   */
  abstract outputShape(inShape: Shape): Shape;

  /**
   * The layer as plain JSON, from which `buildLayer` makes it again.
   *
   * @throws {Error} If the layer has none. A layer of your own can be trained, but not written to a model file.
   */
  spec(): LayerSpec {
    const who = this.constructor.name;
    throw new Error(`${who}.spec: this layer has no spec, so it cannot be written to a model file.`);
  }

  /** Where the layer's arrays come from. */
  protected get arena(): Arena {
    return this.#arena;
  }

  /** Takes arrays from this arena from now on: a network gives all its layers the same arena. */
  useArena(arena: Arena): void {
    this.#arena = arena;
  }
}

/**
 * Refuses a `backward` before `forward`, and a dY that does not have the shape of y.
 *
 * @param x - The x of the last `forward`, or anything of its shape; undefined before the first one.
 * @param expected - The shape of y, or its width, if it is not that of x.
 */
export function requireGradient(
  layer: Layer,
  dY: Tensor,
  x: Tensor | undefined,
  expected?: Shape | number,
): asserts x is Tensor {
  const who = layer.constructor.name;
  if (!x) throw new Error(`${who}.backward: called before forward, expected a forward pass first.`);
  const shape = typeof expected === 'number' ? [x.shape[0], expected] : (expected ?? x.shape);
  if (!sameShape(dY.shape, shape)) {
    throw new ShapeError(`${who}.backward: dY is ${formatShape(dY.shape)}, expected ${formatShape(shape)}.`);
  }
}

/** A layer for inputs of one width. */
type FixedWidth = Layer & { readonly inFeatures: number };

/** Refuses an x that is not `[batch, inFeatures]`. */
export function requireInput(layer: FixedWidth, x: Tensor): void {
  requireTensor(`${layer.constructor.name}.forward`, 'x is', x);
  if (x.shape.length !== 2 || x.shape[1] !== layer.inFeatures) {
    throw new ShapeError(
      `${layer.constructor.name}.forward: x is ${formatShape(x.shape)}, expected [batch, ${layer.inFeatures}].`,
    );
  }
}

/** Refuses another shape of a sample than `[inFeatures]`. */
export function requireWidth(layer: FixedWidth, inShape: Shape): void {
  if (inShape.length === 1 && inShape[0] === layer.inFeatures) return;
  const input = inShape.length === 1 ? `has ${plural(inShape[0], 'feature')}` : `is ${formatShape(inShape)}`;
  throw new ShapeError(`${layer.constructor.name}: the input ${input}, expected ${layer.inFeatures}.`);
}
