/**
 * Images to a `.isth` file: their codes, quantized and coded chunk by chunk, and with `lossless` the difference between
 * originals and reconstructions. Read chunks.ts and header.ts first.
 */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { BatchReader } from '../data/batches.ts';
import { requireSamples } from '../data/requireSamples.ts';
import {
  DataError,
  isStored,
  NO_NORMALIZATION,
  type SampleArray,
  type Samples,
  type StoredSamples,
} from '../data/samples.ts';
import type { TileGrid } from '../data/tiles.ts';
import { crc32 } from '../io/crc32.ts';
import { readModel } from '../io/model.ts';
import {
  type OptionNames,
  requireMethods,
  requireModel,
  requireNumber,
  requireOptions,
} from '../tensor/options.ts';
import { sizeOf } from '../tensor/shape.ts';
import { joined } from './byteStream.ts';
import { ChunkCoder, chunksOfSamples, type OnChunk } from './chunks.ts';
import { Codec } from './codec.ts';
import { requireSizes, requireTiles } from './description.ts';
import { type CompressedHeader, imagesPerChunk, uint32Bytes, writeHeader } from './header.ts';
import { kernelsProbe } from './kernelsProbe.ts';
import { modelFingerprint } from './modelFingerprint.ts';
import {
  npyOriginal,
  type OriginalFile,
  requireHeldAs,
  requireIntegerType,
  requireOriginal,
} from './originalFile.ts';
import { Quality, type QualityScores } from './quality.ts';
import { CodeRanges, MAX_LEVELS, MIN_LEVELS } from './quantizer.ts';

/** 5 bits: within 0.1 dB of unrounded codes (fashion-test-2k, codes of 32 numbers; 4 bits lose 0.4 dB). */
export const DEFAULT_LEVELS = 2 ** 5;
/** 4 bits: with the residual they make the smallest files (the same data). */
export const DEFAULT_LOSSLESS_LEVELS = 2 ** 4;
/** The file holds the model's length as a number of 32 bits. */
const MAX_MODEL_BYTES = 2 ** 32 - 1;

/** Options of {@link compressImages}. */
export interface CompressOptions {
  /** The number of levels of each code dimension, 4 to 256: 2 to 8 bits. @default 32, with `lossless` 16 */
  readonly levels?: number | undefined;
  /** Also store the difference to the originals, which must be integers of 8 or 16 bits. @default false */
  readonly lossless?: boolean;
  /** The file that the originals come from: a lossless file then gives back its bytes. @default a `.npy` file */
  readonly original?: OriginalFile | undefined;
  /** Of which picture the images are the tiles, as `grid.cut` gives them: uint8, not with `lossless`. */
  readonly grid?: TileGrid | undefined;
  /** The model's file, to be put inside: decompressing then needs nothing else. */
  readonly model?: Uint8Array | undefined;
  /** The ranges of these images' codes, from {@link findRanges}: saves a pass over the images. */
  readonly ranges?: CodeRanges;
  /** Gets each chunk's originals, and what a lossy file gives back for them. Costs a run of the decoder. */
  readonly onChunk?: OnChunk;
}

const OPTIONS: OptionNames<CompressOptions> = {
  levels: true,
  lossless: true,
  original: true,
  grid: true,
  model: true,
  ranges: true,
  onChunk: true,
};

/** A compressed file, and how good the images are that come back. */
export interface CompressedImages {
  /** The `.isth` file. */
  readonly bytes: Uint8Array;
  /** Of the images that the codes alone give back. */
  readonly quality: QualityScores;
}

/**
 * Compresses images `[n, ...inputShape]`, in memory or stored, with the normalization that they are read with.
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
  requireModel('compressImages', autoencoder);
  requireSamples(samples, 'compressImages');
  requireOptions('compressImages', options, OPTIONS);
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
 * The bytes of a `.isth` file, piece by piece, computed by the kernels in use when the first piece is asked for (`simd` in
 * place of `simd-fma`, whose bits differ between machines). Memory is taken for one chunk of images at a time; stored
 * samples are read twice, for the ranges of the codes and for the codes.
 *
 * @throws {TypeError} If these are no samples, an option is unknown or has a value of another kind.
 * @throws {ShapeError} If the samples don't fit the model.
 * @throws {RangeError} If the number of levels is out of range.
 * @throws {DataError} If images or codes are too long, or codes are not finite; with `lossless`, if the values are of
 *   another type; if the model to put inside is another one.
 * @throws {FormatError} If the original file's header doesn't fit, or the model to put inside is not a model file.
 * @example
 * await writeFileAtomically('images.isth', compressStream(autoencoder, images, { levels: 16 }));
 */
