import { kernels } from '../tensor/kernels/active.ts';
import { Loss } from './loss.ts';

/** `mean |p - t|` over all elements, gradient `sign(p - t) / n`, 0 where they are equal. docs/math.md, section 4.2. */
export class MeanAbsoluteError extends Loss {
  override readonly name = 'mae';

  protected override evaluate(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
  ): number {
    return kernels().meanAbsoluteError(n, prediction, target, dPrediction);
  }
}
