/** The small parts of the worker: when training waits, the points of the loss curves, the plane of codes, the frame. */

import { describe, expect, test } from '@jest/globals';
import { isFramed, moveIntoFrame } from '../../../demo/worker/frame.ts';
import { Gate } from '../../../demo/worker/gate.ts';
import { Losses } from '../../../demo/worker/losses.ts';
import { codeAt, planeOf } from '../../../demo/worker/plane.ts';
import { generateDigits, Random, Tensor } from '../../../src/index.ts';

describe('the gate', () => {
  test('lets batches through while it is open, and one at a time while it is closed', async () => {
    let waits = 0;
    const gate = new Gate(() => waits++);
    let passed = 0;
    const training = (async () => {
      for (let i = 0; i < 6; i++) {
        await gate.pass();
        passed++;
      }
    })();
    const settle = () => new Promise((resolve) => setTimeout(resolve));
    await settle();
    expect([passed, waits]).toEqual([0, 1]);
    gate.letOne();
    await settle();
    expect([passed, waits]).toEqual([1, 2]);
    gate.letOne();
    gate.letOne();
    await settle();
    expect([passed, waits]).toEqual([3, 3]);
    gate.open();
    await training;
    expect([passed, waits]).toEqual([6, 3]);
    expect(gate.pass()).toBeUndefined();
    gate.letOne(); // means nothing while it is open
    gate.close();
    expect(gate.pass()).toBeInstanceOf(Promise);
  });
});

describe('the losses', () => {
  const record = (batch: number, loss: number, parts?: Record<string, number>) => ({
    epoch: 1,
    epochs: 9,
    batch,
    batches: 4,
    samples: 10 * batch,
    loss,
    ...(parts && { parts }),
  });

  test('have a point at once, then one for the batches of each 200 ms, and none lost at the end of an epoch', () => {
    const losses = new Losses();
    // The losses of the batches are 8, 4, 6, 2: the record has the mean of the epoch so far.
    expect(losses.add(record(1, 8), 1000)).toBe(true);
    expect(losses.add(record(2, 6), 1080)).toBe(false);
    expect(losses.add(record(3, 6), 1160)).toBe(false);
    expect(losses.add(record(4, 5), 1199)).toBe(false);
    losses.addEpoch({ epoch: 1, loss: 5, validationLoss: 3, learningRate: 1e-3 });
    expect(losses.add(record(1, 1), 1200)).toBe(true);
    const points = losses.take();
    expect(points.map(({ step }) => step)).toEqual([1, 4, 5]);
    expect(points.map(({ values }) => values)).toEqual([
      { training: 8 },
      { test: 3 },
      { training: (4 + 6 + 2 + 1) / 4 },
    ]);
    expect(losses.samplesPerSecond).toBeCloseTo(200);
    expect(losses.take()).toEqual([]);
  });

  test('of a single step are a point, and those of the last batches before a pause count for the next one', () => {
    const losses = new Losses();
    losses.add(record(1, 8), 0);
    losses.add(record(2, 6), 10);
    losses.pause();
    expect(losses.take()).toEqual([{ step: 1, values: { training: 8 } }]);
    // A step: the record has the mean of 8, 4, 6.
    losses.add(record(3, 6), 5_000);
    losses.pause();
    expect(losses.take()).toEqual([{ step: 3, values: { training: 5 } }]);
  });

  test('of a pause take no time of training', () => {
    const losses = new Losses();
    losses.add(record(1, 8), 0);
    losses.pause();
    expect(losses.add(record(2, 6), 60_000)).toBe(false);
    losses.add(record(3, 6), 60_200);
    expect(losses.samplesPerSecond).toBeCloseTo(100);
  });

  test('of an epoch that is shorter than a point are a point', () => {
    const losses = new Losses();
    losses.add(record(4, 8), 0);
    losses.addEpoch({ epoch: 1, loss: 8, learningRate: 1e-3 });
    losses.take();
    for (let batch = 1; batch <= 4; batch++) losses.add(record(batch, 3), batch);
    losses.addEpoch({ epoch: 2, loss: 3, validationLoss: 2, learningRate: 1e-3 });
    expect(losses.take().map(({ values }) => values)).toEqual([{ training: 3 }, { test: 2 }]);
  });

  test('of the few batches after the end of a short epoch are no point of their own', () => {
    const losses = new Losses();
    losses.add(record(4, 8), 0);
    losses.addEpoch({ epoch: 1, loss: 8, learningRate: 1e-3 });
    for (let batch = 1; batch <= 4; batch++) losses.add(record(batch, 3), 40 * batch);
    losses.addEpoch({ epoch: 2, loss: 3, learningRate: 1e-3 });
    losses.take();
    expect(losses.add(record(1, 9), 210)).toBe(true); // it is time to report the epoch
    expect(losses.take()).toEqual([]);
    expect(losses.samplesPerSecond).toBeCloseTo(50 / 0.21);
    losses.add(record(2, 6), 250);
    expect(losses.add(record(3, 5), 420)).toBe(true);
    expect(losses.take()).toEqual([{ step: 8, values: { training: 5 } }]);
  });

  test('of a GAN are those of its two networks', () => {
    const losses = new Losses();
    losses.add(record(1, 3, { generator: 2, discriminator: 1, accuracy: 0.5 }), 0);
    expect(losses.take()).toEqual([{ step: 1, values: { generator: 2, discriminator: 1 } }]);
  });
});

