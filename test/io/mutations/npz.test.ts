import { readdirSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NumericArray } from '../../../src/data/samples.ts';
import { FormatError } from '../../../src/io/errors.ts';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import { listNpz, readNpz } from '../../../src/io/numpy/npz.ts';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { expectedFiles, goldenBytes, valuesOf } from '../../helpers/bytes/npyGolden.ts';
import { zipBytes } from '../../helpers/bytes/zipBytes.ts';
import { because, type Field, lyingFields } from '../../helpers/mutations/lies.ts';
import { mutated } from '../../helpers/mutations/mutations.ts';
import { npyLies } from '../../helpers/mutations/npyLies.ts';
import { surviveMutations } from '../../helpers/mutations/survival.ts';
import { type NaiveArray, naiveNpy, naiveZip, requireSame } from '../../helpers/naive/naiveReaders.ts';

type Keyed<T> = readonly (readonly [key: string, array: T])[];

const array = npyBytes({ descr: '<i2', shape: [2, 3], values: [1, -2, 3, 4, 5, -6] });
const streamed = zipBytes([
  { name: 'a.npy', contents: array, descriptor: true },
  { name: 'b/c.npy', contents: goldenBytes('f4.npy'), method: 8, descriptor: true },
]);

const names = Object.keys(expectedFiles.archives);
const files: Record<string, Uint8Array> = {
  ...Object.fromEntries(names.map((name) => [name, goldenBytes(name)])),
  // NumPy writes CRC and lengths before the data. Writers to a pipe write them after it.
  'streamed.npz': streamed,
};
const originals: Record<string, Keyed<NaiveArray>> = Object.fromEntries(
  Object.entries(files).map(([name, bytes]) => [name, naiveNpz(bytes)]),
);

function naiveNpz(bytes: Uint8Array): Keyed<NaiveArray> {
  return Array.from(naiveZip(bytes))
    .filter(([name]) => name.endsWith('.npy'))
    .map(([name, contents]) => [name.slice(0, -4), naiveNpy(contents)]);
}

/** What is read of a damaged archive: all arrays by their keys, then the one that is read without a key. */
async function readAll(bytes: Uint8Array): Promise<Keyed<NumericArray>> {
  const keys = listNpz(bytes);
  const arrays: (readonly [string, NumericArray])[] = [];
  for (const key of keys) arrays.push([key, await readNpz(bytes, { key })]);
  if (keys.length === 1 || keys.includes('x_train')) {
    const chosen = await readNpz(bytes);
    arrays.push([chosen.key, chosen]);
  }
  return arrays;
}

function requireAll(read: Keyed<NumericArray>, right: Keyed<NaiveArray>): void {
  const keys = right.map(([key]) => key);
  const chosen = keys.length === 1 ? keys[0] : keys.find((key) => key === 'x_train');
  const expected = chosen === undefined ? right : [...right, [chosen, new Map(right).get(chosen)!] as const];
  const readKeys = read.map(([key]) => key).join();
  const expectedKeys = expected.map(([key]) => key).join();
  if (readKeys !== expectedKeys) throw new Error(`keys ${readKeys}, expected ${expectedKeys}`);
  read.forEach(([, values], i) => {
    requireSame(values, expected[i][1]);
  });
}

