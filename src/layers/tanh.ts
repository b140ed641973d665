import { kernels } from '../tensor/kernels/active.ts';
import { Activation, type BackwardKernel, type ForwardKernel } from './activation.ts';
import type { LayerSpec } from './spec.ts';

/** `y = tanh(x)`, `dX = dY (1 - y²)`. docs/math.md, section 3.3. */
export class Tanh extends Activation {
  protected override forwardKernel(): ForwardKernel {
    return kernels().tanh;
  }

  protected override backwardKernel(): BackwardKernel {
    return kernels().tanhBackward;
  }

  override spec(): LayerSpec {
    return { type: 'tanh' };
  }
}
