/** The page's side of the worker: calls that are promises, and events. Read messages.ts first. */

import type { CallName, Calls, Reply, WorkerEvent } from '../messages.ts';

type Listener<Name extends WorkerEvent['event']> = (event: Extract<WorkerEvent, { event: Name }>) => void;

export class Trainer {
  readonly #worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #listeners = new Map<string, ((event: WorkerEvent) => void)[]>();
  #lastId = 0;

  /** @param onFailure - Called with the reason if the worker does not start, or fails where no call waits for it. */
  constructor(onFailure: (reason: string) => void) {
    this.#worker.onerror = ({ message }) => onFailure(message || 'worker.js');
    this.#worker.onmessage = ({ data }: MessageEvent<Reply | WorkerEvent>) => {
      if ('event' in data) {
        for (const listener of this.#listeners.get(data.event) ?? []) listener(data);
        return;
      }
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    };
  }

  /** Calls the listener whenever the worker reports this event. */
  on<Name extends WorkerEvent['event']>(name: Name, listener: Listener<Name>): void {
    const listeners = this.#listeners.get(name) ?? [];
    listeners.push(listener as (event: WorkerEvent) => void);
    this.#listeners.set(name, listeners);
  }

  /**
   * @throws {Error} If the worker can't do it: its message is one sentence for the visitor.
   */
  call<Name extends CallName>(
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<ReturnType<Calls[Name]>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result as ReturnType<Calls[Name]>);
        else reject(new Error(error));
      });
      this.#worker.postMessage({ id, call: name, args });
    });
  }
}
