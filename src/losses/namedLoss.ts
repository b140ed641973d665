/** Losses by the short names that `compile` and the command line take. */

import { BinaryCrossEntropy } from './binaryCrossEntropy.ts';
import type { Loss, LossName } from './loss.ts';
import { MeanAbsoluteError } from './meanAbsoluteError.ts';
import { MeanSquaredError } from './meanSquaredError.ts';

const LOSSES: Readonly<Record<LossName, () => Loss>> = {
  mse: () => new MeanSquaredError(),
  mae: () => new MeanAbsoluteError(),
  bce: () => new BinaryCrossEntropy(),
};

/** @throws {RangeError} If there is no loss of that name. */
export function namedLoss(name: LossName): Loss {
  if (!Object.hasOwn(LOSSES, name)) {
    throw new RangeError(
      `namedLoss: '${name}' is not a loss, expected one of: ${Object.keys(LOSSES).join(', ')}.`,
    );
  }
  return LOSSES[name]();
}
