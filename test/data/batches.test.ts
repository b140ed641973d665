import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { BatchReader, inferenceBatch } from '../../src/data/batches.ts';
import { NO_NORMALIZATION, type Normalization, type SampleArray } from '../../src/data/samples.ts';
import { type Shape, ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { guarded } from '../helpers/randomArrays.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { DIVIDED_BY_255 } from '../training/toy.ts';

const { fround } = Math;

function readAll(data: SampleArray, normalization?: Normalization): Float32Array {
  const samples = { shape: [data.length, 1], data, ...(normalization && { normalization }) };
  const out = new Float32Array(data.length);
  new BatchReader(samples, [1], 'test').readRange(0, data.length, out);
  return out;
}

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, value) => value);
const SHIFTED: Normalization = { kind: 'standard', dtype: 'f8', shift: 12.3, scale: 4.56 };

const INTEGERS: readonly (readonly [string, SampleArray])[] = [
  ['Uint8Array', Uint8Array.of(0, 1, 127, 255)],
  ['Int8Array', Int8Array.of(-128, -1, 0, 127)],
  ['Uint16Array', Uint16Array.of(0, 1, 999, 65535)],
  ['Int16Array', Int16Array.of(-32768, -1, 0, 32767)],
  ['Uint32Array', Uint32Array.of(0, 1, 16777217, 4294967295)],
  ['Int32Array', Int32Array.of(-2147483648, -1, 16777217, 2147483647)],
];
const FLOATS: readonly (readonly [string, SampleArray])[] = [
  ['Float32Array', Float32Array.of(-1.5, -0, 0.1, 3e38)],
  ['Float64Array', Float64Array.of(-1.5, -0, 0.1, 1 / 3)],
];

test.each([
  [1, 256],
  [4096, 256],
  [4097, 255],
  [3 * 512 * 512, 1],
  [2 ** 20, 1],
  [2 ** 20 + 1, 1],
])('of samples with %d values, a batch without learning has %d', (features, count) => {
  expect(inferenceBatch(features)).toBe(count);
});

describe('the inputs that values become', () => {
  test('uint8 pixels are divided by 255 and rounded once, all 256 of them', () => {
    const expected = Array.from(EVERY_BYTE, (value) => fround(value / 255));
    expect(Array.from(readAll(EVERY_BYTE, DIVIDED_BY_255))).toEqual(expected);
  });

  test.each([...INTEGERS, ...FLOATS])('%s: (value - shift) / scale', (_name, data) => {
    const shifted = Array.from(data, (value) => fround((value - 12.3) / 4.56));
    expect(Array.from(readAll(data, SHIFTED))).toEqual(shifted);
    expect(Array.from(readAll(data, NO_NORMALIZATION))).toEqual(Array.from(data, fround));
  });

  test.each(FLOATS)('%s without a normalization: the value itself', (_name, data) => {
    expect(Array.from(readAll(data))).toEqual(Array.from(data, fround));
  });

  test('floats of another realm without a normalization are floats', () => {
    const foreign: Float64Array = runInNewContext('Float64Array.of(0.5, 3)');
    expect(Array.from(readAll(foreign))).toEqual([0.5, 3]);
  });

  // As inputs they would be up to 255 (or 65535, ...): training diverges, or a model that was trained on [0, 1] gives nonsense.
  test.each([
    ...INTEGERS,
    ['a Buffer', Buffer.of(0, 1)],
    ['an array of another realm', runInNewContext('Uint8Array.of(0, 1)') as Uint8Array],
  ] as const)('%s without a normalization is refused', (_name, data) => {
    expect(() => readAll(data)).toThrow(
      new ShapeError(
        'test: the samples are integers without a normalization, expected normalize(samples), or for a trained model transform(samples, model.normalization).',
      ),
    );
  });

  test('a uint8 array of another realm and a Node Buffer are read like any other', () => {
    const expected = readAll(EVERY_BYTE, SHIFTED);
    const foreign: Uint8Array = runInNewContext('Uint8Array.from({ length: 256 }, (_, value) => value)');
    expect(readAll(foreign, SHIFTED)).toEqual(expected);
    expect(readAll(Buffer.from(EVERY_BYTE), SHIFTED)).toEqual(expected);
  });
});

