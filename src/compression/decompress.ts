/** A `.isth` file back to images: reads what compress.ts writes, in the same order. Read compress.ts first. */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { fitsSampleShape } from '../data/batches.ts';
import { denormalize } from '../data/denormalize.ts';
import { DataError, type NumericArray, type SampleArray } from '../data/samples.ts';
import { TileBlender } from '../data/tiles.ts';
import { crc32 } from '../io/crc32.ts';
import { FormatError } from '../io/errors.ts';
import { type LoadedModel, readModel } from '../io/model.ts';
import { kernels } from '../tensor/kernels/active.ts';
import type { KernelsName } from '../tensor/kernels/kernels.ts';
import { type OptionNames, requireBytes, requireOptions } from '../tensor/options.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import { plural } from '../tensor/words.ts';
import { type ByteSource, ByteStream } from './byteStream.ts';
import { ChunkCoder } from './chunks.ts';
import { Codec } from './codec.ts';
import {
  CHECK_BYTES,
  type CompressedHeader,
  imagesPerChunk,
  maxChunkBytes,
  readHeader,
  requireCheck,
  uint32From,
} from './header.ts';
import { canUseKernels, missingKernels } from './kernelsProbe.ts';
import { modelFingerprint } from './modelFingerprint.ts';
import { gathered, originalPieces, requireIntegerType, requireOriginal } from './originalFile.ts';

/** Options of {@link CompressedFile.open}. */
export interface OpenCompressedOptions {
  /** The size of the whole file, if the source is a stream: what the header claims is checked against it at once. */
  readonly byteLength?: number | undefined;
}

const OPTIONS: OptionNames<OpenCompressedOptions> = { byteLength: true };

/**
 * A file whose header was read. Its images can be read once, in their order.
 *
 * @example
 * const { bytes } = await compressImages(autoencoder, images);
 * const file = await CompressedFile.open(bytes);
 * file.isLossless; // false
 */
export class CompressedFile {
  /** What the file says of itself. */
  readonly header: CompressedHeader;
  /** The model inside, if there is one. */
  readonly model: LoadedModel | undefined;
  readonly #stream: ByteStream;
  #crc: number;

  private constructor(stream: ByteStream, header: CompressedHeader, crc: number, model?: LoadedModel) {
    this.#stream = stream;
    this.header = header;
    this.#crc = crc;
    this.model = model;
  }

  /**
   * Reads the beginning of a file: its header and, if there is one, the model inside.
   *
   * @param source - The whole file, or its pieces in order: a stream, for instance.
   * @throws {TypeError} If the source is neither, or an option is unknown.
   * @throws {FormatError} If it is not a `.isth` file, is damaged, or its parts don't agree.
   * @throws Whatever the source failed with.
   */
  static async open(source: ByteSource, options: OpenCompressedOptions = {}): Promise<CompressedFile> {
    requireOptions('CompressedFile.open', options, OPTIONS);
    if (typeof source !== 'object' || source === null) requireBytes('CompressedFile.open', source);
    const { byteLength } = options;
    const stream = new ByteStream(source);
    try {
      return await CompressedFile.#read(stream, ArrayBuffer.isView(source) ? source.byteLength : byteLength);
    } catch (error) {
      await stream.close();
      throw error;
    }
  }

