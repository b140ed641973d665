/**
 * One work, all engines: each is checked, then they are timed in turns. A shared machine is faster at one moment than at
 * the next, so what counts is the ratio within a round.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../../dist/bench/harness/contest.js';
import { EngineError } from './child.mjs';

/**
 * @typedef {object} Plan
 * @property {number} rounds
 * @property {number} sampleMs - How long each engine is timed in each round; a slow one once, however long it takes.
 * @property {number} shareMs - After this time an engine sits out the remaining rounds of a work.
 * @property {number} epochs - Of a training's check.
 * @property {number} checkMs - After this time a slow engine's check ends with the epoch it is in.
 */

/** For one answer; many times what the slowest takes. */
const TIMEOUT_MS = 90_000;

const LONG_MS = 1000;

/** Between samples: an engine's threads spin for a while after their work, and would disturb the next. */
const PAUSE_MS = 30;

/**
 * @param work - Of works.mjs.
 * @param {readonly { contestant, engine }[]} entries - The yardstick first.
 * @param {Plan} plan
 * @returns For each entry in order: `{ contestant, medianMs, spread, rate, samples, ratio, losses }`, or
 *   `{ contestant, failure }`. The ratio says how many times as fast as it the yardstick is.
 */
export async function runWork(work, entries, plan) {
  const states = entries.map(({ contestant, engine }) => ({ contestant, engine, times: [], spentMs: 0 }));
  for (const state of states) {
    await attempt(state, () => examine(work, state, states[0], plan));
    await pause(PAUSE_MS);
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (const state of states) {
      if (state.failure !== undefined || state.spentMs >= plan.shareMs) continue;
      await attempt(state, () => sample(work, state, plan));
      await pause(PAUSE_MS);
    }
  }
  return states.map((state) => summarize(work, state, states[0]));
}

/** An engine that fails is out of this work; the others go on. */
async function attempt(state, action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    state.failure = error.message;
  }
}

async function examine(work, state, yardstick, { epochs, checkMs, sampleMs }) {
  const { contestant, engine } = state;
  if (work.proof) {
    const { steps, prepare, check } = work.proof;
    await engine.ask(prepare(contestant), TIMEOUT_MS);
    const options = { epochs: steps, limitMs: 0, atLeast: steps };
    const { losses } = await engine.ask({ cmd: 'check', ...options }, TIMEOUT_MS);
    check(losses, contestant);
  }
  const { ms = 0 } = await engine.ask(work.prepare(contestant), TIMEOUT_MS);
  if (work.checkLosses) {
    // The others need the yardstick's losses of every epoch; a loss that falls is two losses.
    const atLeast = state === yardstick ? epochs : contestant.check === 'falls' ? 2 : 1;
    const { losses } = await engine.ask({ cmd: 'check', epochs, limitMs: checkMs, atLeast }, TIMEOUT_MS);
    work.checkLosses(losses, state === yardstick ? undefined : yardstick.losses, contestant);
    state.losses = losses;
  } else {
    work.check();
    // So that all is compiled, wasm at its second tier, too; a run that takes that long was enough for it.
    if (ms < LONG_MS) await engine.ask({ cmd: 'run', ms: sampleMs }, TIMEOUT_MS);
  }
}

async function sample(work, state, { sampleMs }) {
  const start = performance.now();
  const { ms } = await state.engine.ask({ cmd: 'run', ms: sampleMs }, TIMEOUT_MS);
  state.spentMs += performance.now() - start;
  state.times.push(ms * (work.runsPerUnit ?? 1));
}

function summarize(work, { contestant, failure, times, losses }, yardstick) {
  if (failure !== undefined) return { contestant, failure };
  const medianMs = median(times);
  const spread = median(times.map((time) => Math.abs(time - medianMs))) / medianMs;
  const ratios = times.slice(0, yardstick.times.length).map((time, round) => time / yardstick.times[round]);
  const ratio = yardstick.failure === undefined ? median(ratios) : undefined;
  const rate = (work.unitsOfRate / medianMs) * 1000;
  return { contestant, medianMs, spread, rate, samples: times.length, ratio, losses };
}
