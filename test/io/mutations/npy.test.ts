import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { FormatError } from '../../../src/io/errors.ts';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import { sizeOf } from '../../../src/tensor/shape.ts';
import { expectedFiles, goldenBytes, valuesOf } from '../../helpers/bytes/npyGolden.ts';
import { because } from '../../helpers/mutations/lies.ts';
import { npyLies } from '../../helpers/mutations/npyLies.ts';
import { surviveMutations } from '../../helpers/mutations/survival.ts';
import { naiveNpy, requireSame } from '../../helpers/naive/naiveReaders.ts';

const names = [...Object.keys(expectedFiles.arrays), ...expectedFiles.refused];
const files = Object.fromEntries(names.map((name) => [name, goldenBytes(name)]));

describe('damaged .npy files', () => {
  test('the independent reader reads what NumPy wrote', () => {
    for (const [name, expected] of Object.entries(expectedFiles.arrays)) {
      requireSame({ ...expected, data: valuesOf(expected) }, naiveNpy(files[name]));
    }
    for (const name of expectedFiles.refused) expect(() => naiveNpy(files[name])).toThrow();
  });

  test('all of the golden files are damaged', () => {
    const folder = new URL('../../golden/npy/', import.meta.url);
    const golden = readdirSync(folder).filter((name) => name.endsWith('.npy'));
    expect(names.toSorted()).toEqual(golden.toSorted());
  });

  test('are refused in words, or read as an independent reader reads them', async () => {
    const tally = await surviveMutations({
      files,
      lies: npyLies,
      read: (bytes) => readNpy(bytes),
      requireRight: (read, bytes) => requireSame(read, naiveNpy(bytes)),
    });
    expect(tally.read).toBeGreaterThan(tally.refused / 40);
    expect(tally.refused).toBeGreaterThan(tally.read / 10);
  });

  test.each([
    ['takes the first values and ignores bytes behind them', false, /another length/],
    ['allocates what the header claims', true, /allocated|allocation failed|typed array length/],
  ])('a reader that %s is found out', async (_, trusting, reason) => {
    const original = files['u1.npy'];
    const careless = (bytes: Uint8Array) => {
      if (!trusting) {
        if (original.some((byte, at) => at < 128 && byte !== bytes[at]))
          throw new FormatError('another header.');
        return { ...readNpy(original), data: bytes.subarray(128, original.length) };
      }
      const text = Array.from(bytes.subarray(0, 128), (byte) => String.fromCharCode(byte)).join('');
      const digits = /\((\d+), (\d+), (\d+)\)/.exec(text)?.slice(1) ?? [];
      new Uint8Array(sizeOf(digits.map(Number))).fill(0, 0, 1);
      return readNpy(bytes);
    };
    const run = surviveMutations({
      files: { 'u1.npy': files['u1.npy'] },
      lies: npyLies,
      read: careless,
      requireRight: (read, bytes) => requireSame(read, naiveNpy(bytes)),
      cases: 500,
    });
    await expect(run).rejects.toMatchObject(because(reason));
  });
});
