import { kernels } from '../tensor/kernels/active.ts';
import { Loss } from './loss.ts';

/** `-mean (t log σ(z) + (1 - t) log(1 - σ(z)))`: the prediction z is a logit, the target t lies in [0, 1]. Gradient `(σ(z) - t) / n`. docs/math.md, section 4.3. */
export class BinaryCrossEntropy extends Loss {
  override readonly name = 'bce';

  protected override evaluate(
    n: number,
    prediction: Float32Array,
    target: Float32Array,
    dPrediction: Float32Array,
  ): number {
    return kernels().binaryCrossEntropy(n, prediction, target, dPrediction);
  }
}
