/** The network that every engine builds: dense layers with ReLU between them, linear at the code and at the end. */

/**
 * @param {readonly number[]} widths - Input, hidden, code, hidden, output: the code in the middle.
 * @param {Float32Array} weights - Layer by layer: weight `[in, out]`, then bias `[out]`.
 * @returns The layers with views of their parameters.
 */
export function layersOf(widths, weights) {
  const count = widths.length - 1;
  let offset = 0;
  const take = (length) => weights.subarray(offset, (offset += length));
  return Array.from({ length: count }, (_, i) => {
    const [inFeatures, outFeatures] = [widths[i], widths[i + 1]];
    const weight = take(inFeatures * outFeatures);
    const isLinear = i === count / 2 - 1 || i === count - 1;
    return { inFeatures, outFeatures, weight, bias: take(outFeatures), isLinear };
  });
}

/** What isthmus' Autoencoder calls these widths. */
export function autoencoderOptions(widths) {
  const middle = (widths.length - 1) / 2;
  return { inputShape: [widths[0]], hidden: widths.slice(1, middle), encodingDim: widths[middle] };
}

/** The numbers 0 to count - 1 in random order (Fisher-Yates): for engines that bring no shuffle of their own. */
export function shuffledRows(count) {
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [rows[i], rows[j]] = [rows[j], rows[i]];
  }
  return rows;
}

/** The row numbers of the first `steps` batches of a freshly shuffled epoch. */
export function* batches(count, batchSize, steps) {
  const rows = shuffledRows(count);
  const end = Math.min(count, steps * batchSize);
  for (let start = 0; start < end; start += batchSize) yield rows.subarray(start, start + batchSize);
}

/** The images of these rows, one after the other. */
export function gather(images, features, rows) {
  const x = new Float32Array(rows.length * features);
  for (let i = 0; i < rows.length; i++) {
    x.set(images.subarray(rows[i] * features, (rows[i] + 1) * features), i * features);
  }
  return x;
}
