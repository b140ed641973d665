/** Max pooling and upsampling in SIMD, four channels at a time. Read images.ts first; convolution/naive.ts is the definition. */

import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import { f32x4, type I32, i32, type Local, v128 } from '../wasm/instructions.ts';
import { constant } from './elementwise.ts';
import { emitCopy, emitRowOf, emitStoreLanes } from './images.ts';
import { type ArgumentLocals, atMost, forRange, kernelCode, rangeOfPiece } from './kernelCode.ts';

const times4 = (value: I32): I32 => i32.shl(value, 2);

const POOLING = {
  x: 'i32',
  y: 'i32',
  /** Of the gradient: dX; y is dY then. */
  dX: 'i32',
  height: 'i32',
  width: 'i32',
  channels: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  kernelSize: 'i32',
  stride: 'i32',
  padding: 'i32',
  /** Rows of all outputs. A part is some of them that are done in order; a piece is some parts. */
  rows: 'i32',
  rowsPerPart: 'i32',
  partsPerPiece: 'i32',
} as const;

/** A window of one image, and four channels in it. */
interface Window {
  /** Calls with the offset in x of each of the window's numbers: four of them, one below the other. */
  readonly forNumbers: (body: (offset: Local<'i32'>) => void) => void;
  /** The offset in y. */
  readonly target: Local<'i32'>;
  /** How many of the channels there are. */
  readonly lanes: Local<'i32'>;
}

/** The part of a window that lies inside of the image, along one axis. */
function emitPart(
  f: FunctionBuilder,
  [from, to]: readonly [Local<'i32'>, Local<'i32'>],
  position: I32,
  { kernelSize, stride, padding }: Pick<ArgumentLocals<typeof POOLING>, 'kernelSize' | 'stride' | 'padding'>,
  pixels: I32,
): void {
  f.set(from, i32.mul(position, stride));
  f.set(to, i32.sub(i32.add(from, kernelSize), padding));
  atMost(f, to, pixels);
  f.if(
    i32.gt_u(from, padding),
    () => f.set(from, i32.sub(from, padding)),
    () => f.set(from, 0),
  );
}

/** Calls for each row of windows of a piece, then for each window in it and each four channels. */
function forWindows(
  f: FunctionBuilder,
  piece: Local<'i32'>,
  given: ArgumentLocals<typeof POOLING>,
  beforeRow: (image: Local<'i32'>, i: Local<'i32'>, bottom: Local<'i32'>) => void,
  body: (window: Window) => void,
): void {
  const { height, width, channels, outHeight, outWidth, rows, rowsPerPart, partsPerPiece } = given;
  const [number, first, end, image, i, j, channel, lanes, target, offset] = f.variables(10, 'i32');
  const [top, bottom, left, right, row, column] = f.variables(6, 'i32');
  const forNumbers = (each: (offset: Local<'i32'>) => void) =>
    forRange(f, row, top, bottom, 1, () => {
      const pixel = i32.add(i32.mul(i32.add(i32.mul(image, height), row), width), left);
      f.set(offset, times4(i32.add(i32.mul(pixel, channels), channel)));
      forRange(f, column, left, right, 1, () => {
        each(offset);
        f.increase(offset, times4(channels));
      });
    });
  rangeOfPiece(f, [first, end], piece, i32.mul(partsPerPiece, rowsPerPart), rows);
  forRange(f, number, first, end, 1, () => {
    emitRowOf(f, [image, i], number, outHeight);
    emitPart(f, [top, bottom], i, given, height);
    beforeRow(image, i, bottom);
    forRange(f, j, 0, outWidth, 1, () => {
      emitPart(f, [left, right], j, given, width);
      forRange(f, channel, 0, channels, 4, () => {
        const outPixel = i32.add(i32.mul(number, outWidth), j);
        f.set(target, times4(i32.add(i32.mul(outPixel, channels), channel)));
        f.set(lanes, i32.sub(channels, channel));
        body({ forNumbers, target, lanes });
      });
    });
  });
}

/** Sets `best` to the largest number of each channel, or NaN if there is one. */
function emitLargest(
  f: FunctionBuilder,
  best: Local<'v128'>,
  value: Local<'v128'>,
  x: Local<'i32'>,
  { forNumbers }: Window,
): void {
  f.set(best, constant(-Infinity));
  forNumbers((offset) => {
    f.set(value, v128.load(i32.add(x, offset)));
    const isBetter = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
    f.set(best, v128.bitselect(value, best, isBetter));
  });
}

/** y = the largest number of each window. */
export const maxPool = kernelCode({
  argumentTypes: POOLING,
  emit(f, piece, given, scratch) {
    const [best, value] = f.variables(2, 'v128');
    const to = f.variable('i32');
    forWindows(
      f,
      piece,
      given,
      () => {},
      (window) => {
        emitLargest(f, best, value, given.x, window);
        f.set(to, i32.add(given.y, window.target));
        emitStoreLanes(f, to, [best], window.lanes, scratch);
      },
    );
  },
});

