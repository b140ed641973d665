/**
 * The convolution in SIMD, without im2col: the windows of neighbouring pixels are read where they lie. Read tile.ts and
 * images.ts first; docs/kernels.md, section 12.
 *
 * A window is some rows of the image, one below the other, and within a row its numbers are neighbours: kernelSize · channels
 * of them. So a window of 3 x 3 pixels is three *runs*. A tile is 4 pixels of the output by 8 channels, as in products; its
 * inner loop goes along a run with four addresses, one for each pixel. Zeros around the image have been written before
 * (padImages), so no window has an edge case. The weights lie in panels of 8 channels, in the order of their use, behind the
 * 8 numbers of the bias from which the sums start.
 */

import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import { f32x4, type I32, i32, type Local, tee, type V128, v128 } from '../wasm/instructions.ts';
import { constant } from './elementwise.ts';
import { emitRowOf, emitStoreLanes } from './images.ts';
import { type ArgumentLocals, forRange, kernelCode, rangeOfPiece } from './kernelCode.ts';
import { transpose4 } from './packing.ts';
import { TILE_COLUMNS, TILE_ROWS } from './tile.ts';

const ARGUMENTS = {
  /** The first window of the first image. Bytes from there to that of the next image, row, pixel. */
  x: 'i32',
  imageBytes: 'i32',
  rowBytes: 'i32',
  pixelBytes: 'i32',
  /** How many runs a window has, their length in numbers, and bytes from one to the next. */
  runs: 'i32',
  run: 'i32',
  runBytes: 'i32',
  /** Bias and weights of the first channels, and how many channels there are. */
  panels: 'i32',
  n: 'i32',
  /** The first pixel of the output, and bytes from there to that of the next image, row, pixel. */
  y: 'i32',
  imageBytesOfY: 'i32',
  rowBytesOfY: 'i32',
  pixelBytesOfY: 'i32',
  /** Of the output: rows of all images, rows of one, pixels of a row. */
  rows: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  rowsPerPiece: 'i32',
} as const;

type Given = ArgumentLocals<typeof ARGUMENTS>;

/** Four pixels side by side: the addresses of their windows, and where their sums go. */
interface Pixels {
  readonly windows: readonly Local<'i32'>[];
  readonly targets: readonly Local<'i32'>[];
}

/** Steps along a run in the body of the inner loop. */
const UNROLL = 8;

/**
 * Calls for each four pixels of the rows of a piece, one row after the other. Of the last four the last pixel stands in for those
 * that are missing.
 */
function forPixels(
  f: FunctionBuilder,
  piece: Local<'i32'>,
  given: Given,
  firstTarget: Local<'i32'>,
  body: (pixels: Pixels) => void,
): void {
  const { x, imageBytes, rowBytes, pixelBytes, imageBytesOfY, rowBytesOfY, pixelBytesOfY } = given;
  const { outHeight, outWidth } = given;
  const [first, end, image, row, column, left] = f.variables(6, 'i32');
  const windows = f.variables(TILE_ROWS, 'i32');
  const targets = f.variables(TILE_ROWS, 'i32');
  const [window, target] = f.variables(2, 'i32');
  /** From the pixel behind the last one of a row to the first one of the next, and from the row behind the last one of an image. */
  const [toNextRow, toNextRowOfY, toNextImage, toNextImageOfY] = f.variables(4, 'i32');
  const setGap = (gap: Local<'i32'>, whole: I32, parts: I32, part: I32) =>
    f.set(gap, i32.sub(whole, i32.mul(parts, part)));
  setGap(toNextRow, rowBytes, outWidth, pixelBytes);
  setGap(toNextRowOfY, rowBytesOfY, outWidth, pixelBytesOfY);
  setGap(toNextImage, imageBytes, outHeight, rowBytes);
  setGap(toNextImageOfY, imageBytesOfY, outHeight, rowBytesOfY);
  rangeOfPiece(f, [first, end], piece, given.rowsPerPiece, given.rows);
  emitRowOf(f, [image, row], first, outHeight);
  f.set(window, i32.add(x, i32.add(i32.mul(image, imageBytes), i32.mul(row, rowBytes))));
  const placeInY = i32.add(i32.mul(image, imageBytesOfY), i32.mul(row, rowBytesOfY));
  f.set(target, i32.add(firstTarget, placeInY));
  f.set(column, 0);
  f.set(left, i32.mul(i32.sub(end, first), outWidth));
  const goOn = (inX: I32, inY: I32) => {
    f.increase(window, inX);
    f.increase(target, inY);
  };
  const emitNextPixel = () => {
    goOn(pixelBytes, pixelBytesOfY);
    f.increase(column, 1);
    f.if(i32.eq(column, outWidth), () => {
      f.set(column, 0);
      goOn(toNextRow, toNextRowOfY);
      f.increase(row, 1);
      f.if(i32.eq(row, outHeight), () => {
        f.set(row, 0);
        goOn(toNextImage, toNextImageOfY);
      });
    });
  };
  f.loop((again) => {
    for (let i = 0; i < TILE_ROWS; i++) {
      f.set(windows[i], window);
      f.set(targets[i], target);
      f.if(i32.gt_u(left, i + 1), emitNextPixel);
    }
    body({ windows, targets });
    f.if(i32.gt_u(left, TILE_ROWS), () => {
      f.set(left, i32.sub(left, TILE_ROWS));
      f.br(again);
    });
  });
}

/**
 * Calls `step` for each number of the windows, or each four, in the order of the weights. After each step it asks whether
 * that was the last one, for the reason that tile.ts gives.
 *
 * @param width - How many numbers a step does.
 * @param weightBytes - How many bytes of weights a step takes.
 */
