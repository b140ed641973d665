import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { npyMemory, readNpy } from '../../../src/io/numpy/npy.ts';
import { itemSizeOf, parseNpyHeader } from '../../../src/io/numpy/npyHeader.ts';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';

const golden = (path: string) =>
  new Uint8Array(readFileSync(new URL(`../../golden/${path}`, import.meta.url)));
const NAMES: { read: Record<string, string>; refused: string[] } = JSON.parse(
  new TextDecoder().decode(golden('npy/dtype_names.json')),
);

/** A file of numbers that NumPy would write as this type, with another name for it in its header. */
function named(name: string, descr: string, values: readonly number[] = [1, 0, 1]): Uint8Array {
  const header = `{'descr': '${name}', 'fortran_order': False, 'shape': (${values.length},), }`;
  return npyBytes({ descr, shape: [values.length], values, header });
}

describe('the names of types', () => {
  test('that NumPy has are all read, or refused with a way to convert', () => {
    expect(Object.keys(NAMES.read).length).toBeGreaterThan(150);
    for (const [name, descr] of Object.entries(NAMES.read)) {
      const file = named(name, descr);
      const { descr: canonical, dtype } = parseNpyHeader(file, file.length);
      expect([name, canonical, dtype]).toEqual([name, descr, descr.slice(1)]);
      expect([name, ...readNpy(file).data]).toEqual([name, 1, 0, 1]);
    }
    expect(NAMES.refused.length).toBeGreaterThan(100);
    for (const name of NAMES.refused) {
      expect(() => readNpy(named(name, '<f4'))).toThrow(
        /^the array's dtype is '.*, expected numbers: convert/,
      );
    }
  });

  test.each([
    ['>int16', '>i2'],
    ['<float32', '<f4'],
    ['>uint8', '|u1'],
    ['float_', '<f8'],
    ['bool8', '|b1'],
  ])('%s, which NumPy does not take or no longer, is read as %s', (name, descr) => {
    expect(Array.from(readNpy(named(name, descr)).data)).toEqual([1, 0, 1]);
    const file = named(name, descr);
    expect(parseNpyHeader(file, file.length).descr).toBe(descr);
  });

  test.each([
    ['l', 'i4'],
    ['int', 'i4'],
    ['>long', 'i4'],
    ['uint', 'u4'],
    ['l', 'i8'],
    ['L', 'u8'],
  ])('%s, a C long, has the size that the file has: %s', (name, dtype) => {
    const order = name[0] === '>' ? '>' : '<';
    const file = named(name, order + dtype, [7, 8, 9, 10]);
    expect(parseNpyHeader(file, file.length)).toMatchObject({ dtype, descr: order + dtype });
    expect(Array.from(readNpy(file).data)).toEqual([7, 8, 9, 10]);
    const cutOff = file.subarray(0, file.length - 1);
    expect(() => readNpy(cutOff)).toThrow(
      `the header says 4 ${name.includes('u') || name === 'L' ? 'u8' : 'i8'}`,
    );
  });

  test.each([
    ['dtype-float32.npy', 'f4', [0.13380122184753418, 0.12857019901275635, 0.7970806360244751]],
    ['dtype-f4.npy', 'f4', [0.13380122184753418, 0.12857019901275635, 0.7970806360244751]],
    ['dtype-uint8.npy', 'u1', [197, 1, 64]],
  ])('%s of a report is read', (name, dtype, beginning) => {
    const bytes = golden(`reports/${name}`);
    const read = readNpy(bytes);
    expect({ shape: read.shape, dtype: read.dtype }).toEqual({ shape: [60, 16], dtype });
    const size = itemSizeOf(read.dtype);
    const values = bytes.slice(bytes.length - 960 * size);
    expect(new Uint8Array(read.data.slice().buffer)).toEqual(values);
    expect(Array.from(read.data.subarray(0, beginning.length))).toEqual(beginning);
  });

  test('that npyjs does not know cost a copy, which is counted', () => {
    const [usual, other] = [named('<f4', '<f4'), named('float32', '<f4')];
    expect(readNpy(usual).data.buffer).toBe(usual.buffer);
    expect(readNpy(other).data.buffer).not.toBe(other.buffer);
    const memory = (file: Uint8Array) => npyMemory(parseNpyHeader(file, file.length));
    expect([memory(usual), memory(other)]).toEqual([12, 24]);
  });
});
