/**
 * When to draw: only what changed, only what is in view, only in an animation frame, and never for long in one frame. So the
 * page answers at once while the network learns, and learning loses little to drawing.
 */

/** A frame that has drawn for this long leaves the rest to the next one. */
const FRAME_MS = 3;

/** Changed and in view. */
const waiting = new Set<Painter>();
const painters = new Map<Element, Painter>();
let isScheduled = false;

export interface PainterOptions {
  /** At least this many milliseconds between two drawings. @default 0 */
  readonly everyMs?: number;
}

export class Painter {
  /** Of the element, in CSS pixels. */
  width = 0;
  height = 0;
  isInView = false;
  drawnAt = Number.NEGATIVE_INFINITY;
  readonly everyMs: number;
  readonly #draw: () => void;
  #isDirty = true;

  /** @param element - Where it is drawn: a change of its size draws it anew. */
  constructor(element: Element, draw: () => void, { everyMs = 0 }: PainterOptions = {}) {
    this.#draw = draw;
    this.everyMs = everyMs;
    painters.set(element, this);
    observe(element);
  }

  /** Something changed. */
  repaint(): void {
    this.#isDirty = true;
    this.check();
  }

  /** The visitor pointed at something: the answer does not wait. */
  repaintNow(): void {
    this.drawnAt = Number.NEGATIVE_INFINITY;
    this.repaint();
  }

  check(): void {
    if (!this.#isDirty || !this.isInView || this.width === 0) return;
    waiting.add(this);
    schedule();
  }

  draw(now: number): void {
    this.#isDirty = false;
    this.drawnAt = now;
    this.#draw();
  }
}

export function repaintAll(): void {
  for (const painter of painters.values()) painter.repaint();
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  const now = performance.now();
  let wait = Number.POSITIVE_INFINITY;
  for (const { drawnAt, everyMs } of waiting) wait = Math.min(wait, drawnAt + everyMs - now);
  // An animation frame costs something even if nothing is drawn in it.
  if (wait > 16) setTimeout(() => requestAnimationFrame(frame), wait - 8);
  else requestAnimationFrame(frame);
}

function frame(): void {
  isScheduled = false;
  const start = performance.now();
  for (const painter of waiting) {
    if (start - painter.drawnAt < painter.everyMs) continue;
    waiting.delete(painter);
    if (painter.isInView) painter.draw(start);
    if (performance.now() - start > FRAME_MS) break;
  }
  if (waiting.size > 0) schedule();
}

interface Observers {
  readonly views: IntersectionObserver;
  readonly sizes: ResizeObserver;
}

let observers: Observers | undefined;

/** Made when the first painter needs them: tests import this file where there is no page. */
function observe(element: Element): void {
  observers ??= { views: new IntersectionObserver(onViews), sizes: new ResizeObserver(onSizes) };
  observers.views.observe(element);
  observers.sizes.observe(element);
}

function onViews(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    const painter = painters.get(target);
    if (!painter) continue;
    painter.isInView = isIntersecting;
    painter.check();
  }
}

function onSizes(entries: readonly ResizeObserverEntry[]): void {
  for (const { target, contentRect } of entries) {
    const painter = painters.get(target);
    if (!painter) continue;
    const { width, height } = contentRect;
    const isSame = painter.width === width && painter.height === height;
    painter.width = width;
    painter.height = height;
    if (!isSame) painter.repaint();
  }
}

// --- Colours, which follow the visitor's theme.

const colours = new Map<string, string>();

/** The value of a CSS variable such as `--accent`. */
export function colour(name: string): string {
  let value = colours.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    colours.set(name, value);
  }
  return value;
}

/** Red, green and blue, 0 to 255, of a variable of the form `#rrggbb`. */
export function rgb(name: string): readonly [number, number, number] {
  const bits = Number.parseInt(colour(name).slice(1), 16);
  return [(bits >> 16) & 255, (bits >> 8) & 255, bits & 255];
}

/** Draws everything anew when the visitor's theme changes. */
export function startThemes(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    colours.clear();
    repaintAll();
  });
}

/** A canvas of this size in CSS pixels, sharp on any screen, empty. */
export function surface(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = devicePixelRatio;
  const pixels = [Math.round(width * ratio), Math.round(height * ratio)] as const;
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) [canvas.width, canvas.height] = pixels;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

const dots = new Map<string, HTMLCanvasElement>();

/** A dot in a colour of the theme, as a picture: a thousand of them are drawn faster than a thousand circles. */
export function dotOf(name: string, radius: number): HTMLCanvasElement {
  const key = `${colour(name)} ${radius} ${devicePixelRatio}`;
  let dot = dots.get(key);
  if (!dot) {
    dot = document.createElement('canvas');
    const middle = radius + 1;
    const context = surface(dot, 2 * middle, 2 * middle);
    context.fillStyle = colour(name);
    context.beginPath();
    context.arc(middle, middle, radius, 0, 2 * Math.PI);
    context.fill();
    dots.set(key, dot);
  }
  return dot;
}
