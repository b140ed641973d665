import { describe, expect, test } from '@jest/globals';
import { heatColours, heatMaximum } from '../../../src/node/pictures/heatMap.ts';

const STEPS = 16;

/** L* of CIELAB (white D65), from 0 to 100, of a colour of sRGB. */
function lightness([red, green, blue]: readonly number[]): number {
  const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return luminance > 216 / 24389 ? 116 * Math.cbrt(luminance) - 16 : (24389 / 27) * luminance;
}

/** How much lighter each colour of a scale is than the one before. */
function stepsOf(colourAt: (share: number) => readonly number[]): number[] {
  const all = Array.from({ length: STEPS + 1 }, (_, i) => lightness(colourAt(i / STEPS)));
  return all.slice(1).map((value, i) => value - all[i]);
}

/** An even scale has 93 / 16 = 5.8; the eye sees a difference of 2. */
const areOrdered = (steps: readonly number[]) => steps.every((step) => step > 3 && step < 8);

const heat = (value: number, maximum = 1) => Array.from(heatColours(Float32Array.of(value), maximum));

describe('the colours of errors', () => {
  test('get lighter with the error, by about the same each time', () => {
    expect(areOrdered(stepsOf((share) => heat(share)))).toBe(true);
    expect(heat(0)).toEqual([0, 0, 0]);
    expect(lightness(heat(1))).toBeGreaterThan(90);
  });

  test('which those of the rainbow do not', () => {
    const rainbow = (share: number) => [0, 8, 4].map((n) => hue(n, 240 * (1 - share)));
    expect(rainbow(0)).toEqual([0, 0, 1]);
    expect(areOrdered(stepsOf(rainbow))).toBe(false);
  });

  test('depend on the share of the maximum alone', () => {
    expect(heat(0.25, 0.5)).toEqual(heat(512, 1024));
    expect(heat(0.25, 0.5)).not.toEqual(heat(0.25, 1));
  });

  test('are the lightest for what is beyond the maximum or not finite, black for 0 of 0', () => {
    for (const value of [3, Infinity, NaN]) expect(heat(value)).toEqual(heat(1));
    expect(heat(NaN, 0)).toEqual(heat(1));
    expect(heat(0, 0)).toEqual([0, 0, 0]);
  });

  test('go up to the largest finite error', () => {
    expect(heatMaximum(Float32Array.of(1, NaN, 4, Infinity, 2))).toBe(4);
    expect(heatMaximum(Float32Array.of(NaN))).toBe(0);
  });
});

/** One channel of a hue in degrees, as CSS defines hsl(hue 100% 50%). */
function hue(n: number, degrees: number): number {
  const k = (n + degrees / 30) % 12;
  return 0.5 - 0.5 * Math.max(-1, Math.min(k - 3, 9 - k, 1));
}
