/**
 * What the kernels for images share: copies, zeros, and stores of part of a vector. An image is `[height, width, channels]`;
 * where a vector of four channels reaches beyond the last one, its other lanes are computed and thrown away. Read kernelCode.ts
 * first.
 */

import type { FunctionBuilder } from '../wasm/functionBuilder.ts';
import { type I32, i32, type Local, v128 } from '../wasm/instructions.ts';
import { constant } from './elementwise.ts';
import { forRange, kernelCode, rangeOfPiece } from './kernelCode.ts';

const times4 = (value: I32): I32 => i32.shl(value, 2);

/** Copies `count` numbers, or writes zeros if `from` is undefined; afterwards `to` and `from` are behind the last one. */
export function emitCopy(
  f: FunctionBuilder,
  to: Local<'i32'>,
  from: Local<'i32'> | undefined,
  count: I32,
): void {
  const left = f.variable('i32');
  const advance = (numbers: number) => {
    f.increase(to, 4 * numbers);
    if (from) f.increase(from, 4 * numbers);
    f.set(left, i32.sub(left, numbers));
  };
  f.set(left, count);
  f.until(i32.lt_u(left, 4), () => {
    f.store(to, from ? v128.load(from) : constant(0));
    advance(4);
  });
  f.until(i32.eqz(left), () => {
    f.store(to, from ? i32.load(from) : 0);
    advance(1);
  });
}

/** Stores the first `lanes` of the vectors side by side: all of them if they fill the vectors, else by way of scratch memory. */
export function emitStoreLanes(
  f: FunctionBuilder,
  to: Local<'i32'>,
  vectors: readonly Local<'v128'>[],
  lanes: I32,
  scratch: I32,
): void {
  const store = (at: I32) => {
    for (const [i, vector] of vectors.entries()) f.store(at, vector, 16 * i);
  };
  f.if(
    i32.ge_u(lanes, 4 * vectors.length),
    () => store(to),
    () => {
      const lane = f.variable('i32');
      store(scratch);
      const place = (start: I32) => i32.add(start, times4(lane));
      forRange(f, lane, 0, lanes, 1, () => f.store(place(to), i32.load(place(scratch))));
    },
  );
}

/** Sets `image` and `row` to where a row lies: rows are numbered through all images. */
export function emitRowOf(
  f: FunctionBuilder,
  [image, row]: readonly [Local<'i32'>, Local<'i32'>],
  number: I32,
  height: I32,
): void {
  f.set(image, i32.div_u(number, height));
  f.set(row, i32.sub(number, i32.mul(image, height)));
}

/**
 * Copies images into larger ones, with zeros around them or a part left out: row i of the copy is row i - `top` of the
 * image, where there is one. Within a row come `left` zeros, `count` numbers of the image, and zeros up to `length`.
 */
export const padImages = kernelCode({
  argumentTypes: {
    from: 'i32',
    to: 'i32',
    /** Rows of an image, and numbers in each. */
    height: 'i32',
    width: 'i32',
    /** Where the copy begins may lie inside of the image: then this is negative. */
    top: 'i32',
    left: 'i32',
    count: 'i32',
    length: 'i32',
    /** Rows of a copy, and of all copies. */
    paddedHeight: 'i32',
    rows: 'i32',
    rowsPerPiece: 'i32',
  },
  emit(f, piece, { from, to, height, width, top, left, count, length, paddedHeight, rows, rowsPerPiece }) {
    const [number, first, end, image, row, source, target] = f.variables(7, 'i32');
    rangeOfPiece(f, [first, end], piece, rowsPerPiece, rows);
    f.set(target, i32.add(to, times4(i32.mul(first, length))));
    forRange(f, number, first, end, 1, () => {
      emitRowOf(f, [image, row], number, paddedHeight);
      f.set(row, i32.sub(row, top));
      f.if(
        i32.lt_u(row, height), // as an unsigned number, a negative row is beyond every height
        () => {
          const rowsBefore = i32.add(i32.mul(image, height), row);
          f.set(source, i32.add(from, times4(i32.mul(rowsBefore, width))));
          emitCopy(f, target, undefined, left);
          emitCopy(f, target, source, count);
          emitCopy(f, target, undefined, i32.sub(i32.sub(length, left), count));
        },
        () => emitCopy(f, target, undefined, length),
      );
    });
  },
});