describe.each([
  ['uint8', Uint8Array.of(0, 1, 10, 11, 20, 21, 30, 31)],
  ['int16', Int16Array.of(0, 1, 10, 11, 20, 21, 30, 31)],
  ['float32', Float32Array.of(0, 1, 10, 11, 20, 21, 30, 31)],
])('reading %s samples', (_name, data) => {
  const samples = { shape: [4, 2], data, normalization: { ...DIVIDED_BY_255, scale: 2 } };
  const reader = new BatchReader(samples, [2], 'test');

  test('rows come in the order in which they are asked for, also twice', () => {
    const { array, intact } = guarded(new Float32Array(6));
    reader.read(Uint32Array.of(3, 0, 3), array);
    expect(Array.from(array)).toEqual([15, 15.5, 0, 0.5, 15, 15.5]);
    expect(intact()).toBe(true);
  });

  test('a range gives the same as its rows', () => {
    const { array, intact } = guarded(new Float32Array(4));
    reader.readRange(1, 3, array);
    expect(Array.from(array)).toEqual([5, 5.5, 10, 10.5]);
    expect(intact()).toBe(true);
    const byRows = new Float32Array(4);
    reader.read([1, 2], byRows);
    expect(byRows).toEqual(array);
  });

  test('batches come in order, the last one smaller, over one array', () => {
    const batches = reader.batches({ batchSize: 3 });
    const first = batches.next().value as Tensor;
    expect([first.shape, [...first.data]]).toEqual([
      [3, 2],
      [0, 0.5, 5, 5.5, 10, 10.5],
    ]);
    const last = batches.next().value as Tensor;
    expect([last.shape, [...last.data]]).toEqual([
      [1, 2],
      [15, 15.5],
    ]);
    expect(last.data.buffer).toBe(first.data.buffer);
    expect(batches.next().done).toBe(true);
  });

  test('batches of some rows, without the first batch, are written into the given memory', () => {
    const { array, intact } = guarded(new Float32Array(4));
    const seen: number[][] = [];
    const options = { rows: Uint32Array.of(9, 9, 3, 0, 1), batchSize: 2, firstBatch: 1 };
    const allocate = (shape: Shape) => new Tensor(array, shape);
    for (const { data } of reader.batches({ ...options, allocate })) seen.push([...data]);
    expect(seen).toEqual([
      [15, 15.5, 0, 0.5],
      [5, 5.5],
    ]);
    expect(Array.from(array)).toEqual([5, 5.5, 0, 0.5]);
    expect(intact()).toBe(true);
    expect([...reader.batches({ ...options, firstBatch: 3 })]).toEqual([]);
  });

  test('no rows and an empty range write nothing', () => {
    const { array, intact } = guarded([]);
    reader.read([], array);
    reader.readRange(2, 2, array);
    expect(intact()).toBe(true);
  });
});

describe('requireUnitRange', () => {
  const check = (data: SampleArray, normalization: Normalization = NO_NORMALIZATION, stored = false) => {
    const samples = { shape: [data.length, 1], data, normalization };
    return new BatchReader(stored ? storedSamples(samples) : samples, [1], 'fit').requireUnitRange();
  };
  const minmax = (shift: number, scale: number): Normalization => ({
    kind: 'minmax',
    dtype: 'f8',
    shift,
    scale,
  });

  test('takes inputs from 0 to 1, both included', async () => {
    await check(Float32Array.of(0, -0, 0.5, 1));
    await check(Float64Array.of(0, 1e-300, 1));
    await check(EVERY_BYTE, DIVIDED_BY_255);
    await check(Int16Array.of(-5, 0, 15), minmax(-5, 20));
  });

  // -1.9 + (2.2 - -1.9) is 2.1999999999999997 in float64: the maximum input is 1, the sum of shift and scale is not 2.2.
  test('takes the inputs of minmax for minimum and maximum, whatever the rounding of their difference', async () => {
    for (const [minimum, maximum] of [
      [-1.9, 2.2],
      [0.1, 0.7],
      [-3, 0.1],
    ]) {
      await check(Float64Array.of(minimum, maximum), minmax(minimum, maximum - minimum));
    }
  });

  test('takes a float64 that is rounded to 1 as float32', async () => {
    await check(Float64Array.of(1 + 1e-9));
    await expect(check(Float64Array.of(1 + 1e-6))).rejects.toThrow(RangeError);
  });

  test.each<[SampleArray, Normalization, number, number]>([
    [Float32Array.of(0, 1, 1.5), NO_NORMALIZATION, 2, 1.5],
    [Float64Array.of(-1e-9, 0), NO_NORMALIZATION, 0, -1e-9],
    [Float32Array.of(0, Number.NaN), NO_NORMALIZATION, 1, Number.NaN],
    [Float32Array.of(Infinity), NO_NORMALIZATION, 0, Infinity],
    [Uint8Array.of(0, 1, 2), NO_NORMALIZATION, 2, 2],
    [Int8Array.of(0, -127), { ...DIVIDED_BY_255, scale: 127 }, 1, -1],
    [Int16Array.of(10, 16), minmax(-5, 20), 1, 1.05],
  ])('%p as %p: names the first input outside', async (data, normalization, index, input) => {
    const message = `fit: input number ${index} is ${input}, binary cross-entropy takes 0 to 1.`;
    await expect(check(data, normalization)).rejects.toThrow(new RangeError(message));
    await expect(check(data, normalization, true)).rejects.toThrow(new RangeError(message));
  });
});

