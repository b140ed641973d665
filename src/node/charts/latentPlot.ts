/**
 * Codes in two dimensions: their first two principal components, coloured by class. This file decides what is drawn and
 * where; latentSvg.ts and latentPng.ts draw it.
 *
 * Colours: Petroff, "Accessible Color Sequences for Data Visualization", arXiv:2107.02270, ten that colour-blind people can
 * tell apart, too; the next ten classes get the same colours with another mark. Both axes have the same scale, so that
 * distances can be compared.
 */

import { classesOf } from '../../evaluation/labels.ts';
import { PCA } from '../../evaluation/pca.ts';
import { type OptionNames, requireOptions } from '../../tensor/options.ts';
import { Random } from '../../tensor/random.ts';
import { requireTensor, type Tensor } from '../../tensor/tensor.ts';
import { formatTick, roundStep } from './svg.ts';

const { ceil, floor, max, min } = Math;

const COLORS = [
  '#3f90da',
  '#ffa90e',
  '#bd1f01',
  '#94a4a2',
  '#832db6',
  '#a96b59',
  '#e76300',
  '#b9ac70',
  '#717581',
  '#92dadd',
];
const MARKS = ['disc', 'square', 'triangle', 'diamond'] as const;
export type Mark = (typeof MARKS)[number];

/** How many classes get their own colour and mark: the commonest ones. All others are drawn as one class. */
const MAX_CLASSES = COLORS.length * MARKS.length;
const OTHERS: PlottedClass = { name: 'others', color: '#c8ced4', mark: 'disc' };
/** Letters that the legend has room for. */
const LONGEST_NAME = 12;

/** More dots only hide each other. */
const MAX_POINTS = 3000;
/** Fixed, so that the same dots are chosen each time. */
const SEED = 0;
/** All classes are drawn in each layer: drawn one after the other, the last class would hide the first. */
const LAYERS = 8;
const MARGIN = 0.04; // of the range

/** Options of {@link latentPlot}. */
export interface LatentOptions {
  /** The class of each code. Without them all dots look the same. */
  readonly labels?: ArrayLike<number> | undefined;
  /** The name of class i. @default its number */
  readonly names?: readonly string[] | undefined;
  /** The name of the data, for the caption. */
  readonly source: string;
}

const OPTIONS: OptionNames<LatentOptions> = { labels: true, names: true, source: true };

/** What a plot of codes shows and where. All positions are in pixels, y pointing down. */
export interface LatentPlot {
  readonly title: string;
  readonly caption: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** The lines of the legend. */
  readonly classes: readonly PlottedClass[];
  /** Drawn in this order; each holds some dots of one class. */
  readonly layers: readonly PlotLayer[];
}

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** One line of the legend. */
export interface PlottedClass {
  readonly name: string;
  readonly color: string;
  readonly mark: Mark;
}

export interface PlotLayer {
  readonly look: PlottedClass;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export const PAGE = { width: 760, height: 600 };
export const PLOT = { left: 72, right: 612, top: 96, bottom: 536 };

/**
 * Decides what a plot of codes shows: their first two principal components, coloured by class. Of more than 3,000 codes as
 * many are drawn at random; of more than 40 classes the commonest ones have a look of their own.
 *
 * @param codes - Shape `[n, code length]`.
 * @param options - `labels`: n of them; without them all dots look the same.
 * @throws {TypeError} If the codes are no Tensor, or an option is unknown.
 * @throws {ShapeError} If there are no codes.
 * @example
 * const plot = latentPlot(codes, { labels, source: 'digits' });
 * await writeFileAtomically('codes.svg', latentSvg(plot));
 */
export function latentPlot(codes: Tensor, options: LatentOptions): LatentPlot {
  requireTensor('latentPlot', 'the codes are', codes);
  requireOptions('latentPlot', options, OPTIONS);
  const { labels, names, source } = options;
  const [n, width] = codes.shape;
  const components = PCA.fit(codes, 2);
  const { data, shape } = components.transform(codes);
  const placeOf = (i: number): [number, number] => [data[i * shape[1]], shape[1] > 1 ? data[i * 2 + 1] : 0];
  const drawn = chooseDrawn(n);
  const { xTicks, yTicks, place } = axesOf(drawn.map(placeOf));
  const classes = labels ? commonestClasses(labels) : [0];
  const looks = classes.map((label, i) => lookOf(i, labels ? (names?.[label] ?? String(label)) : 'samples'));
  const lookOfLabel = new Map(classes.map((label, i) => [label, looks[i]]));
  const hasOthers = labels !== undefined && !Array.from(labels).every((label) => lookOfLabel.has(label));
  const share = (i: number) => `${(100 * (components.varianceShares[i] ?? 0)).toFixed(1)} % of the variance`;
  const what = `${n === 1 ? 'code' : 'codes'} of ${width} ${width === 1 ? 'number' : 'numbers'} (${source})`;
  return {
    title: 'Codes, seen along their two principal components',
    caption:
      drawn.length < n
        ? `${count(drawn.length)} of ${count(n)} ${what}, drawn at random`
        : `${count(n)} ${what}`,
    xLabel: `component 1: ${share(0)}`,
    yLabel: `component 2: ${share(1)}`,
    xTicks,
    yTicks,
    classes: labels ? [...looks, ...(hasOthers ? [OTHERS] : [])] : [],
    layers: layersOf(
      drawn,
      (i) => lookOfLabel.get(labels?.[i] ?? 0) ?? OTHERS,
      (i) => place(placeOf(i)),
    ),
  };
}

function count(number: number): string {
  return number.toLocaleString('en');
}

/** The labels of the commonest classes, in ascending order; between two that are as common, the smaller label wins. */
function commonestClasses(labels: ArrayLike<number>): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  const byCount = [...counts].sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return classesOf(byCount.slice(0, MAX_CLASSES).map(([label]) => label));
}

