/** How a model file holds the errors of the model's samples: tensors beside the weights, and a part of the metadata. */

import { ErrorDistribution, type ErrorDistributions } from '../evaluation/errorDistribution.ts';
import { formatShape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { FormatError } from './errors.ts';
import { isObject, parseMetadata, shown } from './json.ts';
import type { NamedTensor } from './safetensors.ts';

/** The tensors of errors, by the names that {@link ErrorDistributions} has for them. */
const ERRORS = { training: 'errors.training', heldOut: 'errors.heldOut' } as const;
/** The names of all tensors that are no weights but errors. */
export const ERROR_TENSORS: readonly string[] = Object.values(ERRORS);

type ErrorsName = keyof typeof ERRORS;

function distributionsIn(errors: ErrorDistributions): [ErrorsName, ErrorDistribution][] {
  const { training, heldOut } = errors;
  return [
    ['training', training],
    ...(heldOut ? [['heldOut', heldOut] as [ErrorsName, ErrorDistribution]] : []),
  ];
}

export function errorTensors(errors: ErrorDistributions): NamedTensor[] {
  return distributionsIn(errors).map(([which, { points }]) => ({
    name: ERRORS[which],
    tensor: new Tensor(points, [points.length]),
  }));
}

/** What of the errors is no tensor, as JSON: what they are, and of how many samples. */
export function describeErrors(errors: ErrorDistributions): string {
  const counts = distributionsIn(errors).map(([which, { count }]) => [which, count]);
  return JSON.stringify({ rankedBy: errors.rankedBy, counts: Object.fromEntries(counts) });
}

/**
 * The distributions of errors, if the file has them.
 *
 * @param text - What {@link describeErrors} wrote.
 * @throws {FormatError} If they are damaged, or the two don't agree.
 */
export function readErrors(
  tensors: ReadonlyMap<string, Tensor>,
  text: string | undefined,
): ErrorDistributions | undefined {
  if (text === undefined && !ERROR_TENSORS.some((name) => tensors.has(name))) return undefined;
  const description = parseMetadata('errors', text);
  const { rankedBy, counts } = isObject(description) ? description : {};
  if ((rankedBy !== 'mse' && rankedBy !== 'excess') || !isObject(counts)) {
    throw new FormatError(
      `the file's metadata 'errors' is ${shown(description)}, expected rankedBy "mse" or "excess", and counts.`,
    );
  }
  const read = (which: ErrorsName): ErrorDistribution | undefined => {
    const [count, tensor] = [counts[which], tensors.get(ERRORS[which])];
    if (count === undefined && !tensor) return undefined;
    if (typeof count !== 'number' || tensor?.shape.length !== 1) {
      const found = tensor ? formatShape(tensor.shape) : 'missing';
      throw new FormatError(
        `the tensor '${ERRORS[which]}' is ${found}, and the number of its samples ${shown(count)}, expected [m] and a number.`,
      );
    }
    try {
      return new ErrorDistribution(count, tensor.data);
    } catch (error) {
      throw new FormatError(`the tensor '${ERRORS[which]}' can't be used: ${(error as Error).message}`);
    }
  };
  const [training, heldOut] = [read('training'), read('heldOut')];
  if (!training) throw new FormatError(`the tensor '${ERRORS.training}' is missing.`);
  return { rankedBy, training, ...(heldOut && { heldOut }) };
}
