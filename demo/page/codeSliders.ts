/** A slider for each number of the code, and what the decoder makes of it. */

import type { Drawn, ModelEvent, Sample, SnapshotEvent } from '../messages.ts';
import { byId, canvasIn, create } from './dom.ts';
import { formatCount, label, say, type TextKey, type Values } from './language.ts';
import { Painter } from './painter.ts';
import { drawOne } from './pictures.ts';
import { Newest } from './problems.ts';
import type { Trainer } from './trainer.ts';

const MOST_SLIDERS = 64;
/** A range moves all the time while the network learns: the sliders follow if it has moved by this share. */
const RANGE_CHANGE = 0.1;

export class CodeSliders {
  readonly #sliders = byId('sliders');
  readonly #canvas = canvasIn(byId('code-picture'));
  readonly #painter: Painter;
  readonly #decode: Newest<Float32Array, Drawn>;
  #inputs: HTMLInputElement[] = [];
  #code: Float32Array | undefined;
  #low: Float32Array = new Float32Array(0);
  #high: Float32Array = new Float32Array(0);
  #drawn: Drawn | undefined;
  /** Whether the code is the middle of all codes, and follows it. */
  #isMiddle = true;

  constructor(trainer: Trainer) {
    // A new snapshot means new weights: the picture is decoded again, but only where it is seen.
    this.#painter = new Painter(byId('code-card'), () => this.#refresh(), { everyMs: 150 });
    this.#decode = new Newest(
      (code) => trainer.call('decode', code),
      (drawn) => this.#show(drawn),
    );
    this.#sliders.addEventListener('input', ({ target }) => {
      const index = this.#inputs.indexOf(target as HTMLInputElement);
      if (!this.#code || index < 0) return;
      this.#code[index] = this.#inputs[index].valueAsNumber;
      this.#inputs[index].setAttribute('aria-valuetext', this.#code[index].toFixed(2));
      this.#setSource('fromSliders');
      this.#decode.ask(this.#code.slice());
    });
    byId('code-middle').addEventListener('click', () => this.#take(this.#middle(), 'fromMiddle'));
    byId('code-random').addEventListener('click', () => this.#take(this.#random(), 'fromRandom'));
    label(this.#canvas, 'codeLabel');
  }

  /** A new network has codes of its own. */
  setModel({ settings }: ModelEvent): void {
    const { encodingDim } = settings;
    this.#code = undefined;
    this.#decode.forget();
    this.#low = this.#high = new Float32Array(0);
    const count = Math.min(encodingDim, MOST_SLIDERS);
    if (count !== this.#inputs.length) this.#makeSliders(count);
    const more = byId('code-more');
    more.hidden = encodingDim <= MOST_SLIDERS;
    say(more, 'codeMore', { count: formatCount(encodingDim) });
    this.#setSource('fromMiddle');
  }

  setSnapshot({ codeLow, codeHigh }: SnapshotEvent): void {
    if (this.#isFar(codeLow, codeHigh)) {
      this.#low = codeLow;
      this.#high = codeHigh;
      if (this.#isMiddle) this.#code = this.#middle();
      this.#showRanges();
    }
    this.#painter.repaint();
  }

  /** A sample from elsewhere on the page: its code, and the picture that it decodes to. */
  setSample({ code, drawn }: Sample, source: TextKey, values?: Values): void {
    this.#code = code.slice();
    this.#setSource(source, values);
    this.#showRanges();
    this.#show(drawn);
  }

  #take(code: Float32Array, source: TextKey): void {
    if (code.length === 0) return;
    this.#code = code;
    this.#setSource(source);
    this.#showRanges();
    this.#decode.ask(code.slice());
  }

  #setSource(source: TextKey, values?: Values): void {
    this.#isMiddle = source === 'fromMiddle';
    say(byId('code-source'), source, values);
  }

  #refresh(): void {
    if (this.#code) this.#decode.ask(this.#code.slice());
  }

  #show(drawn: Drawn): void {
    this.#drawn = drawn;
    const { view } = this.#drawn;
    this.#canvas.classList.toggle('smooth', view.kind === 'curve' || view.width > 200);
    drawOne(this.#canvas, drawn);
  }

  #middle(): Float32Array {
    return this.#low.map((low, i) => (low + this.#high[i]) / 2);
  }

  /** Each number about normal around the middle, three standard deviations to either end: the sum of 12 uniform ones. */
  #random(): Float32Array {
    return this.#middle().map((middle, i) => {
      let sum = -6;
      for (let k = 0; k < 12; k++) sum += Math.random();
      return middle + (sum * (this.#high[i] - this.#low[i])) / 6;
    });
  }

  #isFar(low: Float32Array, high: Float32Array): boolean {
    if (low.length !== this.#low.length) return true;
    return low.some((value, i) => {
      const most = RANGE_CHANGE * (this.#high[i] - this.#low[i]);
      return !(Math.abs(value - this.#low[i]) <= most && Math.abs(high[i] - this.#high[i]) <= most);
    });
  }

  #makeSliders(count: number): void {
    this.#inputs = Array.from({ length: count }, (_, i) => {
      const input = create('input', { type: 'range', step: 'any' });
      label(input, 'codeSlider', { number: i + 1 });
      return input;
    });
    const rows = this.#inputs.map((input, i) =>
      create('label', {}, create('span', { textContent: String(i + 1) }), input),
    );
    const [legend] = this.#sliders.children;
    this.#sliders.replaceChildren(legend, ...rows);
  }

  /** A slider reaches from the lowest to the highest number that codes have there, and to its own. */
  #showRanges(): void {
    const code = this.#code;
    if (!code) return;
    for (const [i, input] of this.#inputs.entries()) {
      const low = Math.min(this.#low[i] ?? -1, code[i]);
      const high = Math.max(this.#high[i] ?? 1, code[i]);
      const isDead = !(high > low); // a number that is the same for all samples
      input.min = String(isDead ? low - 1 : low);
      input.max = String(isDead ? high + 1 : high);
      input.step = String((Number(input.max) - Number(input.min)) / 200);
      input.value = String(code[i]);
      input.setAttribute('aria-valuetext', code[i].toFixed(2));
    }
  }
}
