/** The two networks that are measured: the article's, and one with ten times its parameters. */

export interface Model {
  readonly name: 'article' | 'big';
  /** Of the encoder; the decoder has them in reverse. */
  readonly hidden: readonly number[];
  readonly encodingDim: number;
  /** Samples in a step. */
  readonly batch: number;
}

export const INPUT_SHAPE = [28, 28, 1];
export const FEATURES = 784;

/** 784-64-32-32-32-64-784. */
export const ARTICLE: Model = { name: 'article', hidden: [64, 32], encodingDim: 32, batch: 32 };

/** 784-512-256-64-256-512-784. */
export const BIG: Model = { name: 'big', hidden: [512, 256], encodingDim: 64, batch: 128 };

/** `784-64-32-32-32-64-784` */
export function layersOf({ hidden, encodingDim }: Model): string {
  return [FEATURES, ...hidden, encodingDim, ...hidden.toReversed(), FEATURES].join('-');
}
