import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generateDigits } from '../../src/data/digits.ts';
import { writeNpy } from '../../src/io/numpy/npy.ts';
import { decodePng } from '../../src/node/pictures/png.ts';
import { Random } from '../../src/tensor/random.ts';

const program = fileURLToPath(new URL('../../dist/examples/multimodal.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'isthmus multimodal-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...words: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...words], { cwd: folder });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => (stdout += text));
    child.stderr.on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

const COUNT = 1000;
const SIDE = 14;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;

/** The digits at half their size, which trains in a quarter of the time. */
function smallDigits() {
  const { data: large, labels } = generateDigits({ count: COUNT, seed: 3 });
  const data = Uint8Array.from({ length: COUNT * PIXELS }, (_, i) => {
    const corner =
      4 * PIXELS * Math.floor(i / PIXELS) + 4 * SIDE * Math.floor((i % PIXELS) / SIDE) + 2 * (i % SIDE);
    return (large[corner] + large[corner + 1] + large[corner + 2 * SIDE] + large[corner + 2 * SIDE + 1]) / 4;
  });
  return { data, labels };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

const { data, labels } = smallDigits();
const images = Array.from({ length: COUNT }, (_, i) => data.subarray(i * PIXELS, (i + 1) * PIXELS));
const means = Array.from({ length: CLASSES }, (_, k) => {
  const ofClass = images.filter((_, i) => labels[i] === k);
  return Float64Array.from(
    { length: PIXELS },
    (_, j) => sum(ofClass.map((image) => image[j])) / ofClass.length,
  );
});

/** The images of one row of the picture. */
function rowOf(picture: string, row: number): Uint8Array[] {
  const step = 2 * SIDE + 2; // enlarged twice, with a gap of two pixels
  const png = decodePng(readFileSync(join(folder, picture)));
  expect([png.width, png.height]).toEqual([CLASSES * step + 2, 6 * step + 2]);
  return Array.from({ length: CLASSES }, (_, k) =>
    Uint8Array.from({ length: PIXELS }, (_, j) => {
      const [x, y] = [2 + k * step + 2 * (j % SIDE), 2 + row * step + 2 * Math.floor(j / SIDE)];
      return png.data[4 * (y * png.width + x)];
    }),
  );
}

/** The sum of the squared differences. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return sum(Array.from(a, (value, j) => (value - b[j]) ** 2));
}

/** How many of the images are nearest to the candidate at their own place. */
function matches(found: readonly ArrayLike<number>[], candidates: readonly ArrayLike<number>[]): number {
  return found.filter((image, k) => {
    const distances = candidates.map((candidate) => distance(image, candidate));
    return distances.indexOf(Math.min(...distances)) === k;
  }).length;
}

const accuracyIn = (stdout: string) => Number(/^from the image alone +(\S+)/m.exec(stdout)?.[1]);

describe('an autoencoder of images and labels', () => {
  const printed = { labelled: '', shuffled: '' };

  // The control learns from the same images with labels that have nothing to do with them.
  beforeAll(async () => {
    const shuffled = labels.slice();
    new Random(1).shuffle(shuffled);
    // One of each ten digits is a 7: the first four of them stay.
    const rare = labels.map((label, i) => (label === 7 && i >= 40 ? 6 : label));
    writeFileSync(join(folder, 'rare.npy'), writeNpy({ shape: [COUNT], data: rare }));
    writeFileSync(join(folder, 'images.npy'), writeNpy({ shape: [COUNT, SIDE, SIDE], data }));
    const runs = Object.entries({ labelled: labels, shuffled }).map(async ([name, data]) => {
      writeFileSync(join(folder, `${name}.npy`), writeNpy({ shape: [COUNT], data }));
      const words = ['--data', 'images.npy', '--labels', `${name}.npy`, '--out', `${name}.png`];
      const { status, stdout, stderr } = await run(...words);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      printed[name as keyof typeof printed] = stdout;
    });
    await Promise.all(runs);
  });

  test('finds the labels of test images, which it cannot if labels are shuffled', () => {
    expect(accuracyIn(printed.labelled)).toBeGreaterThan(0.85);
    expect(accuracyIn(printed.shuffled)).toBeLessThan(0.25); // chance is 0.1, and its standard error 0.02
  });

  test("draws each label as an image near its class's mean, which it cannot if labels are shuffled", () => {
    const drawn = rowOf('labelled.png', 0);
    expect(matches(drawn, means)).toBe(CLASSES);
    const error = sum(drawn.map((image, k) => distance(image, means[k]))) / CLASSES;
    const variance = sum(images.map((image, i) => distance(image, means[labels[i]]))) / COUNT;
    expect(error).toBeLessThan(variance / 4); // as large as the variance if training never hides an image
    expect(matches(rowOf('shuffled.png', 0), means)).toBeLessThan(CLASSES / 2);
  });

  test('goes from the label to an image: each step is nearer to it, the last one nearer than to any other', () => {
    const [fromLabel, halfway, restored, originals] = [0, 1, 2, 3].map((row) => rowOf('labelled.png', row));
    const [first, second, third] = [fromLabel, halfway, restored].map((row) =>
      sum(row.map((image, k) => distance(image, originals[k]))),
    );
    expect(second).toBeLessThan(first);
    expect(third).toBeLessThan(second);
    expect(matches(restored, originals)).toBe(CLASSES);
  });

  test.each([
    [['--data', 'images.npy'], 'Only one of --data and --labels is given, expected both or neither.'],
    [
      ['--data', 'labelled.npy', '--labels', 'labelled.npy'],
      'labelled.npy: the array is [1000], expected samples',
    ],
    [
      ['--data', 'images.npy', '--labels', 'rare.npy'],
      'rare.npy: label 7 occurs less than 5 times, expected at least 5.',
    ],
    [['--epochs', '3'], "Unknown option '--epochs'"],
    [
      ['--data', 'none.npy', '--labels', 'labelled.npy'],
      "can't read none.npy: there is no such file or folder.",
    ],
  ] as const)('answers %j with a sentence', async (words, sentence) => {
    const { status, stdout, stderr } = await run(...words);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.startsWith(sentence)).toBe(true);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
