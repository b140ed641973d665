import { expect, test } from '@jest/globals';
import { drawStroke } from '../../../demo/page/drawing.ts';

const SIDE = 28;
const stroke = (from: readonly [number, number], to: readonly [number, number]) => {
  const ink = new Float32Array(SIDE * SIDE);
  drawStroke(ink, SIDE, SIDE, from, to);
  return ink;
};

test('a dot is full in its middle, soft at its edge, and round', () => {
  const ink = stroke([14.5, 14.5], [14.5, 14.5]);
  const at = (x: number, y: number) => ink[y * SIDE + x];
  expect(at(14, 14)).toBe(1);
  const edge = at(15, 15);
  expect(edge).toBeGreaterThan(0);
  expect(edge).toBeLessThan(1);
  for (const [x, y] of [
    [13, 13],
    [13, 15],
    [15, 13],
  ])
    expect(at(x, y)).toBeCloseTo(edge, 6);
  expect(at(17, 14)).toBe(0);
});

test('a line leaves no gap between its ends', () => {
  const ink = stroke([4.5, 20.5], [22.5, 20.5]);
  for (let x = 4; x <= 22; x++) expect(ink[20 * SIDE + x]).toBe(1);
  expect(ink[10 * SIDE + 10]).toBe(0);
});

test('ink never covers ink, and none falls off the paper', () => {
  const ink = new Float32Array(SIDE * SIDE);
  drawStroke(ink, SIDE, SIDE, [14.5, 14.5], [14.5, 14.5]);
  const before = ink.slice();
  drawStroke(ink, SIDE, SIDE, [-5, -5], [0, 0]);
  drawStroke(ink, SIDE, SIDE, [16, 14.5], [16, 14.5]);
  for (const [i, value] of ink.entries()) {
    expect(value).toBeGreaterThanOrEqual(before[i]);
    expect(value).toBeLessThanOrEqual(1);
  }
});
