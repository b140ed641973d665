/** Whether a network fits into the memory of this machine: photos as they come from a camera make layers that don't. */

import { totalmem } from 'node:os';
import { DataError } from '../../../data/samples.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import { formatBytes, formatCount } from '../terminal/output.ts';
import type { TrainingData } from './data/trainingData.ts';
import type { TrainValues } from './options.ts';

/** Of each weight there are at least its value and its gradient, in float32. */
const BYTES_PER_WEIGHT = 8;

type Layers = Pick<TrainValues, 'hidden' | 'decoder-hidden' | 'encoding-dim'>;

/**
 * @param memory - Of the machine, in bytes.
 * @throws {DataError} If the network that the options describe takes more.
 */
export function refuseTooLarge(
  layers: Layers,
  { inputShape, facts }: Pick<TrainingData, 'inputShape' | 'facts'>,
  memory = totalmem(),
): void {
  const inputs = sizeOf(inputShape);
  const weights = weightsOf(layers, inputs);
  const bytes = BYTES_PER_WEIGHT * weights;
  if (bytes <= memory) return;
  const isPictures = (facts.form as { kind?: unknown } | undefined)?.kind === 'pictures';
  throw new DataError(
    `samples of ${formatCount(inputs)} numbers make a network of ${formatCount(weights)} weights, which takes at least ${formatBytes(bytes)}, and this machine has ${formatBytes(memory)}: ` +
      `expected ${isPictures ? 'smaller pictures (--resize 28x28)' : 'samples of fewer numbers'} or smaller layers (--hidden 64,32).`,
  );
}

function weightsOf(
  { hidden, 'decoder-hidden': decoder, 'encoding-dim': code }: Layers,
  inputs: number,
): number {
  const widths = [inputs, ...hidden, code, ...(decoder ?? hidden.toReversed()), inputs];
  return widths.slice(1).reduce((sum, width, i) => sum + widths[i] * width, 0);
}
