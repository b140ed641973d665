import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FormatError } from '../../src/io/errors.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';

const TENSORS: readonly NamedTensor[] = [
  { name: 'encoder.0.weight', tensor: Tensor.from([1, 2, 3, 4, 5, 6], [2, 3]) },
  { name: 'encoder.0.bias', tensor: Tensor.from([-0, 0.5, Number.NaN]) },
  { name: '10', tensor: Tensor.zeros([0, 4]) },
  { name: '2', tensor: Tensor.from([1e-45], []) },
];
const METADATA = { format: 'pt', spec: '{"hidden": [64, 32]}', empty: '' };

/** A file with this header, written by hand, and that many bytes of values. */
function file(header: unknown, valueBytes: number): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const encoded = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + encoded.length + valueBytes);
  bytes[0] = encoded.length & 255;
  bytes[1] = encoded.length >> 8;
  bytes.set(encoded, 8);
  return bytes;
}

describe('safetensors', () => {
  test('reads back what it wrote, bit for bit, in the same order', () => {
    const { tensors, metadata } = readSafetensors(writeSafetensors(TENSORS, METADATA));
    expect(metadata).toEqual(METADATA);
    expect(Object.keys(metadata)).toEqual(Object.keys(METADATA));
    expect([...tensors].map(([name, tensor]) => ({ name, tensor }))).toEqual(TENSORS);
  });

  test('round trips any names, shapes, values and text', () => {
    const tensor = fc
      .array(fc.nat({ max: 3 }), { maxLength: 3 })
      .chain((shape) =>
        fc
          .float32Array({ minLength: sizeOf(shape), maxLength: sizeOf(shape) })
          .map((data) => new Tensor(data, shape)),
      );
    const named = fc.uniqueArray(fc.record({ name: fc.string(), tensor }), { selector: ({ name }) => name });
    fc.assert(
      fc.property(named, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
        const read = readSafetensors(writeSafetensors(tensors, metadata));
        expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata));
        expect([...read.tensors].map(([name, tensor]) => ({ name, tensor }))).toEqual(tensors);
      }),
      { numRuns: 200 },
    );
  });

  test('writes the bytes that the format describes', () => {
    const bytes = writeSafetensors([{ name: 'a', tensor: Tensor.from([1, -2], [2]) }], { k: 'v' });
    const header = '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'.padEnd(
      80,
    );
    expect(Array.from(bytes.subarray(0, 8))).toEqual([80, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 88))).toBe(header);
    expect(Array.from(bytes.subarray(88))).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  test('begins the values at a multiple of 8 for any header, and gives the same bytes each time', () => {
    for (let length = 1; length <= 9; length++) {
      const tensors = [{ name: 'é'.repeat(length), tensor: Tensor.from([length]) }];
      const bytes = writeSafetensors(tensors, {});
      expect((bytes.length - 4) % 8).toBe(0);
      expect(writeSafetensors(tensors, {})).toEqual(bytes);
    }
  });

  test('writes tensors that are views, and reads copies from any offset', () => {
    const tensor = Tensor.from([0, 1, 2, 3, 4, 5], [3, 2]).rows(1, 3);
    const bytes = writeSafetensors([{ name: 'rows', tensor }], {});
    const larger = Uint8Array.from([9, 9, 9, ...bytes]).subarray(3);
    const read = readSafetensors(larger).tensors.get('rows');
    larger.fill(0);
    expect(read).toEqual(Tensor.from([2, 3, 4, 5], [2, 2]));
  });

  test('refuses to write a name twice or the reserved one', () => {
    const tensor = Tensor.zeros([1]);
    expect(() =>
      writeSafetensors(
        [
          { name: 'a', tensor },
          { name: 'a', tensor },
        ],
        {},
      ),
    ).toThrow("name 'a' is taken");
    expect(() => writeSafetensors([{ name: '__metadata__', tensor }], {})).toThrow(FormatError);
  });

  test('refuses every truncation, and a byte too many', () => {
    const bytes = writeSafetensors(TENSORS, METADATA);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length))).toThrow(FormatError);
    }
    expect(() => readSafetensors(Uint8Array.from([...bytes, 0]))).toThrow('the file holds');
  });

  const info = (shape: unknown, begin: unknown, end: unknown, dtype: unknown = 'F32') => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });

  test('reads files of others: no metadata, tensors in any order, spaces, escapes', () => {
    const { tensors, metadata } = readSafetensors(file({ b: info([1], 4, 8), a: info([1], 0, 4) }, 8));
    expect([...tensors.keys()]).toEqual(['b', 'a']);
    expect(metadata).toEqual({});
    const spaced = '{ "\\u0061\\"}{" : {"shape" : [ 1 ] , "dtype":"F32", "data_offsets":\n[0, 4]} }  ';
    expect([...readSafetensors(file(spaced, 4)).tensors.keys()]).toEqual(['a"}{']);
    expect(readSafetensors(file('{}', 0)).tensors.size).toBe(0);
  });

  test.each([
    ['a hole', { a: info([1], 0, 4), b: info([1], 8, 12) }, 12, "'b' begin at byte 8, expected 4"],
    ['a hole at the beginning', { a: info([1], 4, 8) }, 8, 'expected 0'],
    ['a hole at the end', { a: info([1], 0, 4) }, 8, 'fill 4 bytes, the file holds 8'],
    ['an overlap', { a: info([2], 0, 8), b: info([2], 4, 12) }, 12, "'b' begin at byte 4, expected 8"],
    ['one range twice', { a: info([1], 0, 4), b: info([1], 0, 4) }, 4, 'expected 4'],
    ['values beyond the end', { a: info([2], 0, 8) }, 4, 'is cut off'],
    ['offsets that do not fit the shape', { a: info([2], 0, 4) }, 4, '[2] F32 = 8 bytes, its offsets span 4'],
    ['offsets too wide for the shape', { a: info([1], 0, 8) }, 8, '[1] F32 = 4 bytes, its offsets span 8'],
    ['offsets the wrong way round', { a: info([0], 4, 0) }, 4, 'its offsets span -4'],
    ['another dtype', { a: info([2], 0, 4, 'F16') }, 4, 'has dtype "F16", expected "F32"'],
    ['no dtype', { a: { shape: [1], data_offsets: [0, 4] } }, 4, 'has dtype missing, expected "F32"'],
    ['a dtype that is an object', { a: info([1], 0, 4, { toString: 1 }) }, 4, 'expected "F32"'],
    ['a negative offset', { a: info([1], -4, 0) }, 0, 'with a sign, point or exponent'],
    ['an offset that is text', { a: info([1], '0', 4) }, 4, "entry of 'a' is not"],
    ['a fractional shape', { a: info([0.5], 0, 2) }, 2, 'with a sign, point or exponent'],
    ['a shape that is no list', { a: info(1, 0, 4) }, 4, "entry of 'a' is not"],
    ['a huge shape', { a: info([2 ** 52, 2 ** 52], 0, 4) }, 4, 'its offsets span 4'],
    ['three offsets', { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 4] } }, 4, 'is not'],
    ['an entry that is no object', { a: null }, 0, "entry of 'a' is not"],
    ['metadata that is no text', { __metadata__: { epoch: 3 } }, 0, 'not an object of strings'],
    ['metadata that is a list', { __metadata__: [] }, 0, 'not an object of strings'],
    ['a header that is a list', [], 0, 'does not begin with {'],
    ['a header that begins with a space', ' {}', 0, 'does not begin with {'],
    ['a header with more than spaces after it', '{}\n', 0, 'goes on after its }'],
    [
      'a dtype of ten thousand lists',
      `{"a":{"dtype":${'['.repeat(1e4)}${']'.repeat(1e4)},"shape":[1],"data_offsets":[0,4]}}`,
      4,
      'has dtype a list',
    ],
    ...['-0', '0.0', '4.0000000000000000001', '4e0', '4E0'].map(
      (number): [string, string, number, string] => [
        `the number ${number}`,
        `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":${number}}}`,
        4,
        'with a sign, point or exponent',
      ],
    ),
    ['a header that is not JSON', '{"a":', 0, 'not valid JSON'],
    ['an empty header', '', 0, 'not a safetensors file'],
    [
      'a name twice',
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      4,
      "key 'a' twice",
    ],
    [
      'a name twice, once escaped',
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      4,
      "key 'a' twice",
    ],
    [
      'a field twice',
      '{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4],"dtype":"F32"}}',
      4,
      "key 'dtype' twice",
    ],
    ['metadata twice', '{"__metadata__":{},"__metadata__":{"a":"b"}}', 0, "key '__metadata__' twice"],
  ])('refuses %s', (_, header, valueBytes, reason) => {
    expect(() => readSafetensors(file(header, valueBytes))).toThrow(FormatError);
    expect(() => readSafetensors(file(header, valueBytes))).toThrow(reason);
  });

  test('refuses a header that is too long for the file, for the format, or not UTF-8', () => {
    const changed = (at: number, byte: number) => file('{}', 0).map((old, i) => (i === at ? byte : old));
    expect(() => readSafetensors(changed(0, 3))).toThrow('its header ends at byte 11, the file holds 10');
    expect(() => readSafetensors(changed(7, 255))).toThrow('not a safetensors file');
    expect(() => readSafetensors(changed(8, 0xff))).toThrow('not valid JSON');
    expect(() => readSafetensors(new Uint8Array(7))).toThrow('not a safetensors file');
  });
});
