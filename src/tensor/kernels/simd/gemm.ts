/**
 * The three products of a dense layer in SIMD. Read blocked.ts and docs/kernels.md first, then job.ts.
 *
 * The result is computed in tiles of 4 rows and 8 columns, whose 32 sums stay in eight registers while the inner loop
 * goes along k. Each of its steps loads 8 numbers of B (two registers) and 4 of A (each copied into all four lanes of a
 * register), then multiplies and adds 8 times. Nothing else happens there: what the operands look like in memory is
 * settled before, by packing them.
 *
 * - A is read as panels of 4 rows: the 4 numbers of the first column, then those of the second, and so on.
 *   `packRows` and `packColumns` make such panels, once for the whole product.
 * - B is read as panels of 8 columns, which each piece of work packs for itself just before it is used.
 *
 * Blocking after Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34(3), 2008.
 */

import type { FunctionBuilder, I32, Local, V128 } from './instructions.ts';
import { type ArgumentLocals, atMost, forRange, kernelCode } from './job.ts';

/** Rows and columns of a tile: 8 sums + 2 of B + 4 of A fit the 16 registers of x86-64; 3 x 12 or 5 x 8 do not. */
export const TILE_ROWS = 4;
export const TILE_COLUMNS = 8;
const VECTORS = TILE_COLUMNS / 4;

/** At most so many steps along k at a time, so that a panel of B (16 KB) and one of A (8 KB) stay in the first cache. */
export const MAX_DEPTH = 512;

/** Steps of the inner loop before it jumps back. See emitInnerLoop for why it is written the way it is. */
const UNROLL = 16;

/** What a thread has to itself: a tile for the edges of C, then its panel of B. */
const PANEL = 256;
export const SCRATCH_BYTES = PANEL + MAX_DEPTH * TILE_COLUMNS * 4;

/** How B lies in memory, and what is done about it. */
export const B_ROWS = 0; // [k, n], packed
export const B_COLUMNS = 1; // [n, k]: read transposed, packed
export const B_IN_PLACE = 2; // [k, n], read where it is: packing doesn't pay for a few rows of C

// Bytes of four lanes of 32 bits each, chosen from the eight lanes of two operands.
const lanes = (...numbers: number[]) =>
  numbers.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));
const INTERLEAVE_LOW = lanes(0, 4, 1, 5);
const INTERLEAVE_HIGH = lanes(2, 6, 3, 7);
const LOW_HALVES = lanes(0, 1, 4, 5);
const HIGH_HALVES = lanes(2, 3, 6, 7);

/** Turns four rows of four numbers into four columns, in place. */
function transpose4(f: FunctionBuilder, rows: readonly Local<'v128'>[]): void {
  const { local, i8x16 } = f;
  const halves = f.variables(4, 'v128');
  const shuffle = (to: Local<'v128'>, bytes: number[], a: Local<'v128'>, b: Local<'v128'>) =>
    local.set(to, i8x16.shuffle(bytes, local.get(a), local.get(b)));
  shuffle(halves[0], INTERLEAVE_LOW, rows[0], rows[1]);
  shuffle(halves[1], INTERLEAVE_HIGH, rows[0], rows[1]);
  shuffle(halves[2], INTERLEAVE_LOW, rows[2], rows[3]);
  shuffle(halves[3], INTERLEAVE_HIGH, rows[2], rows[3]);
  shuffle(rows[0], LOW_HALVES, halves[0], halves[2]);
  shuffle(rows[1], HIGH_HALVES, halves[0], halves[2]);
  shuffle(rows[2], LOW_HALVES, halves[1], halves[3]);
  shuffle(rows[3], HIGH_HALVES, halves[1], halves[3]);
}

interface PackLines {
  /** The address of the first line's first number. */
  readonly from: () => I32;
  /** How many lines there are from there on, at least one. Those that are missing are the last one again. */
  readonly lines: () => I32;
  /** Bytes from a line to the next. */
  readonly stride: () => I32;
  /** How many numbers of each line. */
  readonly count: () => I32;
  readonly to: () => I32;
}

