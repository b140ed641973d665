/** .npy headers in which a number or a type is replaced, and the file's length made to fit or not. */

import fc from 'fast-check';
import { lyingFields, resized } from './lies.ts';

const ITEM = /[<>=|]\w\d/;
const TYPES = [
  'u1',
  'i1',
  'u2',
  'i2',
  'u4',
  'i4',
  'u8',
  'i8',
  'f2',
  'f4',
  'f8',
  'b1',
  'c8',
  'O8',
  'f16',
  'V4',
  'U2',
];

export function npyLies(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const bytes = original[6] === 1 ? 2 : 4;
  const start = 8 + bytes;
  const view = new DataView(original.buffer, original.byteOffset, original.length);
  const end = start + (bytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true));
  const text = Array.from(original.subarray(start, end), (byte) => String.fromCharCode(byte)).join('');
  const fields = lyingFields(original, [
    { at: 8, bytes },
    { at: 6, bytes: 1 },
    { at: 7, bytes: 1 },
  ]);
  const headers = otherTexts(text).chain((other) =>
    fc.boolean().chain((fits) => {
      const filled = fits
        ? other
            .trimEnd()
            .padEnd(text.length - 1)
            .concat('\n')
        : other;
      const head = original.slice(0, start);
      if (fits && bytes === 2) new DataView(head.buffer).setUint16(8, filled.length, true);
      if (fits && bytes === 4) new DataView(head.buffer).setUint32(8, filled.length, true);
      const encoded = Uint8Array.from(filled, (letter) => letter.charCodeAt(0));
      const file = Uint8Array.from([...head, ...encoded, ...original.subarray(end)]);
      const headLength = start + encoded.length;
      const values = original.length - end;
      const fitting = headLength + declaredBytes(other);
      return resized(file, [
        file.length,
        ...(fitting <= 100_000 ? [fitting, fitting, fitting] : []),
        ...[0, values - 1, values + 1, 2 * values, values >> 1].map((length) => headLength + length),
      ]);
    }),
  );
  return fc.oneof(fields, headers, headers);
}

type Change = (header: string) => string;

const NUMBERS = [
  '0',
  '1',
  '2',
  '3',
  '12',
  '24',
  '255',
  '65536',
  '4294967295',
  '9007199254740991',
  '9007199254740993',
];

/** One of the dimensions, all of them, the type, the order, a letter put in, a shape that is no tuple, a key twice. */
const CHANGES: readonly fc.Arbitrary<Change>[] = [
  fc
    .tuple(
      fc.nat({ max: 3 }),
      fc.oneof(
        fc.constantFrom(...NUMBERS, '1'.repeat(30), '03', '-1', '1.5', '2L', '1e2', ''),
        fc.nat({ max: 30 }).map(String),
      ),
    )
    .map(([which, number]) => (was) => {
      let i = 0;
      const [before, tuple = ''] = was.split('(');
      return `${before}(${tuple.replace(/\d+/g, (digits) => (i++ === which ? number : digits))}`;
    }),
  fc
    .array(fc.nat({ max: 6 }), { maxLength: 5 })
    .map((shape) => (was) => was.replace(/\(.*\)/s, `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`)),
  fc.tuple(fc.constantFrom('<', '>', '=', '|'), fc.constantFrom(...TYPES)).map(
    ([order, type]) =>
      (was) =>
        was.replace(ITEM, order + type),
  ),
  fc
    .tuple(
      fc.constantFrom('', '<', '>'),
      fc.constantFrom('f4', 'u1', 'float32', 'int16', 'B', 'd', 'l', 'uint', 'bool', 'F', 'object', ''),
    )
    .map(
      ([order, type]) =>
        (was) =>
          was.replace(ITEM, order + type),
    ),
  fc.constant((was) => (was.includes('True') ? was.replace('True', 'False') : was.replace('False', 'True'))),
  fc
    .constantFrom(',', "'", '(', ')', '{', '}', ':', ' ', '(3,)', 'L', '#', '\v', '\0', '\xa0')
    .chain((letter) => fc.nat({ max: 70 }).map((at) => (was) => was.slice(0, at) + letter + was.slice(at))),
  fc.constantFrom(1, 2, 24).map((length) => (was) => was.replace(/\(.*\)/s, `(${length})`)),
  fc
    .constantFrom("'fortran_order': False, ", "'fortran_order': True, ", "'shape': (2,), ")
    .map((field) => (was) => was.replace('{', `{${field}`)),
];

/** The header with one or two changes. */
function otherTexts(text: string): fc.Arbitrary<string> {
  return fc
    .array(fc.oneof(...CHANGES), { minLength: 1, maxLength: 2 })
    .map((changes) => changes.reduce((was, change) => change(was), text));
}

/** About how many bytes of values the header declares: only to make files that fit. */
function declaredBytes(text: string): number {
  const tuple = /\(([^)]*)\)/.exec(text)?.[1] ?? '';
  const count = Array.from(tuple.matchAll(/\d+/g), ([digits]) => Number(digits)).reduce((a, b) => a * b, 1);
  return count * Number(ITEM.exec(text)?.[0][2] ?? 1);
}
