/**
 * The first picture of chapter 2 of the guide: points along an arc, restored from one number each, by a linear autoencoder
 * and by one with nonlinear layers.
 *
 * To draw it: `npm run -s build && node dist/examples/guide/lineAndCurve.js docs/images/guide/line-and-curve.svg`.
 */

import { writeFileSync } from 'node:fs';
import { Adam, Autoencoder, cosine, Random, Tensor } from 'isthmus';
import { px, svgPage, text } from '../../src/node/charts/svg.ts';

const [path = 'line-and-curve.svg'] = process.argv.slice(2);
const COUNT = 200;
const random = new Random(1);
const points = Tensor.from(
  Array.from({ length: COUNT }, () => {
    const angle = random.uniform(0, Math.PI);
    const radius = random.normal(1, 0.05);
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  }),
);

/** What is restored of the points, and the mean squared error. */
async function restore(hidden: readonly number[]): Promise<{ data: Float32Array; mse: number }> {
  const autoencoder = new Autoencoder({
    inputShape: [2],
    encodingDim: 1,
    hidden,
    activation: 'tanh',
    seed: 1,
  });
  autoencoder.compile({ optimizer: new Adam({ learningRate: cosine({ learningRate: 0.02, steps: 2000 }) }) });
  await autoencoder.fit(points, { epochs: 200, batchSize: 20 });
  const { mse } = await autoencoder.evaluate(points);
  return { data: autoencoder.predict(points).data, mse };
}

function panel(left: number, name: string, { data, mse }: { data: Float32Array; mse: number }): string[] {
  const x = (value: number) => px(left + 170 + 140 * value);
  const y = (value: number) => px(270 - 140 * value);
  const parts = [text(left + 170, 64, `${name}: MSE ${mse.toFixed(4)}`, 'class="name middle"')];
  for (let i = 0; i < 2 * COUNT; i += 2) {
    const [from, to] = [points.data, data].map((array) => [x(array[i]), y(array[i + 1])]);
    parts.push(`<path class="way" d="M${from.join(' ')}L${to.join(' ')}"/>`);
  }
  const dots = (array: Float32Array) =>
    Array.from({ length: COUNT }, (_, i) => `M${x(array[2 * i])} ${y(array[2 * i + 1])}h0`).join('');
  parts.push(`<path class="point" d="${dots(points.data)}"/>`, `<path class="restored" d="${dots(data)}"/>`);
  return parts;
}

const style = `
.name { font-weight: 600; fill: #1f2328; }
path { stroke-linecap: round; fill: none; }
.way { stroke: #c9d1d9; stroke-width: 0.8; }
.point { stroke: #0072b2; stroke-width: 4.5; }
.restored { stroke: #d55e00; stroke-width: 4.5; }
.legend { font-weight: 600; }
`;
writeFileSync(
  path,
  svgPage({ title: 'Two numbers restored from one', width: 760, height: 330, style }, [
    ...panel(30, 'linear', await restore([])),
    ...panel(390, 'with nonlinear layers', await restore([16])),
    text(380, 314, 'points', 'class="legend end" fill="#0072b2" dx="-12"'),
    text(380, 314, 'restored', 'class="legend" fill="#d55e00" dx="12"'),
  ]),
);
