import { describe, expect, test } from '@jest/globals';
import { Dropout } from '../../src/layers/dropout.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

const SHAPE = [100, 1000] as const;
const x = new Tensor(new Float32Array(100_000).fill(3), SHAPE);
const ones = new Tensor(new Float32Array(100_000).fill(1), SHAPE);

describe.each([0.1, 0.5, 0.75])('Dropout of %p', (rate) => {
  const layer = () => new Dropout(rate, { random: new Random(4) });

  test('sets its share to 0 and scales the rest by 1 / (1 - rate)', () => {
    const y = layer().forward(x).data;
    const dropped = y.filter((value) => value === 0).length / y.length;
    expect(Math.abs(dropped - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / y.length));
    // Rounded twice: the factor, and the product.
    const kept = y.filter((value) => value !== 0);
    expect(kept.every((value) => Math.abs(value * (1 - rate) - 3) <= 3 * 2 ** -22)).toBe(true);
  });

  test('backward multiplies by what the last forward multiplied by', () => {
    const one = layer();
    one.forward(x);
    const y = one.forward(x).data.slice();
    const dX = one.backward(ones).data;
    expect(dX.every((value, i) => Math.abs(3 * value - y[i]) <= 3 * 2 ** -22 * value)).toBe(true);
  });

  test('each forward drops other elements; the same generator drops the same ones', () => {
    const one = layer();
    const [first, second] = [one.forward(x).data.slice(), one.forward(x).data.slice()];
    expect(first).not.toEqual(second);
    expect(layer().forward(x).data).toEqual(first);
  });
});

test('a rate of 0 changes nothing', () => {
  expect(new Dropout(0, { random: new Random(1) }).forward(x).data).toEqual(x.data);
});

test.each([-0.1, 1, 2, Number.NaN])('refuses a rate of %p', (rate) => {
  expect(() => new Dropout(rate, { random: new Random(1) })).toThrow(
    new RangeError(`Dropout: the rate is ${rate}, expected 0 <= rate < 1.`),
  );
});

test('backward needs a forward before it, and a dY of the shape of y', () => {
  const layer = new Dropout(0.5, { random: new Random(1) });
  expect(() => layer.backward(ones)).toThrow('Dropout.backward: called before forward');
  layer.forward(x);
  expect(() => layer.backward(Tensor.zeros([100, 999]))).toThrow(
    new ShapeError('Dropout.backward: dY is [100, 999], expected [100, 1000].'),
  );
});