/** Lays `width` lines (4 or 8) side by side: their first numbers, then their second, and so on. */
function emitPackLines(f: FunctionBuilder, width: number, given: PackLines): void {
  const { local, i32, v128 } = f;
  const pointers = f.variables(width, 'i32');
  const rows = f.variables(4, 'v128');
  const [to, left] = f.variables(2, 'i32');
  local.set(pointers[0], given.from());
  for (let line = 1; line < width; line++) {
    local.set(pointers[line], local.get(pointers[line - 1]));
    f.if(i32.gt_u(given.lines(), i32.const(line)), () =>
      local.set(pointers[line], i32.add(local.get(pointers[line]), given.stride())),
    );
  }
  local.set(to, given.to());
  local.set(left, given.count());
  const advance = (bytes: number, numbers: number) => {
    for (const pointer of pointers) local.set(pointer, i32.add(local.get(pointer), i32.const(bytes)));
    local.set(to, i32.add(local.get(to), i32.const(4 * width * numbers)));
    local.set(left, i32.sub(local.get(left), i32.const(numbers)));
  };
  f.block((end) => {
    f.loop((again) => {
      f.br_if(end, i32.lt_u(local.get(left), i32.const(4)));
      for (let group = 0; group < width; group += 4) {
        for (let line = 0; line < 4; line++) {
          local.set(rows[line], v128.load(local.get(pointers[group + line])));
        }
        transpose4(f, rows);
        for (let p = 0; p < 4; p++) v128.store(local.get(to), local.get(rows[p]), 4 * (p * width + group));
      }
      advance(16, 4);
      f.br(again);
    });
  });
  f.block((end) => {
    f.loop((again) => {
      f.br_if(end, i32.eqz(local.get(left)));
      for (let line = 0; line < width; line++) {
        i32.store(local.get(to), i32.load(local.get(pointers[line])), 4 * line);
      }
      advance(4, 1);
      f.br(again);
    });
  });
}

interface PackSteps {
  readonly from: () => I32;
  /** Bytes from a step along k to the next. */
  readonly stride: () => I32;
  readonly count: () => I32;
  readonly to: () => I32;
}

/** Copies `width` neighbours (4 or 8) of each step to the panel. At the right edge it copies what follows, which nobody uses. */
function emitPackSteps(f: FunctionBuilder, width: number, { from, stride, count, to }: PackSteps): void {
  const { local, i32, v128 } = f;
  const [pointer, target, left] = f.variables(3, 'i32');
  local.set(pointer, from());
  local.set(target, to());
  local.set(left, count());
  f.block((end) => {
    f.loop((again) => {
      f.br_if(end, i32.eqz(local.get(left)));
      for (let lane = 0; lane < width; lane += 4) {
        v128.store(local.get(target), v128.load(local.get(pointer), 4 * lane), 4 * lane);
      }
      local.set(pointer, i32.add(local.get(pointer), stride()));
      local.set(target, i32.add(local.get(target), i32.const(4 * width)));
      local.set(left, i32.sub(local.get(left), i32.const(1)));
      f.br(again);
    });
  });
}

const PACK_ARGUMENTS = {
  a: 'i32',
  /** Bytes from a row of the matrix, as it lies in memory, to the next. */
  stride: 'i32',
  /** How many rows of the product to pack, and how long they are. */
  m: 'i32',
  k: 'i32',
  to: 'i32',
  /** A multiple of 4. */
  rowsPerPiece: 'i32',
} as const;

/** Emits the panels of 4 rows that are this piece of the work. */
function emitPanels(
  f: FunctionBuilder,
  piece: Local<'i32'>,
  { m, k, to, rowsPerPiece }: Pick<ArgumentLocals<typeof PACK_ARGUMENTS>, 'm' | 'k' | 'to' | 'rowsPerPiece'>,
  pack: (row: Local<'i32'>, target: () => I32) => void,
): void {
  const { local, i32 } = f;
  const [row, first, end] = f.variables(3, 'i32');
  local.set(first, i32.mul(local.get(piece), local.get(rowsPerPiece)));
  local.set(end, i32.add(local.get(first), local.get(rowsPerPiece)));
  atMost(f, end, () => local.get(m));
  const target = () => i32.add(local.get(to), i32.shl(i32.mul(local.get(row), local.get(k)), i32.const(2)));
  forRange(
    f,
    row,
    () => local.get(first),
    () => local.get(end),
    TILE_ROWS,
    () => pack(row, target),
  );
}

