import { kernels } from '../tensor/kernels/active.ts';
import { Activation, type BackwardKernel, type ForwardKernel } from './activation.ts';
import type { LayerSpec } from './spec.ts';

/** `y = x σ(x)`, `dX = dY σ(x) (1 + x (1 - σ(x)))`: SiLU, also called swish. docs/math.md, section 3.3. */
export class SiLU extends Activation {
  protected override readonly keeps = 'x';

  protected override forwardKernel(): ForwardKernel {
    return kernels().silu;
  }

  protected override backwardKernel(): BackwardKernel {
    return kernels().siluBackward;
  }

  override spec(): LayerSpec {
    return { type: 'silu' };
  }
}
