/** The worker: takes calls one after the other, answers them, and reports events. Read messages.ts and session.ts first. */

import { useConvolutions } from '../../src/index.ts';
import type { Reply, Request, WorkerEvent } from '../messages.ts';
import { sentenceOf } from './problems.ts';
import { Session } from './session.ts';

/** The parts of a worker's scope that are used: the compiler knows only those of a page. */
const scope = globalThis as unknown as {
  onmessage: (message: MessageEvent<Request>) => void;
  postMessage(message: Reply | WorkerEvent): void;
};

useConvolutions(); // the bundler keeps them

const session = new Session((event) => scope.postMessage(event));

let last = Promise.resolve();

scope.onmessage = ({ data: request }) => {
  last = last.then(() => answer(request));
};

async function answer({ id, call, args }: Request): Promise<void> {
  try {
    const method = session[call] as (...args: unknown[]) => unknown;
    scope.postMessage({ id, result: await method.apply(session, args) });
  } catch (error) {
    scope.postMessage({ id, error: sentenceOf(error) });
  }
}
