/** Images as rows of numbers in [0, 1], and their labels. */

import { Tensor } from '../../../dist/src/index.js';
import { loadImages, loadLabels } from '../../../dist/src/node/index.js';

/**
 * An array [n, ...] as a tensor [n, features].
 *
 * @param white - What becomes 1.
 */
export function rowsOf({ shape: [n], data }, white = 1) {
  const values = Float32Array.from(data, (value) => value / white);
  return new Tensor(values, [n, values.length / n]);
}

/**
 * @param count - How many there must be at least.
 * @returns `{ images, shape, labels }`: a tensor [n, features], the shape of an image and n integers.
 * @throws {Error} If a file can't be read, or holds something else.
 */
export async function loadLabelled(path, labelsPath, count) {
  const array = await loadImages(path);
  const [n, ...shape] = array.shape;
  if (array.dtype !== 'u1' || n < count) {
    const found = array.dtype === 'u1' ? `${n} images` : `samples of the type ${array.dtype}`;
    throw new Error(`${path}: it holds ${found}, expected at least ${count} images of uint8 (u1).`);
  }
  const { labels } = await loadLabels(labelsPath, { count: n });
  return { images: rowsOf(array, 255), shape, labels: Array.from(labels, Number) };
}
