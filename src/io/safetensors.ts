/**
 * safetensors, the format that model files are written in (huggingface/safetensors, README "Format"): the length of the
 * header as a 64-bit little-endian integer, the header as JSON, then the tensors' values one after another.
 * Every byte of a file is read and checked: no holes, no overlaps, no name twice.
 */

import { requireBytes } from '../tensor/options.ts';
import { formatShape, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { plural } from '../tensor/words.ts';
import { FormatError } from './errors.ts';
import { notA } from './fileKinds.ts';
import { FLOAT_TYPES, type FloatType, toFloat32 } from './floatTypes.ts';
import { isObject, shown } from './json.ts';

/** A tensor and its name in a file. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** What a safetensors file holds. Tensors are in the order of its header. */
export interface SafetensorsContents {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: Record<string, string>;
}

/** The same of a file that may hold other types of numbers. */
export interface ConvertedSafetensors extends SafetensorsContents {
  /** The types other than float32 that the file has: "float16", "bfloat16", "float64". */
  readonly convertedFrom: readonly string[];
}

const LENGTH_BYTES = 8;
const MAX_HEADER_BYTES = 100_000_000; // the limit of the format's own library
const METADATA_KEY = '__metadata__';
const FLOAT32_BYTES = FLOAT_TYPES.F32.bytes;

/**
 * Writes float32 tensors and text as a safetensors file. The same arguments give the same bytes: tensors and metadata
 * keep their order, and the header is padded so that the values begin at a multiple of 8.
 *
 * @param metadata - Texts by name; `{}` for none.
 * @throws {FormatError} If two tensors have the same name, a name is `__metadata__`, or the header is over 100 MB.
 * @example
 * await writeFileAtomically('codes.safetensors', writeSafetensors([{ name: 'codes', tensor: codes }], {}));
 */
export function writeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  // Entry by entry: a JavaScript object would put names like '0' first.
  const entries = [`${JSON.stringify(METADATA_KEY)}:${JSON.stringify(metadata)}`];
  const names = new Set([METADATA_KEY]);
  let end = 0;
  for (const { name, tensor } of tensors) {
    if (names.has(name)) throw new FormatError(`safetensors: the name '${name}' is taken, expected another.`);
    names.add(name);
    const begin = end;
    end += tensor.size * FLOAT32_BYTES;
    const info = { dtype: 'F32', shape: tensor.shape, data_offsets: [begin, end] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
  }
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  const headerLength = Math.ceil(json.length / 8) * 8;
  if (headerLength > MAX_HEADER_BYTES) {
    throw new FormatError(
      `safetensors: the header has ${plural(headerLength, 'byte')}, expected at most ${MAX_HEADER_BYTES}.`,
    );
  }
  const file = new Uint8Array(LENGTH_BYTES + headerLength + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  file.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerLength;
  for (const { data } of tensors.map(({ tensor }) => tensor)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads a safetensors file whose tensors are all float32 (F32).
 *
 * @param bytes - The whole file.
 * @returns Copies: the tensors don't share memory with `bytes`.
 * @throws {FormatError} If the file is cut off, its header is not valid, a name or key appears twice, a tensor has
 *   another type, offsets don't fit their shape, or the values leave holes, overlap or don't fill the file.
 * @example
 * const bytes = writeSafetensors([{ name: 'codes', tensor: codes }], { made: 'today' });
 * const { tensors, metadata } = readSafetensors(bytes);
 * tensors.get('codes').shape; // [100, 32]
 * metadata.made; // 'today'
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsContents {
  requireBytes('readSafetensors', bytes);
  const { tensors, metadata } = readTypes(bytes, ['F32']);
  return { tensors, metadata };
}

/**
 * Reads a safetensors file whose tensors are float32, float16, bfloat16 or float64 (F32, F16, BF16, F64), as float32:
 * the shorter types keep their values, float64 is rounded.
 *
 * @returns As {@link readSafetensors}.
 * @throws {FormatError} As {@link readSafetensors}, and if a number of float64 is beyond float32.
 */
export function readAsFloat32(bytes: Uint8Array): ConvertedSafetensors {
  return readTypes(bytes, Object.keys(FLOAT_TYPES) as FloatType[]);
}

function readTypes(bytes: Uint8Array, types: readonly FloatType[]): ConvertedSafetensors {
  const { header, values } = splitFile(bytes);
  const metadata = header.has(METADATA_KEY) ? header.get(METADATA_KEY) : {};
  if (!isObject(metadata) || !Object.values(metadata).every((text) => typeof text === 'string')) {
    throw new FormatError('the safetensors metadata is not an object of strings.');
  }
  const names = [...header.keys()].filter((name) => name !== METADATA_KEY);
  const ranges = names.map((name) => rangeOf(name, header.get(name), types));
  requireGapless(ranges, values.length);
  const tensors = new Map<string, Tensor>();
  for (const { name, type, shape, begin, end } of ranges) {
    tensors.set(name, new Tensor(valuesOf(name, type, values.subarray(begin, end)), shape));
  }
  const others = types.filter((type) => type !== 'F32' && ranges.some((range) => range.type === type));
  return {
    tensors,
    metadata: metadata as Record<string, string>,
    convertedFrom: others.map((type) => FLOAT_TYPES[type].name),
  };
}

function valuesOf(name: string, type: FloatType, bytes: Uint8Array): Float32Array {
  try {
    return toFloat32(type, bytes);
  } catch (error) {
    throw new FormatError(`the safetensors tensor '${name}' ${(error as Error).message}`);
  }
}

function splitFile(bytes: Uint8Array): { header: Map<string, unknown>; values: Uint8Array } {
  if (bytes.length < LENGTH_BYTES) throw notA('a safetensors file', bytes, 'model');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength === 0n || headerLength > MAX_HEADER_BYTES) {
    throw notA('a safetensors file', bytes, 'model');
  }
  const start = LENGTH_BYTES + Number(headerLength);
  if (start > bytes.length) {
    throw new FormatError(
      `the safetensors file is cut off: its header ends at byte ${start}, the file holds ${bytes.length}.`,
    );
  }
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, start));
  return { header, values: bytes.subarray(start) };
}

/** The header's entries in the order of its text (an object would put names like '0' first). */
function parseHeader(encoded: Uint8Array): Map<string, unknown> {
  const { json, value } = decodeJson(encoded);
  if (json[0] !== '{' || !isObject(value)) {
    throw new FormatError('the safetensors header does not begin with {, expected a JSON object.');
  }
  let end = json.length;
  while (json[end - 1] === ' ') end--;
  if (json[end - 1] !== '}') {
    throw new FormatError('the safetensors header goes on after its }, expected nothing but spaces.');
  }
  return new Map(distinctKeys(json).map((key) => [key, value[key]]));
}

function decodeJson(encoded: Uint8Array): { json: string; value: unknown } {
  try {
    const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(encoded);
    return { json, value: JSON.parse(json) };
  } catch (cause) {
    throw new FormatError('the safetensors header is not valid JSON.', { cause });
  }
}

/**
 * The keys of the outermost object of a valid JSON text. Refuses what JSON.parse silently changes: of a key that appears
 * twice in an object it keeps the last, and it rounds numbers like 4.0000000000000000001, so only digits are allowed.
 */
function distinctKeys(json: string): string[] {
  const outermost = new Set<string>();
  const openObjects: Set<string>[] = [];
  let lastString = '';
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '{') openObjects.push(openObjects.length === 0 ? outermost : new Set());
    else if (character === '}') openObjects.pop();
    else if (character === '"') {
      const start = at++;
      while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
      lastString = json.slice(start, at + 1);
    } else if (character === ':') {
      const keys = openObjects[openObjects.length - 1];
      const key = JSON.parse(lastString);
      if (keys.has(key)) throw new FormatError(`the safetensors header holds the key '${key}' twice.`);
      keys.add(key);
    } else if (character === '-' || character === '.' || (isExponent(character) && isDigit(json[at - 1]))) {
      throw new FormatError(
        'the safetensors header holds a number with a sign, point or exponent, expected digits alone.',
      );
    }
  }
  return [...outermost];
}

