import { describe, expect, test } from '@jest/globals';
import { type EpochLoss, lossChart } from '../../../src/node/charts/lossChart.ts';

const options = { title: 'Loss', yLabel: 'mean squared error' };

/** Losses that fall from about `from` to `to`. */
function falling(epochs: number, from: number, to: number): EpochLoss[] {
  return Array.from({ length: epochs }, (_, i) => {
    const loss = to + (from - to) * Math.exp((-8 * i) / epochs);
    return { epoch: i + 1, loss, validationLoss: 1.1 * loss };
  });
}

/** The contents of the text elements. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, content]) => content);
}

/** Every number that is a coordinate. */
function coordinates(svg: string): number[] {
  const attributes = [...svg.matchAll(/ (?:x|y|x1|x2|y1|y2|cx|cy|points)="([^"]*)"/g)].map(
    ([, value]) => value,
  );
  return attributes.flatMap((value) => value.split(/[ ,]/)).map(Number);
}

function polylines(svg: string): string[] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points);
}

describe('lossChart', () => {
  test.each([1, 2, 10, 100, 1000])('draws %p epochs within its frame', (epochs) => {
    const svg = lossChart(falling(epochs, 0.09, 0.012), options);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="760" height="420"/);
    expect(svg.trimEnd().endsWith('</svg>')).toBe(true);
    expect(coordinates(svg).filter((coordinate) => !(coordinate >= 0 && coordinate <= 760))).toEqual([]);
    expect(polylines(svg).map((points) => points.split(' ').length)).toEqual(
      epochs === 1 ? [] : [epochs, epochs],
    );
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['Loss', 'mean squared error', 'epoch', 'training', 'validation']),
    );
  });

  test('shows the last values', () => {
    const svg = lossChart(
      [
        { epoch: 1, loss: 0.5, validationLoss: 0.7 },
        { epoch: 2, loss: 0.123456, validationLoss: 0.2 },
      ],
      options,
    );
    expect(texts(svg)).toEqual(expect.arrayContaining(['0.1235', '0.2']));
  });

  test('leaves validation out where there is none', () => {
    const svg = lossChart(
      [
        { epoch: 1, loss: 0.5 },
        { epoch: 2, loss: 0.4 },
      ],
      options,
    );
    expect(texts(svg)).not.toContain('validation');
    expect(polylines(svg).length).toBe(1);
  });

  test('has round ticks', () => {
    const linear = texts(lossChart(falling(10, 0.072, 0.02), options));
    expect(linear).toEqual(
      expect.arrayContaining(['0', '0.02', '0.04', '0.06', '0.08', '1', '2', '5', '10']),
    );
    const resumed = falling(20, 0.072, 0.02).map((entry) => ({ ...entry, epoch: entry.epoch + 199 }));
    expect(texts(lossChart(resumed, options))).toEqual(expect.arrayContaining(['200', '202', '218']));
  });

  test('has a logarithmic axis, and says so, where losses span a factor of ten', () => {
    const svg = lossChart(falling(50, 1, 0.0005), options);
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['mean squared error (logarithmic)', '1', '0.1', '0.01', '0.001']),
    );
    expect(texts(lossChart(falling(50, 1, 0.2), options))).toContain('mean squared error');
  });

  test('lower losses lie lower', () => {
    for (const [from, to] of [
      [1, 0.001],
      [0.5, 0.3],
      [-1, -3],
      [5e-8, 1e-8],
      [3e9, 1e7],
    ]) {
      const svg = lossChart(
        [
          { epoch: 1, loss: from },
          { epoch: 2, loss: to },
        ],
        options,
      );
      const [[, upper], [, lower]] = polylines(svg)[0]
        .split(' ')
        .map((point) => point.split(',').map(Number));
      expect(lower - upper).toBeGreaterThan(50);
    }
  });

  test('moves names apart that would overlap', () => {
    const svg = lossChart(
      falling(30, 0.08, 0.01).map((entry) => ({ ...entry, validationLoss: entry.loss })),
      options,
    );
    const [training, validation] = [...svg.matchAll(/y="([0-9.]+)" class="name"/g)].map(([, y]) => Number(y));
    expect(Math.abs(training - validation)).toBeGreaterThanOrEqual(30);
  });

  test.each<[string, EpochLoss[]]>([
    ['zero', [{ epoch: 1, loss: 0 }]],
    ['one negative value', [{ epoch: 1, loss: -2 }]],
    [
      'the same value always',
      [
        { epoch: 1, loss: 0.3 },
        { epoch: 2, loss: 0.3 },
      ],
    ],
    [
      'values that differ by a rounding error',
      [
        { epoch: 1, loss: 0.3 },
        { epoch: 2, loss: 0.30000000000000004 },
      ],
    ],
    [
      'zero and more',
      [
        { epoch: 1, loss: 3 },
        { epoch: 2, loss: 0 },
      ],
    ],
    [
      'the extremes of a number',
      [
        { epoch: 1, loss: 1e300 },
        { epoch: 2, loss: 5e-324 },
      ],
    ],
    [
      'both signs',
      [
        { epoch: 1, loss: 5 },
        { epoch: 2, loss: -5 },
      ],
    ],
  ])('has no NaN for %s', (_, history) => {
    const svg = lossChart(history, options);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    for (const coordinate of coordinates(svg)) expect(coordinate).toBeGreaterThanOrEqual(0);
    expect(texts(svg).length).toBeLessThan(25);
  });

  test('leaves out losses that are not finite', () => {
    const history = [1, 2, 3, 4].map((epoch) => ({
      epoch,
      loss: epoch === 3 ? Infinity : 1 / epoch,
      validationLoss: Number.NaN,
    }));
    const svg = lossChart(history, options);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(polylines(svg)[0].split(' ').length).toBe(3);
    expect(texts(svg)).not.toContain('validation');
  });

  test('says so when there is nothing to draw', () => {
    expect(texts(lossChart([], options))).toContain('no epochs yet');
    expect(texts(lossChart([{ epoch: 1, loss: Number.NaN }], options))).toContain('no epochs yet');
  });

  test('escapes text', () => {
    const svg = lossChart(falling(3, 1, 0.5), { title: `<b>"R&D"</b>\u0007 it's`, yLabel: 'a < b' });
    expect(svg).toContain('&lt;b&gt;&quot;R&amp;D&quot;&lt;/b&gt;  it&#39;s');
    expect(svg).toContain('a &lt; b');
    expect(svg).not.toContain('\u0007');
  });

  test('brings its own light background', () => {
    expect(lossChart([], options)).toMatch(/<rect [^>]*fill="#ffffff"/);
  });
});
