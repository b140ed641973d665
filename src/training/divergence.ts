/** Training that can't go on, in words that help. Read fit.ts first. */

/** The loss is no longer a finite number: training cannot go on. */
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

/** The training loss is no number. The batch's inputs tell the two likely causes apart. */
export function trainingDivergence(
  loss: number,
  {
    epoch,
    epochs,
    learningRate,
    batch,
    batches,
  }: Place & { readonly batch: number; readonly batches: number },
  inputs: Float32Array,
): DivergenceError {
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
