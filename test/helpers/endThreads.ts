/**
 * Set up for all tests (jest.config.mjs): the threads that help an engine end with the file of tests that started them.
 * Else they sleep, and keep their engine's memory, until the process of Jest's ends, which then takes too long.
 */

import type { Worker as NodeWorker } from 'node:worker_threads';
import { afterAll } from '@jest/globals';

type Modules = { readonly Worker: typeof NodeWorker };

const getBuiltinModule = process.getBuiltinModule as (name: string) => Modules;
const started: NodeWorker[] = [];

/** What worker.ts takes Node's Worker from. */
function withThreadsNoted(name: string): Modules {
  const modules = getBuiltinModule.call(process, name);
  if (name !== 'node:worker_threads') return modules;
  class Worker extends modules.Worker {
    constructor(...args: ConstructorParameters<typeof NodeWorker>) {
      super(...args);
      started.push(this);
    }
  }
  return { ...modules, Worker };
}

Object.assign(process, { getBuiltinModule: withThreadsNoted });

afterAll(async () => {
  await Promise.all(started.map((thread) => thread.terminate()));
});
