/** What every refusal has in common: one sentence, an exit code, and nothing left behind. */

import { afterAll, expect, test } from '@jest/globals';
import { readCheckpoint } from '../../../src/io/checkpoint.ts';
import {
  type CliResult,
  contentsOf,
  type Files,
  folderWith,
  isthmus,
  removeFolders,
} from '../../helpers/cli.ts';

export interface Refusal {
  /** Ends the test's name. */
  readonly name: string;
  readonly args: readonly string[];
  readonly files?: Files;
  /** What the sentence must say. */
  readonly says: RegExp;
  /** The run folder where a checkpoint, and nothing else, is left: the training went wrong, not the start. */
  readonly keepsCheckpointIn?: string;
}

/** One test for each. Each is called in a folder that holds just its files. */
export function testRefusals(code: 1 | 2, refusals: readonly Refusal[]): void {
  afterAll(removeFolders);
  test.each(refusals.map((refusal) => [refusal.name, refusal] as const))(
    'refuses %s',
    async (_, { args, files = {}, says, keepsCheckpointIn }) => {
      const cwd = folderWith(files);
      const before = contentsOf(cwd);
      const result = await isthmus(args, { cwd });
      expectRefusal(result, args[0], code, says);
      const { kept, rest } = withoutCheckpoint(contentsOf(cwd), keepsCheckpointIn, before);
      if (kept !== undefined) readCheckpoint(Buffer.from(kept, 'latin1'));
      expect(kept !== undefined).toBe(keepsCheckpointIn !== undefined);
      // What an earlier run left there doesn't belong to the new checkpoint.
      const { [`${keepsCheckpointIn}/config.json`]: _old, ...others } = before;
      expect(rest).toEqual(others);
    },
  );
}

/** The checkpoint's bytes as text, and what else is there but for the folders that were made for it. */
function withoutCheckpoint(
  after: Record<string, string>,
  run: string | undefined,
  before: Record<string, string>,
): { kept: string | undefined; rest: Record<string, string> } {
  if (run === undefined) return { kept: undefined, rest: after };
  const path = `${run}/checkpoint.safetensors`;
  const isMade = (name: string) => name === path || (path.startsWith(name) && !(name in before));
  const rest = Object.entries(after).filter(([name]) => !isMade(name));
  return { kept: after[path], rest: Object.fromEntries(rest) };
}

/** @throws If the command did anything but say one sentence behind its talk, and end with this code. */
export function expectRefusal(
  { code, stdout, stderr }: CliResult,
  command: string,
  expectedCode: number,
  says: RegExp,
): void {
  const lines = stderr.trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  expect(last).toMatch(says);
  expect({ code, stdout }).toEqual({ code: expectedCode, stdout: '' });
  expect(last.startsWith(`isthmus ${command}: `)).toBe(true);
  expect(last).toMatch(/[^.][.?]$/);
  expect(lines.filter((line) => line.startsWith('isthmus'))).toHaveLength(1);
  expect(stderr).not.toMatch(
    /^ {4}at |unexpected error|undefined|\[object|Cannot read|is not (a function|iterable)/m,
  );
}
