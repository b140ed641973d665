/** A `.isth` file back to images. Read compress.ts first: what is written there is read here, in the same order. */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { fitsSampleShape } from '../data/batches.ts';
import { denormalize } from '../data/denormalize.ts';
import { DataError, type NumericArray, type SampleArray } from '../data/samples.ts';
import { crc32 } from '../io/crc32.ts';
import { FormatError } from '../io/errors.ts';
import { type LoadedModel, readModel } from '../io/model.ts';
import { kernels } from '../tensor/kernels/active.ts';
import type { KernelsName } from '../tensor/kernels/kernels.ts';
import { formatShape } from '../tensor/shape.ts';
import { type ByteSource, ByteStream, joined } from './byteStream.ts';
import { ChunkDecoder } from './chunkDecoder.ts';
import { decodeInPieces } from './decodeInPieces.ts';
import { fingerprintOf } from './fingerprint.ts';
import {
  CHECK_BYTES,
  type CompressedHeader,
  imagesPerChunk,
  mostChunkBytes,
  readHeader,
  requireCheck,
} from './header.ts';
import { canUseKernels, missingKernels, withKernels } from './kernelsProbe.ts';
import {
  requireIntegers,
  type StoredOrder,
  storedBytes,
  storedOrder,
  toFortranOrder,
} from './originalFile.ts';

export interface OpenCompressedOptions {
  /** The size of the whole file, where the source is a stream: what it claims is checked against that at once. */
  readonly byteLength?: number | undefined;
}

/** A file whose header was read. Its images are read once, in their order. */
export class CompressedFile {
  readonly header: CompressedHeader;
  /** The one inside. */
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
   * @throws {FormatError} If it is no `.isth` file, is damaged, or its parts don't agree.
   * @throws Whatever the source failed with.
   */
  static async open(source: ByteSource, { byteLength }: OpenCompressedOptions = {}): Promise<CompressedFile> {
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
    if (header.original) requireOriginal(header);
    if (header.modelBytes === 0) return new CompressedFile(stream, header, crc);
    const bytes = await stream.read(header.modelBytes);
    const withModel = crc32(bytes, crc);
    requireCheck(await stream.read(CHECK_BYTES), withModel);
    const model = readModel(bytes);
    const file = new CompressedFile(stream, header, withModel, model);
    if (fingerprintOf(model.autoencoder) !== header.model) {
      throw new FormatError('the model inside is not the one that the images were compressed with.');
    }
    file.#requireFit(model.autoencoder);
    return file;
  }

  /** Whether it gives back the very same values: by the kernels that it was made with. */
  get isLossless(): boolean {
    return this.header.original !== undefined;
  }

  /** What is the matter with the kernels that it was made with, if they don't compute the same bits here. */
  get missingKernels(): string | undefined {
    return missingKernels(this.header);
  }

  /** How the file that it was made from stores its values. */
  get order(): StoredOrder | undefined {
    const { original, dtype, shape } = this.header;
    return original && storedOrder(original, dtype, shape);
  }

  /**
   * The images, chunk by chunk, in the units of the data; of the type that `denormalize` gives, which for integers
   * up to 32 bits is that of the file.
   *
   * A lossy file is decoded with other kernels if this machine lacks those it was made with: some values then differ
   * in their last bit. A lossless one is refused then. Its last check, the CRC-32 of all values, stands at its end: who
   * uses chunks as they come must throw them away again if a later one fails.
   *
   * @param autoencoder - Default: the model inside.
   * @throws {DataError} If it is another model, or there is none; for a lossless file, if its kernels are not to be had
   *   or compute other bits here.
   * @throws {FormatError} If the file is damaged or cut off, or a lossless one doesn't give back what it was made from.
   */
  async *images(autoencoder = this.model?.autoencoder): AsyncGenerator<SampleArray, void> {
    const { header } = this;
    this.#requireModel(autoencoder);
    const name = this.#kernelsName();
    const decoder = new ChunkDecoder(header, (codes) =>
      withKernels(name, () => decodeInPieces(autoencoder, codes)),
    );
    const [count] = header.shape;
    const size = imagesPerChunk(header);
    for (let start = 0; start < count; start += size) {
      const images = Math.min(size, count - start);
      yield decoder.decode(await this.#readChunk(images), images);
    }
    await this.#readEnd(decoder.originalsCrc);
  }

  /**
   * Reads the rest of the file and its check values, without making images of it; then there are none to be read.
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
   * The bytes of the file that a lossless one was made from, piece by piece. One in Fortran order, where each image lies
   * all over the file, is put together in memory.
   *
   * @throws As {@link images}.
   */
  async *originalBytes(autoencoder = this.model?.autoencoder): AsyncGenerator<Uint8Array, void> {
    const { original, shape } = this.header;
    const { order } = this;
    if (!original || !order) throw new DataError('the file is a lossy one, it has no original.');
    yield original.head;
    if (order.fortranOrder) {
      const values = await gathered(this.images(autoencoder));
      yield storedBytes(toFortranOrder(values, shape), order);
      return;
    }
    for await (const values of this.images(autoencoder)) yield storedBytes(values, order);
  }

  /** For who doesn't read to the end. */
  close(): Promise<void> {
    return this.#stream.close();
  }

  #requireModel(autoencoder: Autoencoder | undefined): asserts autoencoder is Autoencoder {
    const { model, shape, codeLength } = this.header;
    if (!autoencoder) {
      throw new DataError(
        `there is no model inside, expected one with the fingerprint ${model} (samples of ${formatShape(shape.slice(1))}, codes of ${codeLength} numbers).`,
      );
    }
    const found = fingerprintOf(autoencoder);
    if (found !== model) {
      throw new DataError(`the images were compressed with the model ${model}, this one is ${found}.`);
    }
    this.#requireFit(autoencoder);
  }

