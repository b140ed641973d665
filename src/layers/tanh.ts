import { kernels } from '../tensor/kernels/active.ts';
import { Activation } from './activation.ts';
import type { LayerSpec } from './spec.ts';

/** `y = tanh(x)`, `dX = dY (1 - y²)`. docs/math.md, section 3.3. */
export class Tanh extends Activation {
  protected override apply(n: number, x: Float32Array, y: Float32Array): void {
    kernels().tanh(n, x, y);
  }

  protected override applyBackward(
    n: number,
    _x: Float32Array,
    y: Float32Array,
    dY: Float32Array,
    dX: Float32Array,
  ): void {
    kernels().tanhBackward(n, y, dY, dX);
  }

  override spec(): LayerSpec {
    return { type: 'tanh' };
  }
}