/**
 * dX = dY at the first of the largest numbers of each window. Where windows overlap, a part is a whole image: its rows are added
 * in order.
 */
export const maxPoolBackward = kernelCode({
  argumentTypes: POOLING,
  emit(f, piece, given, scratch) {
    const { x, y, dX, height, width, channels, outHeight, kernelSize, stride, padding } = given;
    const [best, value, gradient, isFirst, isTaken] = f.variables(5, 'v128');
    const [to, from, until] = f.variables(3, 'i32');
    /** Zeros from where the windows above end to where these do; behind the last ones, to the end of the image. */
    const zeroRows = (image: Local<'i32'>, i: Local<'i32'>, bottom: Local<'i32'>) => {
      f.set(from, 0);
      f.if(i, () => {
        f.set(from, i32.sub(i32.add(i32.mul(i32.sub(i, 1), stride), kernelSize), padding));
        atMost(f, from, height);
      });
      f.set(until, bottom);
      f.if(i32.eq(i32.add(i, 1), outHeight), () => f.set(until, height));
      const rowLength = i32.mul(width, channels);
      const before = i32.add(i32.mul(image, height), from);
      f.set(to, i32.add(dX, times4(i32.mul(before, rowLength))));
      emitCopy(f, to, undefined, i32.mul(i32.sub(until, from), rowLength));
    };
    forWindows(f, piece, given, zeroRows, (window) => {
      emitLargest(f, best, value, x, window);
      f.set(gradient, v128.load(i32.add(y, window.target)));
      f.set(isTaken, constant(0));
      window.forNumbers((offset) => {
        f.set(value, v128.load(i32.add(x, offset)));
        const isBest = v128.or(f32x4.eq(value, best), f32x4.ne(value, value)); // if it is NaN, so is the largest
        f.set(isFirst, v128.andnot(isBest, isTaken));
        f.set(isTaken, v128.or(isTaken, isFirst));
        f.set(to, i32.add(dX, offset));
        f.set(value, f32x4.add(v128.load(to), v128.and(gradient, isFirst)));
        emitStoreLanes(f, to, [value], window.lanes, scratch);
      });
    });
  },
});

const UPSAMPLING = {
  /** The smaller images and the larger ones. */
  x: 'i32',
  y: 'i32',
  width: 'i32',
  channels: 'i32',
  factor: 'i32',
  /** Rows of all smaller images, and of a piece. */
  rows: 'i32',
  rowsPerPiece: 'i32',
} as const;

/** y = each pixel of x, factor · factor times. */
export const upsample = kernelCode({
  argumentTypes: UPSAMPLING,
  emit(f, piece, { x, y, width, channels, factor, rows, rowsPerPiece }) {
    const [row, first, end, copy, column, repeat, pixel, from, to] = f.variables(9, 'i32');
    rangeOfPiece(f, [first, end], piece, rowsPerPiece, rows);
    const rowBytes = times4(i32.mul(width, channels));
    f.set(to, i32.add(y, i32.mul(first, i32.mul(rowBytes, i32.mul(factor, factor)))));
    forRange(f, row, first, end, 1, () =>
      forRange(f, copy, 0, factor, 1, () => {
        f.set(pixel, i32.add(x, i32.mul(row, rowBytes)));
        forRange(f, column, 0, width, 1, () => {
          forRange(f, repeat, 0, factor, 1, () => {
            f.set(from, pixel);
            emitCopy(f, to, from, channels);
          });
          f.increase(pixel, times4(channels));
        });
      }),
    );
  },
});

/** x = the sum of y over the copies of each pixel. */
export const upsampleBackward = kernelCode({
  argumentTypes: UPSAMPLING,
  emit(f, piece, { x, y, width, channels, factor, rows, rowsPerPiece }, scratch) {
    const [row, first, end, column, channel, i, j, from, to, lanes] = f.variables(10, 'i32');
    const sum = f.variable('v128');
    rangeOfPiece(f, [first, end], piece, rowsPerPiece, rows);
    const wide = i32.mul(width, factor);
    forRange(f, row, first, end, 1, () =>
      forRange(f, column, 0, width, 1, () =>
        forRange(f, channel, 0, channels, 4, () => {
          f.set(sum, constant(0));
          forRange(f, i, 0, factor, 1, () => {
            const rowOfY = i32.mul(i32.add(i32.mul(row, factor), i), wide);
            const pixel = i32.add(rowOfY, i32.mul(column, factor));
            f.set(from, i32.add(y, times4(i32.add(i32.mul(pixel, channels), channel))));
            forRange(f, j, 0, factor, 1, () => {
              f.set(sum, f32x4.add(sum, v128.load(from)));
              f.increase(from, times4(channels));
            });
          });
          const pixel = i32.add(i32.mul(row, width), column);
          f.set(to, i32.add(x, times4(i32.add(i32.mul(pixel, channels), channel))));
          f.set(lanes, i32.sub(channels, channel));
          emitStoreLanes(f, to, [sum], lanes, scratch);
        }),
      ),
    );
  },
});
