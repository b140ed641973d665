/** What isthmus shall reach in `npm run bench` and in `npm run bench:peers`. Read goals.ts and harness/floors.ts first. */

import { atLeast, atMost, type Goal } from './goals.ts';
import type { Timing } from './harness/contest.ts';

/** Of `npm run bench`, by the name of the contest: the smallest ratio of a contestant. */
export const RATIOS = [
  ['share of peak 512x512x512', 'simd', 0.85],
  ['share of peak article', 'simd', 0.8],
  ['step, threads big', '2 threads', 1.85],
  ['step, busy core article', '2 threads', 0.9],
  ['encode + decode 10000x28x28', 'predict', 1],
] as const;

/** The longest median time of a contestant: its bound in that unit, and how many of the unit a millisecond of a run is. */
export const TIMES = [
  ['start-up first step', 'import+step', 40, 'ms', 1],
  ['one sample encode', 'encode', 10, 'µs', 10], // a run is 100 calls
] as const;

/** @param timings - By the name of the contest; what is missing, or was disturbed by other programs, is not judged. */
export function judgeBench(timings: ReadonlyMap<string, readonly Timing[]>): Goal[] {
  const find = (contest: string, by: string) =>
    timings.get(contest)?.find(({ name, isDisturbed }) => name === by && !isDisturbed);
  const ratios = RATIOS.map(([contest, by, bound]) => {
    const timing = find(contest, by);
    return timing && atLeast(`${contest}, ${by}`, timing.ratio, bound);
  });
  const times = TIMES.map(([contest, by, bound, unit, perMs]) => {
    const timing = find(contest, by);
    return timing && atMost(`${contest}, ${by}, ${unit}`, timing.medianMs * perMs, bound);
  });
  return [...ratios, ...times].filter((goal) => goal !== undefined);
}

/** How long an engine took for a work, as a multiple of isthmus' time on one thread; undefined if it failed. */
export interface Taken {
  readonly contestant: { readonly name: string; readonly kind: string };
  readonly ratio?: number | undefined;
}

/** Of `npm run bench:peers`: how many times as fast the first must be as the second. A kind stands for its fastest engine. */
const PEERS = [
  ['article', 'own', 'pytorch', 2.2],
  ['article', 'own', 'peer', 10],
  ['wide', 'own', 'pytorch', 0.8],
  ['wide', 'own', 'peer', 4],
  ['wide', 'isthmus, 2 threads', 'isthmus', 1.85],
  ['conv', 'isthmus, 2 threads', 'pytorch', 0.6],
  ['conv', 'own', 'peer', 1],
  ['predict-2048', 'isthmus', 'ort-web, 1 thread', 2.5],
  ['predict-2048', 'isthmus, 2 threads', 'ort-web, 2 threads', 2.5],
] as const;

const WORDS: Readonly<Record<string, string>> = {
  own: 'isthmus',
  isthmus: 'isthmus, 1 thread',
  pytorch: "PyTorch's best",
  peer: 'the best JavaScript',
};

/** @param results - By the name of the work; what is missing is not judged. */
export function judgePeers(results: ReadonlyMap<string, readonly Taken[]>): Goal[] {
  return PEERS.flatMap(([work, first, second, bound]) => {
    const shortest = (who: string) => {
      const some = (results.get(work) ?? []).filter(
        ({ contestant: { name, kind } }) => name === who || kind === who,
      );
      return Math.min(...some.map(({ ratio = Infinity }) => ratio));
    };
    const faster = shortest(second) / shortest(first);
    if (!Number.isFinite(faster) || faster === 0) return [];
    return [atLeast(`${work}: ${WORDS[first] ?? first} over ${WORDS[second] ?? second}`, faster, bound)];
  });
}