/** Rows of A `[m, k]` as panels of 4, one after the other. */
export const packRows = kernelCode({
  name: 'packRows',
  argumentTypes: PACK_ARGUMENTS,
  emit(f, piece, given) {
    const { local, i32 } = f;
    const { a, m, k, stride } = given;
    emitPanels(f, piece, given, (row, target) =>
      emitPackLines(f, TILE_ROWS, {
        from: () => i32.add(local.get(a), i32.mul(local.get(row), local.get(stride))),
        lines: () => i32.sub(local.get(m), local.get(row)),
        stride: () => local.get(stride),
        count: () => local.get(k),
        to: target,
      }),
    );
  },
});

/** Columns of A `[k, m]`, which are the rows of its transpose, as panels of 4, one after the other. */
export const packColumns = kernelCode({
  name: 'packColumns',
  argumentTypes: PACK_ARGUMENTS,
  emit(f, piece, given) {
    const { local, i32 } = f;
    const { a, k, stride } = given;
    emitPanels(f, piece, given, (row, target) =>
      emitPackSteps(f, TILE_ROWS, {
        from: () => i32.add(local.get(a), i32.shl(local.get(row), i32.const(2))),
        stride: () => local.get(stride),
        count: () => local.get(k),
        to: target,
      }),
    );
  },
});

/** The variables of one tile. */
interface Tile {
  readonly sums: readonly (readonly Local<'v128'>[])[];
  readonly a: Local<'i32'>;
  readonly b: Local<'i32'>;
  /** How many steps are left. */
  readonly left: Local<'i32'>;
}

/**
 * sums += panel of A · panel of B, along `left` > 0 steps.
 *
 * The loop is unrolled, and after each of its steps asks whether that was the last. The questions cost little, and they
 * spare a loop for the rest; but above all no load may move across a branch. Without them V8 moves the loads of all
 * steps to the front, runs out of registers and spills the sums: 30 instead of 48 GFLOP/s (docs/kernels.md).
 */
function emitInnerLoop(
  f: FunctionBuilder,
  { sums, a, b, left }: Tile,
  stepOfA: Local<'i32'>,
  stepOfB: Local<'i32'>,
): void {
  const { local, i32, v128, f32x4 } = f;
  const ofB = f.variables(VECTORS, 'v128');
  const ofA = f.variable('v128');
  f.block((end) => {
    f.loop((again) => {
      for (let step = 0; step < UNROLL; step++) {
        for (const [v, vector] of ofB.entries()) local.set(vector, v128.load(local.get(b), 16 * v));
        for (const [row, ofRow] of sums.entries()) {
          local.set(ofA, v128.load32_splat(local.get(a), 4 * row));
          for (const [v, sum] of ofRow.entries()) {
            const product = (): V128 => f32x4.mul(local.get(ofA), local.get(ofB[v]));
            local.set(sum, f32x4.add(local.get(sum), product()));
          }
        }
        local.set(a, i32.add(local.get(a), local.get(stepOfA)));
        local.set(b, i32.add(local.get(b), local.get(stepOfB)));
        if (step < UNROLL - 1) f.br_if(end, i32.eq(local.get(left), i32.const(step + 1)));
      }
      f.br_if(again, local.tee(left, i32.sub(local.get(left), i32.const(UNROLL))));
    });
  });
}

/** Copies the part of a tile that lies inside of C, number by number: between C and the thread's scratch tile. */
function emitCopyPart(
  f: FunctionBuilder,
  rows: Local<'i32'>,
  columns: Local<'i32'>,
  from: { at: Local<'i32'>; stride: () => I32 },
  to: { at: Local<'i32'>; stride: () => I32 },
): void {
  const { local, i32 } = f;
  const [row, column, source, target] = f.variables(4, 'i32');
  const place = (start: Local<'i32'>) => i32.add(local.get(start), i32.shl(local.get(column), i32.const(2)));
  local.set(source, local.get(from.at));
  local.set(target, local.get(to.at));
  forRange(
    f,
    row,
    () => i32.const(0),
    () => local.get(rows),
    1,
    () => {
      forRange(
        f,
        column,
        () => i32.const(0),
        () => local.get(columns),
        1,
        () => i32.store(place(target), i32.load(place(source))),
      );
      local.set(source, i32.add(local.get(source), from.stride()));
      local.set(target, i32.add(local.get(target), to.stride()));
    },
  );
}

