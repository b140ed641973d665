/** The latent plane: one dot a sample, where its code is. Read painter.ts and scales.ts first. */

import type { DataEvent, Plane, Sample } from '../messages.ts';
import { byId, canvasIn, create } from './dom.ts';
import { formatCount, label, onLanguage, text } from './language.ts';
import { colour, dotOf, Painter, surface } from './painter.ts';
import { drawOne } from './pictures.ts';
import { Newest } from './problems.ts';
import { formatTick, place, type Scale, spanOf, ticksOf } from './scales.ts';
import type { Trainer } from './trainer.ts';

/** Colours that the colour-blind can tell apart; more classes use them again. */
const COLOURS = 10;
const DOT = 2.6; // CSS pixels
const REACH = 12; // how near the pointer has to be to a dot
const MARGIN = { left: 34, right: 10, top: 22, bottom: 34 };
const MOVE = 1 / 40; // of the plane: a press of an arrow key

export class LatentPlane {
  readonly #canvas = byId('plane', HTMLCanvasElement);
  readonly #tip = byId('plane-tip');
  readonly #painter: Painter;
  readonly #askPoint: Newest<number, Sample>;
  readonly #askPlace: Newest<readonly [number, number], Sample>;
  #plane: Plane | undefined;
  #labels: Uint8Array | undefined;
  #scales: readonly [Scale, Scale] | undefined;
  #hovered: number | undefined;
  /** The class that is highlighted. */
  #chosen: number | undefined;
  /** The keyboard's place, as shares of the plane. */
  #cross: readonly [number, number] | undefined;

