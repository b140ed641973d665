/**
 * Convolutions by im2col: each window of an image is copied into a row of a matrix (its old name is columns), which the engine's
 * products then multiply by the weight. The copies are SIMD kernels, too, and only a few images are copied at a time, so that
 * the matrix stays in the cache: this is as good as im2col gets. Read src/tensor/kernels/simd/code/images.ts first.
 */

import { activeEngine } from '../../src/tensor/kernels/active.ts';
import type { ConvolutionKernels, ConvolutionSizes } from '../../src/tensor/kernels/convolution/kernels.ts';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { emitCopy, emitRowOf } from '../../src/tensor/kernels/simd/code/images.ts';
import { atMost, forRange, kernelCode, rangeOfPiece } from '../../src/tensor/kernels/simd/code/kernelCode.ts';
import { addKernels } from '../../src/tensor/kernels/simd/code/module.ts';
import { Staging } from '../../src/tensor/kernels/simd/staging.ts';
import type { FunctionBuilder } from '../../src/tensor/kernels/simd/wasm/functionBuilder.ts';
import { f32x4, type I32, i32, type Local, v128 } from '../../src/tensor/kernels/simd/wasm/instructions.ts';
import { kernelsNamed } from '../harness/setting.ts';

/** How much is copied at a time: as much as the direct kernels do. */
const COLUMNS_BYTES = 2 ** 19;

const ARGUMENTS = {
  x: 'i32',
  columns: 'i32',
  height: 'i32',
  width: 'i32',
  channels: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  kernelSize: 'i32',
  stride: 'i32',
  padding: 'i32',
  /** Rows of the output: of all images. */
  rows: 'i32',
} as const;

const times4 = (value: I32): I32 => i32.shl(value, 2);

/** A kernel that goes through the rows of all windows: so many numbers before the image, in it, and behind it. */
function forRuns(
  run: (
    f: FunctionBuilder,
    inColumns: Local<'i32'>,
    inImage: Local<'i32'>,
    counts: readonly Local<'i32'>[],
    scratch: I32,
  ) => void,
) {
  return kernelCode({
    argumentTypes: ARGUMENTS,
    emit(
      f,
      piece,
      { x, columns, height, width, channels, outHeight, outWidth, kernelSize, stride, padding, rows },
      scratch,
    ) {
      const [number, first, end, image, i, j, ky, row] = f.variables(8, 'i32');
      const [inColumns, inImage, from, to] = f.variables(4, 'i32');
      const counts = f.variables(3, 'i32');
      const [before, inside, behind] = counts;
      rangeOfPiece(f, [first, end], piece, rows, rows);
      f.set(inColumns, columns);
      forRange(f, number, first, end, 1, () => {
        emitRowOf(f, [image, i], number, outHeight);
        forRange(f, j, 0, outWidth, 1, () =>
          forRange(f, ky, 0, kernelSize, 1, () => {
            f.set(row, i32.sub(i32.add(i32.mul(i, stride), ky), padding));
            f.set(from, i32.mul(j, stride));
            f.set(to, i32.sub(i32.add(from, kernelSize), padding));
            atMost(f, to, width);
            f.set(before, 0);
            f.if(
              i32.lt_u(from, padding),
              () => {
                f.set(before, i32.mul(i32.sub(padding, from), channels));
                f.set(from, 0);
              },
              () => f.set(from, i32.sub(from, padding)),
            );
            f.set(inside, i32.mul(i32.sub(to, from), channels));
            // A row above the image is negative, and as an unsigned number beyond every height.
            f.if(i32.ge_u(row, height), () => f.set(inside, 0));
            f.set(behind, i32.sub(i32.sub(i32.mul(kernelSize, channels), before), inside));
            const pixel = i32.add(i32.mul(i32.add(i32.mul(image, height), row), width), from);
            f.set(inImage, i32.add(x, times4(i32.mul(pixel, channels))));
            run(f, inColumns, inImage, counts, scratch);
          }),
        );
      });
    },
  });
}

