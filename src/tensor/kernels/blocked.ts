/**
 * Fast products in plain JavaScript: both operands packed, the result computed in register blocks; all other kernels are
 * those of naive.ts. Read naive.ts first, then docs/math.md, section 2.3. The blocking follows Goto and van de Geijn,
 * "Anatomy of high-performance matrix multiplication", ACM TOMS 34(3), 2008.
 *
 * The triple loop of naive.ts loads two numbers for each multiply-add. A block of 2 x 4 sums in local variables loads
 * 2 + 4 numbers for 8 multiply-adds. Packing puts these numbers side by side in the order of their use, so one inner loop
 * serves all three products and every shape: only the packing reads the operands in different ways. Panels are float64,
 * so that each number is converted once and not at each use.
 */

import type { Kernels } from './kernels.ts';
import { naive } from './naive.ts';

// 2 x 4 sums + 4 + 1 operands fit the 16 float registers of x86-64; with 3 x 4 sums some are spilled to memory.
const ROWS = 2;
const COLUMNS = 4;

/** Room for the left operand and one panel of the right one, reused from call to call; it only grows. */
let packedA = new Float64Array(0);
let panelOfB = new Float64Array(0);
const tile = new Float64Array(ROWS * COLUMNS);

/** An operand as the packing reads it: element (line, p) is at `line * lineStride + p * stepStride`. */
interface Operand {
  readonly data: Float32Array;
  readonly lineStride: number;
  readonly stepStride: number;
}

/** c `[m, n]` = a · b, where the lines of `a` are the rows of the result and the lines of `b` its columns. */
function product(
  m: number,
  n: number,
  k: number,
  a: Operand,
  b: Operand,
  accumulate: boolean,
  c: Float32Array,
): void {
  const paddedRows = Math.ceil(m / ROWS) * ROWS;
  if (packedA.length < paddedRows * k) packedA = new Float64Array(paddedRows * k);
  if (panelOfB.length < COLUMNS * k) panelOfB = new Float64Array(COLUMNS * k);
  for (let i = 0; i < m; i += ROWS) packPanel(a, i, m, k, ROWS, packedA, i * k);
  for (let j = 0; j < n; j += COLUMNS) {
    packPanel(b, j, n, k, COLUMNS, panelOfB, 0);
    for (let i = 0; i < m; i += ROWS) {
      multiplyPanels(k, packedA, i * k, panelOfB);
      storeTile(i, j, m, n, accumulate, c);
    }
  }
}

/**
 * Interleaves `width` lines of `k` elements in the order of their use: their first elements, then their second, and so
 * on. Lines beyond the last are zeros, so that the inner loop needs no edge cases.
 */
function packPanel(
  { data, lineStride, stepStride }: Operand,
  first: number,
  lines: number,
  k: number,
  width: number,
  packed: Float64Array,
  start: number,
): void {
  for (let line = 0; line < width; line++) {
    let to = start + line;
    if (first + line < lines) {
      let from = (first + line) * lineStride;
      for (let p = 0; p < k; p++, from += stepStride, to += width) packed[to] = data[from];
    } else {
      for (let p = 0; p < k; p++, to += width) packed[to] = 0;
    }
  }
}

/** The inner loop: `tile` = the product of one panel of each operand, 8 multiply-adds for 6 loads. */
function multiplyPanels(k: number, a: Float64Array, start: number, b: Float64Array): void {
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  for (let p = start, q = 0, end = start + k * ROWS; p < end; p += ROWS, q += COLUMNS) {
    const b0 = b[q];
    const b1 = b[q + 1];
    const b2 = b[q + 2];
    const b3 = b[q + 3];
    const a0 = a[p];
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = a[p + 1];
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c03;
  tile[4] = c10;
  tile[5] = c11;
  tile[6] = c12;
  tile[7] = c13;
}

/** Writes the part of the tile that lies within c, from element (i, j) on. */
function storeTile(i: number, j: number, m: number, n: number, accumulate: boolean, c: Float32Array): void {
  const rows = Math.min(ROWS, m - i);
  const columns = Math.min(COLUMNS, n - j);
  for (let row = 0; row < rows; row++) {
    const start = (i + row) * n + j;
    for (let column = 0; column < columns; column++) {
      const sum = tile[row * COLUMNS + column];
      c[start + column] = accumulate ? c[start + column] + sum : sum;
    }
  }
}

const matmul: Kernels['matmul'] = (m, n, k, a, b, accumulate, c) => {
  const rowsOfA = { data: a, lineStride: k, stepStride: 1 };
  const columnsOfB = { data: b, lineStride: 1, stepStride: n };
  product(m, n, k, rowsOfA, columnsOfB, accumulate, c);
};

export const blocked: Kernels = {
  ...naive,
  name: 'blocked',
  matmul,
  matmulTransposeA(m, n, k, a, b, accumulate, c) {
    const columnsOfA = { data: a, lineStride: 1, stepStride: m };
    const columnsOfB = { data: b, lineStride: 1, stepStride: n };
    product(m, n, k, columnsOfA, columnsOfB, accumulate, c);
  },
  matmulTransposeB(m, n, k, a, b, accumulate, c) {
    const rowsOfA = { data: a, lineStride: k, stepStride: 1 };
    const rowsOfB = { data: b, lineStride: k, stepStride: 1 };
    product(m, n, k, rowsOfA, rowsOfB, accumulate, c);
  },
  matmulBias(m, n, k, a, b, bias, c) {
    for (let i = 0; i < m; i++) c.set(bias, i * n);
    matmul(m, n, k, a, b, true, c);
  },
  addColumnSums(m, n, x, sums) {
    // Row by row, in the order of memory; naive.ts goes down the columns.
    for (let i = 0; i < m; i++) {
      const start = i * n;
      for (let j = 0; j < n; j++) sums[j] += x[start + j];
    }
  },
};