function lookOf(i: number, name: string): PlottedClass {
  const letters = Array.from(name);
  const short = letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join('')}…` : name;
  return { name: short, color: COLORS[i % COLORS.length], mark: MARKS[floor(i / COLORS.length)] };
}

/** Which of n points are drawn, in random order: all if they are few. */
function chooseDrawn(n: number): number[] {
  const numbers = Array.from({ length: n }, (_, i) => i);
  new Random(SEED).shuffle(numbers);
  return numbers.slice(0, MAX_POINTS);
}

/** The points in layers of one look each: some of every class, then some more of every class, and so on. */
function layersOf(
  drawn: readonly number[],
  lookOf: (i: number) => PlottedClass,
  placeOf: (i: number) => [number, number],
): PlotLayer[] {
  const step = ceil(drawn.length / LAYERS);
  const layers: PlotLayer[] = [];
  for (let start = 0; start < drawn.length; start += step) {
    const ofLook = new Map<PlottedClass, [number, number][]>();
    for (const i of drawn.slice(start, start + step)) {
      const points = ofLook.get(lookOf(i)) ?? [];
      ofLook.set(lookOf(i), points);
      points.push(placeOf(i));
    }
    for (const [look, points] of ofLook) layers.push({ look, points });
  }
  return layers;
}

interface Axes {
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly place: (point: readonly [x: number, y: number]) => [x: number, y: number];
}

/** Both axes with one scale: the points fill the plot in one direction and are centred in the other. */
function axesOf(points: readonly (readonly [x: number, y: number])[]): Axes {
  const [xs, ys] = [0, 1].map((axis) => rangeOf(points.map((point) => point[axis])));
  const [width, height] = [PLOT.right - PLOT.left, PLOT.bottom - PLOT.top];
  const unit = max((xs.high - xs.low) / width, (ys.high - ys.low) / height) * (1 + 2 * MARGIN);
  const perPixel = unit > 0 ? unit : 1 / width; // 0 if all points are in one place
  const x = (value: number) => (PLOT.left + PLOT.right) / 2 + (value - xs.middle) / perPixel;
  const y = (value: number) => (PLOT.top + PLOT.bottom) / 2 - (value - ys.middle) / perPixel;
  const step = roundStep((perPixel * width) / 11);
  const ticks = (middle: number, length: number, at: (value: number) => number) => {
    const [first, last] = [-1, 1].map((side) => (middle + (side * length * perPixel) / 2) / step);
    const numbers = Array.from({ length: floor(last) - ceil(first) + 1 }, (_, i) => ceil(first) + i);
    return numbers.map((number) => ({ at: at(number * step), text: formatTick(number * step, step) }));
  };
  return {
    xTicks: ticks(xs.middle, width, x),
    yTicks: ticks(ys.middle, height, y),
    place: ([a, b]) => [x(a), y(b)],
  };
}

function rangeOf(values: readonly number[]): { low: number; high: number; middle: number } {
  const low = values.reduce((a, b) => min(a, b));
  const high = values.reduce((a, b) => max(a, b));
  return { low, high, middle: (low + high) / 2 };
}

export interface Legend {
  readonly x: number;
  /** The middle of a line, counted from the top. */
  readonly y: (line: number) => number;
  /** From one line to the next; smaller if there are many classes. */
  readonly step: number;
}

export function legendOf({ classes }: LatentPlot): Legend {
  const step = min(22, (PLOT.bottom - PLOT.top) / max(1, classes.length));
  return { x: PLOT.right + 24, y: (line) => PLOT.top + step * (line + 0.5), step };
}
