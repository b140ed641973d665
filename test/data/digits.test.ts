import { describe, expect, test } from '@jest/globals';
import { generateDigits } from '../../src/data/digits.ts';

const { imul } = Math;
const SIZE = 28 * 28;

/** FNV-1a, 32 bits. */
function checksum(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16);
}

function image(data: Uint8Array, index: number): Uint8Array {
  return data.subarray(index * SIZE, (index + 1) * SIZE);
}

describe('the set', () => {
  const digits = generateDigits({ count: 1000, seed: 42 });

  test('holds 28x28 images of integers, white ink on black', () => {
    expect(digits.shape).toEqual([1000, 28, 28]);
    expect(digits.dtype).toBe('u1');
    expect(digits.data.length).toBe(1000 * SIZE);
    expect(Object.prototype.toString.call(digits.data)).toBe('[object Uint8Array]');
    expect(digits.labels.length).toBe(1000);
  });

  test('is the same on every run and machine, byte for byte', () => {
    expect(checksum(digits.data)).toBe('9370ed65');
    expect(checksum(digits.labels)).toBe('5e79bd9b');
  });

  test('differs with the seed', () => {
    const others = generateDigits({ count: 1000, seed: 43 });
    expect(checksum(others.data)).not.toBe(checksum(digits.data));
    expect(checksum(others.labels)).not.toBe(checksum(digits.labels));
  });

  test('begins with the shorter sets of the same seed', () => {
    const few = generateDigits({ count: 33, seed: 42 });
    expect(few.data).toEqual(digits.data.slice(0, 33 * SIZE));
    expect(few.labels).toEqual(digits.labels.slice(0, 33));
  });

  test('holds all digits equally often, not in order', () => {
    const counts = new Array<number>(10).fill(0);
    for (const label of digits.labels) counts[label]++;
    expect(counts).toEqual(new Array<number>(10).fill(100));
    expect([...digits.labels.slice(0, 10)]).not.toEqual([...digits.labels.slice(10, 20)]);
  });

  test('never shows the same image twice', () => {
    const sums = new Set(Array.from({ length: 1000 }, (_, i) => checksum(image(digits.data, i))));
    expect(sums.size).toBe(1000);
  });
});

describe('each image', () => {
  const { data, labels } = generateDigits({ count: 1200, seed: 7 });

  test('leaves the edge free and has its centre of mass near the middle', () => {
    for (let i = 0; i < 1200; i++) {
      const pixels = image(data, i);
      let [mass, sumX, sumY, edge] = [0, 0, 0, 0];
      pixels.forEach((ink, at) => {
        const [x, y] = [at % 28, (at - (at % 28)) / 28];
        mass += ink;
        sumX += ink * x;
        sumY += ink * y;
        if (x === 0 || x === 27 || y === 0 || y === 27) edge += ink;
      });
      expect(edge).toBe(0);
      expect(Math.abs(sumX / mass - 13.5)).toBeLessThan(4);
      expect(Math.abs(sumY / mass - 13.5)).toBeLessThan(4);
    }
  });

  test('is about 20 pixels large and has clear strokes', () => {
    for (let i = 0; i < 1200; i++) {
      const pixels = image(data, i);
      const inked = [...pixels.keys()].filter((at) => pixels[at] > 127);
      const xs = inked.map((at) => at % 28);
      const ys = inked.map((at) => Math.floor(at / 28));
      const longer = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) + 1;
      expect(longer).toBeGreaterThanOrEqual(15);
      expect(longer).toBeLessThanOrEqual(24);
      expect(inked.length).toBeGreaterThan(20);
      expect(inked.length).toBeLessThan(350);
    }
  });

  test('has about as much ink as MNIST, whose mean is 0.1307 and deviation 0.3081', () => {
    let [sum, squares] = [0, 0];
    for (const ink of data) {
      sum += ink / 255;
      squares += (ink / 255) ** 2;
    }
    const mean = sum / data.length;
    expect(mean).toBeCloseTo(0.1307, 1.5);
    expect(Math.sqrt(squares / data.length - mean * mean)).toBeCloseTo(0.3081, 1.5);
  });

  test('is legible: the most similar of 1000 images nearly always shows the same digit', () => {
    const isReadRight = (i: number): boolean => labels[nearest(data, i, 1000)] === labels[i];
    const right = Array.from({ length: 200 }, (_, i) => 1000 + i).filter(isReadRight).length;
    expect(right).toBeGreaterThanOrEqual(180);
  });
});

function nearest(data: Uint8Array, wanted: number, among: number): number {
  let [best, bestDistance] = [-1, Infinity];
  for (let i = 0; i < among; i++) {
    let distance = 0;
    for (let k = 0; k < SIZE && distance < bestDistance; k++) {
      const difference = data[wanted * SIZE + k] - data[i * SIZE + k];
      distance += difference * difference;
    }
    if (distance < bestDistance) [best, bestDistance] = [i, distance];
  }
  return best;
}

test.each([0, -1, 2.5, Number.NaN])('a count of %p is refused', (count) => {
  expect(() => generateDigits({ count, seed: 1 })).toThrow(
    `generateDigits: the count is ${count}, expected an integer >= 1.`,
  );
});

test('a seed that is not an integer is refused', () => {
  expect(() => generateDigits({ count: 1, seed: 0.5 })).toThrow(/seed is 0.5/);
});
