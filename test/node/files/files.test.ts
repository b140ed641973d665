import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  exists,
  FileError,
  fileError,
  readWholeFile,
  writeFileAtomically,
} from '../../../src/node/files/files.ts';
import { contentsOf, folderWith, removeFolders } from '../../helpers/cli.ts';

afterAll(removeFolders);

/** A FileError with this message, whatever its cause. */
const saying = (message: string) => expect.objectContaining({ name: 'FileError', message });

describe('readWholeFile', () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);

  test.each([0, 1, 100, 70_000])(
    'gives the %p bytes of a file in a buffer of just that size',
    async (length) => {
      const folder = folderWith({ file: bytes.subarray(0, length) });
      const read = await readWholeFile(join(folder, 'file'));
      expect(read.byteOffset).toBe(0);
      expect(read.buffer.byteLength).toBe(length);
      expect(Buffer.compare(read, bytes.subarray(0, length))).toBe(0);
    },
  );

  test('shows the beginning and the size before it reads the rest', async () => {
    const path = join(folderWith({ file: bytes }), 'file');
    const seen: unknown[] = [];
    const check = (head: Uint8Array, size: number) => seen.push(Array.from(head), size);
    await readWholeFile(path, { check, headLength: 3 });
    expect(seen).toEqual([[0, 1, 2], 100_000]);
    await readWholeFile(path, { check: (head) => seen.push(head.length) });
    expect(seen.at(-1)).toBe(65536);
  });

  test('shows all of a file that is shorter than the beginning', async () => {
    const path = join(folderWith({ file: 'abc' }), 'file');
    await readWholeFile(path, { check: (head, size) => expect([head.length, size]).toEqual([3, 3]) });
  });

  test('passes on what the check throws, before anything is allocated', async () => {
    const path = join(folderWith({ file: 'abc' }), 'file');
    truncateSync(path, 2 ** 40); // a file with a hole takes no room
    const check = () => {
      throw new TypeError('not mine');
    };
    await expect(readWholeFile(path, { check })).rejects.toThrow(new TypeError('not mine'));
  });

  test.each([
    ['a file that is not there', 'nowhere', 'there is no such file or folder'],
    ['a folder', 'folder', 'it is a folder, expected a file'],
    ['a path through a file', 'file/x', 'a part of the path is a file, expected folders'],
    ['a name that is too long', 'x'.repeat(300), 'the name is too long'],
  ])('refuses %s', async (_, name, reason) => {
    const path = join(folderWith({ 'folder/': '', file: '' }), name);
    await expect(readWholeFile(path)).rejects.toThrow(saying(`can't read ${path}: ${reason}.`));
  });

  test('refuses a file that is larger than any array', async () => {
    const path = join(folderWith({ file: '' }), 'file');
    truncateSync(path, 2 ** 43);
    await expect(readWholeFile(path)).rejects.toThrow(
      saying(`can't read ${path}: its ${2 ** 43} bytes don't fit into memory.`),
    );
  });

  test('notices that a file became shorter while it was read', async () => {
    const path = join(folderWith({ file: bytes }), 'file');
    await expect(readWholeFile(path, { check: () => truncateSync(path, 10) })).rejects.toThrow(
      saying(`can't read ${path}: it became shorter while it was read.`),
    );
  });
});

