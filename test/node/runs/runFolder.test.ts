import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { FileError } from '../../../src/node/files/files.ts';
import { freeRunPath, RunFolder, refuseExistingRun } from '../../../src/node/runs/runFolder.ts';
import { contentsOf, folderWith, removeFolders } from '../../helpers/cli.ts';

afterAll(removeFolders);

describe('RunFolder', () => {
  test('makes the folder and those above it, empty', async () => {
    const parent = folderWith();
    const folder = await RunFolder.create(join(parent, 'a/b/c'), false);
    expect(folder.path).toBe(join(parent, 'a/b/c'));
    expect(Object.keys(contentsOf(parent))).toEqual([
      'a/',
      'a/b/',
      'a/b/c/',
      expect.stringMatching(/\.running-/),
    ]);
    await folder.close();
  });

  test('writes files into it', async () => {
    const parent = folderWith();
    const folder = await RunFolder.create(join(parent, 'run'), false);
    await folder.write('a.txt', 'one');
    await folder.write('b.bin', Uint8Array.of(65));
    await folder.close();
    expect(contentsOf(folder.path)).toEqual({ 'a.txt': 'one', 'b.bin': 'A' });
  });

  test('takes away what it made if nothing was written', async () => {
    const parent = folderWith({ 'runs/old/config.json': 'mine' });
    await (await RunFolder.create(join(parent, 'runs/new/er'), false)).close();
    await (await RunFolder.create(join(parent, 'runs/old'), true)).close();
    expect(contentsOf(parent)).toEqual({ 'runs/': '', 'runs/old/': '', 'runs/old/config.json': 'mine' });
  });

  test('leaves the folders above if another run uses them by now', async () => {
    const parent = folderWith();
    const folder = await RunFolder.create(join(parent, 'runs/a'), false);
    mkdirSync(join(parent, 'runs/b'));
    await folder.close();
    expect(contentsOf(parent)).toEqual({ 'runs/': '', 'runs/b/': '' });
  });

  test('keeps what was written', async () => {
    const folder = await RunFolder.create(join(folderWith(), 'run'), false);
    await folder.write('model', 'weights');
    await folder.close();
    expect(contentsOf(folder.path)).toEqual({ model: 'weights' });
  });

  test('does not take an empty folder away that was there before', async () => {
    const parent = folderWith({ 'run/': '' });
    await (await RunFolder.create(join(parent, 'run'), true)).close();
    expect(readdirSync(parent)).toEqual(['run']);
  });

  test.each([
    [
      'an existing folder',
      'old',
      false,
      'OLD exists already, expected a new folder (--overwrite replaces the files in it).',
    ],
    ['an existing file', 'file', false, 'FILE is a file, expected a folder.'],
    ['a file to overwrite', 'file', true, 'FILE is a file, expected a folder.'],
    [
      'a folder of something else',
      'mine',
      true,
      'MINE holds files that are not those of a run, expected a new folder.',
    ],
    [
      'a path through a file',
      'file/x/y',
      true,
      "can't use FILE/x/y: a part of the path is a file, expected folders.",
    ],
    ['names that are too long', `new/${'x'.repeat(300)}`, false, 'the name is too long.'],
  ])('refuses %s and leaves nothing behind', async (_, name, overwrite, message) => {
    const parent = folderWith({ 'old/config.json': '{}', 'mine/1.png': 'mine', file: 'mine' });
    const before = contentsOf(parent);
    const sentence = message.replace(/OLD|FILE|MINE/, (word) => join(parent, word.toLowerCase()));
    const made = RunFolder.create(join(parent, name), overwrite);
    await expect(made).rejects.toThrow(sentence);
    await expect(made).rejects.toThrow(expect.objectContaining({ name: 'FileError' }));
    expect(contentsOf(parent)).toEqual(before);
  });

  test('two runs at once share the folder above, and only one gets each folder', async () => {
    const parent = folderWith();
    const create = (name: string) => RunFolder.create(join(parent, 'runs', name), false);
    const settled = await Promise.allSettled(['a', 'b', 'c', 'a'].map(create));
    expect(settled.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(3);
    expect(readdirSync(join(parent, 'runs')).sort()).toEqual(['a', 'b', 'c']);
    for (const one of settled) {
      if (one.status === 'rejected') expect(one.reason.message).toMatch(/runs\/a(: it)? exists already/);
    }
  });
});

test('refuseExistingRun lets new folders and overwriting pass', async () => {
  const parent = folderWith({ 'old/': '' });
  await refuseExistingRun(join(parent, 'new'), false);
  await refuseExistingRun(join(parent, 'old'), true);
  await expect(refuseExistingRun(join(parent, 'old'), false)).rejects.toThrow(FileError);
});

test('freeRunPath is the first number that is not taken', async () => {
  const parent = folderWith({ 'a-1/': '', 'a-2': 'a file', 'a-4/': '' });
  expect(await freeRunPath(parent, 'a')).toBe(join(parent, 'a-3'));
  expect(await freeRunPath(parent, 'b')).toBe(join(parent, 'b-1'));
  expect(await freeRunPath(join(parent, 'not/yet'), 'a')).toBe(join(parent, 'not/yet/a-1'));
});
