/** The errors of a training that cannot continue, with its likely causes. */

/**
 * The loss is no longer a finite number. The message says where, and the likely cause: the learning rate is too high, or the
 * range of the data too wide.
 *
 * @example
 * const autoencoder = new Autoencoder({ inputShape: [4], hidden: [], encodingDim: 2 });
 * autoencoder.compile({ optimizer: new SGD({ learningRate: 1e9 }) });
 * const samples = { shape: [64, 4], data: new Float32Array(256).fill(1) };
 * const error = await autoencoder.fit(samples, { epochs: 50 }).catch((error) => error);
 * error instanceof DivergenceError; // true
 */
export class DivergenceError extends Error {
  override name = 'DivergenceError';
}

/** Where training was. */
export interface Place {
  readonly epoch: number;
  readonly epochs: number;
  /** Of the last step. */
  readonly learningRate: number;
}

/** @param inputs - Of the batch: their range tells the two likely causes apart. */
export function trainingDivergence(
  loss: number,
  place: Place & { readonly batch: number; readonly batches: number },
  inputs: Float32Array,
): DivergenceError {
  const { epoch, epochs, learningRate, batch, batches } = place;
  let minimum = Infinity;
  let maximum = -Infinity;
  let areFinite = true;
  for (const value of inputs) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    if (!Number.isFinite(value)) areFinite = false;
  }
  const range = areFinite ? `go from ${minimum} to ${maximum}` : 'hold NaN or infinity';
  return new DivergenceError(
    `fit: the loss became ${loss} in epoch ${epoch} of ${epochs}, batch ${batch} of ${batches}, expected a finite number: ` +
      `the learning rate (${learningRate}) is likely too high, or the range of the data too wide (this batch's inputs ${range}).`,
  );
}

export function validationDivergence(loss: number, { epoch, epochs, learningRate }: Place): DivergenceError {
  return new DivergenceError(
    `fit: the validation loss became ${loss} after epoch ${epoch} of ${epochs}, expected a finite number: ` +
      `the learning rate (${learningRate}) is likely too high, or the validation data far from the training data.`,
  );
}
