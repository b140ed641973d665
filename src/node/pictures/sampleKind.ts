/** What people call samples: images, or samples where they are rows of a table, sensor readings, sound. */

import { pictureOf } from '../../data/pictureShape.ts';
import type { Normalization } from '../../data/samples.ts';
import type { Shape } from '../../tensor/shape.ts';

/** What people call one of the samples. */
export type Noun = 'image' | 'sample';

export function nounOf(sample: Shape, normalization: Normalization | undefined): Noun {
  return pictureOf(sample, normalization) ? 'image' : 'sample';
}

export function withArticle(noun: Noun): string {
  return noun === 'image' ? 'an image' : 'a sample';
}
