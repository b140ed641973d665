import { describe, expect, test } from '@jest/globals';
import {
  DEFAULTS,
  parseHidden,
  parseInteger,
  parseLearningRate,
  withLayers,
} from '../../../demo/page/settings.ts';

describe('what the visitor writes', () => {
  test('hidden sizes have commas of either language or spaces between', () => {
    expect(parseHidden('64, 32')).toEqual([64, 32]);
    expect(parseHidden('64，32、16')).toEqual([64, 32, 16]);
    expect(parseHidden(' 400 ')).toEqual([400]);
    expect(parseHidden('')).toEqual([]);
  });

  test.each(['0', '64, x', '-5', '1.5', '4097', '1,1,1,1,1,1,1,1,1', '1e2', '0x10'])(
    '%s is no list of sizes',
    (words) => {
      expect(parseHidden(words)).toBeUndefined();
    },
  );

  test('integers keep to their limits', () => {
    expect(parseInteger('32', 1, 64)).toBe(32);
    for (const words of ['', ' ', '0', '65', '1.5', 'x', 'NaN'])
      expect(parseInteger(words, 1, 64)).toBeUndefined();
  });

  test('a learning rate is above 0 and up to 10', () => {
    expect(parseLearningRate('0.001')).toBe(0.001);
    expect(parseLearningRate('1e-4')).toBe(1e-4);
    for (const words of ['', '0', '-1', '11', 'fast', 'Infinity'])
      expect(parseLearningRate(words)).toBeUndefined();
  });
});

test.each(Object.entries(DEFAULTS))(
  'the defaults of %s are settings of that kind that the form accepts',
  (kind, settings) => {
    expect(settings.kind).toBe(kind);
    expect(parseHidden(settings.hidden.join(', '))).toEqual(settings.hidden);
    expect(parseInteger(String(settings.encodingDim), 1, 1024)).toBe(settings.encodingDim);
    expect(parseLearningRate(String(settings.learningRate))).toBe(settings.learningRate);
  },
);

test('other layers have other hidden sizes, all else stays', () => {
  const dense = { ...DEFAULTS.vae, seed: 5 };
  const conv = withLayers(dense, 'conv');
  expect(conv).toEqual({ ...dense, conv: [8, 16], hidden: [128] });
  expect(withLayers(conv, 'dense')).toEqual(dense);
});
