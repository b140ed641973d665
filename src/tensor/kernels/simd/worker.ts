/**
 * Starts helper threads: Workers of Node or of the browser.
 *
 * A helper does all its work in WebAssembly (`serve` in code/scheduler.ts), so its program is a few lines. They are text
 * and not a file, so that they work from any bundle.
 */

import type { HelperData } from './engine.ts';

/** `data` is the HelperData. The message says that the thread has started; `serve` never returns. */
const PROGRAM = `
  const { serve } = new WebAssembly.Instance(data.module, { engine: data }).exports;
  send('ready');
  serve();`;

const NODE_PROGRAM = `
  const { parentPort, workerData: data } = process.getBuiltinModule('node:worker_threads');
  const send = (message) => parentPort.postMessage(message);
  ${PROGRAM}`;

const BROWSER_PROGRAM = `
  onmessage = ({ data }) => {
    const send = postMessage;
    ${PROGRAM}
  };`;

/** The parts of Node that are used, declared here because the engine is compiled without Node's types. */
interface NodeWorker {
  once(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): void;
  unref(): void;
}

interface NodeModules {
  readonly 'node:worker_threads': {
    readonly Worker: new (program: string, options: { eval: true; workerData: HelperData }) => NodeWorker;
  };
  readonly 'node:os': { readonly availableParallelism: () => number };
}

interface Host {
  readonly process?: { getBuiltinModule?<Name extends keyof NodeModules>(name: Name): NodeModules[Name] };
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

// The only place where the engine asks for modules of Node. It does not import them, so that bundlers for browsers work.
const { process: node, navigator } = globalThis as Host;

/** How many threads the machine runs at the same time. */
export function availableThreads(): number {
  return node?.getBuiltinModule?.('node:os').availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}

/**
 * Resolves when the helper has started; from then on it does not keep the process alive.
 *
 * @throws {Error} If it does not start because the host has no workers or forbids them: a page without cross-origin
 *   isolation may not send shared memory.
 */
export function startHelper(data: HelperData): Promise<void> {
  const threads = node?.getBuiltinModule?.('node:worker_threads');
  return threads ? startInNode(threads, data) : startInBrowser(data);
}

async function startInNode({ Worker }: NodeModules['node:worker_threads'], data: HelperData): Promise<void> {
  const worker = new Worker(NODE_PROGRAM, { eval: true, workerData: data });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended before it was ready')));
  });
  worker.unref();
}

async function startInBrowser(data: HelperData): Promise<void> {
  const url = URL.createObjectURL(new Blob([BROWSER_PROGRAM], { type: 'text/javascript' }));
  const worker = new Worker(url);
  try {
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = ({ message }) => reject(new Error(message || 'the worker could not be loaded'));
      worker.postMessage(data);
    });
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    URL.revokeObjectURL(url);
  }
}
