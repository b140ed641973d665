/** Images to the bytes of a chunk. Read quantizer.ts, codeModel.ts, residualModel.ts and rangeCoder.ts first. */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { denormalize } from '../data/denormalize.ts';
import type { SampleArray, Samples } from '../data/samples.ts';
import { crc32 } from '../io/crc32.ts';
import { joined } from './byteStream.ts';
import { CodeModel } from './codeModel.ts';
import { type CompressedHeader, checkValue } from './header.ts';
import { withKernels } from './kernelsProbe.ts';
import { requireHeldAs, requireIntegers, storedBytes } from './originalFile.ts';
import { Quantizer } from './quantizer.ts';
import { RangeEncoder } from './rangeCoder.ts';
import { ResidualModel } from './residualModel.ts';
import { sampleGrid } from './sampleGrid.ts';

/** Sees a chunk's originals, and what a lossy file gives back for them. */
export type OnChunk = (originals: SampleArray, restored: SampleArray) => void;

/** Makes the bytes of one chunk after another. What was learned from one serves the next. */
export class ChunkEncoder {
  readonly #autoencoder: Autoencoder;
  readonly #header: CompressedHeader;
  readonly #onChunk: OnChunk | undefined;
  readonly #quantizer: Quantizer;
  readonly #codes: CodeModel;
  readonly #residual: ResidualModel | undefined;
  #originalsCrc = 0;

  constructor(autoencoder: Autoencoder, header: CompressedHeader, onChunk: OnChunk | undefined) {
    const { levels, shape, dtype, original } = header;
    this.#autoencoder = autoencoder;
    this.#header = header;
    this.#onChunk = onChunk;
    this.#quantizer = new Quantizer(levels, header);
    this.#codes = new CodeModel(this.#quantizer.levels);
    this.#residual = original && new ResidualModel(sampleGrid(shape.slice(1)), requireIntegers(dtype));
  }

  /** CRC-32 of all originals so far, little-endian. */
  get originalsCrc(): number {
    return this.#originalsCrc;
  }

  /**
   * The chunk's length and its bytes.
   *
   * @throws {DataError} If a lossless file is to hold values of another type than it says.
   */
  encode(chunk: Samples): Uint8Array {
    const { kernels: name, codeLength, normalization } = this.#header;
    const encoder = new RangeEncoder();
    const levels = this.#quantizer.quantize(withKernels(name, () => this.#autoencoder.encode(chunk).data));
    this.#codes.code(encoder, levels);
    if (this.#residual || this.#onChunk) {
      const codes = { shape: [chunk.shape[0], codeLength], data: this.#quantizer.dequantize(levels) };
      const outputs = withKernels(name, () => this.#autoencoder.decode(codes).data);
      const restored = denormalize(outputs, normalization).data;
      this.#onChunk?.(chunk.data, restored);
      if (this.#residual) {
        requireHeldAs(chunk.data, this.#header.dtype);
        this.#residual.code(encoder, chunk.data, restored);
        this.#originalsCrc = crc32(storedBytes(chunk.data, { bigEndian: false }), this.#originalsCrc);
      }
    }
    const message = encoder.finish();
    return joined(Uint8Array, [checkValue(message.length), message]);
  }
}
