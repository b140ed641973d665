/** The axes of charts: round numbers from a minimum to a maximum, with equal or logarithmic steps. */

import { formatTick, roundStep } from './svg.ts';

const { abs, ceil, floor, log10, max, min } = Math;

const LOG_FROM = 10; // maximum over minimum from which a logarithmic axis shows more

export interface Axis {
  readonly logarithmic: boolean;
  readonly ticks: readonly number[];
  /** Where a value lies on the axis: 0 at its beginning, 1 at its end. */
  place(value: number): number;
  format(value: number): string;
}

/** Logarithmic if all values are positive and the maximum is at least ten times the minimum. */
export function valueAxis(values: readonly number[], mayZoom: boolean): Axis {
  const minimum = values.reduce((a, b) => min(a, b));
  const maximum = values.reduce((a, b) => max(a, b));
  return minimum > 0 && maximum >= LOG_FROM * minimum
    ? logAxis(minimum, maximum)
    : linearAxis(minimum, maximum, mayZoom);
}

/** From one round number to another. It begins at zero, unless the values are close together and it may zoom in on them. */
function linearAxis(minimum: number, maximum: number, mayZoom: boolean): Axis {
  const size = max(abs(minimum), abs(maximum));
  const closeTogether = mayZoom && maximum - minimum < 0.4 * size && maximum - minimum > 1e-6 * size;
  const low = closeTogether ? minimum : min(0, minimum);
  const high = closeTogether ? maximum : max(low === 0 && maximum <= 0 ? 1 : 0, maximum);
  const step = roundStep((high - low) / 5);
  const [first, last] = [floor(low / step + 1e-9), ceil(high / step - 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return {
    logarithmic: false,
    ticks,
    place: (value) => (value / step - first) / (last - first),
    format: (value) => formatTick(value, step),
  };
}

/** Ticks at powers of ten; if these are few, also at round numbers between them. */
function logAxis(minimum: number, maximum: number): Axis {
  const [log10Minimum, log10Maximum] = [log10(minimum), log10(maximum)];
  const pad = 0.04 * (log10Maximum - log10Minimum);
  const [low, high] = [log10Minimum - pad, log10Maximum + pad];
  const decades = high - low;
  const factors = decades < 1.3 ? [1, 2, 3, 5, 7] : decades < 3 ? [1, 2, 5] : [1];
  const everyOther = ceil(decades / 8); // at most about eight powers
  const ticks: number[] = [];
  for (let power = floor(low); power <= high; power++) {
    if (power % everyOther !== 0) continue;
    // Parsed from text ("1e-5"): 10 ** -5 is off by a rounding error.
    for (const factor of factors) ticks.push(Number(`${factor}e${power}`));
  }
  return {
    logarithmic: true,
    ticks: ticks.filter((tick) => log10(tick) >= low && log10(tick) <= high),
    place: (value) => (log10(value) - low) / (high - low),
    format: (value) => formatTick(value, value),
  };
}

/** Ticks at the first integer and at round ones. A single one is drawn in the middle. */
export function integerAxis(values: readonly number[]): Axis {
  const first = values.reduce((a, b) => min(a, b));
  const last = values.reduce((a, b) => max(a, b));
  const step = max(1, roundStep(max(1, last - first) / 10));
  const place = (value: number): number => (first === last ? 0.5 : (value - first) / (last - first));
  const ticks: number[] = [];
  for (let tick = ceil(first / step) * step; tick <= last; tick += step) ticks.push(tick);
  const roomForFirst = ticks.length === 0 || place(ticks[0]) > 0.04;
  if (roomForFirst && first !== ticks[0] && Number.isInteger(first)) ticks.unshift(first);
  return { logarithmic: false, ticks, place, format: String };
}