/**
 * C = op(A) · op(B), C += it, or C = it + bias. A piece is a block of C: `rowsPerPiece` by `columnsPerPiece`, counted
 * along the rows of blocks. Every number of C is summed in the order of k, whatever the pieces are.
 */
export const multiply = kernelCode({
  name: 'multiply',
  argumentTypes: {
    m: 'i32',
    n: 'i32',
    k: 'i32',
    /** Panels of A: where they begin, bytes from one to the next, bytes from a step along k to the next. */
    a: 'i32',
    panelOfA: 'i32',
    stepOfA: 'i32',
    b: 'i32',
    /** B_ROWS, B_COLUMNS or B_IN_PLACE. */
    layoutOfB: 'i32',
    c: 'i32',
    /** What the sums start from: C itself (1), or what lies at `start` (0): n numbers of bias, or zeros. */
    accumulate: 'i32',
    start: 'i32',
    /** Bytes from a column of `start` to the next: 4 for a bias, 0 for zeros. */
    startStep: 'i32',
    /** Steps along k that are done before the next tile begins. */
    depth: 'i32',
    /** Multiples of 4 and 8. */
    rowsPerPiece: 'i32',
    columnsPerPiece: 'i32',
  },
  emit(f, piece, given, scratch) {
    const { local, i32, v128 } = f;
    const { m, n, k, a, panelOfA, stepOfA, b, layoutOfB, c, accumulate, depth } = given;
    const [blocks, firstRow, rowEnd, firstColumn, columnEnd] = f.variables(5, 'i32');
    const [p, steps, j, i, rows, columns, panel, stepOfB] = f.variables(8, 'i32');
    const [corner, target, stride, start, startStride] = f.variables(5, 'i32');
    const tile: Tile = {
      sums: Array.from({ length: TILE_ROWS }, () => f.variables(VECTORS, 'v128')),
      a: f.variable('i32'),
      b: f.variable('i32'),
      left: f.variable('i32'),
    };
    const times4 = (value: I32): I32 => i32.shl(value, i32.const(2));
    const strideOfC = () => times4(local.get(n));

    // Which block of C: piece = blocks in a row · block row + block column.
    local.set(
      blocks,
      i32.div_u(
        i32.add(local.get(n), i32.sub(local.get(given.columnsPerPiece), i32.const(1))),
        local.get(given.columnsPerPiece),
      ),
    );
    local.set(
      firstRow,
      i32.mul(i32.div_u(local.get(piece), local.get(blocks)), local.get(given.rowsPerPiece)),
    );
    local.set(rowEnd, i32.add(local.get(firstRow), local.get(given.rowsPerPiece)));
    atMost(f, rowEnd, () => local.get(m));
    local.set(
      firstColumn,
      i32.mul(
        i32.sub(local.get(piece), i32.mul(i32.div_u(local.get(piece), local.get(blocks)), local.get(blocks))),
        local.get(given.columnsPerPiece),
      ),
    );
    local.set(columnEnd, i32.add(local.get(firstColumn), local.get(given.columnsPerPiece)));
    atMost(f, columnEnd, () => local.get(n));

    /** Where the sums of the next tile come from: see `accumulate` and `start`. */
    const loadSums = () => {
      f.if(
        local.get(accumulate),
        () => {
          local.set(start, local.get(target));
          local.set(startStride, local.get(stride));
        },
        () => {
          local.set(
            start,
            i32.add(local.get(given.start), i32.mul(local.get(j), local.get(given.startStep))),
          );
          local.set(startStride, i32.const(0));
        },
      );
      for (const ofRow of tile.sums) {
        for (const [v, sum] of ofRow.entries()) local.set(sum, v128.load(local.get(start), 16 * v));
        local.set(start, i32.add(local.get(start), local.get(startStride)));
      }
    };
    const storeSums = () => {
      local.set(start, local.get(target));
      for (const ofRow of tile.sums) {
        for (const [v, sum] of ofRow.entries()) v128.store(local.get(start), local.get(sum), 16 * v);
        local.set(start, i32.add(local.get(start), local.get(stride)));
      }
    };

    /** The panel of B for `columns` columns from j and `steps` steps from p: packed, or where it is. */
    const preparePanel = () => {
      const place = (row: Local<'i32'>, column: Local<'i32'>, width: Local<'i32'>) =>
        i32.add(local.get(b), times4(i32.add(i32.mul(local.get(row), local.get(width)), local.get(column))));
      const packed = () => i32.add(f.global.get(scratch), i32.const(PANEL));
      f.if(
        i32.eq(local.get(layoutOfB), i32.const(B_IN_PLACE)),
        () => {
          local.set(panel, place(p, j, n));
          local.set(stepOfB, times4(local.get(n)));
        },
        () => {
          local.set(panel, packed());
          local.set(stepOfB, i32.const(4 * TILE_COLUMNS));
          f.if(
            i32.eq(local.get(layoutOfB), i32.const(B_COLUMNS)),
            () =>
              emitPackLines(f, TILE_COLUMNS, {
                from: () => place(j, p, k),
                lines: () => i32.sub(local.get(n), local.get(j)),
                stride: () => times4(local.get(k)),
                count: () => local.get(steps),
                to: packed,
              }),
            () =>
              emitPackSteps(f, TILE_COLUMNS, {
                from: () => place(p, j, n),
                stride: () => times4(local.get(n)),
                count: () => local.get(steps),
                to: packed,
              }),
          );
        },
      );
    };

    /** One tile: rows from i, columns from j. At the edges of C it is computed in the scratch tile. */
    const computeTile = () => {
      const tileStride = () => i32.const(4 * TILE_COLUMNS);
      local.set(rows, i32.sub(local.get(m), local.get(i)));
      local.set(
        corner,
        i32.add(local.get(c), times4(i32.add(i32.mul(local.get(i), local.get(n)), local.get(j)))),
      );
      const isPart = f.variable('i32');
      local.set(
        isPart,
        i32.add(
          i32.lt_u(local.get(rows), i32.const(TILE_ROWS)),
          i32.lt_u(local.get(columns), i32.const(TILE_COLUMNS)),
        ),
      );
      f.if(
        local.get(isPart),
        () => {
          atMost(f, rows, () => i32.const(TILE_ROWS));
          local.set(target, f.global.get(scratch));
          local.set(stride, tileStride());
          f.if(local.get(accumulate), () =>
            emitCopyPart(
              f,
              rows,
              columns,
              { at: corner, stride: strideOfC },
              { at: target, stride: tileStride },
            ),
          );
        },
        () => {
          local.set(target, local.get(corner));
          local.set(stride, strideOfC());
        },
      );
      loadSums();
      local.set(
        tile.a,
        i32.add(
          i32.add(local.get(a), i32.mul(i32.shr_u(local.get(i), i32.const(2)), local.get(panelOfA))),
          i32.mul(local.get(p), local.get(stepOfA)),
        ),
      );
      local.set(tile.b, local.get(panel));
      local.set(tile.left, local.get(steps));
      f.if(local.get(steps), () => emitInnerLoop(f, tile, stepOfA, stepOfB));
      storeSums();
      f.if(local.get(isPart), () =>
        emitCopyPart(f, rows, columns, { at: target, stride: tileStride }, { at: corner, stride: strideOfC }),
      );
    };

    local.set(p, i32.const(0));
    f.loop((again) => {
      local.set(steps, i32.sub(local.get(k), local.get(p)));
      atMost(f, steps, () => local.get(depth));
      forRange(
        f,
        j,
        () => local.get(firstColumn),
        () => local.get(columnEnd),
        TILE_COLUMNS,
        () => {
          preparePanel();
          local.set(columns, i32.sub(local.get(n), local.get(j)));
          atMost(f, columns, () => i32.const(TILE_COLUMNS));
          forRange(
            f,
            i,
            () => local.get(firstRow),
            () => local.get(rowEnd),
            TILE_ROWS,
            computeTile,
          );
        },
      );
      // What follows adds to what is there.
      local.set(accumulate, i32.const(1));
      local.set(p, i32.add(local.get(p), local.get(steps)));
      f.br_if(again, i32.lt_u(local.get(p), local.get(k)));
    });
  },
});
