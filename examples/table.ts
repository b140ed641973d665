/**
 * A table whose columns have different units, with one row that does not fit: each of its values is within the range of
 * its column, but the values don't belong together.
 *
 * To run it: `npm run -s build && node dist/examples/table.js`.
 */

import { Adam, Autoencoder, denormalize, normalize, Random } from 'isthmus';

const COLUMNS = ['temperature, °C', 'pressure, Pa', 'humidity, %', 'density, kg/m³'];
const ROWS = 500;
const ODD = 123;

// Air: warmer air holds less relative humidity, and pressure and temperature give its density, p / (R T).
const random = new Random(7);
const rows = Array.from({ length: ROWS }, () => {
  const temperature = 15 + 8 * random.normal();
  const pressure = 101_325 + 900 * random.normal();
  const humidity = 60 - 1.8 * (temperature - 15) + 3 * random.normal();
  return [temperature, pressure, humidity, pressure / (287.05 * (temperature + 273.15))];
});
rows[ODD] = [24, 101_325, 58, 1.24]; // a hot day with the humidity and the density of a cool one

const table = { shape: [ROWS, 4], data: Float64Array.from(rows.flat()), dtype: 'f8' } as const;
const samples = normalize(table, 'standard'); // each column gets mean 0 and standard deviation 1

const autoencoder = new Autoencoder({
  inputShape: [4],
  hidden: [16],
  encodingDim: 2,
  activation: 'tanh',
  seed: 1,
});
autoencoder.compile({ optimizer: new Adam({ learningRate: 3e-3 }) });
const { epochs } = await autoencoder.fit(samples, { epochs: 100, batchSize: 25 });
console.log(
  `loss ${epochs[0].loss.toFixed(3)} after the first epoch, ${epochs.at(-1)?.loss.toFixed(3)} after the last`,
);

const { data: restored } = denormalize(autoencoder.predict(samples).data, autoencoder.normalization);
const deviations = autoencoder.normalization.scale as readonly number[]; // one for each column: divided by it, errors are comparable
const errorOf = (row: number) =>
  Math.hypot(...deviations.map((deviation, j) => (restored[4 * row + j] - rows[row][j]) / deviation));
const [oddest, next] = Array.from(rows.keys()).sort((a, b) => errorOf(b) - errorOf(a));

console.log(
  `row ${oddest} fits worst: error ${errorOf(oddest).toFixed(2)}, the next one has ${errorOf(next).toFixed(2)}`,
);
for (const [j, column] of COLUMNS.entries()) {
  const expected = Number(restored[4 * oddest + j].toPrecision(4));
  console.log(`${column.padEnd(15)} ${rows[oddest][j]}, expected from the other values: ${expected}`);
}
