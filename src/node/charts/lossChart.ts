/**
 * The loss per epoch as an SVG line chart: axes with round numbers, one line for training and one for validation, each
 * with its name at its end.
 * Colours: Okabe & Ito, "Color Universal Design", 2008, which most colour-blind people can tell apart.
 */

import { type OptionNames, requireOptions } from '../../tensor/options.ts';
import { formatTick, px, roundStep, svgPage, text } from './svg.ts';

const { abs, ceil, floor, log10, max, min } = Math;

const WIDTH = 760;
const HEIGHT = 420;
const PLOT = { left: 72, right: 640, top: 76, bottom: 364 }; // the right margin holds the lines' names
const LABEL_HEIGHT = 34; // a line's name and its last value
const LOG_FROM = 10; // maximum over minimum loss from which a logarithmic axis shows more
const DOTS_UP_TO = 20; // epochs: with more of them the line alone is clearer
const BLUE = '#0072b2';
const VERMILION = '#d55e00';

export interface EpochLoss {
  readonly epoch: number;
  readonly loss: number;
  readonly validationLoss?: number | undefined;
}

export interface ChartOptions {
  readonly title: string;
  /** The name of the vertical axis, such as "mean squared error". */
  readonly yLabel: string;
  /** The names of the two lines. @default ['training', 'validation'] */
  readonly names?: readonly [loss: string, validationLoss: string];
}

const OPTIONS: OptionNames<ChartOptions> = { title: true, yLabel: true, names: true };

/**
 * An SVG file as text. Losses that are not finite are left out; without any, the chart says "no epochs yet".
 * The axis is logarithmic, and labelled so, if the maximum loss is at least ten times the minimum.
 */
export function lossChart(history: readonly EpochLoss[], options: ChartOptions): string {
  requireOptions('lossChart', options, OPTIONS);
  const { title, yLabel, names = ['training', 'validation'] } = options;
  const series = [
    newSeries(names[0], BLUE, history, ({ loss }) => loss),
    newSeries(names[1], VERMILION, history, ({ validationLoss }) => validationLoss),
  ].filter(({ points }) => points.length > 0);
  const values = series.flatMap(({ points }) => points.map(({ y }) => y));
  if (values.length === 0) {
    return svg(title, [text(WIDTH / 2, HEIGHT / 2, 'no epochs yet', 'class="middle"')]);
  }

  const x = epochAxis(series.flatMap(({ points }) => points.map((point) => point.x)));
  const y = lossAxis(values, x.ticks.length > 1);
  const atX = (epoch: number): number => PLOT.left + x.place(epoch) * (PLOT.right - PLOT.left);
  const atY = (loss: number): number => PLOT.bottom - y.place(loss) * (PLOT.bottom - PLOT.top);
  return svg(title, [
    text(PLOT.left - 48, 54, y.logarithmic ? `${yLabel} (logarithmic)` : yLabel, 'class="label"'),
    ...y.ticks.map((tick) => horizontalGridLine(atY(tick), y.format(tick))),
    `<line class="axis" x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}"/>`,
    ...x.ticks.map((tick) => epochTick(atX(tick), x.format(tick))),
    text((PLOT.left + PLOT.right) / 2, HEIGHT - 16, 'epoch', 'class="label middle"'),
    ...series.map((one) => drawLine(one, atX, atY)),
    ...nameLines(series, atX, atY),
  ]);
}

