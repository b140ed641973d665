import { describe, expect, test } from '@jest/globals';
import { traverseCode } from '../../../src/latent/paths.ts';
import { encodePng } from '../../../src/node/pictures/png.ts';
import { stripSheet } from '../../../src/node/pictures/strips.ts';
import { traversalPicture } from '../../../src/node/pictures/traversal.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { VariationalAutoencoder } from '../../../src/vae/variationalAutoencoder.ts';

/** A decoder of one layer, whose weights of each number of the code are known: pixel = code · weights. */
function linearModel(weights: readonly number[]): VariationalAutoencoder {
  const model = new VariationalAutoencoder({
    inputShape: [8, 8],
    encodingDim: weights.length,
    hidden: [],
    outputActivation: 'linear',
  });
  const [, weight] = model.namedParameters().find(([name]) => name === 'decoder.0.weight') ?? [];
  weight?.value.data.set(weights.flatMap((value) => Array.from({ length: 64 }, () => value)));
  return model;
}

const start = (d: number, deviation = 1) => ({
  code: Tensor.zeros([d]),
  deviations: Tensor.from(Array.from({ length: d }, () => deviation)),
});

describe('traversalPicture', () => {
  const options = { steps: 5, maxRows: 32 };

  test('has the numbers that change most first, without those that change nothing', () => {
    const model = linearModel([0.1, 0, 0.3, 0.001, -0.2]);
    expect(traversalPicture(model, start(5), options).shown).toEqual([2, 4, 0]);
    expect(traversalPicture(model, start(5), { ...options, maxRows: 2 }).shown).toEqual([2, 4]);
  });

  test('has a row of -3 to 3 standard deviations for each, with headings', () => {
    const model = linearModel([0.02, 0.1]);
    const from = { code: Tensor.from([5, 2]), deviations: Tensor.from([2, 1]) };
    const { picture } = traversalPicture(model, from, options);
    const rows = [traverseCode(from.code, 1, 3, 5), traverseCode(from.code, 0, 6, 5)];
    const codes = rows.flatMap(({ data }) => Array.from(data));
    const images = model.decode(Tensor.from(codes, [10, 2]));
    const headings = {
      columnHeadings: ['-3', '-1.5', '0', '+1.5', '+3'],
      rowHeadings: ['number 1', 'number 0'],
    };
    expect(picture).toEqual(encodePng(stripSheet(images, headings)));
  });

  test('has all rows if none changes anything', () => {
    expect(traversalPicture(linearModel([0, 0]), start(2), options).shown).toEqual([0, 1]);
  });

  test('bears a network that overflows', () => {
    expect(traversalPicture(linearModel([1, 3e38]), start(2, 3e38), options).shown).toHaveLength(2);
  });
});
