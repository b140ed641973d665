/** A canvas to draw on, and what the network makes of the drawing. */

import type { DataEvent, Drawing, View } from '../messages.ts';
import { byId } from './dom.ts';
import { label, say } from './language.ts';
import { Painter } from './painter.ts';
import { drawOne } from './pictures.ts';
import { Newest } from './problems.ts';
import type { Trainer } from './trainer.ts';

const MOST_SIDE = 64; // pixels
/** The pen's radius as a share of the picture's shorter side, about that of a pen on a digit of 28 pixels. */
const PEN = 1.25 / 28;

type Picture = Extract<View, { kind: 'picture' }>;

export class DrawingCard {
  readonly #paper = byId('paper', HTMLCanvasElement);
  readonly #pen = byId('pen');
  readonly #painter: Painter;
  readonly #ask: Newest<Float32Array, Drawing>;
  #view: Picture = { kind: 'picture', height: 28, width: 28, channels: 1 };
  #ink = new Float32Array(28 * 28);
  #isPossible = false;
  #isEmpty = true;
  /** Where the pen was, in the picture's pixels. */
  #at: readonly [number, number] | undefined;
  /** The keyboard's pen, and whether it is down. */
  #keyboard: readonly [number, number] = [14, 14];
  #isDown = false;

  constructor(trainer: Trainer) {
    this.#painter = new Painter(byId('draw-body'), () => this.#draw());
    this.#ask = new Newest(
      (ink) => trainer.call('draw', ink),
      (answer) => this.#show(answer),
    );
    byId('draw-clear').addEventListener('click', () => this.clear());
    label(this.#paper, 'drawLabel');
    label(byId('seen'), 'drawSeenLabel');
    label(byId('drawn'), 'drawBackLabel');
    this.#listenToPointer();
    this.#listenToKeys();
  }

  setData({ view }: DataEvent): void {
    const isPicture = view.kind === 'picture' && view.channels === 1;
    this.#isPossible = isPicture && Math.max(view.width, view.height) <= MOST_SIDE;
    byId('draw-body').hidden = !this.#isPossible;
    byId('draw-empty').hidden = this.#isPossible;
    if (!this.#isPossible || view.kind !== 'picture') return;
    this.#ask.forget();
    this.#view = view;
    this.#keyboard = [view.width / 2, view.height / 2];
    byId('draw-body').style.setProperty('--aspect', `${view.width} / ${view.height}`);
    this.clear();
  }

  setKind(isGan: boolean): void {
    say(byId('draw-teach'), isGan ? 'drawTeachGan' : 'drawTeach');
    byId('draw-figure').hidden = isGan;
    byId('realness').hidden = true;
    this.#ask.forget();
    this.refresh();
  }

  /** The network has learned something: what comes back may be different now. */
  refresh(): void {
    if (this.#isPossible && !this.#isEmpty) this.#painter.repaint();
  }

  clear(): void {
    this.#ink = new Float32Array(this.#view.width * this.#view.height);
    this.#isEmpty = true;
    byId('realness').hidden = true;
    for (const id of ['seen', 'drawn']) {
      drawOne(byId(id, HTMLCanvasElement), { view: this.#view, count: 1, values: this.#ink });
    }
    this.#painter.repaint();
  }

  #show({ seen, sample, realness }: Drawing): void {
    if (this.#isEmpty) return; // cleared while the network was thinking
    drawOne(byId('seen', HTMLCanvasElement), seen);
    if (sample) drawOne(byId('drawn', HTMLCanvasElement), sample.drawn);
    const element = byId('realness');
    element.hidden = realness === undefined;
    if (realness === undefined) return;
    (element.firstElementChild as HTMLMeterElement).value = realness;
    say(byId('realness-words'), 'realness', { percent: Math.round(100 * realness) });
  }

  #draw(): void {
    drawOne(this.#paper, { view: this.#view, count: 1, values: this.#ink });
    if (!this.#isEmpty) this.#ask.ask(this.#ink.slice());
  }

  // --- The pen.

  #listenToPointer(): void {
    const paper = this.#paper;
    const placeOf = ({ clientX, clientY }: PointerEvent): readonly [number, number] => {
      const { left, top, width, height } = paper.getBoundingClientRect();
      return [((clientX - left) / width) * this.#view.width, ((clientY - top) / height) * this.#view.height];
    };
    paper.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      paper.setPointerCapture(event.pointerId);
      this.#pen.hidden = true;
      this.#at = undefined;
      this.#drawTo(placeOf(event));
    });
    paper.addEventListener('pointermove', (event) => {
      if (!this.#at || !paper.hasPointerCapture(event.pointerId)) return;
      const moves = event.getCoalescedEvents?.() ?? [];
      for (const move of moves.length > 0 ? moves : [event]) this.#drawTo(placeOf(move));
    });
    for (const end of ['pointerup', 'pointercancel']) {
      paper.addEventListener(end, () => {
        this.#at = undefined;
      });
    }
  }

  #listenToKeys(): void {
    const paper = this.#paper;
    paper.addEventListener('keydown', (event) => {
      const moves: Record<string, readonly [number, number]> = {
        ArrowLeft: [-1, 0],
        ArrowRight: [1, 0],
        ArrowUp: [0, -1],
        ArrowDown: [0, 1],
        ' ': [0, 0],
      };
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      if (event.key === ' ') this.#isDown = true;
      const { width, height } = this.#view;
      const clip = (value: number, most: number) => Math.max(0.5, Math.min(most - 0.5, value));
      this.#keyboard = [clip(this.#keyboard[0] + move[0], width), clip(this.#keyboard[1] + move[1], height)];
      if (this.#isDown) this.#drawTo(this.#keyboard);
      this.#showPen();
    });
    paper.addEventListener('keyup', ({ key }) => {
      if (key === ' ') this.#liftPen();
    });
    paper.addEventListener('blur', () => {
      this.#liftPen();
      this.#pen.hidden = true;
    });
    paper.addEventListener('focus', () => {
      if (paper.matches(':focus-visible')) this.#showPen();
    });
  }

  #liftPen(): void {
    this.#isDown = false;
    this.#at = undefined;
  }

  #showPen(): void {
    this.#pen.hidden = false;
    this.#pen.style.left = `${(100 * this.#keyboard[0]) / this.#view.width}%`;
    this.#pen.style.top = `${(100 * this.#keyboard[1]) / this.#view.height}%`;
  }

  /** Inks the way from where the pen was. */
  #drawTo(to: readonly [number, number]): void {
    drawStroke(this.#ink, this.#view.width, this.#view.height, this.#at ?? to, to);
    this.#at = to;
    this.#isEmpty = false;
    this.#painter.repaint();
  }
}

/**
 * Lays ink along a line: full ink within the pen's radius, fading over one pixel beyond it. Ink never covers ink.
 *
 * @param ink - Shape `[height, width]`, 0 for paper to 1.
 */
export function drawStroke(
  ink: Float32Array,
  width: number,
  height: number,
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
): void {
  const radius = Math.max(0.6, PEN * Math.min(width, height));
  const [wayX, wayY] = [toX - fromX, toY - fromY];
  const squared = wayX ** 2 + wayY ** 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x + 0.5 - fromX, y + 0.5 - fromY];
      // The nearest place on the line, as a share of it.
      const share = squared > 0 ? Math.max(0, Math.min(1, (dx * wayX + dy * wayY) / squared)) : 0;
      const distance = Math.hypot(dx - share * wayX, dy - share * wayY);
      const amount = Math.max(0, Math.min(1, radius + 0.5 - distance));
      ink[y * width + x] = Math.max(ink[y * width + x], amount);
    }
  }
}
