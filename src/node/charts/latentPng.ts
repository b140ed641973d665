/** A latent plot as pixels, two for each of the SVG's, with the letters of pixelFont.ts. Read latentPlot.ts first. */

import { drawText, textWidth } from '../pictures/pixelFont.ts';
import { encodePng, type PixelImage } from '../pictures/png.ts';
import { type LatentPlot, legendOf, type Mark, PAGE, PLOT, type PlotLayer } from './latentPlot.ts';

const { abs, ceil, floor, hypot, max, min, round } = Math;

const SCALE = 2; // pixels for one of the plot
const RADIUS = 2.6; // of a dot, in the plot's pixels
const OPACITY = 0.8;
const TEXT = { title: 4, label: 3, crowded: 2 }; // pixels per dot of a letter

type Color = readonly [red: number, green: number, blue: number];
const WHITE: Color = [255, 255, 255];
const DARK = colorOf('#1f2328');
const GRAY = colorOf('#59636e');
const AXIS = colorOf('#8c959f');
const GRID = colorOf('#eef1f4');

/**
 * Draws a plot of codes as a PNG file of 1520×1200 pixels.
 *
 * @example
 * const png = latentPng(latentPlot(codes, { labels, source: 'digits' }));
 * await writeFileAtomically('codes.png', png);
 */
export function latentPng(plot: LatentPlot): Uint8Array {
  const canvas = new Canvas();
  const { left, right, top, bottom } = PLOT;
  canvas.text(24, 26, plot.title, { size: TEXT.title, color: DARK });
  canvas.text(24, 50, plot.caption);
  canvas.text(left, top - 16, plot.yLabel);
  for (const { at } of plot.xTicks) canvas.line(at, top, at, bottom, GRID);
  for (const { at } of plot.yTicks) canvas.line(left, at, right, at, GRID);
  for (const { at, text } of plot.xTicks) canvas.text(at, bottom + 15, text, { align: 0.5 });
  for (const { at, text } of plot.yTicks) canvas.text(left - 10, at, text, { align: 1 });
  canvas.line(left, bottom, right, bottom, AXIS);
  canvas.line(left, top, left, bottom, AXIS);
  canvas.text((left + right) / 2, bottom + 40, plot.xLabel, { align: 0.5 });
  for (const layer of plot.layers) canvas.marks(layer, RADIUS, OPACITY);
  const legend = legendOf(plot);
  const size = legend.step < 13 ? TEXT.crowded : TEXT.label;
  plot.classes.forEach((look, i) => {
    canvas.marks({ look, points: [[legend.x, legend.y(i)]] }, min(2 * RADIUS, 0.4 * legend.step), 1);
    canvas.text(legend.x + 14, legend.y(i), look.name, { color: DARK, size });
  });
  return encodePng(canvas.image);
}

interface TextOptions {
  readonly size?: number;
  readonly color?: Color;
  /** The part of the text that is left of x: 0, 0.5 (centred) or 1. */
  readonly align?: number;
}

/** Pixels that are addressed by the plot's coordinates. */
class Canvas {
  readonly image: PixelImage = {
    width: SCALE * PAGE.width,
    height: SCALE * PAGE.height,
    channels: 3,
    data: new Uint8Array(SCALE ** 2 * PAGE.width * PAGE.height * 3).fill(WHITE[0]),
  };

  /** Text whose middle is at y. */
  text(x: number, y: number, content: string, options: TextOptions = {}): void {
    const { size = TEXT.label, color = GRAY, align = 0 } = options;
    const left = round(SCALE * x - align * textWidth(content, size));
    drawText(content, { left, middle: round(SCALE * y), size }, (px, py) => this.#mix(px, py, color, 1));
  }

  /** A line down or to the right. */
  line(x1: number, y1: number, x2: number, y2: number, color: Color): void {
    for (let y = round(SCALE * y1); y <= round(SCALE * y2); y++) {
      for (let x = round(SCALE * x1); x <= round(SCALE * x2); x++) this.#mix(x, y, color, 1);
    }
  }

  marks({ look, points }: PlotLayer, radius: number, opacity: number): void {
    const color = colorOf(look.color);
    const r = SCALE * radius;
    for (const [x, y] of points) {
      const [centreX, centreY] = [SCALE * x, SCALE * y];
      for (let py = floor(centreY - r); py <= ceil(centreY + r); py++) {
        for (let px = floor(centreX - r); px <= ceil(centreX + r); px++) {
          const inside = coverage(look.mark, px + 0.5 - centreX, py + 0.5 - centreY, r);
          if (inside > 0) this.#mix(px, py, color, opacity * inside);
        }
      }
    }
  }

  #mix(x: number, y: number, color: Color, opacity: number): void {
    const { width, height, data } = this.image;
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const at = (y * width + x) * 3;
    for (let channel = 0; channel < 3; channel++) {
      data[at + channel] += round(opacity * (color[channel] - data[at + channel]));
    }
  }
}

/** How much of a pixel is inside a mark, given its distance from the mark's middle: edges are one pixel wide, and soft. */
function coverage(mark: Mark, dx: number, dy: number, r: number): number {
  const beyond = {
    disc: hypot(dx, dy) - r,
    square: max(abs(dx), abs(dy)) - r,
    diamond: abs(dx) + abs(dy) - r,
    triangle: max(abs(dx) - (dy + r) / 2, dy - r), // the top corner at -r, the base at r
  }[mark];
  return max(0, min(1, 0.5 - beyond));
}

/** `#rrggbb` */
function colorOf(hex: string): Color {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Color;
}
