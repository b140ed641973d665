/** What a command writes: data to stdout, messages to stderr. With `--json`, each line on stdout is a JSON object. */

import { formatCount } from '../../../layers/summary.ts';
import type { Shape } from '../../../tensor/shape.ts';

export { formatCount };

export function say(line = ''): void {
  process.stderr.write(`${line}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** "1 epoch", "2,000 epochs". */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** More numbers in a note don't help. */
const MAX_LISTED = 10;

/** "3, 5, 8"; of many numbers or names the first ten, "1, 2, …". */
export function formatList(items: readonly (number | string)[]): string {
  const listed = items.slice(0, MAX_LISTED).join(', ');
  return items.length > MAX_LISTED ? `${listed}, …` : listed;
}

/** "2.9 GB", "512.0 KB". */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.95 && unit < units.length - 1) {
    amount /= 1000;
    unit++;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}

/** "18.36 dB"; a perfect reconstruction has "∞ dB", one that overflows "–". */
export function formatDecibels(psnr: number): string {
  if (Number.isNaN(psnr) || psnr === -Infinity) return '–';
  return `${Number.isFinite(psnr) ? psnr.toFixed(2) : '∞'} dB`;
}

/** Seconds as "0:42", "3:20", "65:00". */
export function formatClock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** The time left, roughly: "42 s", "3 min 20 s", "1 h 05 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** What it took: the same, but below 10 s with tenths, as in "4.2 s". */
export function formatElapsed(seconds: number): string {
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : formatDuration(seconds);
}

/** `28×28`; a flat vector as `784 numbers`. */
export function timesShape(shape: Shape): string {
  return shape.length === 1 ? countOf(shape[0], 'number') : shape.join('×');
}
