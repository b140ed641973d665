/** The layer between images and dense layers. Read reshape.ts first. */

import { ShapeChange } from './reshape.ts';
import type { ReshapeSpec } from './spec.ts';

/**
 * Makes each sample a row of features: input `[batch, height, width, channels]`, output `[batch, height · width · channels]`.
 *
 * @example
 * new Flatten().forward(Tensor.zeros([32, 7, 7, 16])).shape; // [32, 784]
 */
export class Flatten extends ShapeChange {
  static override readonly name: string = 'Flatten';

  override spec(): ReshapeSpec {
    return { type: 'flatten' };
  }
}
