/** Where a command's words go: data to stdout, talk to stderr. With `--json`, stdout is one JSON object a line. */

import { styleText } from 'node:util';

export function say(line = ''): void {
  process.stderr.write(`${line}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

export function dim(text: string): string {
  return styleText('dim', text, { stream: process.stderr });
}

export function bold(text: string): string {
  return styleText('bold', text, { stream: process.stderr });
}

/** 12345 as "12,345", the same in every locale. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Seconds as "42 s", "3 min 20 s", "1 h 05 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
