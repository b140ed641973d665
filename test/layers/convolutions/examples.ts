/** One layer of each kind, for tests of what all layers for images have in common. */

import { Conv2d } from '../../../src/layers/conv2d.ts';
import { ConvTranspose2d } from '../../../src/layers/convTranspose2d.ts';
import { Flatten } from '../../../src/layers/flatten.ts';
import type { Layer } from '../../../src/layers/layer.ts';
import { MaxPool2d } from '../../../src/layers/maxPool2d.ts';
import { Reshape } from '../../../src/layers/reshape.ts';
import { Upsample2d } from '../../../src/layers/upsample2d.ts';
import type { Shape } from '../../../src/tensor/shape.ts';

/** Each layer, with the shape of an image that it takes and what becomes of it. */
export const LAYERS: readonly (readonly [string, () => Layer, Shape, Shape])[] = [
  ['Conv2d', () => new Conv2d(3, 4, { stride: 2, padding: 1 }), [7, 6, 3], [4, 3, 4]],
  [
    'ConvTranspose2d',
    () => new ConvTranspose2d(3, 2, { stride: 2, padding: 1, outputPadding: 1 }),
    [4, 3, 3],
    [8, 6, 2],
  ],
  ['MaxPool2d', () => new MaxPool2d(), [5, 6, 3], [2, 3, 3]],
  ['Upsample2d', () => new Upsample2d(), [3, 2, 3], [6, 4, 3]],
  ['Flatten', () => new Flatten(), [3, 2, 3], [18]],
  ['Reshape', () => new Reshape([6, 3, 1]), [3, 2, 3], [6, 3, 1]],
];
