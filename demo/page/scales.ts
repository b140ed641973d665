/** From numbers to places on an axis, and the numbers that are written beside it. */

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly isLog: boolean;
}

/** How much the highest value has to exceed the lowest for an axis of powers. */
const LOG_RATIO = 6;

/** A scale for these values: logarithmic if they are positive and span so much that the lowest would lie on the axis. */
export function scaleOf(values: Iterable<number>): Scale {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return { low: 0, high: 1, isLog: false };
  if (low > 0 && high / low >= LOG_RATIO) return { low: low / 1.1, high: high * 1.1, isLog: true };
  // Values that differ by less than their axis can tell get the room of about four hundredths of them.
  const margin = Math.max((high - low) * 0.06, Math.max(-low, high) * 0.02) || 1;
  return { low: low - margin, high: high + margin, isLog: false };
}

/**
 * What values take, with a margin.
 *
 * @param first - The first value that counts.
 * @param stride - How far it is to the next one.
 */
export function spanOf(values: Float32Array, first: number, stride: number): Scale {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = first; i < values.length; i += stride) {
    if (!Number.isFinite(values[i])) continue;
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  if (low > high) return { low: -1, high: 1, isLog: false };
  const margin = (high - low) * 0.04 || 1;
  return { low: low - margin, high: high + margin, isLog: false };
}

/** Where a value lies: 0 at the low end, 1 at the high one. */
export function place(value: number, { low, high, isLog }: Scale): number {
  if (isLog) return Math.log(value / low) / Math.log(high / low);
  return (value - low) / (high - low);
}

/** Round numbers on the scale, about `count` of them, at least two. */
export function ticksOf(scale: Scale, count: number): number[] {
  return scale.isLog ? logTicks(scale, count) : linearTicks(scale.low, scale.high, count);
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = [1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10;
  const step = unit * power;
  const ticks = [];
  // Multiplied instead of added up: 3 * 0.1 is nearer to 0.3 than 0.1 + 0.1 + 0.1.
  for (let i = Math.ceil(low / step); i * step <= high; i++) ticks.push(i * step);
  return ticks;
}

/** Powers of ten; with 2 and 5 times them where there is room. */
function logTicks({ low, high }: Scale, count: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  for (const factors of [[1, 2, 3, 5], [1, 2, 5], [1, 3], [1]]) {
    const ticks = [];
    for (let power = first; power <= last; power++) {
      for (const factor of factors) {
        const tick = Number(`${factor}e${power}`);
        if (tick >= low && tick <= high) ticks.push(tick);
      }
    }
    if (ticks.length <= count + 1 && ticks.length >= 2) return ticks;
  }
  return linearTicks(low, high, count).filter((tick) => tick > 0);
}

/** Short: 0.02, 1.5, 12k. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return Number(value.toPrecision(3)).toExponential();
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  if (size > 0 && size < 1e-4) return value.toExponential(0);
  return String(Number(value.toPrecision(3)));
}

/** A loss, of which three digits say something: 0.0123, 12.3, 104. */
export function formatLoss(value: number | undefined): string {
  if (value === undefined) return '–';
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6) return value.toExponential(1);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1) return value.toFixed(2);
  return size >= 1e-4 || size === 0 ? value.toFixed(4) : value.toExponential(1);
}
