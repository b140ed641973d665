/** What a temporary copy leaves behind: nothing, however the process ends. */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { folderWith, removeFolders } from '../../../helpers/cli.ts';
import { builtFile, runScript } from '../../../helpers/script.ts';

afterAll(removeFolders);

const TABLE = `a,b\n${Array.from({ length: 20_000 }, (_, i) => `${i},${i / 2}`).join('\n')}\n`;

/** A program that opens a table in a folder of its own, which is empty before. */
function openingIn(folder: string, then: string): string {
  return `
    process.env.TMPDIR = ${JSON.stringify(folder)};
    const { openTable } = await import(${JSON.stringify(builtFile('node/samples/tableFile.js'))});
    const table = await openTable(${JSON.stringify(join(folderWith({ 'x.csv': TABLE }), 'x.csv'))}, { inMemoryLimit: 0 });
    const [a, b] = await table.samples().read(Uint32Array.of(3));
    console.log(a, b);
    ${then}`;
}

describe('after the process', () => {
  test.each([
    ['closed the file', 'await table.close();', 0],
    ['ended without closing it', '', 0],
    ['called process.exit', 'process.exit(3);', 3],
    ['failed', "throw new Error('on purpose');", 1],
    [
      'was killed',
      "process.kill(process.pid, 'SIGKILL'); await new Promise(() => setInterval(() => {}, 1000));",
      'SIGKILL',
    ],
  ])('%s, nothing is left', async (_, then, code) => {
    const folder = folderWith();
    const result = await runScript(openingIn(folder, then));
    expect([result.code, result.stdout]).toEqual([code, '3 1.5\n']);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('where there is no room', () => {
  test('a folder that is not there is named, and the variable that chooses it', async () => {
    const { stdout, stderr } = await runScript(openingIn('/nowhere', ''));
    expect(stdout).toBe('');
    expect(stderr).toContain(
      "can't write a copy of x.csv into /nowhere (TMPDIR chooses another folder): there is no such file or folder.",
    );
  });

  test('a file that may not grow so large leaves nothing', () => {
    const folder = folderWith();
    const program = `(async () => { ${openingIn(folder, '')} })();`;
    // In blocks of 512 or 1024 bytes; the copy takes 320 KB.
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 100; exec "$0" --eval "$1"', process.execPath, program],
      {
        encoding: 'utf8',
        env: { PATH: process.env.PATH },
      },
    );
    expect(status).toBe(1);
    expect(stderr).toContain(
      `can't write a copy of x.csv into ${folder} (TMPDIR chooses another folder): the file would be larger than is allowed.`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