function forSteps(
  f: FunctionBuilder,
  { runs, run, runBytes }: Given,
  windows: readonly Local<'i32'>[],
  weights: Local<'i32'>,
  width: number,
  weightBytes: number,
  step: (addresses: readonly Local<'i32'>[], offset: number, weightOffset: number, i: number) => void,
): void {
  const [runsLeft, left] = f.variables(2, 'i32');
  const addresses = f.variables(windows.length, 'i32');
  const nextWeights = f.variable('i32');
  const steps = f.variable('i32');
  f.set(steps, width === 1 ? run : i32.shr_u(run, Math.log2(width)));
  f.set(runsLeft, runs);
  f.until(i32.eqz(runsLeft), () => {
    for (const [i, address] of addresses.entries()) f.set(address, windows[i]);
    f.set(left, steps);
    f.set(nextWeights, i32.add(weights, i32.mul(steps, weightBytes)));
    f.block((end) => {
      f.loop((again) => {
        for (let i = 0; i < UNROLL; i++) {
          step(addresses, 4 * width * i, weightBytes * i, i);
          if (i < UNROLL - 1) f.br_if(end, i32.eq(left, i + 1));
        }
        for (const address of addresses) f.increase(address, 4 * width * UNROLL);
        f.increase(weights, weightBytes * UNROLL);
        f.br_if(again, tee(left, i32.sub(left, UNROLL)));
      });
    });
    f.set(weights, nextWeights);
    for (const window of windows) f.increase(window, runBytes);
    f.set(runsLeft, i32.sub(runsLeft, 1));
  });
}

/** y = the convolution, 8 channels at a time. A piece is some rows of the output. */
export const convolve = kernelCode({
  argumentTypes: ARGUMENTS,
  emit(f, piece, given, scratch, multiplyAdd) {
    const { n, y, runs, run, panels } = given;
    const [column, lanes, panel, weights, firstTarget] = f.variables(5, 'i32');
    const sums = Array.from({ length: TILE_ROWS }, () => f.variables(TILE_COLUMNS / 4, 'v128'));
    const ofWeight = f.variables(TILE_COLUMNS / 4, 'v128');
    const ofX = f.variable('v128');
    f.set(panel, panels);
    forRange(f, column, 0, n, TILE_COLUMNS, () => {
      f.set(lanes, i32.sub(n, column));
      f.set(firstTarget, i32.add(y, i32.shl(column, 2)));
      forPixels(f, piece, given, firstTarget, ({ windows, targets }) => {
        for (const ofPixel of sums) {
          for (const [v, sum] of ofPixel.entries()) f.set(sum, v128.load(panel, 16 * v));
        }
        f.set(weights, i32.add(panel, 4 * TILE_COLUMNS));
        forSteps(f, given, windows, weights, 1, 4 * TILE_COLUMNS, (addresses, offset, weightOffset) => {
          for (const [v, vector] of ofWeight.entries()) {
            f.set(vector, v128.load(weights, weightOffset + 16 * v));
          }
          for (const [pixel, ofPixel] of sums.entries()) {
            f.set(ofX, v128.load32_splat(addresses[pixel], offset));
            for (const [v, sum] of ofPixel.entries()) f.set(sum, multiplyAdd(ofX, ofWeight[v], sum));
          }
        });
        for (const [pixel, ofPixel] of sums.entries()) {
          emitStoreLanes(f, targets[pixel], ofPixel, lanes, scratch);
        }
      });
      const numbers = i32.add(i32.mul(runs, run), 1);
      f.increase(panel, i32.mul(numbers, 4 * TILE_COLUMNS));
    });
  },
});

/**
 * The same for a few output channels, as those of an image, for which most of a panel would be empty: one channel at a time,
 * four numbers of a run at a time, whose sums are added in the end. Runs must be multiples of 4. The panel of a channel is its
 * bias, three zeros and its weights.
 */
export const convolveFew = kernelCode({
  argumentTypes: ARGUMENTS,
  emit(f, piece, given, scratch, multiplyAdd) {
    const { n, y, runs, run, panels } = given;
    const [column, panel, weights, firstTarget] = f.variables(4, 'i32');
    // Two sums for each pixel, taken in turns, so that an addition need not wait for the one before.
    const sums = Array.from({ length: 2 }, () => f.variables(TILE_ROWS, 'v128'));
    const [ofWeight, total] = f.variables(2, 'v128');
    const add = (a: V128, b: V128) => f32x4.add(a, b);
    f.set(panel, panels);
    forRange(f, column, 0, n, 1, () => {
      f.set(firstTarget, i32.add(y, i32.shl(column, 2)));
      forPixels(f, piece, given, firstTarget, ({ windows, targets }) => {
        for (const sum of sums.flat()) f.set(sum, constant(0));
        f.set(weights, i32.add(panel, 16));
        forSteps(f, given, windows, weights, 4, 16, (addresses, offset, weightOffset, i) => {
          f.set(ofWeight, v128.load(weights, weightOffset));
          for (const [pixel, sum] of sums[i % 2].entries()) {
            f.set(sum, multiplyAdd(v128.load(addresses[pixel], offset), ofWeight, sum));
          }
        });
        const [even, odd] = sums;
        for (const [pixel, sum] of even.entries()) f.set(sum, add(sum, odd[pixel]));
        transpose4(f, even);
        f.set(total, add(add(add(even[0], even[1]), add(even[2], even[3])), v128.load32_splat(panel)));
        f.store(scratch, total);
        for (const [pixel, target] of targets.entries()) f.store(target, i32.load(scratch, 4 * pixel));
      });
      const numbers = i32.add(i32.mul(runs, run), 4);
      f.increase(panel, i32.shl(numbers, 2));
    });
  },
});
