/**
 * How PyTorch lays weights out, and ONNX those of convolutions. Read layers/spec.ts first.
 *
 * | layer | here | there |
 * |---|---|---|
 * | dense | `[in, out]` | `[out, in]` |
 * | convolution | `[kernel, kernel, in, out]` | `[out, in, kernel, kernel]` |
 * | transposed convolution | `[kernel, kernel, out, in]` | `[in, out, kernel, kernel]` |
 */

import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { Tensor } from '../../tensor/tensor.ts';

/** Which of our axes each of theirs is, by the number of axes, and the way back. A bias, which has one, stays as it is. */
const THERE: Readonly<Record<number, readonly number[]>> = { 2: [1, 0], 4: [3, 2, 0, 1] };
const BACK: Readonly<Record<number, readonly number[]>> = { 2: [1, 0], 4: [2, 3, 1, 0] };

export function toPyTorch(weight: Tensor): Tensor {
  return permuted(weight, THERE[weight.shape.length]);
}

export function fromPyTorch(weight: Tensor): Tensor {
  return permuted(weight, BACK[weight.shape.length]);
}

/** The shape of {@link toPyTorch} of a weight of this shape. */
export function shapeInPyTorch(shape: Shape): Shape {
  return THERE[shape.length]?.map((axis) => shape[axis]) ?? shape;
}

function permuted(tensor: Tensor, axes: readonly number[] | undefined): Tensor {
  if (!axes) return tensor;
  const { data, shape } = tensor;
  const result = Tensor.zeros(axes.map((axis) => shape[axis]));
  const steps = axes.map((axis) => sizeOf(shape.slice(axis + 1)));
  let to = 0;
  const fill = (axis: number, from: number): void => {
    if (axis === axes.length) result.data[to++] = data[from];
    else for (let i = 0; i < result.shape[axis]; i++) fill(axis + 1, from + i * steps[axis]);
  };
  fill(0, 0);
  return result;
}
