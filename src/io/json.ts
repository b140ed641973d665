/** JSON from files that may be damaged or forged: parsed, checked, and shown in messages. */

import { FormatError } from './errors.ts';

/** JSON.parse takes any depth, but writing the value again, or comparing it, would overflow the stack. */
const MAX_DEPTH = 500;

/**
 * Parses a value of a file's metadata.
 *
 * @param text - Undefined if the metadata has no such key.
 * @throws {FormatError} If it is not JSON, or nested too deeply.
 */
export function parseMetadata(key: string, text: string | undefined): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text ?? 'nothing');
  } catch {
    throw new FormatError(`the file's metadata '${key}' is ${shown(text)}, expected JSON.`);
  }
  if (depthOf(text as string) > MAX_DEPTH) {
    throw new FormatError(`the file's metadata '${key}' is nested more than ${MAX_DEPTH} deep.`);
  }
  return value;
}

/** How deeply the lists and objects of a JSON text are nested. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth--;
  }
  return deepest;
}

/** Whether a value of JSON is an object: not a list and not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isIntegerAtLeast(value: unknown, minimum: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= minimum;
}

/**
 * A value of JSON for a message: short, whatever it is. JSON.stringify would write out megabytes, and overflows the stack
 * if lists are nested ten thousand deep.
 */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  if (typeof value !== 'string') return String(value); // not as JSON, where infinity is null
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