  static async #read(stream: ByteStream, fileSize: number | undefined): Promise<CompressedFile> {
    const { header, crc } = await readHeader(stream, fileSize);
    requireLossless(header);
    if (header.modelBytes === 0) return new CompressedFile(stream, header, crc);
    const bytes = await stream.read(header.modelBytes);
    const withModel = crc32(bytes, crc);
    requireCheck(await stream.read(CHECK_BYTES), withModel);
    const model = readModel(bytes);
    const file = new CompressedFile(stream, header, withModel, model);
    const found = modelFingerprint(model.autoencoder);
    if (found !== header.model) {
      throw new FormatError(`the model inside is ${found}, the header says ${header.model}.`);
    }
    file.#requireFit(model.autoencoder);
    return file;
  }

  /** Whether the file gives back the originals themselves, not only their reconstruction. */
  get isLossless(): boolean {
    return this.header.original !== undefined;
  }

  /** Which kernels the file was made with and why not, in words, if this machine can't compute their bits. */
  get missingKernels(): string | undefined {
    return missingKernels(this.header);
  }

  /** The shape of what the file holds: of all images, `[n, ...]`, or of the one picture of which they are the tiles. */
  get shape(): Shape {
    const { shape, grid } = this.header;
    return grid ? [1, ...grid.picture, ...shape.slice(3)] : shape;
  }

  /**
   * The images, chunk by chunk (or the tiles of a picture; see {@link all}), in the units of the data; of the type that
   * `denormalize` gives, which for integers up to 32 bits is that of the file.
   *
   * They are computed by the kernels that made the file, whatever the program uses while the stream waits. If this
   * machine lacks them, a lossy file is decoded with others, and some values differ in their last bit; a lossless one is
   * refused. The CRC-32 of all values stands at the end of a lossless file: discard the chunks if a later one fails.
   *
   * @param autoencoder - Default: the model inside.
   * @throws {DataError} If it is another model, or there is none; for a lossless file, if its kernels don't run or
   *   compute other bits here.
   * @throws {FormatError} If the file is damaged or cut off, or a lossless one doesn't give back the originals.
   */
  async *images(autoencoder = this.model?.autoencoder): AsyncGenerator<SampleArray, void> {
    const { header } = this;
    this.#requireModel(autoencoder);
    const codec = new Codec(autoencoder, header.normalization, this.#kernelsName());
    const coder = new ChunkCoder(codec, header);
    const [count] = header.shape;
    const size = imagesPerChunk(header);
    for (let start = 0; start < count; start += size) {
      const images = Math.min(size, count - start);
      yield coder.decode(await this.#readChunk(images), images);
    }
    await this.#readEnd(coder.originalsCrc);
  }

  /**
   * All images at once, or the picture of whose tiles the file holds the codes.
   *
   * @param autoencoder - Default: the model inside.
   * @returns The values in the units of the data, of the type that `denormalize` gives, of the shape {@link shape}.
   * @throws As {@link images}.
   */
  async all(autoencoder = this.model?.autoencoder): Promise<NumericArray> {
    const { normalization, grid } = this.header;
    const { dtype } = denormalize(new Float32Array(), normalization);
    if (!grid) return { shape: this.shape, data: await gathered(this.images(autoencoder)), dtype };
    const blender = new TileBlender(grid, this.shape[3] ?? 1);
    for await (const tiles of this.images(autoencoder)) blender.add(tiles as Uint8Array);
    return { shape: this.shape, data: blender.picture, dtype };
  }

  /**
   * Reads the rest of the file and compares its check values, without decoding images: they can't be read after it.
   *
   * @throws {FormatError} If the file is damaged or cut off.
   */
  async check(): Promise<void> {
    const { shape } = this.header;
    const size = imagesPerChunk(this.header);
    for (let start = 0; start < shape[0]; start += size) {
      await this.#readChunk(Math.min(size, shape[0] - start));
    }
    await this.#readEnd();
  }

  /**
   * The bytes of the file that a lossless one was made from, piece by piece; of a `.npy` file in Fortran order, all at once.
   *
   * @param autoencoder - Default: the model inside.
   * @throws {DataError} If the file is a lossy one.
   * @throws As {@link images}.
   */
  async *originalBytes(autoencoder = this.model?.autoencoder): AsyncGenerator<Uint8Array, void> {
    const { original, dtype, shape } = this.header;
    if (!original) {
      throw new DataError('the file is a lossy one, expected one that was compressed with lossless.');
    }
    yield* originalPieces(this.images(autoencoder), { original, dtype, shape });
  }

  /** Ends the reading: call it if you don't read all images. */
  close(): Promise<void> {
    return this.#stream.close();
  }

  #requireModel(autoencoder: Autoencoder | undefined): asserts autoencoder is Autoencoder {
    const { model, shape, codeLength } = this.header;
    if (!autoencoder) {
      throw new DataError(
        `there is no model inside, expected one with the fingerprint ${model} (samples of ${formatShape(shape.slice(1))}, codes of ${plural(codeLength, 'number')}).`,
      );
    }
    const found = modelFingerprint(autoencoder);
    if (found !== model) {
      throw new DataError(
        `another model compressed the images: the file names ${model}, this one is ${found}.`,
      );
    }
    this.#requireFit(autoencoder);
  }

  #requireFit({ inputShape, encodingDim }: Autoencoder): void {
    const { shape, codeLength } = this.header;
    if (encodingDim === codeLength && fitsSampleShape(shape.slice(1), inputShape)) return;
    throw new FormatError(
      `the file's header says images of ${formatShape(shape.slice(1))} and codes of ${plural(codeLength, 'number')}, its model takes ${formatShape(inputShape)} and ${encodingDim}.`,
    );
  }

  /** The kernels to decode with. */
  #kernelsName(): KernelsName {
    const { kernels: name } = this.header;
    const missing = this.missingKernels;
    if (missing === undefined) return name;
    if (!this.isLossless) return canUseKernels(name) ? name : kernels().name;
    throw new DataError(
      `the file was made with ${missing}: a lossless file needs every bit that they compute.`,
    );
  }

  async #readChunk(images: number): Promise<Uint8Array> {
    const start = await this.#stream.read(CHECK_BYTES);
    const length = uint32From(start);
    const maximum = maxChunkBytes(images, this.header);
    if (length > maximum) {
      throw new FormatError(
        `a chunk of ${plural(images, 'image')} claims ${plural(length, 'byte')}, expected at most ${maximum}.`,
      );
    }
    this.#crc = crc32(start, this.#crc);
    return this.#readChecked(length);
  }

  async #readChecked(length: number): Promise<Uint8Array> {
    const bytes = await this.#stream.read(length);
    this.#crc = crc32(bytes, this.#crc);
    requireCheck(await this.#stream.read(CHECK_BYTES), this.#crc);
    return bytes;
  }

  /** @param originalsCrc - Of the values that were decoded, if they were. */
  async #readEnd(originalsCrc?: number): Promise<void> {
    if (this.isLossless) {
      const stored = await this.#readChecked(CHECK_BYTES);
      if (originalsCrc !== undefined) this.#requireOriginals(stored, originalsCrc);
    }
    if (!(await this.#stream.isOver()))
      throw new FormatError('bytes follow the last chunk, expected the end of the file.');
  }

  #requireOriginals(stored: Uint8Array, crc: number): void {
    if (uint32From(stored) === crc) return;
    throw new FormatError(
      'the values are not those that were compressed: this machine computes other reconstructions than the machine that made the file.',
    );
  }
}

/**
 * The images of a whole `.isth` file in memory, or the picture that its tiles make, `[1, height, width, ...]`.
 *
 * @param autoencoder - Default: the model inside.
 * @returns Shape and values in the units of the data, as {@link denormalize} gives them.
 * @throws As {@link CompressedFile.open} and {@link CompressedFile.images}.
 * @example
 * const { bytes } = await compressImages(autoencoder, images);
 * const { shape } = await decompressImages(bytes, autoencoder);
 * shape; // [100, 28, 28]
 */
export async function decompressImages(bytes: Uint8Array, autoencoder?: Autoencoder): Promise<NumericArray> {
  requireBytes('decompressImages', bytes);
  const file = await CompressedFile.open(bytes);
  return file.all(autoencoder);
}

/** A lossless file whose header contradicts itself is refused before its first chunk is read. */
function requireLossless({ original, dtype, shape }: CompressedHeader): void {
  if (!original) return;
  try {
    requireIntegerType(dtype);
  } catch (error) {
    throw new FormatError((error as Error).message);
  }
  requireOriginal(original, dtype, shape);
}
