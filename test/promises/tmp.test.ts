import { afterAll, describe, test } from '@jest/globals';
import { removeFolders } from '../helpers/cli.ts';
import { USAGE, WORK } from './commands.ts';
import { keep } from './keep.ts';

afterAll(removeFolders);
describe('usage', () => {
  test.each(USAGE.map((p) => [p[0], p] as const))('%s', (_, p) => keep(p));
});
describe('work', () => {
  test.each(WORK.map((p) => [p[0], p] as const))('%s', (_, p) => keep(p));
});
