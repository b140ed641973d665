/**
 * Images to a `.isth` file: their codes, quantized and coded chunk by chunk, and for `lossless` what is missing to the
 * originals. Read quantizer.ts, codeModel.ts, residualModel.ts and header.ts first.
 */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { BatchReader } from '../data/batches.ts';
import { readThrough } from '../data/readAhead.ts';
import {
  DataError,
  isStored,
  NO_NORMALIZATION,
  type SampleArray,
  type Samples,
  type StoredSamples,
  sliceSamples,
} from '../data/samples.ts';
import { crc32 } from '../io/crc32.ts';
import { readModel } from '../io/model.ts';
import { kernels } from '../tensor/kernels/active.ts';
import { sizeOf } from '../tensor/shape.ts';
import { joined } from './byteStream.ts';
import { ChunkEncoder, type OnChunk } from './chunkEncoder.ts';
import { requireDecodable } from './decodeInPieces.ts';
import { requireSizes } from './description.ts';
import { fingerprintOf } from './fingerprint.ts';
import { type CompressedHeader, checkValue, imagesPerChunk, writeHeader } from './header.ts';
import { kernelsProbe, withKernels } from './kernelsProbe.ts';
import {
  npyOriginal,
  type OriginalFile,
  requireHeldAs,
  requireIntegers,
  storedOrder,
} from './originalFile.ts';
import { Quality, type QualityScores } from './quality.ts';
import { CodeRanges, MAX_LEVELS, MIN_LEVELS } from './quantizer.ts';

/** 5 bits: within 0.1 dB of the codes as they are (fashion-test-2k, codes of 32 numbers; 4 bits lose 0.4 dB). */
export const DEFAULT_LEVELS = 2 ** 5;
/** What its length, a number of 32 bits, can say. */
const MOST_MODEL_BYTES = 2 ** 32 - 1;
/** With the residual, codes of 4 bits make the smallest files (the same data). */
export const DEFAULT_LOSSLESS_LEVELS = 2 ** 4;

export interface CompressOptions {
  /** How many levels a code number has, 4 to 256: 2 to 8 bits. @default 32, with `lossless` 16 */
  readonly levels?: number | undefined;
  /** Store what is missing to the originals, too: integers of 8 or 16 bits. @default false */
  readonly lossless?: boolean;
  /** The file that the originals come from, to get its very bytes back. Default: a `.npy` of them. */
  readonly original?: OriginalFile | undefined;
  /** A model file to put inside, so that the result needs nothing else: `writeModel(autoencoder)`. */
  readonly model?: Uint8Array | undefined;
  /** The ranges of these images' codes, where they are known: one pass less. */
  readonly ranges?: CodeRanges;
  /** Sees each chunk's originals, and what a lossy file gives back for them. Costs a run of the decoder. */
  readonly onChunk?: OnChunk;
}

/** A file in memory, and what it is worth. */
export interface CompressedImages {
  readonly bytes: Uint8Array;
  /** Of what the codes alone give back. */
  readonly quality: QualityScores;
}

/**
 * Compresses images in memory or stored ones: `[n, ...inputShape]`, with the normalization that they are read with.
 *
 * @throws As {@link compressStream}.
 * @example
 * const { bytes, quality } = await compressImages(autoencoder, images, { levels: 16 });
 * const { data } = await decompressImages(bytes, autoencoder);
 */
export async function compressImages(
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
  options: CompressOptions = {},
): Promise<CompressedImages> {
  const quality = new Quality(autoencoder.inputShape, samples.normalization ?? NO_NORMALIZATION);
  const onChunk = (originals: SampleArray, restored: SampleArray) => {
    quality.add(originals, restored);
    options.onChunk?.(originals, restored);
  };
  const pieces: Uint8Array[] = [];
  for await (const piece of compressStream(autoencoder, samples, { ...options, onChunk })) pieces.push(piece);
  return { bytes: joined(Uint8Array, pieces), quality: quality.scores() };
}

/**
 * The bytes of a `.isth` file, piece by piece. Memory is taken for a chunk of images at a time; stored samples are read
 * twice, for the ranges of their codes and for these.
 *
 * @throws {ShapeError} If the samples don't fit the model.
 * @throws {RangeError} If the number of levels is out of range.
 * @throws {DataError} If images or codes are too long, or codes are not finite; with `lossless`, if the values are of
 *   another type; if the model to put inside is another one.
 * @throws {FormatError} If the original file's header doesn't fit, or the model to put inside is none.
 */
