import { kernels } from '../tensor/kernels/active.ts';
import { Activation } from './activation.ts';
import type { LayerSpec } from './spec.ts';

/** `y = x σ(x)`, `dX = dY σ(x) (1 + x (1 - σ(x)))`: SiLU, also called swish. docs/math.md, section 3.3. */
export class SiLU extends Activation {
  protected override apply(n: number, x: Float32Array, y: Float32Array): void {
    kernels().silu(n, x, y);
  }

  protected override applyBackward(
    n: number,
    x: Float32Array,
    _y: Float32Array,
    dY: Float32Array,
    dX: Float32Array,
  ): void {
    kernels().siluBackward(n, x, dY, dX);
  }

  override spec(): LayerSpec {
    return { type: 'silu' };
  }
}
