/** What all optimizers share. */

import { describe, expect, jest, test } from '@jest/globals';
import { Adam, AdamW } from '../../src/optim/adam.ts';
import type { Optimizer, OptimizerOptions } from '../../src/optim/optimizer.ts';
import { cosine } from '../../src/optim/schedule.ts';
import { SGD } from '../../src/optim/sgd.ts';
import { FlatParameters } from '../../src/tensor/flatParameters.ts';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { Parameter } from '../../src/tensor/parameter.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { firstOutside, UNIT_ROUNDOFF as u } from '../helpers/bounds.ts';

const parameters = (values: number[], gradients: number[], arena = new Arena()) =>
  new FlatParameters([new Parameter('weight', Tensor.from(values), Tensor.from(gradients))], arena);

describe.each<[string, (options?: OptimizerOptions) => Optimizer, number]>([
  ['SGD', (options) => new SGD(options), 0],
  ['SGD', (options) => new SGD({ ...options, momentum: 0.9 }), 1],
  ['Adam', (options) => new Adam(options), 2],
  ['AdamW', (options) => new AdamW(options), 2],
])('%s', (className, make, moments) => {
  test('counts its steps, and asks the schedule for the rate of each, from step 0', () => {
    const asked: number[] = [];
    const schedule = { at: (step: number) => asked.push(step) };
    const optimizer = make({ learningRate: schedule });
    const flat = parameters([1], [1]);
    optimizer.step(flat);
    optimizer.step(flat);
    optimizer.step(flat);
    expect(optimizer.steps).toBe(3);
    expect(asked).toEqual([0, 1, 2]);
  });

  test.each([Number.NaN, -1, Infinity])('refuses a schedule that gives %d', (rate) => {
    const optimizer = make({ learningRate: { at: () => rate } });
    expect(() => optimizer.step(parameters([1], [1]))).toThrow(
      `${className}.step: the learning rate of step 0 is ${rate}, expected a number >= 0.`,
    );
  });

  test('learningRate is that of the next step', () => {
    const optimizer = make({ learningRate: cosine({ learningRate: 1, steps: 2 }) });
    const flat = parameters([1], [0]);
    expect(optimizer.learningRate).toBe(1);
    optimizer.step(flat);
    expect(optimizer.learningRate).toBeCloseTo(0.5, 12);
    optimizer.step(flat);
    expect(optimizer.learningRate).toBe(0);
  });

  test('steps against the gradient and leaves the gradients alone', () => {
    const flat = parameters([0, 0], [1, -2]);
    make().step(flat);
    expect(flat.values[0]).toBeLessThan(0);
    expect(flat.values[1]).toBeGreaterThan(0);
    expect([...flat.gradients]).toEqual([1, -2]);
  });

  test('allocates its moments once, and not in the arena of the parameters: they are freed with the optimizer', () => {
    const flat = parameters([1, 2, 3], [0, 0, 0]);
    const allocate = jest.spyOn(Arena.prototype, 'allocate');
    const optimizer = make();
    optimizer.attach(flat);
    expect(allocate.mock.calls).toEqual(new Array(moments).fill([3]));
    expect(allocate.mock.contexts).not.toContain(flat.arena);
    optimizer.attach(flat);
    optimizer.step(flat);
    optimizer.step(flat);
    expect(allocate).toHaveBeenCalledTimes(moments);
    make().step(flat);
    expect(allocate).toHaveBeenCalledTimes(2 * moments);
    allocate.mockRestore();
  });

  test('attach changes no value and no step, before the first step and between steps', () => {
    const [flat, other] = [0, 1].map(() => parameters([1, -2, 3], [0.5, 0.25, -1]));
    const [attached, plain] = [make(), make()];
    attached.attach(flat);
    attached.attach(flat);
    expect([...flat.values, ...flat.gradients]).toEqual([1, -2, 3, 0.5, 0.25, -1]);
    expect(attached.steps).toBe(0);
    for (const gradient of [0.5, -1, 2]) {
      flat.gradients.fill(gradient);
      other.gradients.fill(gradient);
      attached.step(flat);
      attached.attach(flat);
      plain.step(other);
    }
    expect(flat.values).toEqual(other.values);
    expect(attached.steps).toBe(3);
  });

  test('clips by norm before it steps', () => {
    const clipped = parameters([0, 0], [3, 4]);
    make({ clipNorm: 1 }).step(clipped);
    expect(firstOutside(clipped.gradients, [0.6, 0.8], 2 * u)).toBeUndefined();
    const small = parameters([0, 0], [0.6, 0.8]);
    make().step(small);
    // The gradients differ by 2 u; Adam divides that by itself, SGD multiplies it with the learning rate.
    expect(firstOutside(clipped.values, small.values, 4 * u * 0.01)).toBeUndefined();
  });

  test.each(['attach', 'step'] as const)('serves one network only, from its first %s on', (first) => {
    const optimizer = make();
    const flat = parameters([1], [1]);
    optimizer[first](flat);
    const { steps } = optimizer;
    const other = parameters([1], [1]);
    const message = `${className}: got the parameters of another network, expected one optimizer each.`;
    expect(() => optimizer.attach(other)).toThrow(new Error(message));
    expect(() => optimizer.step(other)).toThrow(new Error(message));
    expect([...other.values]).toEqual([1]);
    expect(optimizer.steps).toBe(steps);
    // The refusals changed nothing: it still serves the first network.
    optimizer.step(flat);
    expect(optimizer.steps).toBe(steps + 1);
  });

  /** An optimizer after two steps. */
  const stepped = (options: OptimizerOptions = {}) => {
    const flat = parameters([1, -2, 3], [0.5, 0.25, -1]);
    const optimizer = make(options);
    optimizer.step(flat);
    optimizer.step(flat);
    return { flat, optimizer };
  };

  test('continues from a state exactly as the optimizer that it was taken from', () => {
    const options = { learningRate: cosine({ learningRate: 0.1, steps: 9 }), clipNorm: 1 };
    const { flat, optimizer } = stepped(options);
    const other = parameters([...flat.values], [...flat.gradients]);
    const [restored, fresh] = [make(options), make(options)];
    restored.attach(other);
    restored.restore(optimizer.state());
    expect(restored.state()).toEqual(optimizer.state());
    const control = parameters([...flat.values], [...flat.gradients]);
    optimizer.step(flat);
    restored.step(other);
    fresh.step(control);
    expect(other.values).toEqual(flat.values);
    expect(control.values).not.toEqual(flat.values);
  });

  test('has a state that is a copy, and copies the one that it restores', () => {
    const { flat, optimizer } = stepped();
    const twin = stepped();
    const spoil = ({ moments: all }: ReturnType<Optimizer['state']>) => {
      for (const moment of Object.values(all)) moment.fill(7);
    };
    spoil(optimizer.state());
    const state = optimizer.state();
    expect(Object.keys(state.moments)).toHaveLength(moments);
    expect(state).toMatchObject({ name: optimizer.name, steps: 2, learningRate: optimizer.learningRate });
    optimizer.restore(state);
    spoil(state);
    optimizer.step(flat);
    twin.optimizer.step(twin.flat);
    expect(flat.values).toEqual(twin.flat.values);
  });

  test.each<
    [string, (state: ReturnType<Optimizer['state']>) => Partial<ReturnType<Optimizer['state']>>, RegExp]
  >([
    ['another name', () => ({ name: 'other' }), /got the state of 'other', expected that of '\w+'/],
    [
      'another setting',
      ({ settings }) => ({ settings: { ...settings, gamma: 1 } }),
      /got gamma 1, expected none/,
    ],
    ['fewer settings', () => ({ settings: {} }), /got clipNorm|got \w+ missing, expected/],
    ['-1 steps', () => ({ steps: -1 }), /got -1 steps, expected an integer >= 0/],
    ['2^53 steps', () => ({ steps: 2 ** 53 }), /got 9007199254740992 steps/],
    [
      'a moment too many',
      ({ moments: all }) => ({ moments: { ...all, x: new Float32Array(3) } }),
      /got .*3 numbers of x/,
    ],
    [
      'moments of another size',
      ({ moments: all }) => ({
        moments: Object.fromEntries([...Object.keys(all), 'x'].map((key) => [key, new Float32Array(2)])),
      }),
      /got (2 numbers of \w+, )*2 numbers of x, expected (none|3 numbers of)/,
    ],
  ])('refuses a state of %s, and changes nothing', (_, change, message) => {
    const [{ flat, optimizer }, twin] = [stepped({ clipNorm: 1 }), stepped({ clipNorm: 1 })];
    const state = optimizer.state();
    const refused = () => optimizer.restore({ ...state, ...change(state) });
    expect(refused).toThrow(message);
    expect(refused).toThrow(RangeError);
    expect(refused).toThrow(new RegExp(`^${className}\\.restore: .*\\.$`));
    optimizer.step(flat);
    twin.optimizer.step(twin.flat);
    expect(flat.values).toEqual(twin.flat.values);
    expect(optimizer.steps).toBe(3);
  });

  test.each([0, -1, Number.NaN])('refuses to clip to the norm %p', (clipNorm) => {
    expect(() => make({ clipNorm })).toThrow(
      new RangeError(`Optimizer: clipNorm is ${clipNorm}, expected more than 0.`),
    );
  });

  test.each([0, -0.1, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses the learning rate %p',
    (learningRate) => {
      expect(() => make({ learningRate })).toThrow(
        new RangeError(`constant: the learning rate is ${learningRate}, expected more than 0.`),
      );
    },
  );
});
