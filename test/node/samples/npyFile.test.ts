import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { readThrough } from '../../../src/data/readAhead.ts';
import { FormatError } from '../../../src/io/errors.ts';
import { readNpy } from '../../../src/io/numpy/npy.ts';
import { FileError } from '../../../src/node/files/files.ts';
import { memoryOfNpy, NpyFile } from '../../../src/node/samples/npyFile.ts';
import { type NpyParts, npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { folderWith, removeFolders } from '../../helpers/cli.ts';

const opened: NpyFile[] = [];

afterEach(async () => {
  for (const file of opened.splice(0)) await file.close();
});
afterAll(removeFolders);

const write = (bytes: Uint8Array) => join(folderWith({ 'a.npy': bytes }), 'a.npy');

async function openNpy(path: string): Promise<NpyFile> {
  const file = await NpyFile.open(path);
  opened.push(file);
  return file;
}

const SHAPE = [7, 2, 3];
const WHOLE = Array.from({ length: 42 }, (_, i) => (i * 37) % 128);

const FLAT: Omit<NpyParts, 'descr'> = { shape: SHAPE, values: WHOLE };
const SIGNED: Omit<NpyParts, 'descr'> = {
  shape: SHAPE,
  values: WHOLE.map((value, i) => (i % 2 ? value : -value)),
};
const LONG = WHOLE.map((value, i) => BigInt(value) + (i % 3 ? 0n : 2n ** 53n - 127n - BigInt(value)));
const FRACTIONS: Omit<NpyParts, 'descr'> = {
  shape: SHAPE,
  values: [...WHOLE.map((value) => value / 64 - 1).slice(0, 38), Number.NaN, Infinity, -0, 2 ** -24],
};

const FILES: readonly NpyParts[] = [
  ...['|u1', '|b1', '<u2', '>u2', '<u4', '>u4'].map((descr) => ({ ...FLAT, descr })),
  ...['|i1', '<i2', '>i2', '<i4', '>i4'].map((descr) => ({ ...SIGNED, descr })),
  ...['<u8', '>u8', '<i8', '>i8'].map((descr) => ({ shape: SHAPE, values: LONG, descr })),
  ...['<f2', '>f2', '<f4', '>f4', '<f8', '>f8'].map((descr) => ({ ...FRACTIONS, descr })),
  { ...FLAT, descr: '<f4', misalignment: 1 },
  { ...FLAT, descr: '<u2', version: 3 },
  { descr: '|u1', shape: [42, 1], values: WHOLE },
];

describe('the rows of a file', () => {
  test.each(FILES)(
    '$descr, misaligned by $misalignment: are those of readNpy, bit for bit',
    async (parts) => {
      const bytes = npyBytes(parts);
      const whole = readNpy(bytes);
      const file = await openNpy(write(bytes));
      expect({ shape: file.shape, dtype: file.dtype }).toEqual({ shape: whole.shape, dtype: whole.dtype });
      const size = whole.data.length / whole.shape[0];
      const rows = Uint32Array.of(6, 0, 1, 2, 2, 5, 4, 6);
      const values = await file.read(rows);
      expect(Object.prototype.toString.call(values)).toBe(Object.prototype.toString.call(whole.data));
      const expected = Array.from(rows, (row) =>
        Array.from(whole.data.subarray(row * size, (row + 1) * size)),
      );
      expect(Array.from(values)).toEqual(expected.flat());
    },
  );

  test('no rows are no values', async () => {
    const file = await openNpy(write(npyBytes({ ...FLAT, descr: '>u2' })));
    expect(await file.read(new Uint32Array(0))).toEqual(new Uint16Array(0));
  });

  test('several reads at a time do not disturb each other', async () => {
    const file = await openNpy(write(npyBytes({ ...FLAT, descr: '|u1' })));
    const reads = Array.from({ length: 50 }, (_, i) => file.read(Uint32Array.of(i % 7, (i + 3) % 7)));
    for (const [i, values] of (await Promise.all(reads)).entries()) {
      const rowOf = (row: number) => WHOLE.slice(row * 6, row * 6 + 6);
      expect(Array.from(values)).toEqual([...rowOf(i % 7), ...rowOf((i + 3) % 7)]);
    }
  });

  test('a file that was renamed or deleted is still the one that was opened', async () => {
    const path = write(npyBytes({ ...FLAT, descr: '|u1' }));
    const file = await openNpy(path);
    renameSync(path, `${path}.old`);
    writeFileSync(path, npyBytes({ ...FLAT, descr: '|u1', values: WHOLE.map(() => 1) }));
    expect(Array.from(await file.read(Uint32Array.of(1)))).toEqual(WHOLE.slice(6, 12));
    unlinkSync(`${path}.old`);
    expect(Array.from(await file.read(Uint32Array.of(1)))).toEqual(WHOLE.slice(6, 12));
  });
});

describe('a file in Fortran order, as MATLAB and Julia write it', () => {
  test.each(FILES.filter(({ misalignment }) => !misalignment))(
    '$descr, $shape: has the rows of readNpy, bit for bit',
    async (parts) => {
      const bytes = npyBytes({ ...parts, fortranOrder: true });
      const whole = readNpy(bytes);
      const file = await openNpy(write(bytes));
      expect([file.shape, file.dtype, file.source]).toEqual([whole.shape, whole.dtype, 'a.npy']);
      const all = Uint32Array.from({ length: whole.shape[0] }, (_, i) => i);
      const read = await file.read(all);
      expect(Object.prototype.toString.call(read)).toBe(Object.prototype.toString.call(whole.data));
      expect(Array.from(read)).toEqual(Array.from(whole.data));
      expect(Array.from(read)).toEqual(Array.from(readNpy(npyBytes(parts)).data));
    },
  );

  test.each([
    [[42]],
    [[42, 1]],
    [[1, 42]],
    [[1, 1, 42]],
    [[6, 1, 7]],
    [[3, 2, 7]],
    [[2, 3, 7]],
    [[2, 3, 1, 7, 1]],
  ])('of shape %j', async (shape) => {
    const parts = { descr: '<i2', shape, values: WHOLE };
    const file = await openNpy(write(npyBytes({ ...parts, fortranOrder: true })));
    const all = Uint32Array.from({ length: shape[0] }, (_, i) => i);
    expect(Array.from(await file.read(all))).toEqual(WHOLE);
  });

  // A block is 16 MB: these are read in several, of which the last one is shorter.
  test.each([
    ['|u1', [300_001, 60]],
    ['<f8', [50_003, 7, 6]],
    ['<u2', [3, 3_000_001]],
    ['<f4', [5, 2, 600_001]],
  ] as const)('%s of shape %j, in several blocks', async (descr, shape) => {
    const header = npyBytes({ descr, shape, values: [], fortranOrder: true });
    const [count, ...sample] = shape;
    const [width, depth = 1] = sample;
    const Values = { '|u1': Uint8Array, '<u2': Uint16Array, '<f4': Float32Array, '<f8': Float64Array }[descr];
    const values = new Values(count * width * depth);
    // Fortran order: the row counts fastest.
    const numberAt = (row: number, i: number, j: number) => (row * 31 + i * 7 + j * 13) % 251;
    let at = 0;
    for (let j = 0; j < depth; j++) {
      for (let i = 0; i < width; i++) {
        for (let row = 0; row < count; row++) values[at++] = numberAt(row, i, j);
      }
    }
    const file = await openNpy(write(Buffer.concat([header, new Uint8Array(values.buffer)])));
    let row = 0;
    let wrong = 0;
    for await (const piece of readThrough(file)) {
      for (let k = 0; k < piece.length; row++) {
        for (let i = 0; i < width; i++) {
          for (let j = 0; j < depth; j++) if (piece[k++] !== numberAt(row, i, j)) wrong++;
        }
      }
    }
    expect([row, wrong]).toEqual([count, 0]);
  });

  test('is copied before it is closed: what becomes of it later does not matter', async () => {
    const path = write(npyBytes({ ...FLAT, descr: '|u1', fortranOrder: true }));
    const file = await openNpy(path);
    unlinkSync(path);
    expect(Array.from(await file.read(Uint32Array.of(1)))).toEqual(WHOLE.slice(6, 12));
  });
});

describe('a file of more than 4 GiB', () => {
  const ROW = 1000;
  const COUNT = 5_000_000;
  /** Rows across 2 GiB and 4 GiB, before and after them, and the last. */
  const MARKED = [0, 2_147_482, 2_147_483, 2_147_484, 4_294_966, 4_294_967, 4_294_968, COUNT - 1];

  /** Sparse: it takes no room on the disk. */
  function sparseFile(): string {
    const path = join(folderWith(), 'large.npy');
    const header = npyBytes({ descr: '|u1', shape: [COUNT, ROW], values: [] });
    const fd = openSync(path, 'w');
    writeSync(fd, header);
    ftruncateSync(fd, header.length + COUNT * ROW);
    for (const row of MARKED) writeSync(fd, mark(row), 0, ROW, header.length + row * ROW);
    closeSync(fd);
    return path;
  }
  const mark = (row: number) => Uint8Array.from({ length: ROW }, (_, i) => 1 + ((row + i) % 255));

  test('is read where its rows lie', async () => {
    const path = sparseFile();
    expect(await memoryOfNpy(path)).toBe(COUNT * ROW);
    const file = await openNpy(path);
    const rows = Uint32Array.from([...MARKED, 1, 2_147_481, 4_294_965]).reverse();
    const values = await file.read(rows);
    for (const [i, row] of rows.entries()) {
      const expected = MARKED.includes(row) ? mark(row) : new Uint8Array(ROW);
      expect(Buffer.compare(values.subarray(i * ROW, (i + 1) * ROW) as Uint8Array, expected)).toBe(0);
    }
  });
});

describe('what cannot be read', () => {
  test('a header that does not fit the file is refused as it is in memory', async () => {
    const path = write(npyBytes({ ...FLAT, descr: '|u1' }).subarray(0, 130));
    const message = `${path}: the header says 7x2x3 u1 = 42 bytes of data, the file holds 2.`;
    await expect(NpyFile.open(path)).rejects.toThrow(new FormatError(message));
    await expect(memoryOfNpy(path)).rejects.toThrow(new FormatError(message));
  });

  test('a file that is not there', async () => {
    await expect(NpyFile.open('none.npy')).rejects.toThrow(
      "can't read none.npy: there is no such file or folder.",
    );
  });

  test('a file that becomes shorter, whichever rows are asked for', async () => {
    const path = write(npyBytes({ ...FLAT, descr: '|u1' }));
    const file = await openNpy(path);
    truncateSync(path, readFileSync(path).length - 8);
    expect(Array.from(await file.read(Uint32Array.of(4)))).toEqual(WHOLE.slice(24, 30));
    for (const rows of [[5], [6], [0, 6, 1], [3, 4, 5, 6]]) {
      await expect(file.read(Uint32Array.from(rows))).rejects.toThrow(
        new FileError(`can't read ${path}: it became shorter while it was read.`),
      );
    }
  });

  test('an integer beyond 2^53, by its number in the file', async () => {
    const values = LONG.map((value, i) => (i === 31 ? 2n ** 53n + 1n : value));
    const path = write(npyBytes({ shape: SHAPE, values, descr: '>u8' }));
    const file = await openNpy(path);
    const message = `${path}: value number 31 in the file is 9007199254740993, expected -2^53 to 2^53: beyond that, float64 has gaps.`;
    for (const rows of [[5], [0, 5], [4, 5, 6]]) {
      await expect(file.read(Uint32Array.from(rows))).rejects.toThrow(new FormatError(message));
    }
    const readAll = async () => {
      for await (const _ of readThrough(file));
    };
    await expect(readAll()).rejects.toThrow(new FormatError(message));
  });
});

describe('closing', () => {
  test('waits for the reads under way, which end well', async () => {
    const file = await NpyFile.open(write(npyBytes({ ...FLAT, descr: '|u1' })));
    let ended = 0;
    const reads = Array.from({ length: 20 }, async () => {
      const values = await file.read(Uint32Array.of(1, 3));
      ended++;
      return values;
    });
    await file.close();
    expect(ended).toBe(20);
    for (const values of await Promise.all(reads)) expect(values[0]).toBe(WHOLE[6]);
  });

  test('ends reading: no other file is read in its place', async () => {
    const path = write(npyBytes({ ...FLAT, descr: '|u1' }));
    const file = await NpyFile.open(path);
    await file.close();
    await file.close();
    await expect(file.read(Uint32Array.of(1))).rejects.toThrow(
      new FileError(`can't read ${path}: it is closed already.`),
    );
  });
});

describe('the memory that a whole file takes', () => {
  test.each<[string, Partial<NpyParts>, number]>([
    ['|u1', {}, 1],
    ['<f4', {}, 1],
    ['>f4', {}, 2],
    ['|b1', {}, 2],
    ['<f4', { misalignment: 1 }, 2],
    ['<u8', {}, 2],
    ['>i8', {}, 3],
    ['<f2', {}, 3],
    ['>f2', {}, 4],
    ['|u1', { fortranOrder: true }, 2],
  ])('%s %j: %d times its values', async (descr, parts, factor) => {
    const path = write(npyBytes({ ...FLAT, ...parts, descr }));
    expect(await memoryOfNpy(path)).toBe(factor * 42 * Number(descr.slice(2)));
  });
});
