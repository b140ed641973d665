/** What every refusal has in common: one sentence, an exit code, and nothing left behind. */

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readCheckpoint } from '../../../src/io/checkpoint.ts';
import { compressCommand } from '../../../src/node/cli/compress/compress.ts';
import { decompressCommand } from '../../../src/node/cli/compress/decompress.ts';
import { decodeCommand } from '../../../src/node/cli/decode.ts';
import { encodeCommand } from '../../../src/node/cli/encode.ts';
import { evaluateCommand } from '../../../src/node/cli/evaluate/evaluate.ts';
import { exportCommand } from '../../../src/node/cli/export.ts';
import { importCommand } from '../../../src/node/cli/import.ts';
import { infoCommand } from '../../../src/node/cli/info.ts';
import type { Command } from '../../../src/node/cli/terminal/help.ts';
import { trainCommand } from '../../../src/node/cli/train/train.ts';
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
  /** Not in a process of its own: see {@link inThisProcess}. */
  readonly isHere?: boolean;
}

/**
 * One more of a kind that another refusal has shown on the real command line: the command is called in this process,
 * since the start of another takes far longer than all that it would do.
 */
export function inThisProcess(refusal: Refusal): Refusal {
  return { ...refusal, isHere: true };
}

interface Outcome {
  readonly result: CliResult;
  readonly before: Record<string, string>;
  readonly after: Record<string, string>;
}

/** One test for each; the processes run side by side. Each is called in a folder that holds just its files. */
export function testRefusals(code: 1 | 2, refusals: readonly Refusal[]): void {
  const outcomes = new Map<Refusal, Promise<Outcome>>();
  beforeAll(() => {
    for (const refusal of refusals) {
      if (!refusal.isHere) outcomes.set(refusal, outcomeOf(refusal, isthmus));
    }
  });
  afterAll(removeFolders);
  test.each(refusals.map((refusal) => [refusal.name, refusal] as const))(
    'refuses %s',
    async (_, refusal) => {
      const { result, before, after } = await (outcomes.get(refusal) ?? outcomeOf(refusal, runHere));
      expectRefusal(result, refusal.args[0], code, refusal.says);
      const { kept, rest } = withoutCheckpoint(after, refusal.keepsCheckpointIn, before);
      if (kept !== undefined) readCheckpoint(Buffer.from(kept, 'latin1'));
      expect(kept !== undefined).toBe(refusal.keepsCheckpointIn !== undefined);
      // What an earlier run left there doesn't belong to the new checkpoint.
      const { [`${refusal.keepsCheckpointIn}/config.json`]: _old, ...others } = before;
      expect(rest).toEqual(others);
    },
    30_000,
  );
}

async function outcomeOf({ args, files = {} }: Refusal, run: typeof isthmus): Promise<Outcome> {
  const cwd = folderWith(files);
  const before = contentsOf(cwd);
  const result = await run(args, { cwd });
  return { result, before, after: contentsOf(cwd) };
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

const COMMANDS: Readonly<Record<string, Command>> = {
  train: trainCommand,
  evaluate: evaluateCommand,
  encode: encodeCommand,
  decode: decodeCommand,
  compress: compressCommand,
  decompress: decompressCommand,
  export: exportCommand,
  import: importCommand,
  info: infoCommand,
};

/** What main.ts makes a sentence of, and the exit codes. */
const CODES: Readonly<Record<string, number>> = {
  UsageError: 2,
  FileError: 1,
  FormatError: 1,
  DataError: 1,
  ShapeError: 1,
  DivergenceError: 1,
};

/** Runs a command in this process, as main.ts would. */
async function runHere(
  [name, ...words]: readonly string[],
  { cwd }: { readonly cwd: string },
): Promise<CliResult> {
  const texts = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      texts[stream] += text;
      return true;
    }),
  );
  const folder = process.cwd();
  process.chdir(cwd);
  try {
    return { code: await COMMANDS[name].run(words), ...texts };
  } catch (error) {
    const { name: errorName, message, stack } = error as Error;
    const code = CODES[errorName];
    if (code === undefined) return { code: 1, ...texts, stderr: String(stack) };
    const hint = code === 2 ? ` See isthmus ${name} --help.` : '';
    return { code, ...texts, stderr: `${texts.stderr}isthmus ${name}: ${message}${hint}\n` };
  } finally {
    process.chdir(folder);
    for (const spy of spies) spy.mockRestore();
  }
}

/** @throws If the process did anything but say one sentence behind its talk, and end with this code. */
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
