/** Helpers that really help: the engine watches the clock and rests them where they don't, which no test should depend on. */

import { jest } from '@jest/globals';
import type { Engine } from '../../src/tensor/kernels/simd/engine.ts';
import { DONE } from '../../src/tensor/kernels/simd/sharedPage.ts';

/**
 * A clock on which the jobs of `warmUp`, which are done alone, take long, and all later ones no time: they are shared, if
 * they are worth it.
 *
 * @param warmUp - One job of each engine.
 * @returns Gives the true clock back.
 */
export function alwaysTogether(warmUp: () => void): () => void {
  let [now, step] = [0, 1e6];
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += step));
  warmUp();
  step = 0;
  return () => clock.mockRestore();
}

/** How many pieces of the last shared job are done; a job of one thread leaves it as it was. */
export function piecesDone({ memory }: Engine): Int32Array {
  return new Int32Array(memory.memory.buffer, DONE, 1);
}
