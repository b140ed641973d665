/** Decoding with a model that came from who knows where: a small file may hold layers that are a million numbers wide. */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { DataError } from '../data/samples.ts';
import type { Shape } from '../tensor/shape.ts';
import { joined } from './byteStream.ts';

/** Numbers that all layers together give out at a time, as each keeps its own: 16 MB. */
const MOST_OUTPUTS = 2 ** 22;

/** For one image: 16 layers as wide as the largest image that is compressed. 256 MB. */
const MOST_OUTPUTS_FOR_ONE = 2 ** 26;

/** So many images at a time the autoencoder takes by itself. */
const USUAL_BATCH = 256;

export interface Codes {
  /** `[n, encodingDim]` */
  readonly shape: Shape;
  readonly data: Float32Array;
}

/**
 * @returns How many numbers the decoder's layers give out for one image.
 * @throws {DataError} If that are too many.
 */
export function requireDecodable({ decoder, encodingDim }: Autoencoder): number {
  const outputs = decoder.activationsPerSample(encodingDim);
  if (outputs <= MOST_OUTPUTS_FOR_ONE) return outputs;
  throw new DataError(
    `the layers of the model's decoder give out ${outputs} numbers for one image, at most ${MOST_OUTPUTS_FOR_ONE} are computed.`,
  );
}

/**
 * As `autoencoder.decode`, with the same bits, and in smaller batches where the decoder's layers are very wide or many.
 *
 * @throws As {@link requireDecodable}.
 */
export function decodeInPieces(autoencoder: Autoencoder, codes: Codes): Float32Array {
  const size = Math.floor(MOST_OUTPUTS / requireDecodable(autoencoder));
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