/** Where the local headers, the directory entries and the end record begin. */
function places(bytes: Uint8Array): { locals: number[]; directory: number[]; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - 22;
  const directory: number[] = [];
  for (let at = view.getUint32(end + 16, true); at < end; ) {
    directory.push(at);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return { locals: directory.map((at) => view.getUint32(at + 42, true)), directory, end };
}

const shorts = (start: number, ...ats: number[]): Field[] => ats.map((at) => ({ at: start + at, bytes: 2 }));
const longs = (start: number, ...ats: number[]): Field[] => ats.map((at) => ({ at: start + at, bytes: 4 }));

function fieldLies(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const { locals, directory, end } = places(bytes);
  const fields: Field[] = [
    ...shorts(end, 4, 6, 8, 10, 20),
    ...longs(end, 12, 16),
    ...directory.flatMap((at) => [...shorts(at, 8, 10, 28, 30, 32), ...longs(at, 16, 20, 24, 42)]),
    ...locals.flatMap((at) => {
      const extra = 30 + bytes[at + 26] + 256 * bytes[at + 27];
      const zip64: Field[] =
        bytes[at + 28] === 20
          ? [
              { at: at + extra + 4, bytes: 8 },
              { at: at + extra + 12, bytes: 8 },
            ]
          : [];
      return [...shorts(at, 6, 8, 26, 28), ...longs(at, 14, 18, 22), ...zip64];
    }),
  ];
  return lyingFields(bytes, fields);
}

/** The same wrong value in the local header and in the directory. */
function agreedLies(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const { locals, directory } = places(bytes);
  const which = fc.nat({ max: Math.max(0, directory.length - 1) });
  const field = fc.constantFrom([16, 14, 4], [20, 18, 4], [24, 22, 4], [10, 8, 2]);
  const value = fc.constantFrom(
    0,
    1,
    8,
    12,
    100,
    128,
    208,
    1_000,
    65_535,
    100_000,
    10_000_000,
    2 ** 31,
    2 ** 32 - 2,
  );
  return fc.array(fc.tuple(which, field, value), { minLength: 1, maxLength: 2 }).map((lies) => {
    const changed = bytes.slice();
    const view = new DataView(changed.buffer);
    for (const [entry, [inDirectory, inLocal, size], number] of lies) {
      if (directory.length === 0) continue;
      for (const at of [directory[entry] + inDirectory, locals[entry] + inLocal]) {
        if (size === 4) view.setUint32(at, number, true);
        else view.setUint16(at, number & 0xffff, true);
      }
    }
    return changed;
  });
}

/** An entry that begins where another does, or inside of it, or that has another's name. */
function crossedLies(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const { locals, directory } = places(bytes);
  if (directory.length < 2) return fc.constant(bytes.slice(1));
  return fc.tuple(fc.boolean(), fc.constantFrom(0, 1, 10, 30, 41, 61, 100)).map(([first, off]) => {
    const changed = bytes.slice();
    const [from, to] = first ? [0, 1] : [1, 0];
    new DataView(changed.buffer).setUint32(directory[to] + 42, locals[from] + off, true);
    return changed;
  });
}

describe('damaged .npz files', () => {
  test('the independent reader reads what NumPy wrote, in all of the golden files', () => {
    const folder = new URL('../../golden/npy/', import.meta.url);
    expect(names.toSorted()).toEqual(
      readdirSync(folder)
        .filter((name) => name.endsWith('.npz'))
        .toSorted(),
    );
    for (const [name, arrays] of Object.entries(expectedFiles.archives)) {
      const read = new Map(originals[name]);
      expect([...read.keys()]).toEqual(Object.keys(arrays));
      for (const [key, expected] of Object.entries(arrays)) {
        requireSame({ ...expected, data: valuesOf(expected) }, read.get(key)!);
      }
    }
  });

  test('are refused in words, or read as they were before', async () => {
    const resealed = new WeakSet<Uint8Array>();
    /** Damaged arrays and names in a valid archive: only the arrays' own headers show the damage. */
    const sound = (bytes: Uint8Array) => {
      const entries = Array.from(naiveZip(bytes), ([name, contents]) => ({ name, contents }));
      const damaged = entries.map(({ name, contents }) =>
        fc.record({
          name: fc.constantFrom(
            name,
            name,
            name,
            'x_train.npy',
            `../${name}`,
            `/${name}`,
            `${name}\0`,
            name.slice(1),
          ),
          contents: fc.oneof(fc.constant(contents), npyLies(contents), mutated(contents)),
          method: fc.constantFrom(0, 8),
          descriptor: fc.boolean(),
        }),
      );
      return fc.tuple(...damaged).map((changed) => {
        const archive = zipBytes(changed);
        resealed.add(archive);
        return archive;
      });
    };
    const tally = await surviveMutations({
      files,
      lies: (bytes) => fc.oneof(fieldLies(bytes), agreedLies(bytes), crossedLies(bytes), sound(bytes)),
      read: readAll,
      requireRight: (read, bytes, name) =>
        requireAll(read, resealed.has(bytes) ? naiveNpz(bytes) : originals[name]),
    });
    expect(tally.read).toBeGreaterThan(tally.refused / 50);
    expect(tally.refused).toBeGreaterThan(tally.read / 10);
  });

  test.each(['stored.npz', 'deflated.npz', 'streamed.npz'])(
    '%s is refused or read right with any one byte changed',
    async (name) => {
      const bytes = files[name];
      for (let at = 0; at < bytes.length; at++) {
        for (const mask of [1, 8]) {
          const read = await readAll(bytes.with(at, bytes[at] ^ mask)).catch((error: Error) => error);
          if (read instanceof Error) expect(read.name).toBe('FormatError');
          else requireAll(read, originals[name]);
        }
      }
    },
  );

  /** Reads the first array of stored.npz from the place where it is in the original, without any check. */
  function careless(bytes: Uint8Array, trusting: boolean): NumericArray {
    const original = files['stored.npz'];
    if (bytes.length !== original.length) throw new FormatError('another length.');
    const view = new DataView(bytes.buffer);
    const [start] = places(original).locals.map((at) => at + 30 + 'x_train.npy'.length + 20);
    const [directory] = places(original).directory;
    const contents = bytes.slice(start, start + 208);
    if (trusting) new Uint8Array(view.getUint32(directory + 24, true)).fill(0, 0, 1);
    if (trusting && crc32(contents) !== view.getUint32(directory + 16, true))
      throw new FormatError('another CRC.');
    return readNpy(contents);
  }

  test.each([
    ['ignores the checksum', false, /^value \d+ is|^shape|^dtype/],
    ['allocates what the directory claims', true, /allocated|allocation failed|typed array length/],
  ])('a reader that %s is found out', async (_, trusting, reason) => {
    const run = surviveMutations({
      files: { 'stored.npz': files['stored.npz'] },
      lies: fieldLies,
      read: (bytes) => careless(bytes, trusting),
      requireRight: (read) => requireSame(read, originals['stored.npz'][0][1]),
      cases: 5_000,
    });
    await expect(run).rejects.toMatchObject(because(reason));
  });

  test('a reader that skips what it does not know is found', async () => {
    const run = surviveMutations({
      files: { 'stored.npz': files['stored.npz'] },
      lies: fieldLies,
      read: async (bytes) => (await readAll(bytes)).slice(0, 1),
      requireRight: (read) => requireAll(read, originals['stored.npz']),
      cases: 500,
    });
    await expect(run).rejects.toMatchObject(because(/^keys x_train, expected/));
  });
});