describe('writeFileAtomically', () => {
  test('writes bytes and text, and nothing beside them', async () => {
    const folder = folderWith();
    await writeFileAtomically(join(folder, 'bytes'), Uint8Array.of(1, 200, 3));
    await writeFileAtomically(join(folder, 'text'), 'käse\n');
    expect(Object.keys(contentsOf(folder))).toEqual(['bytes', 'text']);
    expect([...readFileSync(join(folder, 'bytes'))]).toEqual([1, 200, 3]);
    expect(readFileSync(join(folder, 'text'), 'utf8')).toBe('käse\n');
  });

  test('writes pieces as they come', async () => {
    const folder = folderWith();
    const seen: string[][] = [];
    async function* pieces() {
      yield Uint8Array.of(1, 2);
      seen.push(Object.keys(contentsOf(folder)));
      yield new Uint8Array();
      yield Uint8Array.of(9, 3).subarray(1);
    }
    await writeFileAtomically(join(folder, 'bytes'), pieces());
    expect([...readFileSync(join(folder, 'bytes'))]).toEqual([1, 2, 3]);
    expect(seen).toEqual([[expect.stringMatching(/^\.bytes\.[0-9a-f]{12}\.tmp$/)]]);
  });

  test('leaves nothing behind if the pieces fail, and passes on why', async () => {
    const folder = folderWith({ bytes: 'old' });
    async function* pieces() {
      yield Uint8Array.of(1, 2);
      throw new RangeError('no more');
    }
    await expect(writeFileAtomically(join(folder, 'bytes'), pieces())).rejects.toThrow(
      new RangeError('no more'),
    );
    expect(contentsOf(folder)).toEqual({ bytes: 'old' });
  });

  test('writes just the part that a view shows', async () => {
    const folder = folderWith();
    await writeFileAtomically(join(folder, 'bytes'), Uint8Array.of(9, 1, 2, 9).subarray(1, 3));
    expect([...readFileSync(join(folder, 'bytes'))]).toEqual([1, 2]);
  });

  test('replaces a file by a new one, so that whoever reads the old one still has it', async () => {
    const folder = folderWith({ file: 'old' });
    const path = join(folder, 'file');
    const { ino } = statSync(path);
    await writeFileAtomically(path, 'new');
    expect(contentsOf(folder)).toEqual({ file: 'new' });
    expect(statSync(path).ino).not.toBe(ino);
  });

  test.each([
    ['over a folder', 'folder', 'it is a folder, expected a file'],
    ['over a folder that holds something', 'full', 'it is a folder, expected a file'],
    ['into a folder that is not there', 'nowhere/x', 'there is no such file or folder'],
    ['below a file', 'file/x', 'a part of the path is a file, expected folders'],
    ['under a name that is too long', 'x'.repeat(300), 'the name is too long'],
  ])('leaves nothing behind if it cannot write %s', async (_, name, reason) => {
    const folder = folderWith({ 'folder/': '', 'full/x': 'x', file: 'mine' });
    const before = contentsOf(folder);
    const path = join(folder, name);
    await expect(writeFileAtomically(path, 'new')).rejects.toThrow(saying(`can't write ${path}: ${reason}.`));
    expect(contentsOf(folder)).toEqual(before);
  });
});

describe('exists', () => {
  test('finds files and folders', async () => {
    const folder = folderWith({ file: '', 'folder/': '' });
    expect(await exists(join(folder, 'file'))).toBe(true);
    expect(await exists(join(folder, 'folder'))).toBe(true);
    expect(await exists(join(folder, 'nowhere/at/all'))).toBe(false);
  });

  test('does not take a path that cannot be looked at for a free one', async () => {
    const folder = folderWith({ file: '' });
    mkdirSync(join(folder, 'loop'));
    symlinkSync(join(folder, 'loop/a'), join(folder, 'loop/a'));
    await expect(exists(join(folder, 'file/x'))).rejects.toThrow(
      /^can't use .*: a part of the path is a file/,
    );
    await expect(exists(join(folder, 'loop/a'))).rejects.toThrow(FileError);
  });
});

describe('fileError', () => {
  test('says in words what is known, and keeps the cause', () => {
    const cause = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const error = fileError('write', 'a.npy', cause);
    expect(error).toMatchObject({
      name: 'FileError',
      message: "can't write a.npy: no space is left on the device.",
    });
    expect(error.cause).toBe(cause);
  });

  test('passes on the words of the system where it has none', () => {
    expect(fileError('read', 'a', { code: 'EIO', message: 'EIO: i/o error' }).message).toBe(
      "can't read a: EIO: i/o error.",
    );
    expect(fileError('read', 'a', { message: 'strange' }).message).toBe("can't read a: strange.");
  });
});

// Root may write anywhere: permissions count for others only.
(process.getuid?.() === 0 ? test.skip : test)('says so where permission is denied', async () => {
  const folder = join(folderWith({ 'locked/': '' }), 'locked');
  chmodSync(folder, 0o500);
  const path = join(folder, 'new');
  await expect(writeFileAtomically(path, 'x')).rejects.toThrow(
    saying(`can't write ${path}: permission denied.`),
  );
});
