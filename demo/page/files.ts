/** Files from the visitor's disk: data and models, chosen or dropped anywhere on the page; and a model to take home. */

import type { DataEvent } from '../messages.ts';
import { byId, create } from './dom.ts';
import { formatCount, onLanguage, text } from './language.ts';
import { attempt, hideProblem } from './problems.ts';
import type { Trainer } from './trainer.ts';

export class Files {
  readonly #trainer: Trainer;
  readonly #onLoad: (work: Promise<unknown>) => void;
  #data: DataEvent | undefined;

  /** @param onLoad - Called with the work whenever files are read: large ones take their time. */
  constructor(trainer: Trainer, onLoad: (work: Promise<unknown>) => void) {
    this.#trainer = trainer;
    this.#onLoad = onLoad;
    onLanguage(() => this.#showData());
    byId('data-digits').addEventListener('click', () => {
      hideProblem();
      this.#load(trainer.call('useDigits'));
    });
    for (const id of ['data-files', 'model-file']) {
      const input = byId(id, HTMLInputElement);
      input.addEventListener('change', () => {
        this.#load(this.#take([...(input.files ?? [])]));
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

  #load(work: Promise<void>): void {
    hideProblem();
    this.#onLoad(attempt(work));
  }

  /** Data, a model, or a model and its data. */
  async #take(files: readonly File[]): Promise<void> {
    const models = files.filter(({ name }) => name.toLowerCase().endsWith('.safetensors'));
    const data = files.filter((file) => !models.includes(file));
    if (data.length > 0) await this.#trainer.call('readFiles', data);
    for (const model of models) await this.#trainer.call('open', model);
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
      if (event.dataTransfer) this.#load(filesIn(event.dataTransfer).then((files) => this.#take(files)));
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

/** The files that were dropped, and those inside of folders. A drop is readable only until its event ends: no await before. */
async function filesIn({ items, files }: DataTransfer): Promise<readonly File[]> {
  const dropped = [...files];
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (!entries.some(({ isDirectory }) => isDirectory)) return dropped;
  return (await Promise.all(entries.map(filesOf))).flat();
}

/** By name, as the system's order differs from one machine to another; without hidden files. */
async function filesOf(entry: FileSystemEntry): Promise<readonly File[]> {
  if (entry.name.startsWith('.')) return [];
  if (entry.isFile) {
    return [
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    ];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) break; // the end: a folder comes in parts
    entries.push(...some);
  }
  entries.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  return (await Promise.all(entries.map(filesOf))).flat();
}
