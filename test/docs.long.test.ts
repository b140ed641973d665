/** Every command of docs, run in order on small data, and every option that the command line has in docs/cli.md. */

import { describe, expect, test } from '@jest/globals';
import { COMMANDS, isthmus } from './helpers/cli.ts';
import { commandsOf, PAGES, testCommandsOf } from './helpers/docs.ts';

for (const [path, page] of PAGES) {
  // test/guide/commands.long.test.ts has those of the guide
  const isOther = path.startsWith('docs/') && !path.startsWith('docs/guide/');
  if (isOther && commandsOf(page).length > 0) testCommandsOf(path);
}

test('there are some commands', () => {
  expect([...PAGES.values()].flatMap(commandsOf).length).toBeGreaterThan(40);
});

describe('docs/cli.md', () => {
  const page = PAGES.get('docs/cli.md') ?? '';
  const help = async (command: string) => (await isthmus([command, '--help'], { cwd: '.' })).stdout;

  test.each(COMMANDS)('names every option of %s', async (command) => {
    const options = [...(await help(command)).matchAll(/^ {2}(--[\w-]+)/gm)].map(([, option]) => option);
    expect(options.length).toBeGreaterThan(1);
    expect(options.filter((option) => !page.includes(option))).toEqual([]);
  });

  test('says of the presets what --help says', async () => {
    const text = (await help('train')).replace(/\s+/g, ' ');
    const rows = [...page.matchAll(/^\| (?:`--kind (\w+)`, )?`([\w-]+)` \| `(--.*)` \|$/gm)];
    expect(rows).toHaveLength(10);
    for (const [, kind = 'autoencoder', preset, settings] of rows) {
      expect(text).toContain(`--kind ${kind} --preset ${preset} stands for: ${settings} `);
    }
  });
});
