/**
 * The SIMD kernels behind the interface that all sets share: finds or makes addresses for the arrays, cuts the work into
 * pieces, and hands it to the engine. Read ../kernels.ts and engine.ts first.
 */

import { gatherNumbers } from '../gather.ts';
import type { Kernels } from '../kernels.ts';
import type { Engine } from './engine.ts';
import { B_COLUMNS, B_IN_PLACE, B_ROWS, MAX_DEPTH, TILE_COLUMNS, TILE_ROWS } from './gemm.ts';
import { ZEROS } from './job.ts';
import type { KernelFunction } from './module.ts';
import { CHUNK } from './vectors.ts';

// About how long things take, in nanoseconds: they decide how work is cut, never what is computed.
const NS_PER_MULTIPLY_ADD = 1 / 20;
const NS_PER_NUMBER = 0.3;
const NS_PER_ROOT_AND_QUOTIENT = 0.7;

/** So long a piece of a product should take at least, and so many there should be for each thread. */
const PIECE_NS = 4_000;
const PIECES_PER_THREAD = 8;

/** Rows of A that a piece goes over again and again: 256 rows, 512 deep, are half of a second-level cache of 1 MB. */
const MAX_ROWS_PER_PIECE = 256;
/** Packed panels of A at a time, so that the workspace stays small however many rows there are. */
const MAX_PACKED_BYTES = 2 ** 23;
/** For so few rows of C, packing B costs more than it saves; so does packing a transposed A that is so short. */
const FEW_ROWS = 32;
const FEW_STEPS = 64;

type Form = 'matmul' | 'matmulTransposeA' | 'matmulTransposeB';