describe('the plane of codes', () => {
  const codes = (d: number) => {
    const random = new Random(3);
    return Tensor.from(
      Float32Array.from({ length: 40 * d }, (_, i) => random.normal() * (1 + (i % d))),
      [40, d],
    );
  };

  test('is the codes themselves where they have two numbers', () => {
    const two = codes(2);
    const plane = planeOf(two);
    expect([...plane.plane.points]).toEqual([...two.data]);
    expect([...codeAt(plane, 0.5, -2).data]).toEqual([0.5, -2]);
  });

  test('has a second axis of zeros for codes of one number', () => {
    const one = codes(1);
    const { points } = planeOf(one).plane;
    expect([points[0], points[1], points[2]]).toEqual([one.data[0], 0, one.data[1]]);
  });

  test('lies along the directions of most variance, and leads back to the nearest code', () => {
    const five = codes(5);
    const plane = planeOf(five);
    const [first, second] = plane.plane.shares ?? [0, 0];
    expect(first).toBeGreaterThan(second);
    const [x, y] = plane.plane.points;
    const code = codeAt(plane, x, y).data;
    const away = five.data.subarray(0, 5).map((value, i) => value - code[i]);
    for (const axis of plane.axes) {
      expect(away.reduce((sum, value, i) => sum + value * axis[i], 0)).toBeCloseTo(0, 4);
    }
  });

  test('does not jump when the sign of an axis does', () => {
    const five = codes(5);
    const plane = planeOf(five);
    const mirrored = { ...plane, axes: [plane.axes[0].map((value) => -value), plane.axes[1]] as const };
    const next = planeOf(five, mirrored);
    expect(next.plane.points[0]).toBeCloseTo(-plane.plane.points[0], 5);
    expect(next.plane.points[1]).toBeCloseTo(plane.plane.points[1], 5);
  });
});

describe('the frame', () => {
  const size = { height: 28, width: 28 };
  const digits = generateDigits({ count: 100, seed: 5 });
  const values = Float32Array.from(digits.data, (value) => value / 255);

  test('is found around written digits, not around pictures that fill theirs', () => {
    expect(isFramed(values, size)).toBe(true);
    expect(
      isFramed(
        values.map((value) => Math.max(value, 0.1)),
        size,
      ),
    ).toBe(false);
  });

  test('leaves a digit where it is, and brings one there that lies elsewhere', () => {
    const digit = values.subarray(0, 784);
    // Half as large, in a corner.
    const small = Float32Array.from({ length: 784 }, (_, i) => {
      const [y, x] = [Math.floor(i / 28), i % 28];
      return y < 14 && x < 14 ? digit[2 * y * 28 + 2 * x] : 0;
    });
    const error = (a: Float32Array) => a.reduce((sum, value, i) => sum + (value - digit[i]) ** 2, 0) / 784;
    // What is left is the blur between pixels.
    expect(error(moveIntoFrame(digit, size))).toBeLessThan(0.02);
    expect(error(moveIntoFrame(small, size))).toBeLessThan(0.3 * error(small));
  });

  test('of an empty drawing is empty', () => {
    expect(moveIntoFrame(new Float32Array(784), size)).toEqual(new Float32Array(784));
  });
});