  #requireFit({ inputShape, encodingDim }: Autoencoder): void {
    const { shape, codeLength } = this.header;
    if (encodingDim === codeLength && fitsSampleShape(shape.slice(1), inputShape)) return;
    throw new FormatError(
      `the file says images of ${formatShape(shape.slice(1))} and codes of ${codeLength} numbers, its model ${formatShape(inputShape)} and ${encodingDim}.`,
    );
  }

  /** Those to decode with. */
  #kernelsName(): KernelsName {
    const { kernels: name } = this.header;
    const missing = this.missingKernels;
    if (missing === undefined) return name;
    if (!this.isLossless) return canUseKernels(name) ? name : kernels().name;
    throw new DataError(
      `the file was made with ${missing}: others differ in the last bits, and a lossless file needs them all.`,
    );
  }

  async #readChunk(images: number): Promise<Uint8Array> {
    const start = await this.#stream.read(CHECK_BYTES);
    const length = new DataView(start.buffer, start.byteOffset).getUint32(0, true);
    const most = mostChunkBytes(images, this.header);
    if (length > most) {
      throw new FormatError(`a chunk of ${images} images claims ${length} bytes, expected at most ${most}.`);
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

  /** @param originalsCrc - Of the values that the file gave, where these were made. */
  async #readEnd(originalsCrc?: number): Promise<void> {
    if (this.isLossless) {
      const stored = await this.#readChecked(CHECK_BYTES);
      if (originalsCrc !== undefined) this.#requireOriginals(stored, originalsCrc);
    }
    if (!(await this.#stream.isOver())) throw new FormatError('there are bytes behind the end of the file.');
  }

  #requireOriginals(stored: Uint8Array, crc: number): void {
    if (new DataView(stored.buffer, stored.byteOffset).getUint32(0, true) === crc) return;
    throw new FormatError(
      'the values are not those that were compressed: this machine computes other reconstructions than the one that made the file.',
    );
  }
}

/**
 * The images of a whole file in memory.
 *
 * @param autoencoder - Default: the model inside.
 * @throws As {@link CompressedFile.open} and {@link CompressedFile.images}.
 */
export async function decompressImages(bytes: Uint8Array, autoencoder?: Autoencoder): Promise<NumericArray> {
  const file = await CompressedFile.open(bytes);
  const { shape, normalization } = file.header;
  const { dtype } = denormalize(new Float32Array(), normalization);
  return { shape, data: await gathered(file.images(autoencoder ?? file.model?.autoencoder)), dtype };
}

/** All values behind each other. Memory is taken for those that have come. */
async function gathered(chunks: AsyncIterable<SampleArray>): Promise<SampleArray> {
  const parts: SampleArray[] = [];
  for await (const values of chunks) parts.push(values);
  return joined(parts[0].constructor as new (length: number) => SampleArray, parts);
}

/** A lossless file that lies about its values is refused before the first of them. */
function requireOriginal({ original, dtype, shape }: CompressedHeader): void {
  try {
    requireIntegers(dtype);
  } catch (error) {
    throw new FormatError((error as Error).message);
  }
  if (original) storedOrder(original, dtype, shape);
}