export async function* compressStream(
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
  options: CompressOptions = {},
): AsyncGenerator<Uint8Array, void> {
  requireModel('compressImages', autoencoder);
  requireSamples(samples, 'compressImages');
  requireOptions('compressImages', options, OPTIONS);
  const codec = new Codec(autoencoder, samples.normalization);
  const facts = factsFor(autoencoder, codec, samples, options); // refuses what can't be done before the work begins
  const { minimum, maximum } = options.ranges ?? (await rangesOf(autoencoder, codec, samples));
  const header = { ...facts, minimum, maximum };
  const coder = new ChunkCoder(codec, header);
  const headerBytes = writeHeader(header);
  let crc = crc32(headerBytes.subarray(0, -4));
  const checked = (bytes: Uint8Array) => {
    crc = crc32(bytes, crc);
    return joined(Uint8Array, [bytes, uint32Bytes(crc)]);
  };
  yield headerBytes;
  if (options.model) yield checked(options.model);
  for await (const chunk of chunksOfSamples(samples, imagesPerChunk(header))) {
    yield checked(coder.encode(chunk, options.onChunk));
  }
  if (header.original) yield checked(uint32Bytes(coder.originalsCrc));
}

/**
 * The range of each code dimension of these images, for the option `ranges` of {@link compressImages}.
 *
 * @param samples - Shape `[n, ...inputShape]`, in memory or stored.
 * @throws {TypeError} If these are no samples.
 * @throws {ShapeError} If they don't fit the model.
 * @throws {DataError} If a code is not finite, or they were scaled in another way than those of the training.
 * @throws What reading stored samples failed with.
 * @example
 * const { minimum, maximum } = await findRanges(autoencoder, images);
 * minimum.length; // 32
 */
export async function findRanges(
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
): Promise<CodeRanges> {
  requireModel('findRanges', autoencoder);
  requireSamples(samples, 'findRanges');
  return rangesOf(autoencoder, new Codec(autoencoder), samples);
}

async function rangesOf(
  { inputShape, encodingDim: codeLength }: Autoencoder,
  codec: Codec,
  samples: Samples | StoredSamples,
): Promise<CodeRanges> {
  const { count } = new BatchReader(samples, inputShape, 'compressImages'); // checks the samples' shape
  const ranges = new CodeRanges(codeLength);
  const size = imagesPerChunk({ shape: [count, sizeOf(inputShape)], codeLength });
  for await (const chunk of chunksOfSamples(samples, size)) ranges.add(codec.encode(chunk));
  return ranges;
}

/** What the header says, without the ranges of the codes. */
function factsFor(
  autoencoder: Autoencoder,
  { kernels }: Codec,
  samples: Samples | StoredSamples,
  { levels, lossless = false, original, grid, model: inside }: CompressOptions,
): Omit<CompressedHeader, 'minimum' | 'maximum'> {
  const count = levels ?? (lossless ? DEFAULT_LOSSLESS_LEVELS : DEFAULT_LEVELS);
  const isInRange = (value: number) => Number.isInteger(value) && value >= MIN_LEVELS && value <= MAX_LEVELS;
  const range = `an integer from ${MIN_LEVELS} to ${MAX_LEVELS}`;
  requireNumber('compressImages', 'levels', count, range, isInRange);
  if (grid !== undefined) {
    requireMethods('compressImages', 'the grid', grid, ['cut', 'blend'], 'a TileGrid');
  }
  requireSizes(sizeOf(autoencoder.inputShape), autoencoder.encodingDim);
  const { shape, normalization = NO_NORMALIZATION } = samples;
  const { dtype } = normalization;
  if (lossless) requireIntegerType(dtype);
  if (lossless && !isStored(samples)) requireHeldAs(samples.data, dtype);
  if (lossless && original) requireOriginal(original, dtype, shape); // throws where a reader would
  if (grid) requireTiles(grid, shape, dtype);
  if (grid && lossless) throw new DataError('tiles overlap, so lossless would store pixels several times.');
  const model = modelFingerprint(autoencoder);
  if (inside) requireInside(inside, model);
  return {
    shape,
    dtype,
    normalization,
    model,
    kernels,
    kernelsProbe: kernelsProbe(kernels),
    codeLength: autoencoder.encodingDim,
    levels: count,
    original: lossless ? (original ?? npyOriginal(dtype, shape)) : undefined,
    modelBytes: inside?.length ?? 0,
    grid,
  };
}

/** Readers refuse a file with another model inside. */
function requireInside(inside: Uint8Array, model: string): void {
  const found = modelFingerprint(readModel(inside).autoencoder);
  if (found !== model) {
    throw new DataError(`the model to put inside is ${found}, expected ${model}, the one that compresses.`);
  }
  if (inside.length > MAX_MODEL_BYTES) {
    throw new DataError(`the model has ${inside.length} bytes, at most ${MAX_MODEL_BYTES} fit into a file.`);
  }
}
