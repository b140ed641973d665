import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { type RunNode, startUpContest } from '../../../bench/contests/startUp.ts';
import { VerificationError } from '../../../bench/contests/verify.ts';
import type { Measured } from '../../../bench/harness/contest.ts';

const BUILT = resolve('dist/src/index.js');

test('measures what the engine takes over an empty process', async () => {
  const programs: string[] = [];
  const runNode: RunNode = (program) => {
    programs.push(program);
    return { ms: program === '' ? 40 : 90, output: '' };
  };
  const { baseline, contestants } = startUpContest({ engine: 'file:///isthmus.js', runNode });
  expect(await (contestants[0] as Measured).measure()).toBe(50);
  expect(programs).toEqual(['', expect.stringContaining('from "file:///isthmus.js"')]);
  expect(await (baseline as Measured).measure()).toBe(60);
});

test('catches a program that trains on something else, or on nothing', async () => {
  const contestOf = (output: string) => startUpContest({ runNode: () => ({ ms: 1, output }) });
  await expect(contestOf('0.25\n').verify()).rejects.toThrow('start-up, loss of the step: element 0 is 0.25');
  await expect(contestOf('undefined\n').verify()).rejects.toThrow('element 0 is NaN');
});

test('accepts the engine as it is built', async () => {
  expect(existsSync(BUILT)).toBe(true);
  await startUpContest({ engine: pathToFileURL(BUILT).href }).verify();
});

test('says what a process that fails wrote', async () => {
  const contest = startUpContest({ engine: pathToFileURL(resolve('dist/src/nowhere.js')).href });
  await expect(contest.verify()).rejects.toThrow(VerificationError);
  await expect(contest.verify()).rejects.toThrow('ERR_MODULE_NOT_FOUND');
});
