import { expect, test } from '@jest/globals';
import type { Timing } from '../../bench/harness/contest.ts';
import { judgeBench, judgePeers, type Taken } from '../../bench/speedGoals.ts';

const timing = (name: string, ratio: number, medianMs = 1): Timing => ({ name, ratio, medianMs, spread: 0 });

test('ratios have a minimum, times a maximum, and what was not measured is not judged', () => {
  const judged = (ratio: number, medianMs: number) =>
    judgeBench(
      new Map([
        ['share of peak article', [timing('peak', 1), timing('simd', ratio)]],
        ['start-up first step', [timing('allowed', 1), timing('import+step', 1, medianMs)]],
      ]),
    ).map(({ ok }) => ok);
  expect(judged(0.8, 40)).toEqual([true, true]);
  expect(judged(0.79, 40.1)).toEqual([false, false]);
  expect(judged(Number.NaN, Number.NaN)).toEqual([false, false]);
});

test('a call of one sample is judged in microseconds, of 100 calls', () => {
  const [goal] = judgeBench(new Map([['one sample encode', [timing('encode', 0.8, 1.2)]]]));
  expect(goal).toMatchObject({ value: 12, bound: 10, ok: false });
});

test('what other programs disturbed is not judged', () => {
  const judged = (isDisturbed: boolean) =>
    judgeBench(new Map([['step, threads big', [{ ...timing('2 threads', 1.5), isDisturbed }]]]));
  expect(judged(true)).toEqual([]);
  expect(judged(false).map(({ ok }) => ok)).toEqual([false]);
});

const taken = (name: string, kind: string, ratio?: number): Taken => ({ contestant: { name, kind }, ratio });

const ARTICLE = [
  taken('isthmus', 'own', 1),
  taken('isthmus, 2 threads', 'own', 0.5),
  taken('tfjs wasm', 'peer', 9),
  taken('jax-js wasm', 'peer', 5),
  taken('brain.js', 'peer'),
  taken('PyTorch, 1 thread', 'pytorch', 1.5),
  taken('PyTorch fused, 2 threads', 'pytorch', 1.1),
];

test('the fastest of ours is compared with the fastest of theirs', () => {
  const goals = judgePeers(new Map([['article', ARTICLE]]));
  expect(goals.map(({ value, bound, ok }) => [value, bound, ok])).toEqual([
    [2.2, 2.2, true],
    [10, 10, true],
  ]);
  const slower = ARTICLE.map((one) =>
    one.contestant.kind === 'pytorch' ? { ...one, ratio: (one.ratio ?? 1) - 0.01 } : one,
  );
  expect(judgePeers(new Map([['article', slower]])).map(({ ok }) => ok)).toEqual([false, true]);
});

test('named engines are compared with each other, and one that failed is not', () => {
  const results = [
    taken('isthmus', 'own', 1),
    taken('isthmus, 2 threads', 'own', 0.6),
    taken('ort-web, 1 thread', 'peer', 2.6),
    taken('ort-web, 2 threads', 'peer', 1.2),
  ];
  const goalsOf = (all: Taken[]) => judgePeers(new Map([['predict-2048', all]]));
  expect(goalsOf(results).map(({ name, ok }) => [name, ok])).toEqual([
    ['predict-2048: isthmus, 1 thread over ort-web, 1 thread', true],
    ['predict-2048: isthmus, 2 threads over ort-web, 2 threads', false],
  ]);
  expect(goalsOf([...results.slice(0, 3), taken('ort-web, 2 threads', 'peer')])).toHaveLength(1);
});

test('convolutions on two threads are compared with the best of PyTorch, however many threads that has', () => {
  const goalsOf = (pytorch: number) =>
    judgePeers(
      new Map([
        [
          'conv',
          [
            taken('isthmus', 'own', 1),
            taken('isthmus, 2 threads', 'own', 0.6),
            taken('tfjs wasm', 'peer'), // it failed
            taken('jax-js wasm', 'peer', 80),
            taken('PyTorch fused, 1 thread', 'pytorch', 0.9),
            taken('PyTorch fused NHWC, 2 threads', 'pytorch', pytorch),
          ],
        ],
      ]),
    ).map(({ ok }) => ok);
  expect(goalsOf(0.36)).toEqual([true, true]);
  expect(goalsOf(0.35)).toEqual([false, true]);
});
