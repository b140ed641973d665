/**
 * Runs the command line in folders of its own. `isthmus()` calls it in this process, from the sources. `isthmusProcess()`
 * starts `node dist/src/node/cli/main.js`, which `npm test` builds first: for what only a process shows, such as signals,
 * pipes, several runs at the same time, how much memory a run takes and what is left when it ends.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runInProcess } from './inProcess.ts';

const MAIN = resolve('dist/src/node/cli/main.js');
const AT_ONCE = 3;
/** Only what hangs takes so long, however busy the machine is; less than Jest waits for a test. */
const TIMEOUT_MS = 120_000;

/** What `isthmus` can be asked for. */
export const COMMANDS = [
  'train',
  'evaluate',
  'encode',
  'decode',
  'reconstruct',
  'generate',
  'interpolate',
  'manifold',
  'traverse',
  'compress',
  'decompress',
  'export',
  'import',
  'info',
];

/** By path; a folder's path ends with a slash and its contents don't count. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

export interface CliOptions {
  /** Where the command is called from. */
  readonly cwd: string;
  /** Beside PATH, which is all that is handed down: no colours, nothing of npm. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ProcessOptions extends CliOptions {
  /** Sees the process as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
  /** A file descriptor in place of the pipe that `stdout` is read from. */
  readonly stdout?: number;
}

export interface CliResult {
  /** The exit code, or the name of the signal that ended it. */
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command that `isthmus()` runs, or ran last. */
let last: Promise<unknown> = Promise.resolve();

/** `isthmus ARGS` in this process; waits for its turn. */
export function isthmus(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const result = last.then(() => runInProcess(args, options));
  last = result.catch(() => {});
  return result;
}

let running = 0;
const waiting: (() => void)[] = [];

/** `isthmus ARGS` in a process; a few at a time, since Node's start is most of what they take. */
export async function isthmusProcess(args: readonly string[], options: ProcessOptions): Promise<CliResult> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  try {
    return await start(args, options);
  } finally {
    running--;
    waiting.shift()?.();
  }
}

function start(args: readonly string[], { cwd, env, onStart, stdout }: ProcessOptions): Promise<CliResult> {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: npm run build makes it.`);
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? signal, ...texts }));
  });
}

/** A new folder with these files; {@link removeFolders} takes it away. */
export function folderWith(files: Files = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'));
  folders.push(folder);
  for (const [name, contents] of Object.entries(files)) {
    const path = join(folder, name);
    if (name.endsWith('/')) {
      mkdirSync(path, { recursive: true });
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, contents);
    }
  }
  return folder;
}

const folders: string[] = [];

/** For `afterAll`. */
export async function removeFolders(): Promise<void> {
  await last;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Everything in a folder, hidden or not: paths in order, and each file's bytes as text. */
export function contentsOf(folder: string): Record<string, string> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? [`${name}/`, ''] : [name, readFileSync(path).toString('latin1')];
    }),
  );
}

/** The JSON objects of an output that holds one a line, and nothing else. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
