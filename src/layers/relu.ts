import { kernels } from '../tensor/kernels/active.ts';
import { Activation } from './activation.ts';
import type { LayerSpec } from './spec.ts';

/** `y = max(x, 0)`, `dX = dY where y > 0, else 0`. docs/math.md, section 3.3. */
export class ReLU extends Activation {
  protected override apply(n: number, x: Float32Array, y: Float32Array): void {
    kernels().relu(n, x, y);
  }

  protected override applyBackward(
    n: number,
    _x: Float32Array,
    y: Float32Array,
    dY: Float32Array,
    dX: Float32Array,
  ): void {
    kernels().reluBackward(n, y, dY, dX);
  }

  override spec(): LayerSpec {
    return { type: 'relu' };
  }
}
