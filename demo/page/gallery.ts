/** Cards of pictures: originals beside reconstructions, and new samples. Read pictures.ts first. */

import type { DataEvent, Drawn, SnapshotEvent } from '../messages.ts';
import { byId, canvasIn, create } from './dom.ts';
import { label, onLanguage, say, text } from './language.ts';
import { Painter } from './painter.ts';
import { cellOf, cellsOf, drawGrid, type Layout } from './pictures.ts';
import { attempt } from './problems.ts';
import type { Trainer } from './trainer.ts';

/** The originals, what the encoder sees of them, and what the network restores. Of a GAN: samples. */
export class Reconstructions {
  readonly #room = byId('pictures');
  readonly #canvas = canvasIn(byId('pictures'));
  readonly #painter: Painter;
  readonly #choose: (index: number) => void;
  #originals: Drawn | undefined;
  #snapshot: SnapshotEvent | undefined;
  #isGan = false;
  #buttons: HTMLButtonElement[] = [];
  #buttonsAt = '';

  /** @param choose - Called with the number of an original that the visitor picks. */
  constructor(choose: (index: number) => void) {
    this.#choose = choose;
    this.#painter = new Painter(this.#room, () => this.#draw(), { everyMs: 100 });
    onLanguage(() => this.#showWords());
  }

  setData({ originals }: DataEvent): void {
    this.#originals = originals;
    this.#snapshot = undefined;
    this.#showWords();
    this.#painter.repaint();
  }

  setKind(isGan: boolean): void {
    this.#isGan = isGan;
    this.#snapshot = undefined;
    this.#showWords();
    this.#painter.repaint();
  }

  setSnapshot(snapshot: SnapshotEvent): void {
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    if (!before || (before.noisy === undefined) !== (snapshot.noisy === undefined)) this.#showWords();
    this.#painter.repaint();
  }

  #showWords(): void {
    say(byId('h-pictures'), this.#isGan ? 'picturesTitleGan' : 'picturesTitle');
    say(byId('pictures-teach'), this.#isGan ? 'picturesTeachGan' : 'picturesTeach');
    const rows = [
      text('rowOriginal'),
      ...(this.#snapshot?.noisy ? [text('rowNoisy')] : []),
      text('rowOutput'),
    ];
    const legend = byId('pictures-rows');
    legend.hidden = this.#isGan;
    legend.textContent = text('rowsOrder', { rows: rows.join(' → ') });
    const count = (this.#isGan ? this.#snapshot?.outputs : this.#originals)?.count ?? 0;
    label(this.#canvas, this.#isGan ? 'picturesLabelGan' : 'picturesLabel', { count });
  }

  #draw(): void {
    const { outputs, noisy } = this.#snapshot ?? {};
    const room = this.#painter.width;
    if (this.#isGan) {
      if (outputs)
        drawGrid(
          this.#canvas,
          outputs.view,
          cellsOf(outputs).map((cell) => [cell]),
          { room },
        );
      this.#placeButtons(undefined, 0);
      return;
    }
    const originals = this.#originals;
    if (!originals) return;
    const stacks = cellsOf(originals).map((cell, i) => [
      cell,
      ...(noisy ? [cellOf(noisy, i)] : []),
      outputs ? cellOf(outputs, i) : undefined,
    ]);
    const layout = drawGrid(this.#canvas, originals.view, stacks, { room, stack: noisy ? 3 : 2 });
    this.#placeButtons(layout, originals.count);
  }

  /** A button over each original: for the pointer, the keyboard and screen readers alike. */
  #placeButtons(layout: Layout | undefined, count: number): void {
    const at = JSON.stringify([layout, count]);
    if (at === this.#buttonsAt) return;
    this.#buttonsAt = at;
    while (this.#buttons.length > count) this.#buttons.pop()?.remove();
    while (this.#buttons.length < count) {
      const index = this.#buttons.length;
      const button = create('button', { type: 'button', className: 'over' });
      label(button, 'originalNumber', { number: index + 1 });
      button.addEventListener('click', () => this.#choose(index));
      this.#room.append(button);
      this.#buttons.push(button);
    }
    if (!layout) return;
    for (const [i, { style }] of this.#buttons.entries()) {
      style.left = `${(i % layout.columns) * layout.stepX}px`;
      style.top = `${Math.floor(i / layout.columns) * layout.stepY}px`;
      style.width = `${layout.tileWidth}px`;
      style.height = `${layout.tileHeight}px`;
    }
  }
}

const NEW_SAMPLES = 24;

/** Pictures that never existed, at a button. */
export class NewSamples {
  readonly #canvas = canvasIn(byId('new-samples'));
  readonly #painter: Painter;
  #samples: Drawn | undefined;
  #seed = 1;

  constructor(trainer: Trainer) {
    this.#painter = new Painter(byId('new-samples'), () => this.#draw());
    byId('new-button').addEventListener('click', async () => {
      const samples = await attempt(trainer.call('sample', NEW_SAMPLES, this.#seed++));
      if (samples) this.#show(samples);
    });
    this.clear();
  }

  /** The samples of a network that is no more. */
  clear(): void {
    this.#show(undefined);
    this.#seed = 1;
  }

  #show(samples: Drawn | undefined): void {
    this.#samples = samples;
    byId('new-samples').hidden = !samples;
    label(this.#canvas, 'newLabel', { count: samples?.count ?? 0 });
    this.#painter.repaint();
  }

  #draw(): void {
    if (!this.#samples) return;
    const stacks = cellsOf(this.#samples).map((cell) => [cell]);
    drawGrid(this.#canvas, this.#samples.view, stacks, { room: this.#painter.width });
  }
}
