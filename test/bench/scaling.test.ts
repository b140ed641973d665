import { describe, expect, test } from '@jest/globals';
import { judgeThreads, type Measured, SWEEPS, scalingChart } from '../../bench/scaling.ts';

describe('sweeps', () => {
  test('change one number each, from the smallest to the largest that is promised', () => {
    const ends = SWEEPS.map(({ name, sizes }) => [name, sizes[0], sizes.at(-1)]);
    expect(ends).toEqual([
      ['batch', 1, 1024],
      ['width', 16, 4096],
      ['code', 2, 512],
    ]);
    const [batch, width, code] = SWEEPS.map(({ setup }) => setup(100));
    expect(batch).toEqual({ widths: [784, 64, 32, 32, 32, 64, 784], batchSize: 100 });
    expect(width).toEqual({ widths: [784, 100, 32, 100, 784], batchSize: 128 });
    expect(code).toEqual({ widths: [784, 256, 100, 256, 784], batchSize: 128 });
  });

  test.each(SWEEPS)('$name grows from size to size, in a quick run within the same bounds', (sweep) => {
    for (const sizes of [sweep.sizes, sweep.quickSizes]) {
      expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
      expect(sizes[0]).toBeGreaterThanOrEqual(sweep.sizes[0]);
      expect(sizes.at(-1)).toBeLessThanOrEqual(sweep.sizes.at(-1) ?? 0);
    }
  });
});

test('eight threads must have half of the speed of one', () => {
  expect(judgeThreads('batch', 32, 8, 0.5)).toMatchObject({ name: '8 threads over one, batch 32', ok: true });
  for (const ratio of [0.499, Number.NaN]) expect(judgeThreads('batch', 32, 8, ratio).ok).toBe(false);
});

describe('the chart', () => {
  const MEASURED: Measured[] = [
    { sweep: 'batch', size: 1, rates: { '1 thread': 5000, PyTorch: 3000 } },
    { sweep: 'batch', size: 10, rates: { '1 thread': 50_000, PyTorch: 0 } },
    { sweep: 'batch', size: 100, rates: { '1 thread': 100_000, PyTorch: 90_000 } },
    { sweep: 'width', size: 16, rates: { '1 thread': 300_000, PyTorch: 280_000 } },
    { sweep: 'width', size: 160, rates: { '1 thread': 30_000, PyTorch: 28_000 } },
  ];
  const svg = scalingChart(SWEEPS.slice(0, 2), MEASURED);
  const linesOf = (chart: string) =>
    [...chart.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
      points.split(' ').map((point) => Number(point.split(',')[0])),
    );

  test('is one file with a chart for each sweep, none above another', () => {
    expect(svg.match(/<svg /g)).toHaveLength(3);
    const tops = [...svg.matchAll(/<svg y="(\d+)"/g)].map(([, y]) => Number(y));
    const [height] = [...svg.matchAll(/width="\d+" height="(\d+)"/g)].slice(1).map(([, one]) => Number(one));
    expect(tops[0]).toBe(0);
    expect(tops[1]).toBeGreaterThan(height);
    expect(svg.match(/^<svg [^>]* height="(\d+)"/)?.[1]).toBe(String(tops[1] + height));
  });

  test('has equal steps for equal factors, and leaves out what failed', () => {
    const [one, pytorch] = linesOf(svg);
    expect(one[1] - one[0]).toBeCloseTo(one[2] - one[1], 0);
    expect(pytorch).toEqual([one[0], one[2]]);
  });
});
