/** Decoding with a model that came from who knows where: a small file may hold a layer that is a million numbers wide. */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import type { Shape } from '../tensor/shape.ts';
import { joined } from './joined.ts';

/** Numbers that a layer gives out at a time: 16 MB. */
const MOST_OUTPUTS = 2 ** 22;

/** So many images at a time the autoencoder takes by itself. */
const USUAL_BATCH = 256;

export interface Codes {
  /** `[n, encodingDim]` */
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** As `autoencoder.decode`, with the same bits, and in smaller batches where the model has very wide layers. */
export function decodeInPieces(autoencoder: Autoencoder, codes: Codes): Float32Array {
  const widths = autoencoder.namedParameters().flatMap(([, { value }]) => value.shape);
  const size = Math.floor(MOST_OUTPUTS / Math.max(1, ...widths));
  if (size >= USUAL_BATCH) return autoencoder.decode(codes).data;
  const [count, width] = codes.shape;
  const step = Math.max(1, size);
  const pieces: Float32Array[] = [];
  for (let start = 0; start < count; start += step) {
    const data = codes.data.subarray(start * width, (start + step) * width);
    pieces.push(autoencoder.decode({ shape: [data.length / width, width], data }).data);
  }
  return joined(Float32Array, pieces);
}
