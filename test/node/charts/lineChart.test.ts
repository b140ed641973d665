import { describe, expect, test } from '@jest/globals';
import { barChart } from '../../../src/node/charts/barChart.ts';
import { lineChart } from '../../../src/node/charts/lineChart.ts';

const options = { title: 'Rates', xLabel: 'step', yLabel: 'learning rate' };

const lineOf = (name: string, yOf: (x: number) => number) => ({
  name,
  points: Array.from({ length: 30 }, (_, x) => ({ x, y: yOf(x) })),
});

const places = (svg: string, what: string): number[][] =>
  [...svg.matchAll(new RegExp(`<text x="([^"]*)" y="([^"]*)" class="${what}`, 'g'))].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);

describe('lineChart', () => {
  test('moves the names of several lines apart that end in one place, in the order of their ends', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const svg = lineChart(
      options,
      names.map((name, i) => lineOf(name, () => (i < 4 ? 1 + i / 1000 : 0))),
    );
    const heights = places(svg, 'name').map(([, y]) => y);
    expect(heights).toHaveLength(5);
    expect([...heights.slice(0, 4)].sort((one, other) => other - one)).toEqual(heights.slice(0, 4));
    const sorted = [...heights].sort((one, other) => one - other);
    for (let i = 1; i < sorted.length; i++) expect(sorted[i] - sorted[i - 1]).toBeGreaterThanOrEqual(33.9);
  });

  test('has a colour for each line and the label of the horizontal axis', () => {
    const svg = lineChart(options, [lineOf('rising', (x) => x), lineOf('falling', (x) => -x)]);
    const colors = [...svg.matchAll(/<polyline [^>]*stroke="([^"]*)"/g)].map(([, color]) => color);
    expect(new Set(colors).size).toBe(2);
    expect(svg).toContain('>step</text>');
  });

  test('has equal steps for equal factors of x if told so', () => {
    const line = { name: 'line', points: [1, 10, 100].map((x) => ({ x, y: x })) };
    const stepsOf = (svg: string): number[] => {
      const [one, ten, hundred] = [...svg.matchAll(/<circle cx="([^"]*)"/g)].map(([, x]) => Number(x));
      return [ten - one, hundred - ten];
    };
    const [first, second] = stepsOf(lineChart({ ...options, hasLogarithmicX: true }, [line]));
    expect(first).toBeCloseTo(second, 0);
    const [short, long] = stepsOf(lineChart(options, [line]));
    expect(long / short).toBeCloseTo(10, 1);
  });

  test('has round ticks where the first point is no integer', () => {
    const svg = lineChart(options, [
      {
        name: 'bytes',
        points: [
          { x: 3.46, y: 1 },
          { x: 40.2, y: 2 },
        ],
      },
    ]);
    expect(svg).not.toContain('>3.46<');
    expect(svg).toContain('>20<');
  });
});

describe('barChart', () => {
  test('draws bars in proportion, with names and values beside them', () => {
    const svg = barChart({ title: 'Speed', unit: 'GFLOP/s' }, [
      { name: 'slow', value: 1.234 },
      { name: 'fast', value: 12.34 },
    ]);
    const widths = [...svg.matchAll(/class="bar" [^>]*width="([^"]*)"/g)].map(([, width]) => Number(width));
    expect(widths[1] / widths[0]).toBeCloseTo(10, 1);
    for (const shown of ['slow', 'fast', '1.23', '12.3', 'GFLOP/s'])
      expect(svg).toContain(`>${shown}</text>`);
  });

  test('draws no bar for zeros', () => {
    expect(barChart({ title: 'None', unit: '' }, [{ name: 'zero', value: 0 }])).toContain('width="0"');
  });
});
