/** How many of many images go into one PNG, for whoever only wants to look at some. */

import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { formatCount, say } from '../terminal/output.ts';

/** More than that is nothing to look at. */
export const MOST_PICTURES = 1024;

/** More than that takes long to write and to open: 16 images of 1024×1024. */
const MOST_NUMBERS = 2 ** 24;

/** The first so many of these; one at least. Says so where it is not all of them. */
export function countShown([count, ...sample]: Shape): number {
  const shown = Math.min(count, MOST_PICTURES, Math.max(1, Math.floor(MOST_NUMBERS / sizeOf(sample))));
  if (shown < count) {
    say(`note: the picture shows the first ${formatCount(shown)} of ${formatCount(count)}.`);
  }
  return shown;
}
