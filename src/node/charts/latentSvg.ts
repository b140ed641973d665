/** A latent plot as SVG. Read latentPlot.ts first. */

import { type LatentPlot, legendOf, type Mark, PAGE, PLOT, type PlotLayer } from './latentPlot.ts';
import { px, svgPage, text } from './svg.ts';

const RADIUS = 2.6; // of a dot, in pixels

const STYLE = `
.grid { stroke: #eef1f4; }
.name { fill: #1f2328; }
path { stroke-linecap: round; }
.dots { fill-opacity: 0.8; stroke-opacity: 0.8; }
`;

/**
 * Draws a plot of codes as an SVG file.
 *
 * @example
 * latentSvg(latentPlot(codes, { labels, source: 'digits' })).startsWith('<svg'); // true
 */
export function latentSvg(plot: LatentPlot): string {
  const { title, caption, xLabel, yLabel, xTicks, yTicks, classes, layers } = plot;
  const { left, right, top, bottom } = PLOT;
  const legend = legendOf(plot);
  const size = Math.min(13, legend.step); // of the legend's letters
  return svgPage({ title, ...PAGE, style: STYLE }, [
    text(24, 54, caption, 'class="label"'),
    text(left, top - 12, yLabel, 'class="label"'),
    ...xTicks.map(({ at }) => line('grid', at, top, at, bottom)),
    ...yTicks.map(({ at }) => line('grid', left, at, right, at)),
    ...xTicks.map((tick) => text(tick.at, bottom + 20, tick.text, 'class="tick middle"')),
    ...yTicks.map((tick) => text(left - 10, tick.at + 4, tick.text, 'class="tick end"')),
    line('axis', left, bottom, right, bottom),
    line('axis', left, top, left, bottom),
    text((left + right) / 2, bottom + 44, xLabel, 'class="label middle"'),
    '<g class="dots">',
    ...layers.map((layer) => drawLayer(layer, RADIUS)),
    '</g>',
    ...classes.map(({ name, color, mark }, i) => {
      const y = legend.y(i);
      const dot = { look: { name, color, mark }, points: [[legend.x, y] as const] };
      const style = `class="name" style="font-size: ${px(size)}px"`;
      return drawLayer(dot, 0.4 * size) + text(legend.x + 14, y + 0.35 * size, name, style);
    }),
  ]);
}

/** All dots of a layer as one path, which takes about ten characters a dot. */
function drawLayer({ look: { color, mark }, points }: PlotLayer, radius: number): string {
  const path = points.map(([x, y]) => markPath(mark, x, y, radius)).join('');
  const paint = mark === 'disc' ? `stroke="${color}" stroke-width="${px(2 * radius)}"` : `fill="${color}"`;
  return `<path d="${path}" ${paint}/>`;
}

function markPath(mark: Mark, x: number, y: number, r: number): string {
  const a = px(r);
  switch (mark) {
    case 'disc':
      return `M${px(x)} ${px(y)}h0`; // a line of length 0 with round ends
    case 'square':
      return `M${px(x - r)} ${px(y - r)}h${px(2 * r)}v${px(2 * r)}h-${px(2 * r)}z`;
    case 'triangle':
      return `M${px(x)} ${px(y - r)}l${a} ${px(2 * r)}h-${px(2 * r)}z`;
    case 'diamond':
      return `M${px(x)} ${px(y - r)}l${a} ${a}l-${a} ${a}l-${a} -${a}z`;
  }
}

function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="${kind}" x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}"/>`;
}
