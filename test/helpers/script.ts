/**
 * Programs of a few lines on the built engine (`npm test` builds it first), each in a process of its own: for what a test's
 * own process can't show, as how it ends, what it takes of memory, or a host that lacks something.
 */

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface ScriptResult {
  /** The exit code, or the name of the signal that ended it. */
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The address of a built source file: `import` takes it. */
export const builtFile = (path: string): string => pathToFileURL(resolve('dist/src', path)).href;

/**
 * Runs a program with Node: the body of an async function.
 *
 * @param flags - Node's own, such as `--expose-gc`.
 */
export function runScript(program: string, flags: readonly string[] = []): Promise<ScriptResult> {
  return runNode([...flags, '--eval', `(async () => { ${program} })();`]);
}

/** Runs Node with these arguments, without colours. */
export function runNode(args: readonly string[], cwd?: string): Promise<ScriptResult> {
  const child = spawn(process.execPath, [...args], {
    env: { PATH: process.env.PATH },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000, // only what hangs takes so long; less than Jest waits for a test
    killSignal: 'SIGKILL',
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code: code ?? signal, ...texts }));
  });
}
