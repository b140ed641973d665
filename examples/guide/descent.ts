/**
 * A picture of chapter 4 of the guide: the ways of three optimizers down the same valley, L = a² + 9 b², seen from above.
 *
 * To draw it: `npm run -s build && node dist/examples/guide/descent.js docs/images/guide/descent.svg`.
 */

import { writeFileSync } from 'node:fs';
import { Adam, FlatParameters, type Optimizer, Parameter, SGD, Tensor } from 'isthmus';
import { px, svgPage, text } from '../../src/node/charts/svg.ts';

const [path = 'descent.svg'] = process.argv.slice(2);
const STEPS = 25;
const [WIDTH, HEIGHT, SCALE] = [760, 540, 260];
const ORIGIN = { x: 260, y: 300 };
const LEVELS = [0.25, 1, 2.25, 4, 6.25, 9]; // of the loss

const at = (a: number, b: number) => ({ x: ORIGIN.x + SCALE * a, y: ORIGIN.y - 0.75 * SCALE * b });

function pathOf(optimizer: Optimizer): { x: number; y: number }[] {
  const parameters = new FlatParameters([new Parameter('w', Tensor.from([1, 1]), Tensor.zeros([2]))]);
  const points = [at(1, 1)];
  for (let step = 0; step < STEPS; step++) {
    const [a, b] = parameters.values;
    parameters.gradients.set([2 * a, 18 * b]);
    optimizer.step(parameters);
    points.push(at(parameters.values[0], parameters.values[1]));
  }
  return points;
}

const ways = [
  { name: 'gradient descent', color: '#0072b2', optimizer: new SGD({ learningRate: 0.1 }) },
  { name: 'momentum 0.5', color: '#d55e00', optimizer: new SGD({ learningRate: 0.1, momentum: 0.5 }) },
  { name: 'Adam', color: '#009e73', optimizer: new Adam({ learningRate: 0.1 }) },
];

const contours = LEVELS.map((level) => {
  const [rx, ry] = [SCALE * Math.sqrt(level), 0.75 * SCALE * Math.sqrt(level / 9)];
  return `<ellipse cx="${ORIGIN.x}" cy="${ORIGIN.y}" rx="${px(rx)}" ry="${px(ry)}" class="level"/>`;
});
const lines = ways.map(({ color, optimizer }) => {
  const points = pathOf(optimizer);
  const dots = points.map(({ x, y }) => `<circle cx="${px(x)}" cy="${px(y)}" r="3" fill="${color}"/>`);
  const places = points.map(({ x, y }) => `${px(x)},${px(y)}`).join(' ');
  return `<polyline points="${places}" fill="none" stroke="${color}"/>${dots.join('')}`;
});
const names = ways.map(({ name, color }, i) => text(580, 430 + 26 * i, name, `class="name" fill="${color}"`));
const style = `
.name { font-weight: 600; }
.level { fill: none; stroke: #d1d9e0; }
polyline { stroke-width: 1.5; stroke-linejoin: round; }
`;

writeFileSync(
  path,
  svgPage({ title: `${STEPS} steps down L = a² + 9 b²`, width: WIDTH, height: HEIGHT, style }, [
    `<clipPath id="plot"><rect x="8" y="52" width="${WIDTH - 16}" height="${HEIGHT - 60}"/></clipPath>`,
    `<g clip-path="url(#plot)">${contours.join('')}</g>`,
    ...lines,
    text(ORIGIN.x, ORIGIN.y + 4, '+', 'class="label middle"'),
    text(at(1, 1).x + 12, at(1, 1).y + 4, 'start: a = 1, b = 1', 'class="label"'),
    ...names,
  ]),
);
