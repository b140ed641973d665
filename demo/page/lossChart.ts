/** The loss curves as they fall. Read scales.ts and painter.ts first. */

import type { Kind, LossPoint } from '../messages.ts';
import { byId, create } from './dom.ts';
import { onLanguage, say, type TextKey, text } from './language.ts';
import { colour, Painter, surface } from './painter.ts';
import { formatLoss, formatTick, place, type Scale, scaleOf, ticksOf } from './scales.ts';

/** More points than this are merged, two and two: a screen shows no more. */
const MOST_POINTS = 600;

export interface Point {
  readonly step: number;
  readonly value: number;
}

/** A curve that never gets long: a point is the mean of 1, 2, 4, ... values, more the longer training goes. */
export class Curve {
  readonly points: Point[] = [];
  #size = 1;
  #sum = 0;
  #count = 0;

  add(step: number, value: number): void {
    if (this.#count > 0) this.points.pop(); // the unfinished mean
    this.#sum += value;
    this.#count++;
    this.points.push({ step, value: this.#sum / this.#count });
    if (this.#count < this.#size) return;
    this.#count = this.#sum = 0;
    if (this.points.length >= MOST_POINTS) this.#merge();
  }

  /** The point that is nearest to a step. */
  nearest(step: number): Point | undefined {
    let best: Point | undefined;
    for (const point of this.points) {
      if (!best || Math.abs(point.step - step) <= Math.abs(best.step - step)) best = point;
    }
    return best;
  }

  #merge(): void {
    const { points } = this;
    for (let i = 0; i < points.length >> 1; i++) {
      const [left, right] = [points[2 * i], points[2 * i + 1]];
      points[i] = { step: right.step, value: (left.value + right.value) / 2 };
    }
    points.length >>= 1;
    this.#size *= 2;
  }
}

const STYLES: Readonly<Record<string, { readonly colour: string; readonly text: TextKey }>> = {
  training: { colour: '--curve-1', text: 'curveTraining' },
  test: { colour: '--curve-2', text: 'curveTest' },
  generator: { colour: '--curve-1', text: 'curveGenerator' },
  discriminator: { colour: '--curve-2', text: 'curveDiscriminator' },
};

const TEACH: Readonly<Record<Kind, TextKey>> = {
  autoencoder: 'lossTeach',
  vae: 'lossTeachVae',
  gan: 'lossTeachGan',
};

const MARGIN = { left: 46, right: 14, top: 10, bottom: 26 }; // CSS pixels, for the numbers of the axes

export class LossChart {
  readonly #canvas = byId('loss-chart', HTMLCanvasElement);
  readonly #readout = byId('loss-readout');
  readonly #painter: Painter;
  #curves = new Map<string, Curve>();
  #lastStep = 0;
  /** The step under the pointer. */
  #hovered: number | undefined;

  constructor() {
    this.#painter = new Painter(this.#canvas, () => this.#draw(), { everyMs: 150 });
    onLanguage(() => {
      this.#showLegend();
      this.describe();
    });
    const canvas = this.#canvas;
    canvas.addEventListener('pointermove', ({ offsetX }) => this.#hover(this.#stepAt(offsetX)));
    canvas.addEventListener('pointerleave', () => this.#hover(undefined));
    canvas.addEventListener('blur', () => this.#hover(undefined));
    canvas.addEventListener('keydown', (event) => {
      const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!direction) return;
      event.preventDefault();
      const step = (this.#hovered ?? this.#lastStep) + (direction * this.#lastStep) / 40;
      this.#hover(Math.max(0, Math.min(this.#lastStep, step)));
    });
    this.clear();
  }

  setKind(kind: Kind): void {
    say(byId('loss-teach'), TEACH[kind]);
  }

  clear(): void {
    this.#curves = new Map();
    this.#lastStep = 0;
    this.#hovered = undefined;
    this.#readout.textContent = '\u00a0';
    this.#showLegend();
    this.describe();
    this.#painter.repaint();
  }

  add(points: readonly LossPoint[]): void {
    const before = this.#curves.size;
    for (const { step, values } of points) {
      this.#lastStep = step;
      for (const [name, value] of Object.entries(values)) {
        const curve = this.#curves.get(name) ?? new Curve();
        this.#curves.set(name, curve);
        curve.add(step, value);
      }
    }
    if (this.#curves.size !== before) this.#showLegend();
    this.#painter.repaint();
  }

  /** Names the chart for screen readers: seldom, as each change may be read out. */
  describe(): void {
    const last = [...this.#curves].map(([name, { points }]) => describeValue(name, points.at(-1)?.value));
    this.#canvas.setAttribute('aria-label', text('lossLabel', { values: last.join(', ') || '–' }));
  }

  #showLegend(): void {
    byId('loss-legend').replaceChildren(
      ...[...this.#curves.keys()].map((name) => {
        const swatch = create('i');
        swatch.style.background = `var(${STYLES[name]?.colour})`;
        return create('span', {}, swatch, STYLES[name] ? text(STYLES[name].text) : name);
      }),
    );
    this.#painter?.repaint();
  }

  #hover(step: number | undefined): void {
    if (this.#curves.size === 0 || step === this.#hovered) return;
    this.#hovered = step;
    this.#painter.repaintNow();
  }

  #stepAt(x: number): number {
    const share = (x - MARGIN.left) / (this.#painter.width - MARGIN.left - MARGIN.right);
    return Math.max(0, Math.min(1, share)) * this.#lastStep;
  }

  #draw(): void {
    const { width, height } = this.#painter;
    const context = surface(this.#canvas, width, height);
    const inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
    const xScale: Scale = { low: 0, high: Math.max(1, this.#lastStep), isLog: false };
    const yScale = scaleOf([...this.#curves.values()].flatMap(({ points }) => points.map((p) => p.value)));
    const x = (step: number) => MARGIN.left + place(step, xScale) * inner.width;
    const y = (value: number) => MARGIN.top + (1 - place(value, yScale)) * inner.height;

    context.font = `${this.#curves.size === 0 ? 13 : 11}px ${colour('--font')}`;
    context.fillStyle = colour('--muted');
    if (this.#curves.size === 0) {
      context.textAlign = 'center';
      context.fillText(text('lossEmpty'), width / 2, height / 2);
      return;
    }
    context.strokeStyle = colour('--line');
    context.lineWidth = 1;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (const tick of ticksOf(yScale, Math.max(2, Math.round(inner.height / 36)))) {
      const at = Math.round(y(tick)) + 0.5;
      context.beginPath();
      context.moveTo(MARGIN.left, at);
      context.lineTo(width - MARGIN.right, at);
      context.stroke();
      context.fillText(formatTick(tick), MARGIN.left - 6, at);
    }
    context.textAlign = 'center';
    context.textBaseline = 'top';
    for (const tick of ticksOf(xScale, Math.max(2, Math.round(inner.width / 80)))) {
      if (x(tick) < MARGIN.left + 40 || x(tick) > width - 16) continue;
      context.fillText(formatTick(tick), x(tick), height - MARGIN.bottom + 8);
    }
    context.textAlign = 'left';
    context.fillText(text('axisStep'), MARGIN.left, height - MARGIN.bottom + 8);

    context.lineWidth = 1.75;
    context.lineJoin = 'round';
    for (const [name, { points }] of this.#curves) {
      context.strokeStyle = context.fillStyle = colour(STYLES[name]?.colour ?? '--text');
      context.beginPath();
      for (const { step, value } of points) context.lineTo(x(step), y(value));
      context.stroke();
      const last = points[points.length - 1];
      context.beginPath();
      context.arc(x(last.step), y(last.value), 3, 0, 2 * Math.PI);
      context.fill();
    }
    this.#drawReadout(context, x, y);
  }

  #drawReadout(context: CanvasRenderingContext2D, x: (step: number) => number, y: (value: number) => number) {
    if (this.#hovered === undefined) {
      this.#readout.textContent = '\u00a0';
      return;
    }
    const at = [...this.#curves].map(([name, curve]) => ({
      name,
      point: curve.nearest(this.#hovered as number),
    }));
    const step = at[0].point?.step ?? 0;
    context.strokeStyle = colour('--muted');
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(Math.round(x(step)) + 0.5, MARGIN.top);
    context.lineTo(Math.round(x(step)) + 0.5, this.#painter.height - MARGIN.bottom);
    context.stroke();
    for (const { name, point } of at) {
      if (!point) continue;
      context.fillStyle = colour(STYLES[name]?.colour ?? '--text');
      context.beginPath();
      context.arc(x(point.step), y(point.value), 4, 0, 2 * Math.PI);
      context.fill();
    }
    const values = at.map(({ name, point }) => describeValue(name, point?.value)).join(', ');
    this.#readout.textContent = text('lossAt', { step: Math.round(step), values });
  }
}

function describeValue(name: string, value: number | undefined): string {
  return `${STYLES[name] ? text(STYLES[name].text) : name} ${formatLoss(value)}`;
}
