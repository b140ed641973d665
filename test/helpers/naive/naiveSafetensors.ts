/**
 * A strict reader of safetensors, to check another one against: it has its own JSON parser, which sees what JSON.parse
 * hides. Source: huggingface/safetensors, README "Format"; numbers as serde_json reads them into `usize`.
 */

import { crc32 } from 'node:zlib';

/** Bytes of a number, by its type. */
export const ITEM_BYTES: Readonly<Record<string, bigint>> = { F32: 4n, F16: 2n, BF16: 2n, F64: 8n };

export interface NaiveTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** The values' bytes. */
  readonly bytes: Uint8Array;
}

export interface NaiveSafetensors {
  readonly tensors: Map<string, NaiveTensor>;
  readonly metadata: Map<string, string>;
}

type Json = string | Digits | boolean | null | Json[] | Map<string, Json>;

/** A number as the text writes it. */
class Digits {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * @param types - Those that the file may hold.
 * @throws {Error} "invalid: …" if the format forbids the file.
 */
export function naiveSafetensors(bytes: Uint8Array, types: readonly string[] = ['F32']): NaiveSafetensors {
  need(bytes.length >= 8, 'shorter than 8 bytes');
  const length = Buffer.from(bytes).readBigUInt64LE();
  need(length <= 100_000_000n && 8n + length <= BigInt(bytes.length), 'header length');
  const start = 8 + Number(length);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, start));
  need(text.startsWith('{'), 'header does not begin with {');
  const { value: header, end } = parse(text, 0);
  need(/^ *$/.test(text.slice(end)), 'more than spaces after the header');
  const entries = header as Map<string, Json>;
  const values = bytes.subarray(start);
  const metadata = entries.get('__metadata__') ?? new Map<string, Json>();
  need(metadata instanceof Map && [...metadata.values()].every((one) => typeof one === 'string'), 'metadata');
  const owner = new Int32Array(values.length); // how many tensors each byte belongs to
  const tensors = new Map<string, NaiveTensor>();
  for (const [name, info] of entries) {
    if (name === '__metadata__') continue;
    need(info instanceof Map, 'entry');
    const { dtype, shape, data_offsets: offsets } = Object.fromEntries(info as Map<string, Json>);
    need(types.includes(dtype as string), 'dtype');
    need(Array.isArray(shape) && Array.isArray(offsets) && offsets.length === 2, 'shape or offsets');
    const lengths = (shape as Json[]).map(integer);
    const [begin, end] = (offsets as Json[]).map(integer);
    const size = lengths.reduce((product, one) => product * one, ITEM_BYTES[dtype as string]);
    need(begin <= end && end <= BigInt(values.length) && end - begin === size, 'range');
    for (let at = Number(begin); at < Number(end); at++) owner[at]++;
    const part = values.slice(Number(begin), Number(end));
    tensors.set(name, { dtype: dtype as string, shape: lengths.map(Number), bytes: part });
  }
  need(
    owner.every((owners) => owners === 1),
    'holes or overlaps',
  );
  return { tensors, metadata: metadata as Map<string, string> };
}

/** Whether the checksum in a sealed file's metadata is that of the file with zeros in its place. */
export function hasRightChecksum(file: Uint8Array): boolean {
  const start = 8 + '{"__metadata__":{"checksum":"'.length;
  const zeroed = Buffer.from(file);
  const stored = zeroed.toString('latin1', start, start + 8);
  zeroed.write('00000000', start);
  return crc32(zeroed).toString(16).padStart(8, '0') === stored;
}

function integer(value: Json): bigint {
  need(value instanceof Digits && /^(0|[1-9]\d*)$/.test(value.text), 'a number that is not an integer >= 0');
  return BigInt((value as Digits).text);
}

/** The value that begins at `at`, and where it ends. RFC 8259, but no key twice. */
function parse(text: string, at: number): { value: Json; end: number } {
  const open = text[at];
  if (open === '{' || open === '[') {
    const close = open === '{' ? '}' : ']';
    const map = new Map<string, Json>();
    const list: Json[] = [];
    let i = skip(text, at + 1);
    if (text[i] === close) return { value: open === '{' ? map : list, end: i + 1 };
    for (;;) {
      let item = parse(text, i);
      if (open === '{') {
        const key = item.value;
        need(typeof key === 'string' && !map.has(key), 'key that is no string, or twice');
        i = skip(text, item.end);
        need(text[i] === ':', 'colon');
        item = parse(text, skip(text, i + 1));
        map.set(key as string, item.value);
      } else list.push(item.value);
      i = skip(text, item.end);
      if (text[i] === close) return { value: open === '{' ? map : list, end: i + 1 };
      need(text[i] === ',', 'comma');
      i = skip(text, i + 1);
    }
  }
  const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/sy;
  token.lastIndex = at;
  const found = token.exec(text)?.[0];
  need(found !== undefined, 'token');
  const isNumber = /^[-\d]/.test(found!);
  return { value: isNumber ? new Digits(found!) : JSON.parse(found!), end: at + found!.length };
}

function skip(text: string, at: number): number {
  let i = at;
  while (' \t\n\r'.includes(text[i] ?? '?')) i++;
  return i;
}

function need(condition: unknown, what: string): void {
  if (!condition) throw new Error(`invalid: ${what}`);
}