test('float32 samples without a normalization are copied bit for bit, from a view as well', () => {
  const whole = Tensor.from([9, 9, -0, Number.NaN, 1e-45, Infinity], [3, 2]);
  const out = new Float32Array(4);
  new BatchReader(whole.rows(1, 3), [2], 'test').readRange(0, 2, out);
  expect(out).toEqual(Float32Array.of(-0, Number.NaN, 1e-45, Infinity));
});

describe('shapes', () => {
  const reader = (shape: readonly number[], sampleShape: readonly number[]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return new BatchReader({ shape, data: new Float32Array(size) }, sampleShape, 'encode');
  };

  test.each([
    [
      [5, 28, 28],
      [28, 28],
    ],
    [
      [5, 28, 28, 1],
      [28, 28],
    ],
    [
      [5, 28, 28],
      [28, 28, 1],
    ],
    [
      [5, 1, 28, 28],
      [28, 28, 1],
    ],
    [
      [5, 784],
      [28, 28, 1],
    ],
    [[5, 28, 28, 1], [784]],
    [[5, 784, 1], [784]],
    [
      [1, 8, 8, 3],
      [8, 8, 3],
    ],
    [[3, 1], [1]],
  ])('samples %j fit a model of %j', (shape, sampleShape) => {
    expect(reader(shape, sampleShape).count).toBe(shape[0]);
  });

  test.each([
    [[784], [784]],
    [[784], [28, 28]],
    [
      [28, 28],
      [28, 28, 1],
    ],
    [
      [28, 28, 1],
      [28, 28],
    ],
    [[1], [1]],
    [
      [13, 1],
      [13, 1],
    ],
  ])('%j is one sample for a model of %j', (shape, sampleShape) => {
    expect(reader(shape, sampleShape).count).toBe(1);
  });

  test.each([
    [
      [5, 28, 27],
      [28, 28],
    ],
    [
      [5, 14, 56],
      [28, 28],
    ],
    [
      [5, 3, 8, 8],
      [8, 8, 3],
    ],
    [
      [5, 783],
      [28, 28],
    ],
    [[783], [784]],
    [
      [784, 1],
      [28, 28],
    ],
    [[13, 1], [13]],
    [[5], [1]],
    [[], [1]],
  ])('samples %j do not fit a model of %j', (shape, sampleShape) => {
    const expected = `encode: the samples are [${shape.join(', ')}], expected [n, ${sampleShape.join(', ')}].`;
    expect(() => reader(shape, sampleShape)).toThrow(new ShapeError(expected));
  });

  test('no samples are refused', () => {
    expect(() => reader([0, 2], [2])).toThrow(
      new ShapeError('encode: got no samples, expected at least one.'),
    );
  });

  test('an array that is longer or shorter than its shape is refused', () => {
    for (const length of [5, 7]) {
      const samples = { shape: [3, 2], data: new Float32Array(length) };
      expect(() => new BatchReader(samples, [2], 'encode')).toThrow(
        new ShapeError(`encode: shape [3, 2] needs 6 numbers, the array holds ${length}.`),
      );
    }
  });
});
