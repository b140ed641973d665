import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { buildAutoencoder, main } from '../../examples/article.ts';
import { generateDigits } from '../../src/data/digits.ts';
import { writeNpy } from '../../src/io/npy.ts';

test('the article, step for step, on a .npy file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-article-'));
  try {
    const path = join(folder, 'images.npy');
    writeFileSync(path, writeNpy(generateDigits({ count: 200, seed: 3 })));
    const lines: string[] = [];
    await main(path, 3, (line) => lines.push(line));
    const losses = lines
      .filter((line) => line.startsWith('epoch'))
      .map((line) => Number(line.split(' ').at(-1)));
    expect(losses).toHaveLength(3);
    expect(losses[2]).toBeLessThan(losses[0]);
    expect(lines).toContain('images [200,28,28] -> codes [200,32] -> images [200,28,28]');
    expect(lines.at(-1)).toMatch(/^mse 0\.\d{5}, psnr \d+\.\d\d dB$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the network is the one of the article: 784-64-32-32-32-64-784', () => {
  const widths = buildAutoencoder([28, 28])
    .parameters.parameters.filter(({ name }) => name === 'weight')
    .map(({ value }) => value.shape);
  expect(widths).toEqual([
    [784, 64],
    [64, 32],
    [32, 32],
    [32, 32],
    [32, 64],
    [64, 784],
  ]);
});
