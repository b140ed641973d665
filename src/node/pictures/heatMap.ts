/** Numbers as colours: the larger, the lighter, so that their order is seen without a legend, and also in gray. */

const { floor, max, min } = Math;

/**
 * Black, purple, red, orange, yellow: each a quarter of the way from black to yellow in lightness (L* of CIELAB). Red, green
 * and blue, from 0 to 255.
 */
const ANCHORS = [
  [0, 0, 0],
  [92, 22, 128],
  [200, 55, 95],
  [248, 140, 45],
  [255, 235, 130],
] as const;

/** The largest finite number, at least 0: what {@link heatColours} draws in the lightest colour. */
export function heatMaximum(values: Float32Array): number {
  return values.reduce((most, value) => (value < Infinity ? max(most, value) : most), 0);
}

/**
 * Red, green and blue of each number, from 0 to 1. Numbers from 0 to `maximum` go from black to yellow; what is not finite is
 * yellow, too: it is worse than all others.
 */
export function heatColours(values: Float32Array, maximum: number): Float32Array {
  const colours = new Float32Array(3 * values.length);
  values.forEach((value, i) => {
    const share = Number.isFinite(value) ? max(0, min(1, value / maximum || 0)) : 1;
    const place = share * (ANCHORS.length - 1);
    const below = min(floor(place), ANCHORS.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [ANCHORS[below][channel], ANCHORS[below + 1][channel]];
      colours[3 * i + channel] = (from + (to - from) * (place - below)) / 255;
    }
  });
  return colours;
}
