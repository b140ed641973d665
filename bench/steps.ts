/**
 * `npm run bench:steps`: the figures of docs/kernels.md, from the triple loop to SIMD on two threads, step by step,
 * and of its inner loops and its captured steps. Products are compared with those of naive.ts before they are timed; times
 * are medians of interleaved rounds. `--out FILE.svg` draws the steps as a bar chart, too.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { generateDigits } from '../src/data/digits.ts';
import { normalize } from '../src/data/normalization.ts';
import { type Bar, barChart } from '../src/node/charts/barChart.ts';
import { blocked } from '../src/tensor/kernels/blocked.ts';
import { naive } from '../src/tensor/kernels/naive.ts';
import { B_IN_PLACE, B_ROWS, MAX_DEPTH } from '../src/tensor/kernels/simd/code/gemm.ts';
import type { KernelCode } from '../src/tensor/kernels/simd/code/kernelCode.ts';
import { KERNELS, type Numbered } from '../src/tensor/kernels/simd/code/module.ts';
import { TILE_ROWS } from '../src/tensor/kernels/simd/code/tile.ts';
import { Engine } from '../src/tensor/kernels/simd/engine.ts';
import { createSimdKernels } from '../src/tensor/kernels/simd/kernels.ts';
import { ZEROS } from '../src/tensor/kernels/simd/sharedPage.ts';
import { setThreads } from '../src/tensor/kernels/simd/threads.ts';
import { Random } from '../src/tensor/random.ts';
import { ARTICLE, layersOf } from './contests/models.ts';
import { Training } from './contests/training.ts';
import { requireClose } from './contests/verify.ts';
import { median } from './harness/contest.ts';
import { environment, formatEnvironment, formatNumber } from './harness/report.ts';
import { kernelsNamed, ONE_THREAD, type Setting, TWO_THREADS, use } from './harness/setting.ts';
import { createInnerLoop, createRowProduct, type InnerLoopOptions } from './innerLoop.ts';

const SIZE = 512;
const GFLOP = (2 * SIZE ** 3) / 1e9;
const ROUNDS = 7;

const engine = new Engine();
const simd = createSimdKernels(engine);

function allocate(length: number): Float32Array {
  const array = engine.memory.createPart()?.allocate(length);
  if (!array) throw new Error(`there is no memory for ${length} numbers.`);
  return array;
}

const random = new Random(1);
const [a, b, c] = [0, 1, 2].map(() => allocate(SIZE * SIZE));
for (let i = 0; i < a.length; i++) {
  a[i] = random.uniform(-1, 1);
  b[i] = random.uniform(-1, 1);
}

/** The triple loop, with the inner one along the memory of b and c. */
function alongRows(size: number, left: Float32Array, right: Float32Array, result: Float32Array): void {
  result.fill(0);
  for (let i = 0; i < size; i++) {
    for (let p = 0; p < size; p++) {
      const factor = left[i * size + p];
      for (let j = 0; j < size; j++) result[i * size + j] += factor * right[p * size + j];
    }
  }
}

const rowProduct = createRowProduct(engine.memory.memory);

/** A job with these arguments, on this thread. */
function run<Slots extends object>(
  { slots, number }: KernelCode<Slots> & Numbered,
  pieces: number,
  given: { readonly [Name in keyof Slots]: number },
): void {
  for (const name in slots) engine.ints[slots[name] as number] = given[name];
  engine.run(number, pieces, 0);
}

/** The kernels of code/gemm.ts on all of C at once, with this layout of B. */
function tiles(layoutOfB: number): void {
  const packed = engine.memory.workspace(4 * SIZE * SIZE);
  const [m, n, k] = [SIZE, SIZE, SIZE];
  run(KERNELS.packRows, 1, { a: a.byteOffset, stride: 4 * k, m, k, to: packed, rowsPerPiece: m });
  run(KERNELS.multiply, m / 256, {
    ...{ m, n, k, a: packed, panelOfA: 4 * TILE_ROWS * k, stepOfA: 4 * TILE_ROWS },
    ...{ b: b.byteOffset, layoutOfB, c: c.byteOffset, accumulate: 0, start: ZEROS, startStep: 0 },
    ...{ depth: MAX_DEPTH, rowsPerPiece: 256, columnsPerPiece: n },
  });
}

interface Step {
  readonly name: string;
  readonly run: () => unknown;
  readonly threads?: number;
}

const product = (kernels: typeof naive) => () => kernels.matmul(SIZE, SIZE, SIZE, a, b, false, c);

const STEPS: readonly Step[] = [
  { name: '1  triple loop i, j, p (naive.ts)', run: product(naive) },
  { name: '2  i, p, j: along the rows', run: () => alongRows(SIZE, a, b, c) },
  { name: '3  packed, 2x4 sums in registers (blocked.ts)', run: product(blocked) },
  {
    name: '4  i, p, j, four numbers at a time',
    run: () => {
      c.fill(0);
      rowProduct(SIZE, SIZE, SIZE, a.byteOffset, b.byteOffset, c.byteOffset);
    },
  },
  { name: '5  4x8 sums in registers, B where it is', run: () => tiles(B_IN_PLACE) },
  { name: '6  B packed, too', run: () => tiles(B_ROWS) },
  { name: '7  cut into pieces (simd, 1 thread)', run: product(simd) },
  { name: '8  2 threads', run: product(simd), threads: 2 },
];

/** Milliseconds of one run, of several if they are short. */
function time(run: () => unknown, runs: number): number {
  const start = performance.now();
  for (let i = 0; i < runs; i++) run();
  return (performance.now() - start) / runs;
}

