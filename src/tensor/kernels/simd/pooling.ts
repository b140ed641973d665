/** Pooling and upsampling as jobs of the engine. Read imageJobs.ts and code/pooling.ts first. */

import type { ConvolutionKernels, PoolingSizes, UpsamplingSizes } from '../convolution/kernels.ts';
import type { Engine } from './engine.ts';
import { IMAGE_KERNELS, runParts } from './imageJobs.ts';
import type { Staging } from './staging.ts';

const NS_PER_POOLED_NUMBER = 0.5;
const NS_PER_COPIED_NUMBER = 0.2;

type Pooling = Pick<ConvolutionKernels, 'maxPool' | 'maxPoolBackward' | 'upsample' | 'upsampleBackward'>;

export function createPooling(engine: Engine, staging: Staging): Pooling {
  const pool = (
    kernel: typeof IMAGE_KERNELS.maxPool,
    sizes: PoolingSizes,
    arrays: readonly [x: Float32Array, y: Float32Array, dX?: Float32Array],
  ) => {
    const { batch, outHeight, outWidth, channels, kernelSize, stride } = sizes;
    const all = arrays.filter((array) => array !== undefined);
    staging.begin(all);
    const [x, y, dX = 0] = all.map((array) => staging.place(array));
    const rows = batch * outHeight;
    // The gradients of rows of windows that overlap are added to the same numbers.
    const rowsPerPart = dX && stride < kernelSize ? outHeight : 1;
    const ns = rows * outWidth * channels * kernelSize ** 2 * NS_PER_POOLED_NUMBER;
    runParts(
      engine,
      kernel,
      { ...sizes, x, y, dX, rows, rowsPerPart },
      { parts: rows / rowsPerPart, perPiece: 'partsPerPiece', ns },
    );
    staging.end(all, all.length - 1);
  };

  /** @param kernel - It writes the second array. */
  const resize = (
    kernel: typeof IMAGE_KERNELS.upsample,
    { batch, height, width, channels, factor }: UpsamplingSizes,
    from: Float32Array,
    to: Float32Array,
  ) => {
    const arrays = [from, to];
    staging.begin(arrays);
    const [source, target] = arrays.map((array) => staging.place(array));
    const [x, y] = kernel === IMAGE_KERNELS.upsample ? [source, target] : [target, source];
    const rows = batch * height;
    runParts(
      engine,
      kernel,
      { x, y, width, channels, factor, rows },
      {
        parts: rows,
        perPiece: 'rowsPerPiece',
        ns: rows * width * channels * factor ** 2 * NS_PER_COPIED_NUMBER,
      },
    );
    staging.end(arrays, 1);
  };

  return {
    maxPool: (sizes, x, y) => pool(IMAGE_KERNELS.maxPool, sizes, [x, y]),
    maxPoolBackward: (sizes, x, dY, dX) => pool(IMAGE_KERNELS.maxPoolBackward, sizes, [x, dY, dX]),
    upsample: (sizes, x, y) => resize(IMAGE_KERNELS.upsample, sizes, x, y),
    upsampleBackward: (sizes, dY, dX) => resize(IMAGE_KERNELS.upsampleBackward, sizes, dY, dX),
  };
}
