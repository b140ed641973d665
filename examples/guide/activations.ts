/** Draws the activations from -4 to 4: `npm run -s build && node dist/examples/guide/activations.js activations.svg`. */

import { writeFileSync } from 'node:fs';
import { GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Tanh, Tensor } from 'isthmus';
import { lineChart } from '../../src/node/charts/lineChart.ts';

const [path = 'activations.svg'] = process.argv.slice(2);
const x = Float32Array.from({ length: 161 }, (_, i) => -4 + i / 20);

const layers = [new ReLU(), new LeakyReLU({ slope: 0.1 }), new SiLU(), new GELU(), new Sigmoid(), new Tanh()];
const names = ['ReLU', 'leaky ReLU', 'SiLU', 'GELU', 'sigmoid', 'tanh'];
const lines = layers.map((layer, i) => {
  const { data } = layer.forward(new Tensor(x, [x.length]));
  return { name: names[i], points: Array.from(data, (y, j) => ({ x: x[j], y })) };
});

writeFileSync(path, lineChart({ title: 'Activations', xLabel: 'x', yLabel: 'y' }, lines));
