/**
 * The chunks of a `.isth` file: a few images each, so that both sides need little memory, whatever the size of the file.
 * Read codec.ts, quantizer.ts and coder/ first.
 */

import { readThrough } from '../data/readAhead.ts';
import {
  isStored,
  type SampleArray,
  type Samples,
  type StoredSamples,
  sliceSamples,
} from '../data/samples.ts';
import { crc32 } from '../io/crc32.ts';
import { FormatError } from '../io/errors.ts';
import { sizeOf } from '../tensor/shape.ts';
import { joined } from './byteStream.ts';
import type { Codec } from './codec.ts';
import { CodeModel } from './coder/codeModel.ts';
import { RangeDecoder, RangeEncoder } from './coder/rangeCoder.ts';
import { ResidualModel, sampleGrid } from './coder/residualModel.ts';
import { type CompressedHeader, uint32Bytes } from './header.ts';
import { requireHeldAs, requireIntegerType, storedBytes } from './originalFile.ts';
import { Quantizer } from './quantizer.ts';

/** The images in chunks of `size`; the last one may be smaller. */
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

/** Gets a chunk's originals, and what a lossy file gives back for them. */
export type OnChunk = (originals: SampleArray, restored: SampleArray) => void;

/**
 * `encode` makes the bytes of one chunk after another, `decode` makes images of them again, in the same steps. What was
 * learned from one chunk serves the next, so every stream has its own coder.
 */
export class ChunkCoder {
  readonly #codec: Codec;
  readonly #header: CompressedHeader;
  readonly #quantizer: Quantizer;
  readonly #codes: CodeModel;
  /** Only in lossless files. */
  readonly #residual: ResidualModel | undefined;
  #originalsCrc = 0;

  constructor(codec: Codec, header: CompressedHeader) {
    const { levels, shape, dtype, original } = header;
    this.#codec = codec;
    this.#header = header;
    this.#quantizer = new Quantizer(levels, header);
    this.#codes = new CodeModel(this.#quantizer.levels);
    this.#residual = original && new ResidualModel(sampleGrid(shape.slice(1)), requireIntegerType(dtype));
  }

  /** CRC-32 of the originals so far, row-major and little-endian: lossless files end with it. */
  get originalsCrc(): number {
    return this.#originalsCrc;
  }

  /**
   * @returns The chunk's length and its bytes.
   * @throws {DataError} If the file is lossless and the values are held as another type than the header's.
   */
  encode(chunk: Samples, onChunk?: OnChunk): Uint8Array {
    const encoder = new RangeEncoder();
    const levels = this.#quantizer.quantize(this.#codec.encode(chunk));
    this.#codes.code(encoder, levels);
    if (this.#residual || onChunk) {
      const restored = this.#codec.decode(this.#quantizer.dequantize(levels));
      onChunk?.(chunk.data, restored);
      if (this.#residual) {
        requireHeldAs(chunk.data, this.#header.dtype);
        this.#residual.code(encoder, chunk.data, restored);
        this.#countOriginals(chunk.data);
      }
    }
    const message = encoder.finish();
    return joined(Uint8Array, [uint32Bytes(message.length), message]);
  }

  /** @throws {FormatError} If these are not the bytes of a chunk of this many images. */
  decode(bytes: Uint8Array, images: number): SampleArray {
    const decoder = new RangeDecoder(bytes);
    const levels = new Uint8Array(images * this.#header.codeLength);
    this.#codes.code(decoder, levels);
    const restored = this.#restore(levels);
    if (!this.#residual) {
      decoder.finish();
      return restored;
    }
    const originals = restored.slice();
    this.#residual.code(decoder, originals, restored);
    decoder.finish();
    this.#countOriginals(originals);
    return originals;
  }

  /** @throws {FormatError} If an output is NaN: the file's codes and model are to blame. */
  #restore(levels: Uint8Array): SampleArray {
    try {
      return this.#codec.decode(this.#quantizer.dequantize(levels));
    } catch (error) {
      if ((error as Error).name === 'DataError') throw new FormatError((error as Error).message);
      throw error;
    }
  }

  #countOriginals(originals: SampleArray): void {
    this.#originalsCrc = crc32(storedBytes(originals, { bigEndian: false }), this.#originalsCrc);
  }
}
