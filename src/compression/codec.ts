/**
 * The model as one stream of images uses it: encoder and decoder, computed by one set of kernels from the first chunk to
 * the last. A file's bytes depend on the kernels (docs/isth.md, section 5), and the program may change those in use
 * while a stream waits for its consumer.
 */

import type { Autoencoder } from '../autoencoder/autoencoder.ts';
import { denormalize } from '../data/denormalize.ts';
import {
  DataError,
  NO_NORMALIZATION,
  type Normalization,
  type SampleArray,
  type Samples,
} from '../data/samples.ts';
import { kernels, setKernels } from '../tensor/kernels/active.ts';
import type { KernelsName } from '../tensor/kernels/kernels.ts';
import { joined } from './byteStream.ts';
import { FILE_KERNELS } from './kernelsProbe.ts';

/** How many outputs of all layers together one pass may hold, as each layer keeps its own: 16 MB. */
const MAX_OUTPUTS = 2 ** 22;

/** The same for a single image: 16 layers as wide as the largest image that is compressed. 256 MB. */
const MAX_OUTPUTS_OF_ONE = 2 ** 26;

/**
 * Layers compute with the kernels that the whole program uses, and there is one such set at a time. So each method sets
 * the stream's own, computes, and sets those back that were in use, without an `await` between: nothing else ever runs
 * with the stream's kernels, and the stream never runs with others.
 */
export class Codec {
  readonly kernels: KernelsName;
  readonly #autoencoder: Autoencoder;
  readonly #normalization: Normalization;
  /** The number of images that the decoder takes at a time. */
  readonly #batch: number;

  /**
   * @param normalization - How images became the network's inputs.
   * @param name - The kernels to compute with. Default: those in use, but simd in place of simd-fma (kernelsProbe.ts).
   * @throws {DataError} If the decoder's layers have too many outputs: a model may come from anywhere, and a small file
   *   may hold layers of a million outputs.
   */
  constructor(
    autoencoder: Autoencoder,
    normalization: Normalization = NO_NORMALIZATION,
    name: KernelsName = FILE_KERNELS.find((one) => one === kernels().name) ?? 'simd',
  ) {
    const outputs = autoencoder.decoder.activationsPerSample([autoencoder.encodingDim]);
    if (outputs > MAX_OUTPUTS_OF_ONE) {
      throw new DataError(
        `the layers of the model's decoder have ${outputs} outputs for one image, expected at most ${MAX_OUTPUTS_OF_ONE}.`,
      );
    }
    this.kernels = name;
    this.#autoencoder = autoencoder;
    this.#normalization = normalization;
    this.#batch = Math.max(1, Math.floor(MAX_OUTPUTS / outputs));
  }

  /** Images `[n, ...inputShape]` to codes `[n, encodingDim]`. */
  encode(images: Samples): Float32Array {
    return this.#withKernels(() => this.#autoencoder.encode(images).data);
  }

  /**
   * Codes `[n, encodingDim]` to images `[n, ...inputShape]`, in the units and the type of the data. The outputs have the
   * bits that `autoencoder.decode` gives for all codes at once; wide decoders get them in smaller batches.
   *
   * @throws {DataError} If an output that is to become an integer is NaN.
   */
  decode(codes: Float32Array): SampleArray {
    const { encodingDim: width } = this.#autoencoder;
    const outputs: Float32Array[] = [];
    this.#withKernels(() => {
      for (let start = 0; start < codes.length; start += this.#batch * width) {
        const data = codes.subarray(start, start + this.#batch * width);
        outputs.push(this.#autoencoder.decode({ shape: [data.length / width, width], data }).data);
      }
    });
    return denormalize(joined(Float32Array, outputs), this.#normalization).data;
  }

  #withKernels<T>(compute: () => T): T {
    const inUse = kernels().name;
    setKernels(this.kernels);
    try {
      return compute();
    } finally {
      setKernels(inUse);
    }
  }
}
