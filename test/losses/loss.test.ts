import { describe, expect, jest, test } from '@jest/globals';
import type { Loss, LossName } from '../../src/losses/loss.ts';
import {
  BinaryCrossEntropy,
  MeanAbsoluteError,
  MeanSquaredError,
  namedLoss,
  SoftmaxCrossEntropy,
} from '../../src/losses/loss.ts';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside, UNIT_ROUNDOFF as u } from '../helpers/bounds.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';

// The examples of docs/math.md, sections 4.1 to 4.3 and 4.5. Decimals are rounded when they are read: a few u.
const EXAMPLES: readonly {
  name: string;
  loss: () => Loss;
  prediction: number[];
  target: number[];
  value: number;
  gradient: number[];
}[] = [
  {
    name: 'MSE of 0.5, 0.2, 0.9 and 1, 0.2, 0.4',
    loss: () => new MeanSquaredError(),
    prediction: [0.5, 0.2, 0.9],
    target: [1, 0.2, 0.4],
    value: 0.5 / 3,
    gradient: [-1 / 3, 0, 1 / 3],
  },
  {
    name: 'MAE of the same',
    loss: () => new MeanAbsoluteError(),
    prediction: [0.5, 0.2, 0.9],
    target: [1, 0.2, 0.4],
    value: 1 / 3,
    gradient: [-1 / 3, 0, 1 / 3],
  },
  {
    name: 'cross-entropy of the logit -2 and 1',
    loss: () => new BinaryCrossEntropy(),
    prediction: [-2],
    target: [1],
    value: 2.126928011042972,
    gradient: [-0.8807970779778823],
  },
  {
    name: 'cross-entropy of the logit 0 and 0.3',
    loss: () => new BinaryCrossEntropy(),
    prediction: [0],
    target: [0.3],
    value: Math.LN2,
    gradient: [0.2],
  },
  {
    name: 'softmax cross-entropy of the logits 2, 0, 0 and the second class',
    loss: () => new SoftmaxCrossEntropy(),
    prediction: [2, 0, 0],
    target: [0, 1, 0],
    value: 2.2395447662218846,
    gradient: [0.7869860421615984, -0.8934930210807992, 0.10650697891920075],
  },
  {
    name: 'softmax cross-entropy of logits whose exponentials overflow',
    loss: () => new SoftmaxCrossEntropy(),
    prediction: [1000, 0],
    target: [0, 1],
    value: 1000,
    gradient: [1, -1],
  },
];

describeEachKernels('losses', () => {
  test.each(EXAMPLES)('$name', ({ loss: make, prediction, target, value, gradient }) => {
    const loss = make();
    const got = loss.forward(Tensor.from(prediction), Tensor.from(target));
    expect(firstOutside([got], [value], 4 * u * value)).toBeUndefined();
    expect(firstOutside(loss.backward().data, gradient, 4 * u)).toBeUndefined();
  });
});

const NAMED: readonly [LossName, string][] = [
  ['mse', 'MeanSquaredError'],
  ['mae', 'MeanAbsoluteError'],
  ['bce', 'BinaryCrossEntropy'],
];

test.each(NAMED)('%s is made by namedLoss and knows its name', (name, className) => {
  expect(namedLoss(name).constructor.name).toBe(className);
  expect(namedLoss(name).name).toBe(name);
  expect(namedLoss(name)).not.toBe(namedLoss(name));
});

