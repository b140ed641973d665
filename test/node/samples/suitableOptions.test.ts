import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { LoadOptions } from '../../../src/node/samples/readOptions.ts';
import { optionsForEach } from '../../../src/node/samples/suitableOptions.ts';
import { folderWith, removeFolders } from '../../helpers/cli.ts';

afterAll(removeFolders);

const cwd = folderWith({ 'a.csv': '', 'b.npy': '', 'c.wav': '', 'd.npz': '', 'p/': '', 'y.csv': '' });

async function optionsOf(names: readonly string[], options: LoadOptions, labels: readonly string[] = []) {
  const paths = (all: readonly string[]) => all.map((name) => join(cwd, name));
  const each = await optionsForEach(paths(names), options, paths(labels));
  return Object.fromEntries(names.map((name) => [name, each.get(join(cwd, name))]));
}

describe('options for several files', () => {
  test('are for those that have them', async () => {
    const options = { columns: ['x'], gray: true, frame: 9, sampleShape: [3] };
    expect(await optionsOf(['a.csv', 'b.npy', 'c.wav', 'p'], options)).toEqual({
      'a.csv': { columns: ['x'], sampleShape: [3] },
      'b.npy': { sampleShape: [3] },
      'c.wav': { frame: 9, sampleShape: [3] },
      p: { gray: true, sampleShape: [3] },
    });
  });

  test.each<[readonly string[], LoadOptions, string]>([
    [
      ['b.npy'],
      { columns: ['x', 'y'] },
      'b.npy: got columns: ["x","y"], but only .csv and .tsv files have columns.',
    ],
    [
      ['b.npy', 'd.npz'],
      { missing: 'drop' },
      "d.npz: got missing: 'drop', but only cells of .csv and .tsv files are missing.",
    ],
    [['a.csv'], { resize: [28, 20] }, 'a.csv: got resize: [28,20], but only pictures are resized.'],
    [['a.csv'], { gray: true }, 'a.csv: got gray, but only pictures become gray.'],
    [
      ['a.csv'],
      { background: [1, 2, 3] },
      'a.csv: got background: [1,2,3], but only pictures have a background.',
    ],
    [['p', 'p'], { frame: 5 }, 'p: got frame: 5, but only .wav files are cut into frames.'],
    [['p'], { key: 'x' }, "p: got key: 'x', but only .npz files have keys."],
  ])('that suit none of %j are refused: %j', async (names, options, says) => {
    await expect(optionsOf(names, options)).rejects.toThrow(says);
  });

  test('a column of labels is one of the table of labels, if there is one', async () => {
    const options = { labelColumn: 'kind' };
    expect(await optionsOf(['a.csv'], options)).toEqual({ 'a.csv': { labelColumn: 'kind' } });
    expect(await optionsOf(['a.csv'], options, ['y.csv'])).toEqual({ 'a.csv': {} });
    expect(await optionsOf(['b.npy'], options, ['y.csv'])).toEqual({ 'b.npy': {} });
    await expect(optionsOf(['b.npy'], options, ['b.npy'])).rejects.toThrow("got labelColumn: 'kind'");
  });

  test('files that are not there are named', async () => {
    await expect(optionsOf(['nowhere.npy'], {})).rejects.toThrow('nowhere.npy: there is no such file');
  });
});
