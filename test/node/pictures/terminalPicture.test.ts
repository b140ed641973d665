import { describe, expect, test } from '@jest/globals';
import { generateDigits } from '../../../src/data/digits.ts';
import { terminalComparison, terminalPicture } from '../../../src/node/pictures/terminalPicture.ts';
import { ShapeError } from '../../../src/tensor/shape.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';

const ESCAPE = '\x1b';

function withoutColor(text: string): string {
  return text.replaceAll(new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g'), '');
}

function widths(text: string): number[] {
  return withoutColor(text)
    .split('\n')
    .map((line) => line.length);
}

describe('terminalPicture', () => {
  test('shows two pixels in one half block, each in its true colour', () => {
    const image = Tensor.from([1, 0.2, 0, 0, 0, 1], [2, 1, 3]);
    expect(terminalPicture(image, { colorDepth: 24 })).toBe(
      `${ESCAPE}[38;2;255;51;0;48;2;0;0;255m▀${ESCAPE}[0m`,
    );
  });

  test('names a colour only where it changes', () => {
    const image = Tensor.from([0, 0, 1, 0, 1, 1], [2, 3]);
    expect(terminalPicture(image, { colorDepth: 24 })).toBe(
      `${ESCAPE}[38;2;0;0;0;48;2;0;0;0m▀${ESCAPE}[48;2;255;255;255m▀${ESCAPE}[38;2;255;255;255m▀${ESCAPE}[0m`,
    );
  });

  test('leaves the background as it is below an odd last row', () => {
    expect(terminalPicture(Tensor.from([1], [1, 1]), { colorDepth: 24 })).toBe(
      `${ESCAPE}[38;2;255;255;255;49m▀${ESCAPE}[0m`,
    );
  });

  test.each([
    [0, 16],
    [0.03, 232],
    [0.5, 244],
    [0.93, 255],
    [1, 231],
  ])('shows the gray %p as colour %p of 256', (gray, color) => {
    expect(terminalPicture(Tensor.from([gray], [1, 1]), { colorDepth: 8 })).toContain(`[38;5;${color};`);
  });

  test('finds the nearest colour of the cube of 256', () => {
    const orange = Tensor.from([1, 135 / 255, 0], [1, 1, 3]);
    expect(terminalPicture(orange, { colorDepth: 8 })).toContain(`[38;5;${16 + 36 * 5 + 6 * 2};`);
  });

  test.each([1, 4])('uses plain characters where the terminal has %p bits of colour', (colorDepth) => {
    const image = Tensor.from([0, 0.5, 1, 0, 0.5, 1], [2, 3, 1]);
    expect(terminalPicture(image, { colorDepth })).toBe(' +@');
  });

  test('averages a large image down, in both directions alike', () => {
    const image = Tensor.from(
      Array.from({ length: 96 * 192 }, (_, i) => i % 2),
      [96, 192],
    );
    const lines = terminalPicture(image, { colorDepth: 1 }).split('\n');
    expect(lines).toEqual(new Array(8).fill('+'.repeat(32)));
  });

  test('weighs pixels by how much of them a smaller pixel covers', () => {
    const row = Array.from({ length: 48 }, (_, x) => (x === 1 ? 1 : 0)); // 48 -> 32: 1.5 pixels each
    const picture = terminalPicture(Tensor.from([...row, ...row], [2, 48]), { colorDepth: 24 });
    const third = Math.round(255 / 3);
    expect(picture.startsWith(`${ESCAPE}[38;2;${third};${third};${third};49m▀▀${ESCAPE}[38;2;0;0;0m`)).toBe(
      true,
    );
  });

  test('clamps values and shows NaN as black', () => {
    expect(terminalPicture(Tensor.from([-5, 9, Number.NaN], [1, 3]), { colorDepth: 1 })).toBe(' + ');
  });

  test('refuses what is no image', () => {
    expect(() => terminalPicture(Tensor.zeros([784]), { colorDepth: 24 })).toThrow(ShapeError);
  });
});

describe('terminalComparison', () => {
  const { data } = generateDigits({ count: 12, seed: 3 });
  const digits = Tensor.from(
    Array.from(data, (value) => value / 255),
    [12, 28, 28],
  );

  test.each([1, 8, 24])('never fills the last column, whatever the width (colour depth %p)', (colorDepth) => {
    for (let columns = 1; columns <= 240; columns += columns < 40 ? 1 : 9) {
      const longest = Math.max(...widths(terminalComparison(digits, digits, { columns, colorDepth })));
      expect(longest).toBeLessThanOrEqual(Math.max(1, columns - 1));
      if (columns > 20) expect(longest).toBeGreaterThan(columns / 3);
    }
  });

  test('shows originals, then reconstructions, each under its name', () => {
    const lines = terminalComparison(digits, digits, { columns: 120, colorDepth: 1 }).split('\n');
    expect(lines.length).toBe(2 * (1 + 14));
    expect(lines[0]).toBe('originals');
    expect(lines[15]).toBe('reconstructions');
    expect(lines.slice(1, 15)).toEqual(lines.slice(16));
    expect(new Set(lines.slice(1, 15).map((line) => line.length))).toEqual(new Set([4 * 28 + 3 * 2]));
  });

  test('fits four narrower images into 80 columns of colour', () => {
    expect(widths(terminalComparison(digits, digits, { colorDepth: 24 }))[1]).toBe(4 * 18 + 3 * 2);
  });

  test('shows what there is when it is less than fits', () => {
    const [first] = [digits.rows(0, 1)];
    const lines = terminalComparison(first, first, { columns: 200, colorDepth: 24 }).split('\n');
    expect(lines[0]).toBe('original');
    expect(lines[15]).toBe('reconstruction');
    expect(widths(lines[1])[0]).toBe(28);
  });

  test('shows colour images, large ones made smaller', () => {
    const large = Tensor.zeros([3, 96, 96, 3]);
    const text = terminalComparison(large, large, { columns: 120, colorDepth: 24 });
    expect(widths(text)[1]).toBe(3 * 28 + 2 * 2);
    expect(text).toContain('38;2;0;0;0');
  });

  test('refuses reconstructions of another size', () => {
    expect(() => terminalComparison(digits, Tensor.zeros([12, 14, 14]), { colorDepth: 1 })).toThrow(
      'terminalComparison: the originals are [12, 28, 28, 1], the reconstructions [12, 14, 14, 1], expected the same.',
    );
  });
});