describe.each<[string, () => Loss]>([
  ...NAMED.map(([name, className]): [string, () => Loss] => [className, () => namedLoss(name)]),
  ['SoftmaxCrossEntropy', () => new SoftmaxCrossEntropy()],
])('%s', (className, make) => {
  test('is a mean: the same samples twice have the same loss and half the gradient each', () => {
    const [once, twice] = [make(), make()];
    const [p, t] = [
      [0.25, 0.75, -1],
      [1, 0.5, 0],
    ];
    const value = once.forward(Tensor.from(p, [1, 3]), Tensor.from(t, [1, 3]));
    const value2 = twice.forward(Tensor.from([...p, ...p], [2, 3]), Tensor.from([...t, ...t], [2, 3]));
    expect(firstOutside([value2], [value], 8 * u * value)).toBeUndefined();
    const halves = [...once.backward().data].map((slope) => slope / 2);
    expect(firstOutside(twice.backward().data, [...halves, ...halves], 4 * u)).toBeUndefined();
  });

  test('the gradient has the shape of the prediction, and the next forward overwrites it', () => {
    const loss = make();
    loss.forward(Tensor.from([3, 4], [1, 2]), Tensor.zeros([1, 2]));
    const first = loss.backward();
    const before = [...first.data];
    expect(first.shape).toEqual([1, 2]);
    loss.forward(Tensor.from([-5, -6], [1, 2]), Tensor.from([1, 1], [1, 2]));
    expect(loss.backward().data).toBe(first.data);
    expect([...first.data]).not.toEqual(before);
  });

  test('leaves prediction and target as they were', () => {
    const [p, t] = [Tensor.from([1, 2]), Tensor.from([0, 1])];
    make().forward(p, t);
    expect([...p.data, ...t.data]).toEqual([1, 2, 0, 1]);
  });

  test('takes its array from an arena, once', () => {
    const allocate = jest.spyOn(Arena.prototype, 'allocate');
    const loss = make();
    loss.forward(Tensor.zeros([2, 3]), Tensor.zeros([2, 3]));
    loss.forward(Tensor.zeros([2, 3]), Tensor.zeros([2, 3]));
    expect(allocate.mock.calls).toEqual([[6]]);
    allocate.mockRestore();
  });

  test('of no elements is NaN', () => {
    expect(make().forward(Tensor.zeros([0, 3]), Tensor.zeros([0, 3]))).toBeNaN();
  });

  test('refuses a target of another shape, even of the same size', () => {
    expect(() => make().forward(Tensor.zeros([2, 3]), Tensor.zeros([3, 2]))).toThrow(
      new ShapeError(
        `${className}.forward: the prediction is [2, 3], the target [3, 2], expected equal shapes.`,
      ),
    );
  });

  test('backward before forward is an error', () => {
    expect(() => make().backward()).toThrow(
      `${className}.backward: called before forward, expected a forward pass first.`,
    );
  });
});

test('a perfect prediction has no squared or absolute error, and gradient 0', () => {
  for (const loss of [new MeanSquaredError(), new MeanAbsoluteError()]) {
    const x = Tensor.from([0.1, -2, 3]);
    expect(loss.forward(x, x)).toBe(0);
    expect([...loss.backward().data]).toEqual([0, 0, 0]);
  }
});

test('the cross-entropy of a gray target is smallest where the sigmoid meets it, and is its entropy there', () => {
  const loss = new BinaryCrossEntropy();
  const logit = Math.log(0.3 / 0.7);
  const minimum = loss.forward(Tensor.from([logit]), Tensor.from([0.3]));
  expect(minimum).toBeCloseTo(0.6109, 4);
  expect(Math.abs(loss.backward().data[0])).toBeLessThan(4 * u);
  for (const other of [logit - 0.1, logit + 0.1]) {
    expect(loss.forward(Tensor.from([other]), Tensor.from([0.3]))).toBeGreaterThan(minimum);
  }
});

describe('softmax cross-entropy', () => {
  test('is the mean over the rows, each a softmax of its own', () => {
    const z = Tensor.from([2, 0, 0, 0, 3, 1], [2, 3]);
    const t = Tensor.from([0, 1, 0, 0.5, 0, 0.5], [2, 3]);
    const loss = new SoftmaxCrossEntropy();
    const each = [0, 1].map((row) => loss.forward(z.rows(row, row + 1), t.rows(row, row + 1)));
    const mean = loss.forward(z, t);
    expect(firstOutside([mean], [(each[0] + each[1]) / 2], 1e-15)).toBeUndefined();
  });

  test('does not change when a number is added to all logits of a row', () => {
    const target = Tensor.from([0, 1, 0]);
    const loss = new SoftmaxCrossEntropy();
    const value = loss.forward(Tensor.from([2, 0, -1]), target);
    expect(firstOutside([loss.forward(Tensor.from([66, 64, 63]), target)], [value], 64e-15)).toBeUndefined();
  });
});

test.each(['huber', 'MSE', 'toString', 'softmax'])(
  'namedLoss refuses %p and lists the names it knows',
  (name) => {
    expect(() => namedLoss(name as LossName)).toThrow(
      new RangeError(`namedLoss: '${name}' is not a loss, expected one of: mse, mae, bce.`),
    );
  },
);
