/**
 * How the cost of training grows with its work: what `npm run bench:scaling` measures, what it asks of threads, and its
 * chart. Read goals.ts first.
 */

import { lineChart } from '../src/node/charts/lineChart.ts';
import { atLeast, type Goal } from './goals.ts';

/** A network and how it is trained. */
export interface Setup {
  /** Input, hidden, code, hidden, output. */
  readonly widths: readonly number[];
  readonly batchSize: number;
}

/** One number that grows while all others stay. */
export interface Sweep {
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  readonly sizes: readonly number[];
  /** Those of a quick run. */
  readonly quickSizes: readonly number[];
  readonly setup: (size: number) => Setup;
}

const BATCH = 128;

export const SWEEPS: readonly Sweep[] = [
  {
    name: 'batch',
    title: '784-64-32-32-32-64-784, by the size of the batches',
    xLabel: 'samples in a batch',
    sizes: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    quickSizes: [1, 32, 1024],
    setup: (batchSize) => ({ widths: [784, 64, 32, 32, 32, 64, 784], batchSize }),
  },
  {
    name: 'width',
    title: `784-w-32-w-784, batches of ${BATCH}, by the width of the hidden layers`,
    xLabel: 'width w',
    sizes: [16, 64, 256, 1024, 4096],
    quickSizes: [16, 512],
    setup: (width) => ({ widths: [784, width, 32, width, 784], batchSize: BATCH }),
  },
  {
    name: 'code',
    title: `784-256-c-256-784, batches of ${BATCH}, by the length of the code`,
    xLabel: 'length c of the code',
    sizes: [2, 8, 32, 128, 512],
    quickSizes: [2, 512],
    setup: (length) => ({ widths: [784, 256, length, 256, 784], batchSize: BATCH }),
  },
];

/** How fast each engine trained at one size of a sweep. */
export interface Measured {
  readonly sweep: string;
  readonly size: number;
  /** Images a second, by engine; 0 for one that failed. */
  readonly rates: Readonly<Record<string, number>>;
}

/** Of more threads than processors: of the rate of one thread. */
const MIN_SHARE = 0.5;

/** @param ratio - How many times as fast as one thread these are, within the same rounds. */
export function judgeThreads(sweep: string, size: number, threads: number, ratio: number): Goal {
  return atLeast(`${threads} threads over one, ${sweep} ${size}`, ratio, MIN_SHARE);
}

/** An SVG file as text: a chart for each sweep, one below the other, with a line for each engine. */
export function scalingChart(sweeps: readonly Sweep[], measured: readonly Measured[]): string {
  const charts = sweeps.map(({ name, title, xLabel }) => {
    const points = measured.filter(({ sweep }) => sweep === name);
    const engines = [...new Set(points.flatMap(({ rates }) => Object.keys(rates)))];
    const pointsOf = (by: string) =>
      points.map(({ size, rates }) => ({ x: size, y: rates[by] || Number.NaN }));
    const lines = engines.map((name) => ({ name, points: pointsOf(name) }));
    const yLabel = 'images/s in training';
    return lineChart({ title, xLabel, yLabel, hasLogarithmicX: true }, lines);
  });
  return stacked(charts);
}

const GAP = 16;

/** SVG files of one width as one file, from top to bottom. */
function stacked(charts: readonly string[]): string {
  let top = 0;
  let width = 0;
  const placed = charts.map((chart) => {
    const [, ofChart, height] = chart.match(/width="(\d+)" height="(\d+)"/)!.map(Number);
    const y = top;
    top += height + GAP;
    width = ofChart;
    return chart.trim().replace('<svg ', `<svg y="${y}" `);
  });
  const size = `width="${width}" height="${top - GAP}" viewBox="0 0 ${width} ${top - GAP}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${placed.join('\n')}\n</svg>\n`;
}
