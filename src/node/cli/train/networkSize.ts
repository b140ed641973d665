/** Whether a network fits into the memory of this machine: photos as they come from a camera make layers that don't. */

import { totalmem } from 'node:os';
import { DataError } from '../../../data/samples.ts';
import type { ModelSpec } from '../../../io/checkSpec.ts';
import { networksOf } from '../../../io/model.ts';
import { type LayerSpec, outputShape } from '../../../layers/spec.ts';
import { type Shape, sizeOf } from '../../../tensor/shape.ts';
import { formatBytes, formatCount } from '../terminal/output.ts';
import { optionForSize } from './convolutions.ts';
import type { TrainingData } from './data/trainingData.ts';

/** Of each parameter, and of each number that a layer makes of a batch, there are at least its value and its gradient, in float32. */
const BYTES_PER_NUMBER = 8;

/**
 * @param batchSize - Samples in a step.
 * @param memory - Of the machine, in bytes.
 * @throws {DataError} If the network takes more.
 */
export function refuseTooLarge(
  spec: ModelSpec,
  batchSize: number,
  { facts, trainedOn }: Pick<TrainingData, 'facts' | 'trainedOn'>,
  memory = totalmem(),
): void {
  const layers = Object.values(networksOf(spec)).flat();
  const parameters = sum(layers.map(parametersOf));
  const batch = Math.min(batchSize, trainedOn);
  const bytes = BYTES_PER_NUMBER * (parameters + batch * numbersMade(layers, sizeOf(spec.inputShape)));
  if (bytes <= memory) return;
  const option = optionForSize(facts, [28, 28]);
  throw new DataError(
    `samples of ${formatCount(sizeOf(spec.inputShape))} numbers make a network of ${formatCount(parameters)} parameters, which takes at least ${formatBytes(bytes)} for batches of ${formatCount(batch)}, and this machine has ${formatBytes(memory)}: ` +
      `expected ${option ? `smaller pictures (${option})` : 'samples of fewer numbers'}, smaller batches (--batch-size 8) or smaller layers (--hidden 64,32, --conv 8,16).`,
  );
}

function parametersOf(layer: LayerSpec): number {
  switch (layer.type) {
    case 'dense':
      return (layer.inFeatures + 1) * layer.outFeatures;
    case 'gaussianCode':
      return 2 * (layer.inFeatures + 1) * layer.outFeatures;
    case 'transposedDense':
      return layer.outFeatures;
    case 'conv2d':
    case 'convTranspose2d':
      return (layer.kernelSize ** 2 * layer.inChannels + 1) * layer.outChannels;
    default:
      return 0;
  }
}

/** How many numbers the layers make of one sample; those that only change its shape make none. */
function numbersMade(layers: readonly LayerSpec[], inputs: number): number {
  let shape: Shape = [inputs];
  let made = 0;
  for (const layer of layers) {
    shape = outputShape(layer, shape); // of a GAN too: its generator begins with a dense layer, of any input
    if (layer.type !== 'flatten' && layer.type !== 'reshape') made += sizeOf(shape);
  }
  return made;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
