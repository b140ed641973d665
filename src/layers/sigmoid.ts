import { kernels } from '../tensor/kernels/active.ts';
import { Activation, type BackwardKernel, type ForwardKernel } from './activation.ts';
import type { LayerSpec } from './spec.ts';

/** `y = 1 / (1 + e^-x)`, `dX = dY y (1 - y)`. docs/math.md, section 3.3. */
export class Sigmoid extends Activation {
  protected override forwardKernel(): ForwardKernel {
    return kernels().sigmoid;
  }

  protected override backwardKernel(): BackwardKernel {
    return kernels().sigmoidBackward;
  }

  override spec(): LayerSpec {
    return { type: 'sigmoid' };
  }
}
