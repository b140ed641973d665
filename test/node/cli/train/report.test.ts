import { expect, test } from '@jest/globals';
import { describeRise } from '../../../../src/node/cli/train/report.ts';

const epochs = (...losses: number[]) =>
  losses.map((loss, i) => ({ epoch: i + 1, loss, learningRate: 0.001 }));

test('a loss that shot up is told, the first time it did', () => {
  expect(describeRise(epochs(0.05, 0.04, 1.25, 0.5, 9))).toBe(
    'the loss rose from 0.0400 in epoch 2 to 1.25 in epoch 3: a lower --learning-rate may end better',
  );
});

test('so is one that rose in small steps', () => {
  expect(describeRise(epochs(0.1, 0.04, 0.09, 0.2))).toMatch('from 0.0400 in epoch 2 to 0.200 in epoch 4');
});

test('so is a first epoch that is far worse than the first batch', () => {
  expect(describeRise(epochs(4.4, 0.06), 0.17)).toBe(
    'the loss rose from 0.170 in the first batch to 4.40 in epoch 1: a lower --learning-rate may end better',
  );
  expect(describeRise(epochs(0.5, 0.06), 0.17)).toBeUndefined();
});

test.each<[string, number[]]>([
  ['no epoch', []],
  ['one', [5]],
  ['a loss that falls', [3, 2, 1]],
  ['one that goes up and down a little', [0.01, 0.03, 0.01, 0.029]],
  ['one next to nothing that jumps', [0.05, 2e-13, 7e-13, 6e-4]],
])('nothing is told of %s', (_, losses) => {
  expect(describeRise(epochs(...losses))).toBeUndefined();
});
