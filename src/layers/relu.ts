import { kernels } from '../tensor/kernels/active.ts';
import { Activation, type BackwardKernel, type ForwardKernel } from './activation.ts';
import type { LayerSpec } from './spec.ts';

/** `y = max(x, 0)`, `dX = dY where y > 0, else 0`. docs/math.md, section 3.3. */
export class ReLU extends Activation {
  protected override forwardKernel(): ForwardKernel {
    return kernels().relu;
  }

  protected override backwardKernel(): BackwardKernel {
    return kernels().reluBackward;
  }

  override spec(): LayerSpec {
    return { type: 'relu' };
  }
}
