/**
 * A line chart as SVG: axes with round numbers, and lines, each with its name and its last value at its end. lossChart.ts
 * draws the loss per epoch with it.
 * Colours: Okabe & Ito, "Color Universal Design", 2008, which most colour-blind people can tell apart.
 */

import { type Axis, integerAxis, valueAxis } from './axes.ts';
import { px, svgPage, text } from './svg.ts';

const { max } = Math;

const WIDTH = 760;
const HEIGHT = 420;
const PLOT = { left: 72, right: 640, top: 76, bottom: 364 }; // the right margin holds the lines' names
const LABEL_HEIGHT = 34; // a line's name and its last value
const DOTS_UP_TO = 20; // points: with more of them the line alone is clearer
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9'];

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface LineChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** What stands in place of lines if there is no point. */
  readonly empty?: string;
  /** Whether equal factors of x are equal steps, where all x are positive and the last is ten times the first or more. */
  readonly hasLogarithmicX?: boolean;
}

/**
 * An SVG file as text. Points that are not finite are left out. The vertical axis is logarithmic, and labelled so, if the
 * maximum is at least ten times the minimum.
 *
 * @param lines - Up to six, each from left to right. Ticks of a linear x are integers, of epochs as of bytes.
 */
export function lineChart(options: LineChartOptions, lines: readonly Line[]): string {
  const { title, xLabel, yLabel, empty = 'no points', hasLogarithmicX } = options;
  const series = lines
    .map(({ name, points }, i) => ({
      name,
      color: COLORS[i],
      points: points.filter((point) => Number.isFinite(point.y)),
    }))
    .filter(({ points }) => points.length > 0);
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) return svg(title, [text(WIDTH / 2, HEIGHT / 2, empty, 'class="middle"')]);

  const values = points.map(({ x }) => x);
  const x = hasLogarithmicX ? valueAxis(values, true) : integerAxis(values);
  const y = valueAxis(
    points.map((point) => point.y),
    x.ticks.length > 1,
  );
  const at: Placing = {
    x: (value) => PLOT.left + x.place(value) * (PLOT.right - PLOT.left),
    y: (value) => PLOT.bottom - y.place(value) * (PLOT.bottom - PLOT.top),
  };
  return svg(title, [
    text(PLOT.left - 48, 54, y.logarithmic ? `${yLabel} (logarithmic)` : yLabel, 'class="label"'),
    ...horizontalGrid(y, at),
    `<line class="axis" x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}"/>`,
    ...horizontalTicks(x, at),
    text((PLOT.left + PLOT.right) / 2, HEIGHT - 16, xLabel, 'class="label middle"'),
    ...series.map((one) => drawLine(one, at)),
    ...nameLines(series, at),
  ]);
}

interface Series extends Line {
  readonly color: string;
}

/** Where a point lies on the page. */
interface Placing {
  x(value: number): number;
  y(value: number): number;
}

function horizontalGrid(axis: Axis, at: Placing): string[] {
  return axis.ticks.map((tick) => {
    const y = at.y(tick);
    return (
      `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${px(y)}" y2="${px(y)}"/>` +
      text(PLOT.left - 10, y + 4, axis.format(tick), 'class="tick end"')
    );
  });
}

function horizontalTicks(axis: Axis, at: Placing): string[] {
  return axis.ticks.map((tick) => {
    const x = at.x(tick);
    return (
      `<line class="axis" x1="${px(x)}" x2="${px(x)}" y1="${PLOT.bottom}" y2="${PLOT.bottom + 5}"/>` +
      text(x, PLOT.bottom + 20, axis.format(tick), 'class="tick middle"')
    );
  });
}

function drawLine({ points, color }: Series, at: Placing): string {
  const places = points.map((point) => `${px(at.x(point.x))},${px(at.y(point.y))}`);
  const line = `<polyline points="${places.join(' ')}" fill="none" stroke="${color}"/>`;
  const dotted = points.length <= DOTS_UP_TO ? places : places.slice(-1);
  const dots = dotted.map((place) => {
    const [x, y] = place.split(',');
    return `<circle cx="${x}" cy="${y}" r="3.5" fill="${color}"/>`;
  });
  return points.length > 1 ? line + dots.join('') : dots.join('');
}

/** The name and the last value of each line beside its end, moved apart if they would overlap. */
function nameLines(series: readonly Series[], at: Placing): string[] {
  const labels = series.map(({ name, color, points }) => {
    const end = points[points.length - 1];
    return {
      name,
      color,
      value: String(Number(end.y.toPrecision(4))),
      x: at.x(end.x) + 12,
      y: at.y(end.y) + 4,
    };
  });
  moveApart(labels);
  return labels.map(
    ({ name, color, value, x, y }) =>
      text(x, y, name, `class="name" fill="${color}"`) + text(x, y + 15, value, 'class="tick"'),
  );
}

/** Labels that would overlap share the room around their middle; none lies below the plot. */
function moveApart(labels: readonly { y: number }[]): void {
  const groups: { y: number }[][] = [];
  const middleOf = (group: readonly { y: number }[]) =>
    group.reduce((sum, { y }) => sum + y, 0) / group.length;
  for (const label of [...labels].sort((a, b) => a.y - b.y)) {
    let group = [label];
    for (let above = groups.at(-1); above !== undefined; above = groups.at(-1)) {
      const distance = ((above.length + group.length) / 2) * LABEL_HEIGHT;
      if (middleOf(group) - middleOf(above) >= distance) break;
      group = [...above, ...group];
      groups.pop();
    }
    groups.push(group);
  }
  for (const group of groups) {
    const first = middleOf(group) - ((group.length - 1) / 2) * LABEL_HEIGHT;
    group.forEach((label, i) => {
      label.y = first + i * LABEL_HEIGHT;
    });
  }
  const lowest = PLOT.bottom - 16;
  const overflow = max(0, ...labels.map(({ y }) => y - lowest));
  for (const label of labels) label.y -= overflow;
}

const STYLE = `
.name { font-weight: 600; }
.grid { stroke: #e4e8ec; }
polyline { stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
`;

function svg(title: string, parts: readonly string[]): string {
  return svgPage({ title, width: WIDTH, height: HEIGHT, style: STYLE }, parts);
}