/** @returns Their rates. */
async function measureSteps(): Promise<Bar[]> {
  const expected = new Float32Array(c.length);
  naive.matmul(SIZE, SIZE, SIZE, a, b, false, expected);
  const magnitude = new Float32Array(c.length);
  naive.matmul(SIZE, SIZE, SIZE, a.map(Math.abs), b.map(Math.abs), false, magnitude);
  const times = STEPS.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, { name, run, threads = 1 }] of STEPS.entries()) {
      await setThreads(engine, threads);
      c.fill(Number.NaN);
      for (let warmUp = 0; warmUp < (threads > 1 ? 60 : 1); warmUp++) run();
      if (round < 0) requireClose(name, c, expected, magnitude, SIZE + 3);
      else times[i].push(time(run, i < 3 ? 1 : 10));
    }
  }
  console.log(`product of ${SIZE}x${SIZE}x${SIZE}`.padEnd(49), 'GFLOP/s    gain');
  const rates = STEPS.map(({ name }, i) => ({ name, value: GFLOP / (median(times[i]) / 1000) }));
  for (const [i, { name, value }] of rates.entries()) {
    const gain = i === 0 ? '' : `${formatNumber(value / rates[i - 1].value)}x`;
    console.log(`  ${name.padEnd(47)} ${formatNumber(value).padStart(7)} ${gain.padStart(7)}`);
  }
  return rates;
}

const DEPTH = 256;

const LOOPS: readonly InnerLoopOptions[] = [
  ...[1, 2, 16].map((unroll) => ({ rows: 4, columns: 8, unroll, asks: false })),
  ...[2, 4, 8, 16].map((unroll) => ({ rows: 4, columns: 8, unroll, asks: true })),
  { rows: 2, columns: 16, unroll: 16, asks: true },
  { rows: 3, columns: 12, unroll: 16, asks: true },
  { rows: 5, columns: 8, unroll: 16, asks: true },
];

function measureLoops(): void {
  const result = allocate(64);
  const loops = LOOPS.map((options) => {
    const loop = createInnerLoop(engine.memory.memory, options);
    const { rows, columns } = options;
    const run = () => loop(DEPTH, a.byteOffset, b.byteOffset, result.byteOffset);
    run();
    const exact = (of: (value: number) => number) =>
      Array.from({ length: rows * columns }, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        let sum = 0;
        for (let p = 0; p < DEPTH; p++) sum += of(a[p * rows + row]) * of(b[p * columns + column]);
        return sum;
      });
    requireClose(
      `inner loop ${rows}x${columns}`,
      result.subarray(0, rows * columns),
      exact((value) => value),
      exact(Math.abs),
      DEPTH + 1,
    );
    return { ...options, run, gflop: (2 * rows * columns * DEPTH) / 1e9, times: [] as number[] };
  });
  for (let round = -2; round < ROUNDS; round++) {
    for (const loop of loops) {
      const milliseconds = time(loop.run, 20_000);
      if (round >= 0) loop.times.push(milliseconds);
    }
  }
  console.log(`\ninner loop, ${DEPTH} steps in the first cache             GFLOP/s`);
  for (const { rows, columns, unroll, asks, gflop, times } of loops) {
    const name = `${rows}x${columns}, unrolled ${unroll}${asks ? ', asks after each step' : ''}`;
    console.log(`  ${name.padEnd(47)} ${formatNumber(gflop / (median(times) / 1000)).padStart(7)}`);
  }
}

/** A whole training step: what is gained when its kernels are replayed instead of called. */
async function measureTraining(): Promise<void> {
  const images = normalize(generateDigits({ count: 1024, seed: 1 }));
  const settings: readonly Setting[] = [
    { kernels: 'blocked' },
    { ...ONE_THREAD, capture: false },
    ONE_THREAD,
    { ...TWO_THREADS, capture: false },
    TWO_THREADS,
  ];
  const steps = settings.map((setting) => {
    const training = new Training(kernelsNamed(setting.kernels), images, ARTICLE);
    return { setting, run: () => training.step(), times: [] as number[] };
  });
  for (let round = -1; round < ROUNDS; round++) {
    for (const { setting, run, times } of steps) {
      await use(setting);
      for (let warmUp = 0; warmUp < 600; warmUp++) run();
      const milliseconds = time(run, setting.kernels === 'blocked' ? 30 : 300);
      if (round >= 0) times.push(milliseconds);
    }
  }
  console.log(`\n${`training step, ${layersOf(ARTICLE)}, batches of ${ARTICLE.batch}`.padEnd(57)}    µs`);
  for (const { setting, times } of steps) {
    const { kernels, threads = 1, capture = true } = setting;
    const how = kernels === 'blocked' ? '' : capture ? ', replayed (captured)' : ', called one by one';
    const name = `${kernels}, ${threads === 1 ? '1 thread' : `${threads} threads`}${how}`;
    console.log(`  ${name.padEnd(55)} ${formatNumber(1000 * median(times)).padStart(5)}`);
  }
}

const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
console.log(`${formatEnvironment(environment())}\n`);
const rates = await measureSteps();
if (out !== undefined) {
  const bars = rates.map(({ name, value }) => ({ name: name.replace(/^(\d) +/, '$1: '), value }));
  writeFileSync(out, barChart({ title: `A product of ${SIZE}³, step by step`, unit: 'GFLOP/s' }, bars));
}
measureLoops();
await measureTraining();
