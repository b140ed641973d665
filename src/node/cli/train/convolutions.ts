/** Which samples `--conv` is for: images that its stages can halve. Read autoencoder/convStages.ts first. */

import { smallestFor } from '../../../autoencoder/convStages.ts';
import { flatPicture, isFlat, pictureOf } from '../../../data/pictureShape.ts';
import { DataError } from '../../../data/samples.ts';
import type { PixelSize } from '../../../data/tiles.ts';
import type { Shape } from '../../../tensor/shape.ts';
import { isSampleForm } from '../../samples/sampleForm.ts';
import { sizeOption } from '../shared/shapeAdvice.ts';
import { countOf, timesShape } from '../terminal/output.ts';
import type { TrainingData } from './data/trainingData.ts';
import type { TrainValues } from './options.ts';
import { presetOptions } from './presets.ts';

type Images = Pick<TrainingData, 'inputShape' | 'normalization'>;

/** The shape of the samples as convolutions need it: vectors that are taken for pictures have the shape of these. */
export function imageShapeOf({ inputShape, normalization }: Images): Shape {
  return (isFlat(inputShape) && pictureOf(inputShape, normalization)) || inputShape;
}

/** @throws {DataError} If the samples are no images, or can't be halved so often. */
export function refuseUnsuitableImages(
  values: Pick<TrainValues, 'conv' | 'layers' | 'kind' | 'preset'>,
  data: Images & Pick<TrainingData, 'facts'>,
): void {
  const { conv } = values;
  const inputShape = imageShapeOf(data);
  if (!conv) return;
  if (inputShape.length !== 2 && inputShape.length !== 3) throw noImages(askedBy(values), inputShape);
  const [height, width] = inputShape;
  const suits = (stages: number) => Math.min(height, width) >= smallestFor(stages);
  if (suits(conv.length)) return;
  const times = conv.length === 1 ? 'once' : `${conv.length} times`;
  const least = smallestFor(conv.length);
  const option = optionForSize(data.facts, [Math.max(height, least), Math.max(width, least)]);
  const fewer = conv.filter((_, i) => suits(i + 1));
  throw new DataError(
    `images of ${timesShape([height, width])} can't be halved ${times}, as --conv ${conv} does: expected a height and a width of at least ${least}${option ? ` (${option})` : ''}${fewer.length > 0 ? `, or fewer stages (--conv ${fewer})` : ''}.`,
  );
}

/** The option that asks for convolutions. */
function askedBy({ conv, layers, kind, preset }: Parameters<typeof refuseUnsuitableImages>[0]): string {
  if (layers === 'conv') return '--layers conv';
  return 'conv' in presetOptions(kind, preset) ? `--preset ${preset}` : `--conv ${conv}`;
}

function noImages(option: string, inputShape: Shape): DataError {
  const square = flatPicture(inputShape);
  const samples =
    inputShape.length === 1 ? `vectors of ${countOf(inputShape[0], 'number')}` : timesShape(inputShape);
  const way = square
    ? `--image-shape ${square.join('x')} makes images of them`
    : 'without it all layers are dense';
  return new DataError(`${option} is for images, and the samples are ${samples}: ${way}.`);
}

/** The option that gives samples this size, if they are pictures. */
export function optionForSize({ form }: TrainingData['facts'], size: PixelSize): string | undefined {
  return isSampleForm(form) && form.kind === 'pictures' ? sizeOption(form.patches, size) : undefined;
}