export async function* compressStream(
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
  options: CompressOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const facts = factsFor(autoencoder, samples, options); // what can't be done is refused before the work begins
  const { minimum, maximum } = options.ranges ?? (await findRanges(autoencoder, samples));
  const header = { ...facts, minimum, maximum };
  const encoder = new ChunkEncoder(autoencoder, header, options.onChunk);
  const headerBytes = writeHeader(header);
  let crc = crc32(headerBytes.subarray(0, -4));
  const checked = (bytes: Uint8Array) => {
    crc = crc32(bytes, crc);
    return joined(Uint8Array, [bytes, checkValue(crc)]);
  };
  yield headerBytes;
  if (options.model) yield checked(options.model);
  for await (const chunk of chunksOfSamples(samples, imagesPerChunk(header))) {
    yield checked(encoder.encode(chunk));
  }
  if (header.original) yield checked(checkValue(encoder.originalsCrc));
}

/** The range of each code dimension of these images. */
export async function findRanges(
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
): Promise<CodeRanges> {
  const { count } = new BatchReader(samples, autoencoder.inputShape, 'compressImages');
  const { encodingDim: codeLength } = autoencoder;
  const features = sizeOf(autoencoder.inputShape);
  const kernelsName = kernels().name;
  const ranges = new CodeRanges(codeLength);
  const size = imagesPerChunk({ shape: [count, features], codeLength });
  for await (const chunk of chunksOfSamples(samples, size)) {
    ranges.add(withKernels(kernelsName, () => autoencoder.encode(chunk).data));
  }
  return ranges;
}

/** The images, so many at a time. */
export async function* chunksOfSamples(
  samples: Samples | StoredSamples,
  size: number,
): AsyncGenerator<Samples, void> {
  const [count, ...sample] = samples.shape;
  if (!isStored(samples)) {
    for (let start = 0; start < count; start += size) yield sliceSamples(samples, start, start + size);
    return;
  }
  const { normalization } = samples;
  for await (const data of readThrough(samples, size)) {
    yield { shape: [data.length / sizeOf(sample), ...sample], data, normalization };
  }
}

/** What stands in the header, but for the ranges of the codes. */
function factsFor(
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
  { levels, lossless = false, original, model: inside }: CompressOptions,
): Omit<CompressedHeader, 'minimum' | 'maximum'> {
  const count = levels ?? (lossless ? DEFAULT_LOSSLESS_LEVELS : DEFAULT_LEVELS);
  if (!(Number.isInteger(count) && count >= MIN_LEVELS && count <= MAX_LEVELS)) {
    throw new RangeError(
      `compressImages: levels is ${count}, expected an integer from ${MIN_LEVELS} to ${MAX_LEVELS}.`,
    );
  }
  requireSizes(sizeOf(autoencoder.inputShape), autoencoder.encodingDim);
  requireDecodable(autoencoder);
  const { shape, normalization = NO_NORMALIZATION } = samples;
  const { dtype } = normalization;
  if (lossless) requireIntegers(dtype);
  if (lossless && !isStored(samples)) requireHeldAs(samples.data, dtype);
  if (lossless && original) storedOrder(original, dtype, shape); // or else nothing could read the result
  const model = fingerprintOf(autoencoder);
  if (inside) requireInside(inside, model);
  const { name } = kernels();
  return {
    shape,
    dtype,
    normalization,
    model,
    kernels: name,
    kernelsProbe: kernelsProbe(name),
    codeLength: autoencoder.encodingDim,
    levels: count,
    original: lossless ? (original ?? npyOriginal(dtype, shape)) : undefined,
    modelBytes: inside?.length ?? 0,
  };
}

/** A file with another model inside is refused by its reader. */
function requireInside(inside: Uint8Array, model: string): void {
  const found = fingerprintOf(readModel(inside).autoencoder);
  if (found !== model) {
    throw new DataError(`the model to put inside is ${found}, the one that compresses is ${model}.`);
  }
  if (inside.length > MOST_MODEL_BYTES) {
    throw new DataError(`the model has ${inside.length} bytes, at most ${MOST_MODEL_BYTES} fit into a file.`);
  }
}
