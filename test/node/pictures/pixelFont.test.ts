import { expect, test } from '@jest/globals';
import { drawText, textWidth } from '../../../src/node/pictures/pixelFont.ts';

/** Rows of # and . around the pixels that are drawn. */
function draw(content: string, size = 1): string[] {
  const pixels: (readonly [number, number])[] = [];
  drawText(content, { left: 0, middle: 3, size }, (x, y) => pixels.push([x, y]));
  const height = Math.max(...pixels.map(([, y]) => y)) + 1;
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: textWidth(content, size) }, (_, x) =>
      pixels.some(([px, py]) => px === x && py === y) ? '#' : '.',
    ).join(''),
  );
}

test('letters stand side by side, a dot apart', () => {
  expect(draw('A1')).toEqual([
    '.###....#..',
    '#...#..##..',
    '#...#...#..',
    '#####...#..',
    '#...#...#..',
    '#...#...#..',
    '#...#..###.',
  ]);
});

test('p hangs below the line', () => {
  expect(draw('p')).toHaveLength(9);
  expect(draw('p').slice(7)).toEqual(['#....', '#....']);
});

test('each dot becomes a square of the size', () => {
  expect(draw('-', 3).filter((row) => row.includes('#'))).toEqual(new Array(3).fill('#'.repeat(15)));
});

test('accents are left out, and unknown letters are question marks', () => {
  expect(draw('é')).toEqual(draw('e'));
  expect(draw('漢')).toEqual(draw('?'));
});

test('all printable letters that names are likely to have are there, and differ', () => {
  const letters = Array.from(
    '<>0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:;-_+=/()%&#!\'"…',
  );
  expect(new Set([...letters, '?'].map((letter) => draw(letter).join('\n'))).size).toBe(letters.length + 1);
});
