/** Files from the visitor's disk: data and models, chosen or dropped anywhere on the page; and a model to take home. */

import type { DataEvent } from '../messages.ts';
import { byId, create } from './dom.ts';
import { formatCount, onLanguage, text } from './language.ts';
import { attempt, hideProblem } from './problems.ts';
import type { Trainer } from './trainer.ts';

export class Files {
  readonly #trainer: Trainer;
  #data: DataEvent | undefined;

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
    onLanguage(() => this.#showData());
    byId('data-digits').addEventListener('click', () => {
      hideProblem();
      void attempt(trainer.call('useDigits'));
    });
    for (const id of ['data-files', 'model-file']) {
      const input = byId(id, HTMLInputElement);
      input.addEventListener('change', () => {
        this.#take([...(input.files ?? [])]);
        input.value = ''; // the same file may be chosen again
      });
    }
    byId('model-save').addEventListener('click', () => void this.#save());
    this.#acceptDrops();
  }

  setData(data: DataEvent): void {
    this.#data = data;
    this.#showData();
  }

  #take(files: readonly File[]): void {
    if (files.length === 0) return;
    hideProblem();
    const model = files.find(({ name }) => name.toLowerCase().endsWith('.safetensors'));
    const answer = model ? this.#trainer.call('open', model) : this.#trainer.call('readFiles', files);
    void attempt(answer);
  }

  async #save(): Promise<void> {
    const file = await attempt(this.#trainer.call('save'));
    if (!file) return;
    const url = URL.createObjectURL(new Blob([file.bytes as BlobPart]));
    create('a', { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  #acceptDrops(): void {
    const veil = byId('drop');
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    addEventListener('dragover', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      veil.hidden = false;
    });
    addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) veil.hidden = true;
    });
    addEventListener('drop', (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      veil.hidden = true;
      this.#take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  #showData(): void {
    if (!this.#data) return;
    const { name, count, testCount, sampleShape, notes } = this.#data;
    byId('data-name').textContent = text('dataName', {
      name: name === 'digits' ? text('digits') : name,
      count: formatCount(count),
      shape: sampleShape.join(' × '),
    });
    const all = testCount > 0 ? [text('dataTest', { count: formatCount(testCount) }), ...notes] : notes;
    const list = byId('data-notes');
    list.hidden = all.length === 0;
    list.replaceChildren(...all.map((note) => create('li', { textContent: note })));
  }
}
