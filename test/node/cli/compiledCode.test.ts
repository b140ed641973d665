import { readdirSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { folderWith, isthmusProcess, removeFolders } from '../../helpers/cli.ts';

afterAll(removeFolders);

test('a command leaves its compiled code in the temporary folder where Node can keep it, else nothing', async () => {
  const folder = folderWith({ 'here/': '', 'temporary/': '' });
  const [cwd, TMPDIR] = [join(folder, 'here'), join(folder, 'temporary')];
  const { code, stderr } = await isthmusProcess(['info', '--help'], { cwd, env: { TMPDIR } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(readdirSync(TMPDIR)).toEqual('enableCompileCache' in nodeModule ? ['node-compile-cache'] : []);
  expect(readdirSync(cwd)).toEqual([]);
});
