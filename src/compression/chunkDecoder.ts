/** The bytes of a chunk back to images: chunkEncoder.ts in the same order. */

import { denormalize } from '../data/denormalize.ts';
import type { SampleArray } from '../data/samples.ts';
import { crc32 } from '../io/crc32.ts';
import { FormatError } from '../io/errors.ts';
import { CodeModel } from './codeModel.ts';
import type { Codes } from './decodeInPieces.ts';
import type { CompressedHeader } from './header.ts';
import { requireIntegers, storedBytes } from './originalFile.ts';
import { Quantizer } from './quantizer.ts';
import { RangeDecoder } from './rangeCoder.ts';
import { ResidualModel } from './residualModel.ts';
import { sampleGrid } from './sampleGrid.ts';

/** Makes the images of one chunk after another. What was learned from one serves the next. */
export class ChunkDecoder {
  readonly #header: CompressedHeader;
  readonly #restore: (codes: Codes) => Float32Array;
  readonly #quantizer: Quantizer;
  readonly #codes: CodeModel;
  readonly #residual: ResidualModel | undefined;
  #originalsCrc = 0;

  /** @param restore - What the model's decoder makes of codes. */
  constructor(header: CompressedHeader, restore: (codes: Codes) => Float32Array) {
    const { levels, shape, dtype, original } = header;
    this.#header = header;
    this.#restore = restore;
    this.#quantizer = new Quantizer(levels, header);
    this.#codes = new CodeModel(this.#quantizer.levels);
    this.#residual = original && new ResidualModel(sampleGrid(shape.slice(1)), requireIntegers(dtype));
  }

  /** CRC-32 of all values so far, little-endian. */
  get originalsCrc(): number {
    return this.#originalsCrc;
  }

  /** @throws {FormatError} If these are not the bytes of so many images. */
  decode(bytes: Uint8Array, images: number): SampleArray {
    const { codeLength, normalization } = this.#header;
    const decoder = new RangeDecoder(bytes);
    const levels = new Uint8Array(images * codeLength);
    this.#codes.code(decoder, levels);
    const outputs = this.#restore({ shape: [images, codeLength], data: this.#quantizer.dequantize(levels) });
    const restored = denormalized(outputs, normalization);
    if (!this.#residual) {
      decoder.finish();
      return restored;
    }
    const originals = restored.slice();
    this.#residual.code(decoder, originals, restored);
    decoder.finish();
    this.#originalsCrc = crc32(storedBytes(originals, { bigEndian: false }), this.#originalsCrc);
    return originals;
  }
}

/** Codes and models of a file can be such that outputs are no numbers. */
function denormalized(outputs: Float32Array, normalization: CompressedHeader['normalization']): SampleArray {
  try {
    return denormalize(outputs, normalization).data;
  } catch (error) {
    if ((error as Error).name === 'DataError') throw new FormatError((error as Error).message);
    throw error;
  }
}