const KERNELS = addKernels({
  im2col: forRuns((f, inColumns, inImage, [before, inside, behind]) => {
    emitCopy(f, inColumns, undefined, before);
    emitCopy(f, inColumns, inImage, inside);
    emitCopy(f, inColumns, undefined, behind);
  }),
  // The way back: x += the columns.
  addCol2im: forRuns((f, inColumns, inImage, [before, inside, behind], scratch) => {
    const advance = (numbers: number) => {
      f.increase(inImage, 4 * numbers);
      f.increase(inColumns, 4 * numbers);
      f.set(inside, i32.sub(inside, numbers));
    };
    f.set(inColumns, i32.add(inColumns, times4(before)));
    f.until(i32.lt_u(inside, 4), () => {
      f.store(inImage, f32x4.add(v128.load(inImage), v128.load(inColumns)));
      advance(4);
    });
    f.until(i32.eqz(inside), () => {
      f.store(scratch, f32x4.add(v128.load32_splat(inImage), v128.load32_splat(inColumns)));
      f.store(inImage, i32.load(scratch));
      advance(1);
    });
    f.set(inColumns, i32.add(inColumns, times4(behind)));
  }),
});

type Im2col = Pick<ConvolutionKernels, 'convolve' | 'convolveTransposed' | 'addWeightGradient'>;

/**
 * The kernels for these sizes, without a bias. The SIMD kernels must be in use.
 *
 * @param copies - Whether windows are copied: without, only products are computed, and the results are wrong.
 */
export function im2colKernels(sizes: ConvolutionSizes, copies: boolean): Im2col {
  const { batch, height, width, channels, outHeight, outWidth, outChannels, kernelSize } = sizes;
  const [pixels, inner] = [outHeight * outWidth, kernelSize ** 2 * channels];
  const atATime = Math.min(batch, Math.max(1, Math.floor(COLUMNS_BYTES / (4 * pixels * inner))));
  const columns = new Arena().allocate(atATime * pixels * inner);
  const simd = kernelsNamed('simd');
  const engine = activeEngine();
  if (!engine) throw new Error('im2col: the SIMD kernels are not in use.');
  const staging = new Staging(engine.memory);

  const copy = ({ slots, number }: typeof KERNELS.im2col, images: number, x: Float32Array) => {
    if (!copies) return;
    const given = {
      ...sizes,
      x: staging.place(x),
      columns: staging.place(columns),
      rows: images * outHeight,
    };
    for (const name of Object.keys(ARGUMENTS) as (keyof typeof ARGUMENTS)[])
      engine.ints[slots[name]] = given[name];
    engine.run(number, 1, 0);
  };
  /** Calls for a few images at a time, with their part of x and y, and how many pixels of the output they have. */
  const forParts = (
    x: Float32Array,
    y: Float32Array,
    body: (images: number, x: Float32Array, y: Float32Array, pixels: number, columns: Float32Array) => void,
  ) => {
    const [sizeOfX, sizeOfY] = [height * width * channels, pixels * outChannels];
    for (let first = 0; first < batch; first += atATime) {
      const images = Math.min(atATime, batch - first);
      const partOfX = x.subarray(first * sizeOfX, (first + images) * sizeOfX);
      const partOfY = y.subarray(first * sizeOfY, (first + images) * sizeOfY);
      body(images, partOfX, partOfY, images * pixels, columns.subarray(0, images * pixels * inner));
    }
  };
  return {
    convolve: (_, x, weight, _bias, y) =>
      forParts(x, y, (images, x, y, rows, columns) => {
        copy(KERNELS.im2col, images, x);
        simd.matmul(rows, outChannels, inner, columns, weight, false, y);
      }),
    convolveTransposed: (_, y, weight, _bias, x) => {
      simd.zero(x.length, x);
      forParts(x, y, (images, x, y, rows, columns) => {
        simd.matmulTransposeB(rows, inner, outChannels, y, weight, false, columns);
        copy(KERNELS.addCol2im, images, x);
      });
    },
    addWeightGradient: (_, x, dY, dWeight) =>
      forParts(x, dY, (images, x, dY, rows, columns) => {
        copy(KERNELS.im2col, images, x);
        simd.matmulTransposeA(inner, outChannels, rows, columns, dY, true, dWeight);
      }),
  };
}