  /** @param show - Called with the sample at a place that the visitor picks. */
  constructor(trainer: Trainer, show: (sample: Sample) => void) {
    const canvas = this.#canvas;
    this.#painter = new Painter(canvas, () => this.#draw(), { everyMs: 120 });
    this.#askPoint = new Newest(
      (index) => trainer.call('point', index),
      ({ drawn }) => drawOne(canvasIn(this.#tip), drawn),
    );
    this.#askPlace = new Newest(
      ([x, y]) => trainer.call('place', x, y),
      (sample) => {
        drawOne(canvasIn(this.#tip), sample.drawn);
        show(sample);
      },
    );
    onLanguage(() => this.#painter.repaint());
    canvas.addEventListener('pointermove', ({ offsetX, offsetY, buttons, pointerType }) => {
      // A finger that moves scrolls the page.
      if (buttons === 1 && pointerType !== 'touch') this.#decode(offsetX, offsetY);
      else this.#hover(offsetX, offsetY);
    });
    canvas.addEventListener('pointerleave', () => this.#leave());
    canvas.addEventListener('click', ({ offsetX, offsetY }) => this.#decode(offsetX, offsetY));
    canvas.addEventListener('focus', () => {
      if (canvas.matches(':focus-visible')) this.#moveCross(0, 0);
    });
    canvas.addEventListener('blur', () => {
      this.#cross = undefined;
      this.#leave();
    });
    canvas.addEventListener('keydown', (event) => {
      const moves: Record<string, readonly [number, number]> = {
        ArrowLeft: [-MOVE, 0],
        ArrowRight: [MOVE, 0],
        ArrowUp: [0, MOVE],
        ArrowDown: [0, -MOVE],
      };
      const move = moves[event.key];
      if (move) {
        event.preventDefault();
        this.#moveCross(...move);
      } else if (event.key === 'Enter' && this.#cross) {
        this.#decode(...this.#pixelsOf(this.#cross));
      }
    });
  }

  setData({ planeLabels }: DataEvent): void {
    this.#labels = planeLabels;
    this.#chosen = undefined;
    this.#showLegend();
    this.setPlane(undefined);
  }

  setKind(isGan: boolean): void {
    byId('plane-empty').hidden = !isGan;
    byId('plane-body').hidden = isGan;
    this.setPlane(undefined);
  }

  setPlane(plane: Plane | undefined): void {
    if (plane && this.#plane?.points.length !== plane.points.length) {
      label(this.#canvas, 'planeLabel', { count: formatCount(plane.points.length / 2) });
    }
    this.#plane = plane;
    if (!plane) {
      // The dots of other data or another network: what was asked of them has no answer.
      this.#askPoint.forget();
      this.#askPlace.forget();
      this.#scales = undefined;
      this.#hovered = undefined;
      this.#tip.hidden = true;
    }
    this.#painter.repaint();
  }

  #showLegend(): void {
    const classes = [...new Set(this.#labels)].sort((a, b) => a - b);
    const legend = byId('plane-legend');
    legend.hidden = classes.length < 2 || classes.length > COLOURS;
    const buttons = classes.map((name) => {
      const swatch = create('i', { className: 'round' });
      swatch.style.background = `var(--class-${name % COLOURS})`;
      const button = create('button', { type: 'button', className: 'chip' }, swatch, String(name));
      label(button, 'planeClass', { label: name });
      button.setAttribute('aria-pressed', 'false');
      button.addEventListener('click', () => {
        this.#chosen = this.#chosen === name ? undefined : name;
        for (const [i, other] of buttons.entries()) {
          other.setAttribute('aria-pressed', String(classes[i] === this.#chosen));
        }
        this.#painter.repaint();
      });
      return button;
    });
    legend.replaceChildren(...buttons);
  }

  // --- Places: of the plane, and of the canvas in CSS pixels.

  get #inner() {
    const { width, height } = this.#painter;
    return { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  }

  #pixelsOf([x, y]: readonly [number, number]): readonly [number, number] {
    return [MARGIN.left + x * this.#inner.width, MARGIN.top + (1 - y) * this.#inner.height];
  }

  #valueAt(x: number, y: number): readonly [number, number] | undefined {
    if (!this.#scales) return undefined;
    const [xScale, yScale] = this.#scales;
    const shareX = (x - MARGIN.left) / this.#inner.width;
    const shareY = 1 - (y - MARGIN.top) / this.#inner.height;
    return [
      xScale.low + shareX * (xScale.high - xScale.low),
      yScale.low + shareY * (yScale.high - yScale.low),
    ];
  }

  #pixelsOfPoint(index: number): readonly [number, number] {
    const { points } = this.#plane as Plane;
    const [xScale, yScale] = this.#scales as readonly [Scale, Scale];
    return this.#pixelsOf([place(points[2 * index], xScale), place(points[2 * index + 1], yScale)]);
  }

  #nearest(x: number, y: number): number | undefined {
    if (!this.#plane || !this.#scales) return undefined;
    let best: number | undefined;
    let bestDistance = REACH ** 2;
    for (let i = 0; i < this.#plane.points.length / 2; i++) {
      if (this.#chosen !== undefined && this.#labels?.[i] !== this.#chosen) continue;
      const [dotX, dotY] = this.#pixelsOfPoint(i);
      const distance = (dotX - x) ** 2 + (dotY - y) ** 2;
      if (distance <= bestDistance) [best, bestDistance] = [i, distance];
    }
    return best;
  }

  // --- What the visitor looks at.

  #moveCross(x: number, y: number): void {
    const [oldX, oldY] = this.#cross ?? [0.5, 0.5];
    const clip = (share: number) => Math.max(0, Math.min(1, share));
    this.#cross = [clip(oldX + x), clip(oldY + y)];
    this.#hover(...this.#pixelsOf(this.#cross));
    this.#painter.repaintNow();
  }

  #hover(x: number, y: number): void {
    const index = this.#nearest(x, y);
    if (index === this.#hovered) return;
    this.#hovered = index;
    this.#painter.repaintNow();
    if (index === undefined) {
      this.#tip.hidden = true;
      return;
    }
    const name = this.#labels ? [text('planeClass', { label: this.#labels[index] })] : [];
    const words = [text('planePoint', { number: index + 1 }), ...name];
    this.#showTip(...this.#pixelsOfPoint(index), words.join(', '));
    this.#askPoint.ask(index);
  }

  #decode(x: number, y: number): void {
    const at = this.#valueAt(x, y);
    if (!at) return;
    this.#hovered = undefined;
    this.#showTip(x, y, text('planeDecoded'));
    this.#askPlace.ask(at);
    this.#painter.repaintNow();
  }

  /** Beside a place of the canvas, on the side where there is more room. */
  #showTip(x: number, y: number, words: string): void {
    this.#moveTip(x, y);
    (this.#tip.lastElementChild as HTMLElement).textContent = words;
    this.#tip.hidden = false;
  }

  #moveTip(x: number, y: number): void {
    const aside = x > this.#painter.width / 2 ? 'calc(-100% - 14px)' : '14px';
    this.#tip.style.transform = `translate(${x}px, ${y}px) translate(${aside}, -50%)`;
  }

  #leave(): void {
    this.#hovered = undefined;
    this.#tip.hidden = true;
    this.#painter.repaintNow();
  }

  // --- Drawing.

  #draw(): void {
    const { width, height } = this.#painter;
    const context = surface(this.#canvas, width, height);
    context.fillStyle = colour('--well');
    context.fillRect(MARGIN.left, MARGIN.top, this.#inner.width, this.#inner.height);
    if (!this.#plane) return;
    const { points } = this.#plane;
    this.#scales = [spanOf(points, 0, 2), spanOf(points, 1, 2)];
    this.#drawAxes(context, width, height);

    const dots = Array.from({ length: COLOURS + 1 }, (_, i) =>
      dotOf(i < COLOURS ? `--class-${i}` : '--accent', DOT),
    );
    const radius = dots[0].width / devicePixelRatio / 2;
    for (let i = 0; i < points.length / 2; i++) {
      const name = this.#labels?.[i];
      const isFaint = this.#chosen !== undefined && name !== this.#chosen;
      context.globalAlpha = isFaint ? 0.1 : 0.85;
      const [x, y] = this.#pixelsOfPoint(i);
      const dot = dots[name === undefined ? COLOURS : name % COLOURS];
      context.drawImage(dot, x - radius, y - radius, 2 * radius, 2 * radius);
    }
    context.globalAlpha = 1;
    if (this.#hovered !== undefined && this.#hovered < points.length / 2) {
      context.strokeStyle = colour('--text');
      context.lineWidth = 1.5;
      context.beginPath();
      const [x, y] = this.#pixelsOfPoint(this.#hovered);
      context.arc(x, y, DOT + 3, 0, 2 * Math.PI);
      context.stroke();
      this.#moveTip(x, y); // dots move while the network learns
    }
    if (this.#cross) this.#drawCross(context, ...this.#pixelsOf(this.#cross));
  }

  #drawAxes(context: CanvasRenderingContext2D, width: number, height: number): void {
    const [xScale, yScale] = this.#scales as readonly [Scale, Scale];
    context.font = `11px ${colour('--font')}`;
    context.fillStyle = colour('--muted');
    context.textAlign = 'center';
    context.textBaseline = 'top';
    for (const tick of ticksOf(xScale, 5)) {
      const [x] = this.#pixelsOf([place(tick, xScale), 0]);
      context.fillText(formatTick(tick), x, height - MARGIN.bottom + 5);
    }
    context.fillText(this.#axisName(0), MARGIN.left + this.#inner.width / 2, height - 13);
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (const tick of ticksOf(yScale, 5)) {
      const [, y] = this.#pixelsOf([0, place(tick, yScale)]);
      context.fillText(formatTick(tick), MARGIN.left - 5, y);
    }
    context.textAlign = 'left';
    context.textBaseline = 'top';
    context.fillText(this.#axisName(1), MARGIN.left, 4, width - MARGIN.left);
  }

  #axisName(axis: 0 | 1): string {
    const shares = this.#plane?.shares;
    if (!shares) return text('planeCode', { number: axis + 1 });
    return text('planeComponent', { number: axis + 1, percent: Math.round(100 * shares[axis]) });
  }

  #drawCross(context: CanvasRenderingContext2D, x: number, y: number): void {
    context.strokeStyle = colour('--text');
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(MARGIN.left, Math.round(y) + 0.5);
    context.lineTo(MARGIN.left + this.#inner.width, Math.round(y) + 0.5);
    context.moveTo(Math.round(x) + 0.5, MARGIN.top);
    context.lineTo(Math.round(x) + 0.5, MARGIN.top + this.#inner.height);
    context.stroke();
  }
}
