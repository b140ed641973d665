import { expect, test } from '@jest/globals';
import { type BenchRecord, nodesTable } from '../../bench/nodesTable.ts';

const record = (by: string, rate: number, ratio: number): BenchRecord => ({
  what: 'training step',
  shape: 'article',
  by,
  rate,
  unit: 'samples/s',
  ratio,
});

test('has a column for each version, with the medians of its runs', () => {
  const runs = [50_000, 70_000, 61_000].map((rate, i) => [
    record('blocked', 7000, 1),
    record('simd', rate, 7 + i),
  ]);
  const { head, rows } = nodesTable([
    { version: '20.20.2', runs },
    { version: '26.12.1', runs: [[record('simd', 80_000, 11)]] },
  ]);
  expect(head).toEqual(['', '20.20.2', '26.12.1']);
  expect(rows).toEqual([
    ['training step article, blocked, samples/s', '7,000 (1.00)', '–'],
    ['training step article, simd, samples/s', '61,000 (8.00)', '80,000 (11.0)'],
  ]);
});
