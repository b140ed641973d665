/** What to do about samples of another shape than is expected: options that read the same file in another way. */

import { pictureOf, pictureShape } from '../../../data/pictureShape.ts';
import type { Normalization } from '../../../data/samples.ts';
import type { PixelSize } from '../../../data/tiles.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { formatPatches, type PatchOptions } from '../../samples/patchOptions.ts';
import type { SampleSource } from '../../samples/sampleSource.ts';

/** What samples should be like. */
export interface Expected {
  readonly inputShape: Shape;
  /** How they are scaled, if that is known: it tells pictures from rows of a table. */
  readonly normalization?: Normalization | undefined;
}

/** The end of a message that says that the shapes differ: `: --resize 28x28 --gray makes them fit`; '' if nothing helps. */
export function adviceOnShape(source: Pick<SampleSource, 'shape' | 'form'>, expected: Expected): string {
  const [, ...found] = source.shape;
  const size = sizeOf(expected.inputShape);
  switch (source.form?.kind) {
    case 'pictures':
      return adviceOnPictures(found, expected, source.form.patches);
    case 'table':
      return sizeOf(found) > size ? ': --columns A,B,… takes some of the columns' : '';
    case 'sound':
      return isPicture(expected) ? ', and no sound' : `: --frame ${size} makes them fit`;
    default:
      return '';
  }
}

/** Whether samples are known to be pictures. */
function isPicture({ inputShape, normalization }: Expected): boolean {
  return normalization !== undefined && pictureOf(inputShape, normalization) !== undefined;
}

function adviceOnPictures(
  found: Shape,
  { inputShape, normalization }: Expected,
  patches: PatchOptions | undefined,
): string {
  const wanted = normalization ? pictureOf(inputShape, normalization) : pictureShape(inputShape);
  if (!wanted) return ', and no pictures';
  const [height, width] = wanted;
  const options = [
    ...(found[0] === height && found[1] === width ? [] : [sizeOption(patches, [height, width])]),
    ...(hasColours(found) && !hasColours(wanted) ? ['--gray'] : []),
  ];
  if (!hasColours(found) && hasColours(wanted)) return ', pictures in colour';
  return options.length > 0 ? `: ${options.join(' ')} makes them fit` : '';
}

function hasColours(shape: Shape): boolean {
  return shape.length === 3 && shape[2] === 3;
}

/** What gives pictures this size: `--resize 28x28`, or `--patches 28x28:20000` for patches of photographs. */
export function sizeOption(patches: PatchOptions | undefined, size: PixelSize): string {
  return patches ? `--patches ${formatPatches({ ...patches, size })}` : `--resize ${size.join('x')}`;
}
