import { kernels } from '../tensor/kernels/active.ts';
import { Activation, type BackwardKernel, type ForwardKernel } from './activation.ts';
import type { LayerSpec } from './spec.ts';

export interface LeakyReLUOptions {
  /** The factor for negative x, >= 0 so that the sign of y tells which side x was on. @default 0.01 */
  readonly slope?: number;
}

/** `y = x where x >= 0, else slope · x`, `dX = dY where y > 0, else slope · dY`. docs/math.md, section 3.3. */
export class LeakyReLU extends Activation {
  readonly slope: number;

  constructor({ slope = 0.01 }: LeakyReLUOptions = {}) {
    super();
    if (!(slope >= 0 && slope < Infinity)) {
      throw new RangeError(`LeakyReLU: the slope is ${slope}, expected a number >= 0.`);
    }
    this.slope = slope;
  }

  protected override forwardKernel(): ForwardKernel {
    return (n, x, y) => kernels().leakyRelu(n, this.slope, x, y);
  }

  protected override backwardKernel(): BackwardKernel {
    return (n, y, dY, dX) => kernels().leakyReluBackward(n, this.slope, y, dY, dX);
  }

  override spec(): LayerSpec {
    return { type: 'leakyRelu', slope: this.slope };
  }
}
