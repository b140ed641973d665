import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { programOf, type RunNode, startUpContest } from '../../../bench/contests/startUp.ts';
import { VerificationError } from '../../../bench/contests/verify.ts';
import type { Measured } from '../../../bench/harness/contest.ts';

const BUILT = resolve('dist/src/index.js');

test('measures what the engine and the small functions take over a process that does nothing', async () => {
  const programs: string[] = [];
  const nothing = programOf(0);
  const runNode: RunNode = (program) => {
    programs.push(program);
    return { ms: program === nothing ? 40 : program.includes('isthmus.js') ? 90 : 70, output: '' };
  };
  const { baseline, contestants } = startUpContest({ engine: 'file:///isthmus.js', runNode });
  expect(await (contestants[0] as Measured).measure()).toBe(50);
  expect(programs).toEqual([nothing, expect.stringContaining('from "file:///isthmus.js"')]);
  expect(await (baseline as Measured).measure()).toBe(30);
});

test('catches functions that are left out, and a program that trains on something else or on nothing', async () => {
  const contestOf = (functions: string, step: string) =>
    startUpContest({
      runNode: (program) => ({ ms: 1, output: program.includes('Autoencoder') ? step : functions }),
    });
  await expect(contestOf('0\n', '').verify()).rejects.toThrow('start-up, functions: element 0 is 0');
  const all = '16885703\n';
  const wrong = 'start-up, loss of the step: element 0 is';
  await expect(contestOf(all, '0.25\n').verify()).rejects.toThrow(`${wrong} 0.25`);
  await expect(contestOf(all, 'undefined\n').verify()).rejects.toThrow(`${wrong} NaN`);
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
