/** .npy headers that lie, and others that don't: a number or a type in them replaced, with the length made to fit or not. */

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

/** The header with one or two of its dimensions, its type, its byte order, its order or its punctuation replaced. */
function otherTexts(text: string): fc.Arbitrary<string> {
  const numbers = [
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
  const dimensions = fc
    .tuple(
      fc.nat({ max: 3 }),
      fc.oneof(
        fc.constantFrom(...numbers, '1'.repeat(30), '03', '-1', '1.5', '2L', '1e2', ''),
        fc.nat({ max: 30 }).map(String),
      ),
    )
    .map(([which, number]) => (was: string) => {
      let i = 0;
      const [before, tuple = ''] = was.split('(');
      return `${before}(${tuple.replace(/\d+/g, (digits) => (i++ === which ? number : digits))}`;
    });
  const shapes = fc
    .array(fc.nat({ max: 6 }), { maxLength: 5 })
    .map(
      (shape) => (was: string) =>
        was.replace(/\(.*\)/s, `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`),
    );
  const types = fc.tuple(fc.constantFrom('<', '>', '=', '|'), fc.constantFrom(...TYPES)).map(
    ([order, type]) =>
      (was: string) =>
        was.replace(ITEM, order + type),
  );
  const orders = fc.constant((was: string) =>
    was.includes('True') ? was.replace('True', 'False') : was.replace('False', 'True'),
  );
  const punctuation = fc
    .constantFrom(',', "'", '(', ')', '{', '}', ':', ' ', '(3,)', 'L', '#', '\v', '\0', '\xa0')
    .chain((letter) =>
      fc.nat({ max: 70 }).map((at) => (was: string) => was.slice(0, at) + letter + was.slice(at)),
    );
  const numbersNotTuples = fc
    .constantFrom(1, 2, 24)
    .map((length) => (was: string) => was.replace(/\(.*\)/s, `(${length})`));
  const twice = fc
    .constantFrom("'fortran_order': False, ", "'fortran_order': True, ", "'shape': (2,), ")
    .map((field) => (was: string) => was.replace('{', `{${field}`));
  return fc
    .array(fc.oneof(dimensions, shapes, types, orders, punctuation, numbersNotTuples, twice), {
      minLength: 1,
      maxLength: 2,
    })
    .map((changes) => changes.reduce((was, change) => change(was), text));
}

/** How many bytes of values the header speaks of, roughly: only to make files that fit. */
function declaredBytes(text: string): number {
  const tuple = /\(([^)]*)\)/.exec(text)?.[1] ?? '';
  const count = Array.from(tuple.matchAll(/\d+/g), ([digits]) => Number(digits)).reduce((a, b) => a * b, 1);
  return count * Number(ITEM.exec(text)?.[0][2] ?? 1);
}