function isExponent(character: string): boolean {
  return character === 'e' || character === 'E';
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

interface TensorRange {
  readonly name: string;
  readonly type: FloatType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The tensors' values must follow one another, without holes or overlaps, from the first byte to the last. */
function requireGapless(ranges: readonly TensorRange[], byteLength: number): void {
  let filled = 0;
  for (const { name, begin, end } of [...ranges].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== filled) {
      throw new FormatError(
        `the safetensors values of '${name}' begin at byte ${begin}, expected ${filled}, where the values before end.`,
      );
    }
    if (end > byteLength) {
      throw new FormatError(
        `the safetensors file is cut off: '${name}' ends at byte ${end} of the values, the file holds ${byteLength}.`,
      );
    }
    filled = end;
  }
  if (filled !== byteLength) {
    throw new FormatError(
      `the safetensors tensors fill ${plural(filled, 'byte')}, the file holds ${byteLength}.`,
    );
  }
}

/** One tensor's entry, checked: one of these types, and as many bytes as its shape needs. */
function rangeOf(name: string, info: unknown, types: readonly FloatType[]): TensorRange {
  const { dtype, shape, data_offsets: offsets } = isObject(info) ? info : {};
  if (!isSizeList(shape) || !isSizeList(offsets) || offsets.length !== 2) {
    throw new FormatError(
      `the safetensors entry of '${name}' is not {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]}.`,
    );
  }
  const type = types.find((each) => each === dtype);
  if (type === undefined) {
    const expected = types.map((each) => `"${each}"`).join(', ');
    throw new FormatError(
      `the safetensors tensor '${name}' has dtype ${shown(dtype)}, expected ${types.length > 1 ? 'one of ' : ''}${expected}.`,
    );
  }
  const [begin, end] = offsets;
  const needed = sizeOf(shape) * FLOAT_TYPES[type].bytes;
  if (end - begin !== needed) {
    throw new FormatError(
      `the safetensors tensor '${name}' is ${formatShape(shape)} ${type} = ${plural(needed, 'byte')}, its offsets span ${end - begin}.`,
    );
  }
  return { name, type, shape, begin, end };
}

function isSizeList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}
