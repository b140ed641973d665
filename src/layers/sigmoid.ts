import { kernels } from '../tensor/kernels/active.ts';
import { Activation } from './activation.ts';
import type { LayerSpec } from './spec.ts';

/** `y = 1 / (1 + e^-x)`, `dX = dY y (1 - y)`. docs/math.md, section 3.3. */
export class Sigmoid extends Activation {
  protected override apply(n: number, x: Float32Array, y: Float32Array): void {
    kernels().sigmoid(n, x, y);
  }

  protected override applyBackward(
    n: number,
    _x: Float32Array,
    y: Float32Array,
    dY: Float32Array,
    dX: Float32Array,
  ): void {
    kernels().sigmoidBackward(n, y, dY, dX);
  }

  override spec(): LayerSpec {
    return { type: 'sigmoid' };
  }
}
