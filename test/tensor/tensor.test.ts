import { describe, expect, test } from '@jest/globals';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

describe('a tensor', () => {
  test('wraps an array without copying it', () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const x = new Tensor(data, [2, 2]);
    expect(x.data).toBe(data);
    expect(x.size).toBe(4);
  });

  test('keeps its shape when the list it was given changes', () => {
    const shape = [2, 3];
    const x = Tensor.zeros(shape);
    shape[0] = 99;
    expect(x.shape).toEqual([2, 3]);
  });

  test.each([
    [[2, 2], 'Tensor: shape [2, 2] needs 4 numbers, the array holds 3.'],
    [[], 'Tensor: shape [] needs 1 number, the array holds 3.'],
    [[-1, -3], 'Tensor: the shape is [-1, -3], expected integers >= 0.'],
    [[1.5, 2], 'Tensor: the shape is [1.5, 2], expected integers >= 0.'],
    [[Number.NaN], 'Tensor: the shape is [NaN], expected integers >= 0.'],
  ])('of three numbers refuses the shape %j', (shape, message) => {
    expect(() => new Tensor(new Float32Array(3), shape)).toThrow(new ShapeError(message));
  });

  test('may be a scalar or empty', () => {
    expect(Tensor.from([7], []).size).toBe(1);
    expect(Tensor.zeros([0, 5]).size).toBe(0);
    expect(Tensor.zeros([0, 5]).shape).toEqual([0, 5]);
  });
});

describe('Tensor.from', () => {
  test('copies, and rounds to float32', () => {
    const values = new Float64Array([0.1, 1]);
    const x = Tensor.from(values);
    values[1] = 5;
    expect(x.shape).toEqual([2]);
    expect([...x.data]).toEqual([Math.fround(0.1), 1]);
  });

  test('refuses a shape of another size', () => {
    expect(() => Tensor.from([1, 2, 3], [2, 2])).toThrow(ShapeError);
  });
});

describe('views', () => {
  test('the example of the docstring', () => {
    const x = Tensor.from([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(x.rows(1, 2).data).toEqual(Float32Array.of(4, 5, 6));
  });

  test('reshape and rows share their numbers with the tensor', () => {
    const x = Tensor.from([1, 2, 3, 4, 5, 6], [2, 3]);
    x.reshape([3, 2]).data[0] = 10;
    const second = x.rows(1, 2);
    second.data[0] = 40;
    expect(second.shape).toEqual([1, 3]);
    expect([...x.data]).toEqual([10, 2, 3, 40, 5, 6]);
  });

  test('copy shares nothing', () => {
    const x = Tensor.from([1, 2]);
    const copy = x.copy();
    copy.data[0] = 9;
    expect([...x.data]).toEqual([1, 2]);
    expect(copy.shape).toEqual([2]);
  });

  test('a copy of some rows holds these rows only', () => {
    const rows = Tensor.from([1, 2, 3, 4], [4, 1]).rows(2, 4).copy();
    expect(rows.data.buffer.byteLength).toBe(8);
    expect([...rows.data]).toEqual([3, 4]);
  });

  test('picked rows come in the order asked for, and share nothing', () => {
    const tensor = Tensor.from([1, 2, 3, 4, 5, 6, 7, 8], [4, 1, 2]);
    const picked = tensor.pick([3, 0, 3]);
    expect(picked).toEqual(Tensor.from([7, 8, 1, 2, 7, 8], [3, 1, 2]));
    picked.data.fill(0);
    expect(tensor.data[6]).toBe(7);
    expect(tensor.pick([]).shape).toEqual([0, 1, 2]);
    expect(() => tensor.pick([4])).toThrow(ShapeError);
  });

  test('rows of more dimensions keep the others', () => {
    const x = Tensor.from(
      Array.from({ length: 24 }, (_, i) => i),
      [4, 3, 2],
    );
    const middle = x.rows(1, 3);
    expect(middle.shape).toEqual([2, 3, 2]);
    expect(middle.data[0]).toBe(6);
    expect(middle.data.at(-1)).toBe(17);
  });

  test('no rows are an empty tensor', () => {
    expect(Tensor.zeros([4, 3]).rows(2, 2).shape).toEqual([0, 3]);
    expect(Tensor.zeros([0, 3]).rows(0, 0).shape).toEqual([0, 3]);
  });

  test('reshape refuses another size', () => {
    expect(() => Tensor.zeros([2, 3]).reshape([4])).toThrow(
      new ShapeError('Tensor.reshape: [2, 3] holds 6 numbers, [4] needs 4.'),
    );
    expect(() => Tensor.zeros([2, 3]).reshape([-2, -3])).toThrow(ShapeError);
  });

  test.each([
    [-1, 2],
    [0, 5],
    [3, 2],
    [0.5, 2],
    [Number.NaN, 2],
  ])('rows %p to %p of four are refused', (start, end) => {
    expect(() => Tensor.zeros([4, 2]).rows(start, end)).toThrow(
      new ShapeError(`Tensor.rows: ${start} to ${end} is not a range within [4, 2].`),
    );
  });
});

test('zeros refuses a negative length as the constructor does', () => {
  expect(() => Tensor.zeros([-1])).toThrow('Tensor: the shape is [-1], expected integers >= 0.');
});