export function createSimdKernels(engine: Engine): Kernels {
  const { memory } = engine;

  /** Runs a kernel with the arrays' addresses; arrays from `written` on are written. Others are copied in and out. */
  function withAddresses(
    arrays: readonly Float32Array[],
    written: number,
    use: (addresses: readonly number[]) => void,
  ): void {
    let foreignBytes = 0;
    const addresses = arrays.map((array) => {
      const address = memory.addressOf(array);
      if (address === undefined) foreignBytes += stagedBytes(array.length);
      return address ?? -1;
    });
    if (foreignBytes === 0) {
      use(addresses);
      return;
    }
    let next = memory.staging(foreignBytes);
    const staged = addresses.map((address, i) => {
      if (address >= 0) return address;
      const place = next;
      next += stagedBytes(arrays[i].length);
      memory.words.set(arrays[i], place / 4);
      return place;
    });
    use(staged);
    for (let i = written; i < arrays.length; i++) {
      if (addresses[i] >= 0) continue;
      const start = staged[i] / 4;
      arrays[i].set(memory.words.subarray(start, start + arrays[i].length));
    }
  }

  function elementwise(
    kernel: KernelFunction,
    n: number,
    arrays: readonly Float32Array[],
    written: number,
    scalars: readonly number[] = [],
    nsPerNumber = NS_PER_NUMBER,
  ): void {
    const pieces = Math.ceil(n / CHUNK);
    withAddresses(arrays, written, (addresses) =>
      engine.run(kernel, pieces, n * nsPerNumber, [n, ...addresses, ...scalars]),
    );
  }

  /** The sum of the pieces' parts, in their order. */
  function reduction(
    kernel: KernelFunction,
    n: number,
    arrays: readonly Float32Array[],
    written: number,
    scalars: readonly number[] = [],
  ): number {
    const pieces = Math.ceil(n / CHUNK);
    const partials = memory.workspace(8 * pieces);
    withAddresses(arrays, written, (addresses) =>
      engine.run(kernel, pieces, n * NS_PER_NUMBER, [n, ...addresses, ...scalars, partials]),
    );
    let sum = 0;
    for (const part of new Float64Array(memory.memory.buffer, partials, pieces)) sum += part;
    return sum;
  }

  function loss(kernel: KernelFunction, factor: number): Kernels['meanSquaredError'] {
    return (n, prediction, target, dPrediction) =>
      reduction(kernel, n, [prediction, target, dPrediction], 2, [factor / n]) / n;
  }

  /** C = op(A) · op(B), or C += it, or C = it + bias. */
  function product(
    form: Form,
    m: number,
    n: number,
    k: number,
    a: Float32Array,
    b: Float32Array,
    accumulate: boolean,
    bias: Float32Array | undefined,
    c: Float32Array,
  ): void {
    const layoutOfB = form === 'matmulTransposeB' ? B_COLUMNS : m <= FEW_ROWS ? B_IN_PLACE : B_ROWS;
    const depth = depthOf(k);
    const isInPlace = form === 'matmulTransposeA' && k <= FEW_STEPS;
    const rowsAtATime = isInPlace ? m : rowsInWorkspace(k);
    const packed = isInPlace ? 0 : memory.workspace(4 * k * roundUp(Math.min(m, rowsAtATime), TILE_ROWS));
    withAddresses(bias ? [a, b, bias, c] : [a, b, c], bias ? 3 : 2, (addresses) => {
      const [addressOfA, addressOfB] = addresses;
      const addressOfC = addresses[addresses.length - 1];
      const start = bias ? [addresses[2], 4] : [ZEROS, 0];
      for (let row = 0; row < m; row += rowsAtATime) {
        const rows = Math.min(rowsAtATime, m - row);
        const panels = isInPlace
          ? [addressOfA, 4 * TILE_ROWS, 4 * m]
          : [pack(form, m, k, addressOfA, row, rows, packed), 4 * TILE_ROWS * k, 4 * TILE_ROWS];
        const { rowsPerPiece, columnsPerPiece, pieces } = cut(rows, n, k, engine.threads);
        engine.run('multiply', pieces, rows * n * k * NS_PER_MULTIPLY_ADD, [
          ...[rows, n, k, ...panels, addressOfB, layoutOfB, addressOfC + 4 * row * n],
          ...[accumulate ? 1 : 0, ...start, depth, rowsPerPiece, columnsPerPiece],
        ]);
      }
    });
  }

  /** Packs rows of op(A); returns where the panels are. */
  function pack(form: Form, m: number, k: number, a: number, row: number, rows: number, to: number): number {
    const isTransposed = form === 'matmulTransposeA';
    const from = a + 4 * row * (isTransposed ? 1 : k);
    const stride = 4 * (isTransposed ? m : k);
    const rowsPerPiece = roundUp(Math.ceil((CHUNK * 2) / Math.max(k, 1)), TILE_ROWS);
    const kernel = isTransposed ? 'packColumns' : 'packRows';
    const pieces = Math.ceil(rows / rowsPerPiece);
    engine.run(kernel, pieces, rows * k * NS_PER_NUMBER, [from, stride, rows, k, to, rowsPerPiece]);
    return to;
  }

  const products =
    (form: Form): Kernels['matmul'] =>
    (m, n, k, a, b, accumulate, c) =>
      product(form, m, n, k, a, b, accumulate, undefined, c);

  return {
    name: 'simd',
    memory,
    matmul: products('matmul'),
    matmulTransposeA: products('matmulTransposeA'),
    matmulTransposeB: products('matmulTransposeB'),
    matmulBias: (m, n, k, a, b, bias, c) => product('matmul', m, n, k, a, b, false, bias, c),

    addColumnSums(m, n, x, sums) {
      const columnsPerPiece = 64;
      const pieces = Math.ceil(n / columnsPerPiece);
      withAddresses([x, sums], 1, (addresses) =>
        engine.run('addColumnSums', pieces, m * n * NS_PER_NUMBER, [m, n, ...addresses, columnsPerPiece]),
      );
    },

    gather(features, rows, data, shift, scale, out) {
      const n = rows.length * features;
      const isByte =
        data.BYTES_PER_ELEMENT === 1 && Object.prototype.toString.call(data) === '[object Uint8Array]';
      const isFloat = Object.prototype.toString.call(data) === '[object Float32Array]';
      const isScaled = shift !== 0 || scale !== 1;
      if (!isByte && !(isFloat && isScaled)) {
        gatherNumbers(features, rows, data, shift, scale, out);
        return;
      }
      // The rows side by side in staging memory; out behind them if it lies elsewhere.
      const size = data.BYTES_PER_ELEMENT;
      const width = isByte ? 16 : 4;
      const whole = n - (n % width);
      const address = memory.addressOf(out);
      const inputBytes = roundUp(n * size, 64);
      const x = memory.staging(inputBytes + (address === undefined ? 4 * n : 0));
      const y = address ?? x + inputBytes;
      const target = isByte ? memory.bytes : memory.words;
      for (let i = 0; i < rows.length; i++) {
        const from = rows[i] * features;
        target.set(data.subarray(from, from + features) as Uint8Array, x / size + i * features);
      }
      const isExact = shift === 0 && Math.fround(scale) === scale;
      const kernel = isByte ? (isExact ? 'divideBytes' : 'scaleBytes') : 'scaleFloats';
      engine.run(kernel, Math.ceil(whole / CHUNK), whole * NS_PER_NUMBER, [whole, x, y, shift, scale]);
      if (address === undefined) out.set(memory.words.subarray(y / 4, y / 4 + whole));
      for (let i = whole; i < n; i++) {
        out[i] = (target[x / size + i] - shift) / scale;
      }
    },

    relu: (n, x, y) => elementwise('relu', n, [x, y], 1),
    reluBackward: (n, y, dY, dX) => elementwise('reluBackward', n, [y, dY, dX], 2),
    leakyRelu: (n, slope, x, y) => elementwise('leakyRelu', n, [x, y], 1, [slope]),
    leakyReluBackward: (n, slope, y, dY, dX) => elementwise('leakyReluBackward', n, [y, dY, dX], 2, [slope]),
    sigmoid: (n, x, y) => elementwise('sigmoid', n, [x, y], 1),
    sigmoidBackward: (n, y, dY, dX) => elementwise('sigmoidBackward', n, [y, dY, dX], 2),
    tanh: (n, x, y) => elementwise('tanh', n, [x, y], 1),
    tanhBackward: (n, y, dY, dX) => elementwise('tanhBackward', n, [y, dY, dX], 2),
    silu: (n, x, y) => elementwise('silu', n, [x, y], 1),
    siluBackward: (n, x, dY, dX) => elementwise('siluBackward', n, [x, dY, dX], 2),

    meanSquaredError: loss('meanSquaredError', 2),
    meanAbsoluteError: loss('meanAbsoluteError', 1),
    binaryCrossEntropy: loss('binaryCrossEntropy', 1),

    sgd: (n, learningRate, gradient, value) => elementwise('sgd', n, [gradient, value], 1, [learningRate]),
    momentum: (n, learningRate, mu, nesterov, gradient, velocity, value) =>
      elementwise(nesterov ? 'nesterov' : 'momentum', n, [gradient, velocity, value], 1, [learningRate, mu]),
    adam(n, stepSize, beta1, beta2, epsilon, decay, gradient, m, v, value) {
      const scalars = [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, decay];
      elementwise('adam', n, [gradient, m, v, value], 1, scalars, NS_PER_ROOT_AND_QUOTIENT);
    },
    zero: (n, x) => elementwise('zero', n, [x], 0),
    sumOfSquares: (n, x) => reduction('sumOfSquares', n, [x], 1),
    scale: (n, factor, x) => elementwise('scale', n, [x], 0, [factor]),
  };
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Room for a staged array, and for the whole vectors that kernels load at its end. */
const stagedBytes = (length: number): number => roundUp(4 * length, 64) + 64;

/** The steps along k in equal parts of at most MAX_DEPTH. */
function depthOf(k: number): number {
  return Math.ceil(k / Math.max(1, Math.ceil(k / MAX_DEPTH)));
}

function rowsInWorkspace(k: number): number {
  const rows = Math.floor(MAX_PACKED_BYTES / Math.max(4 * k, 1));
  return Math.max(MAX_ROWS_PER_PIECE, rows - (rows % MAX_ROWS_PER_PIECE));
}

/** Blocks of C for so many threads: enough that the last to finish is not waited for long, none too small. */
function cut(m: number, n: number, k: number, threads: number) {
  const ns = m * n * k * NS_PER_MULTIPLY_ADD;
  const wanted = threads === 1 ? 1 : Math.min(PIECES_PER_THREAD * threads, Math.floor(ns / PIECE_NS));
  const rowBlocks = Math.ceil(m / MAX_ROWS_PER_PIECE);
  const columnBlocks = Math.min(Math.max(1, Math.ceil(wanted / rowBlocks)), Math.ceil(n / TILE_COLUMNS));
  const columnsPerPiece = Math.max(TILE_COLUMNS, roundUp(Math.ceil(n / columnBlocks), TILE_COLUMNS));
  const moreRowBlocks = Math.max(rowBlocks, Math.ceil(wanted / Math.ceil(n / columnsPerPiece)));
  const rowsPerPiece = Math.max(TILE_ROWS, roundUp(Math.ceil(m / moreRowBlocks), TILE_ROWS));
  const pieces = Math.ceil(m / rowsPerPiece) * Math.ceil(n / columnsPerPiece);
  return { rowsPerPiece, columnsPerPiece, pieces };
}