interface Series {
  readonly name: string;
  readonly color: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

function newSeries(
  name: string,
  color: string,
  history: readonly EpochLoss[],
  lossOf: (entry: EpochLoss) => number | undefined,
): Series {
  const points = history.map((entry) => ({ x: entry.epoch, y: lossOf(entry) ?? Number.NaN }));
  return { name, color, points: points.filter((point) => Number.isFinite(point.y)) };
}

interface Axis {
  readonly logarithmic: boolean;
  readonly ticks: readonly number[];
  /** Where a value lies on the axis: 0 at its beginning, 1 at its end. */
  place(value: number): number;
  format(value: number): string;
}

function lossAxis(values: readonly number[], mayZoom: boolean): Axis {
  const minimum = values.reduce((a, b) => min(a, b));
  const maximum = values.reduce((a, b) => max(a, b));
  return minimum > 0 && maximum >= LOG_FROM * minimum
    ? logAxis(minimum, maximum)
    : linearAxis(minimum, maximum, mayZoom);
}

/** From one round number to another. It begins at zero, unless the values are close together and it may zoom in on them. */
function linearAxis(minimum: number, maximum: number, mayZoom: boolean): Axis {
  const size = max(abs(minimum), abs(maximum));
  const closeTogether = mayZoom && maximum - minimum < 0.4 * size && maximum - minimum > 1e-6 * size;
  const low = closeTogether ? minimum : min(0, minimum);
  const high = closeTogether ? maximum : max(low === 0 && maximum <= 0 ? 1 : 0, maximum);
  const step = roundStep((high - low) / 5);
  const [first, last] = [floor(low / step + 1e-9), ceil(high / step - 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return {
    logarithmic: false,
    ticks,
    place: (value) => (value / step - first) / (last - first),
    format: (value) => formatTick(value, step),
  };
}

/** Ticks at powers of ten; if these are few, also at round numbers between them. */
function logAxis(minimum: number, maximum: number): Axis {
  const [log10Minimum, log10Maximum] = [log10(minimum), log10(maximum)];
  const pad = 0.04 * (log10Maximum - log10Minimum);
  const [low, high] = [log10Minimum - pad, log10Maximum + pad];
  const decades = high - low;
  const factors = decades < 1.3 ? [1, 2, 3, 5, 7] : decades < 3 ? [1, 2, 5] : [1];
  const everyOther = ceil(decades / 8); // at most about eight powers
  const ticks: number[] = [];
  for (let power = floor(low); power <= high; power++) {
    if (power % everyOther !== 0) continue;
    // Parsed from text ("1e-5"): 10 ** -5 is off by a rounding error.
    for (const factor of factors) ticks.push(Number(`${factor}e${power}`));
  }
  return {
    logarithmic: true,
    ticks: ticks.filter((tick) => log10(tick) >= low && log10(tick) <= high),
    place: (value) => (log10(value) - low) / (high - low),
    format: (value) => formatTick(value, value),
  };
}

/** Ticks at the first epoch and at round ones. A single epoch is drawn in the middle. */
function epochAxis(epochs: readonly number[]): Axis {
  const first = epochs.reduce((a, b) => min(a, b));
  const last = epochs.reduce((a, b) => max(a, b));
  const step = max(1, roundStep(max(1, last - first) / 10));
  const place = (epoch: number): number => (first === last ? 0.5 : (epoch - first) / (last - first));
  const ticks: number[] = [];
  for (let tick = ceil(first / step) * step; tick <= last; tick += step) ticks.push(tick);
  const roomForFirst = ticks.length === 0 || place(ticks[0]) > 0.04;
  if (roomForFirst && first !== ticks[0]) ticks.unshift(first);
  return { logarithmic: false, ticks, place, format: String };
}

function horizontalGridLine(y: number, label: string): string {
  return (
    `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${px(y)}" y2="${px(y)}"/>` +
    text(PLOT.left - 10, y + 4, label, 'class="tick end"')
  );
}

function epochTick(x: number, label: string): string {
  return (
    `<line class="axis" x1="${px(x)}" x2="${px(x)}" y1="${PLOT.bottom}" y2="${PLOT.bottom + 5}"/>` +
    text(x, PLOT.bottom + 20, label, 'class="tick middle"')
  );
}

type Placing = (value: number) => number;

function drawLine({ points, color }: Series, atX: Placing, atY: Placing): string {
  const places = points.map((point) => `${px(atX(point.x))},${px(atY(point.y))}`);
  const line = `<polyline points="${places.join(' ')}" fill="none" stroke="${color}"/>`;
  const dotted = points.length <= DOTS_UP_TO ? places : places.slice(-1);
  const dots = dotted.map((place) => {
    const [x, y] = place.split(',');
    return `<circle cx="${x}" cy="${y}" r="3.5" fill="${color}"/>`;
  });
  return points.length > 1 ? line + dots.join('') : dots.join('');
}

/** The name and the last value of each line beside its end, moved apart if they would overlap. */
function nameLines(series: readonly Series[], atX: Placing, atY: Placing): string[] {
  const labels = series.map(({ name, color, points }) => {
    const end = points[points.length - 1];
    return {
      name,
      color,
      value: String(Number(end.y.toPrecision(4))),
      x: atX(end.x) + 12,
      y: atY(end.y) + 4,
    };
  });
  const [upper, lower] = [...labels].sort((a, b) => a.y - b.y);
  if (lower !== undefined && lower.y - upper.y < LABEL_HEIGHT) {
    const middle = (upper.y + lower.y) / 2;
    upper.y = middle - LABEL_HEIGHT / 2;
    lower.y = middle + LABEL_HEIGHT / 2;
  }
  const lowest = PLOT.bottom - 16;
  const overflow = max(0, ...labels.map(({ y }) => y - lowest));
  return labels.map(({ name, color, value, x, y }) => {
    const at = y - overflow;
    return text(x, at, name, `class="name" fill="${color}"`) + text(x, at + 15, value, 'class="tick"');
  });
}

const STYLE = `
.name { font-weight: 600; }
.grid { stroke: #e4e8ec; }
polyline { stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
`;

function svg(title: string, parts: readonly string[]): string {
  return svgPage({ title, width: WIDTH, height: HEIGHT, style: STYLE }, parts);
}
