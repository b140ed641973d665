import { describe, expect, test } from '@jest/globals';
import { type LatentPlot, latentPlot, PLOT } from '../../../src/node/charts/latentPlot.ts';
import { latentPng } from '../../../src/node/charts/latentPng.ts';
import { latentSvg } from '../../../src/node/charts/latentSvg.ts';
import { decodePng } from '../../../src/node/pictures/png.ts';
import { Random } from '../../../src/tensor/random.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { uniformTensor } from '../../helpers/randomArrays.ts';

/** Codes of `classes` clusters in turn, in [n, 5]. */
function clusters(n: number, classes: number): { codes: Tensor; labels: number[] } {
  const random = new Random(1);
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  const codes = Tensor.zeros([n, 5]);
  labels.forEach((label, i) => {
    for (let j = 0; j < 5; j++) codes.data[5 * i + j] = random.normal(Math.cos(label * (j + 1)) * 4, 0.3);
  });
  return { codes, labels };
}

function plotOf(n: number, classes: number, names?: readonly string[]): LatentPlot {
  const { codes, labels } = clusters(n, classes);
  return latentPlot(codes, { labels, names, source: 'a.npy' });
}

const pointsOf = ({ layers }: LatentPlot) => layers.flatMap(({ points }) => points);

/** Throws if tags are not nested or not closed, or a bare & or < stands in text. */
function checkXml(text: string): void {
  const open: string[] = [];
  for (const [, close, name, rest] of text.matchAll(/<(\/?)([a-z]+)((?:[^<>"]|"[^"<]*")*)>/g)) {
    if (close) {
      if (open.pop() !== name) throw new Error(`</${name}> closes something else`);
    } else if (!rest.endsWith('/')) open.push(name);
  }
  if (open.length > 0) throw new Error(`<${open[0]}> is not closed`);
  const between = text.replace(/<\/?[a-z]+(?:[^<>"]|"[^"<]*")*>/g, '');
  if (/[<>]|&(?!amp;|lt;|gt;|quot;|#39;)/.test(between)) throw new Error('a bare character of markup');
}

describe('latentPlot', () => {
  test('draws every code within the plot, with both components on one scale', () => {
    const { codes } = clusters(200, 4);
    const plot = plotOf(200, 4);
    const points = pointsOf(plot);
    expect(points).toHaveLength(200);
    for (const [x, y] of points) {
      expect(x > PLOT.left && x < PLOT.right && y > PLOT.top && y < PLOT.bottom).toBe(true);
    }
    const [[first, second], [third]] = [plot.xTicks, plot.yTicks];
    expect(second.at - first.at).toBeCloseTo(plot.yTicks[0].at - plot.yTicks[1].at, 9);
    expect(third.text).toMatch(/^-?\d/);
    expect(plot.caption).toBe('200 codes of 5 numbers (a.npy)');
    expect(plot.xLabel).toMatch(/^component 1: \d+\.\d % of the variance$/);
    expect(latentPlot(codes, { source: 'a.npy' }).classes).toEqual([]);
  });

  test('keeps samples of a class together, and names the classes in their order', () => {
    const plot = plotOf(400, 4, ['ant', 'bee', 'cat', 'a name beyond the legend']);
    expect(plot.classes.map(({ name }) => name)).toEqual(['ant', 'bee', 'cat', 'a name beyo…']);
    expect(new Set(plot.classes.map(({ color }) => color)).size).toBe(4);
    const centres = plot.classes.map((look) => {
      const own = plot.layers.filter((layer) => layer.look === look).flatMap(({ points }) => points);
      expect(own).toHaveLength(100);
      return own.map(([x, y]) => Math.hypot(x - own[0][0], y - own[0][1]));
    });
    for (const distances of centres) expect(Math.max(...distances)).toBeLessThan(150);
  });

  test('draws at most 3,000, chosen at random and the same each time, and says so', () => {
    const plot = plotOf(3001, 3);
    expect(pointsOf(plot)).toHaveLength(3000);
    expect(plot.caption).toBe('3,000 of 3,001 codes of 5 numbers (a.npy), drawn at random');
    expect(pointsOf(plotOf(3001, 3))).toEqual(pointsOf(plot));
    expect(pointsOf(plotOf(3000, 3))).toHaveLength(3000);
    expect(plotOf(3000, 3).caption).not.toMatch(/random/);
  });

  test('gives 40 classes a look of their own, and what goes beyond one in common', () => {
    const looks = plotOf(120, 40).classes.map(({ color, mark }) => `${color} ${mark}`);
    expect(new Set(looks).size).toBe(40);
    const more = plotOf(126, 42);
    expect(more.classes).toHaveLength(41);
    expect(more.classes[40].name).toBe('others');
    expect(pointsOf(more)).toHaveLength(126);
  });

  test('of more classes than 40 the commonest have a look, smallest label first', () => {
    const { codes, labels } = clusters(126, 42);
    labels[0] = 1; // now class 0 has two samples, 1 has four
    labels[5] = 41;
    const names = latentPlot(codes, { labels, source: 'a.npy' }).classes.map(({ name }) => name);
    const kept = Array.from({ length: 42 }, (_, i) => String(i)).filter((name) => !['0', '5'].includes(name));
    expect(names).toEqual([...kept, 'others']);
    labels[7] = -1; // one of its kind
    const fewer = latentPlot(codes, { labels, source: 'a.npy' }).classes.map(({ name }) => name);
    expect(fewer.slice(0, 2)).toEqual(['0', '1']);
    expect(fewer).not.toContain('-1');
  });

  test('gives each class the colour that the legend says', () => {
    const labels = Array.from({ length: 60 }, (_, i) => 3 * (i % 3));
    // Along the first axis in the order of the labels; the sign of the axis says which way.
    const codes = Tensor.from(
      labels.flatMap((label, i) => [label + 0.01 * Math.sin(i), 0.01 * Math.cos(i)]),
      [60, 2],
    );
    const plot = latentPlot(codes, { labels, source: 'a.npy' });
    const centres = plot.classes.map((look) => {
      const xs = plot.layers.filter((layer) => layer.look === look).flatMap(({ points }) => points);
      return xs.reduce((sum, [x]) => sum + x, 0) / xs.length;
    });
    expect(plot.classes.map(({ name }) => name)).toEqual(['0', '3', '6']);
    expect(centres).toEqual([...centres].sort((a, b) => a - b));
    expect(new Set(centres.map(Math.round)).size).toBe(3);
  });

  test.each<[string, Tensor]>([
    ['one code', uniformTensor([1, 4], 1)],
    ['two codes', uniformTensor([2, 4], 1)],
    ['codes of one number', uniformTensor([30, 1], 1)],
    ['codes that are all the same', new Tensor(new Float32Array(40).fill(0.3), [10, 4])],
    [
      'tiny codes',
      new Tensor(
        new Float32Array(40).map((_, i) => 1e-20 * Math.sin(i)),
        [10, 4],
      ),
    ],
    [
      'huge codes',
      new Tensor(
        new Float32Array(40).map((_, i) => 1e30 * Math.sin(i)),
        [10, 4],
      ),
    ],
  ])('draws %s', (_, codes) => {
    const plot = latentPlot(codes, { source: 'a.npy' });
    expect(pointsOf(plot).flat().every(Number.isFinite)).toBe(true);
    expect(plot.xTicks.length).toBeLessThan(20);
    checkXml(latentSvg(plot));
    expect(latentSvg(plot)).not.toMatch(/NaN|undefined|Infinity/);
    expect(decodePng(latentPng(plot)).width).toBe(1520);
  });
});

test('codes that are huge are drawn as the same codes in another unit', () => {
  const draw = (scale: number) =>
    latentPlot(
      new Tensor(
        new Float32Array(40).map((_, i) => scale * Math.sin(i)),
        [10, 4],
      ),
      { source: 'a.npy' },
    );
  const [usual, huge] = [1, 2 ** 100].map((scale) => draw(scale));
  expect(new Set(pointsOf(usual).map(String)).size).toBe(10);
  expect(pointsOf(huge)).toEqual(pointsOf(usual));
});

describe('latentSvg', () => {
  test('is well-formed, whatever the names and the file are called', () => {
    const { codes, labels } = clusters(60, 3);
    const svg = latentSvg(latentPlot(codes, { labels, names: ['<b>', '"&"', 'é'], source: '<a&b>.npy' }));
    checkXml(svg);
    expect(svg).toContain('&lt;b&gt;</text>');
    expect(svg).toContain('(&lt;a&amp;b&gt;.npy)');
  });

  test('has a dot for each code, and one for each class in the legend', () => {
    const svg = latentSvg(plotOf(300, 40));
    checkXml(svg);
    expect(svg.match(/M/g)).toHaveLength(340);
    expect(svg.length).toBeLessThan(60_000);
  });

  test.each(['<svg><g></svg>', '<svg>', '<svg>a & b</svg>'])('the check refuses %s', (text) => {
    expect(() => checkXml(text)).toThrow();
  });
});

describe('latentPng', () => {
  test('shows every class in its colour, in the plot and in the legend, and some text', () => {
    const { codes, labels } = clusters(60, 3);
    const plot = latentPlot(codes, { labels, source: 'a.npy' });
    const { width, height, data } = decodePng(latentPng(plot));
    expect([width, height]).toEqual([1520, 1200]);
    const colorAt = (x: number, y: number) => {
      const at = (Math.round(2 * y) * width + Math.round(2 * x)) * 4;
      return `#${Buffer.from(data.subarray(at, at + 3)).toString('hex')}`;
    };
    plot.classes.forEach(({ color }, i) => {
      expect(colorAt(PLOT.right + 24, PLOT.top + 22 * (i + 0.5))).toBe(color);
    });
    // The dots drawn last are hidden by none: 4 parts of the colour to one of what was there.
    const { look, points } = plot.layers.at(-1)!;
    const [x, y] = points.at(-1)!;
    const shown = Buffer.from(colorAt(x, y).slice(1), 'hex');
    Buffer.from(look.color.slice(1), 'hex').forEach((channel, i) => {
      expect(Math.abs(shown[i] - channel)).toBeLessThanOrEqual(0.2 * 255 + 1);
    });
    const titleRow = data.subarray(52 * width * 4, 53 * width * 4);
    expect(titleRow.some((value) => value < 64)).toBe(true);
  });
});
