/** A command in this process as it would be in a process of its own: what it finds is fresh, what it changes is put back. */

// A command of a process of its own loads them before any kernels are in use.
import '../../src/layers/convolutions.ts';
import { main } from '../../src/node/cli/commands.ts';
import { kernels, setKernels, threads, useThreads } from '../../src/tensor/kernels/active.ts';
import type { CliOptions, CliResult } from './cli.ts';

/** Runs `isthmus ARGS`. One at a time: folder, environment, output and kernels are those of the whole process. */
export async function runInProcess(
  args: readonly string[],
  { cwd, env = {} }: CliOptions,
): Promise<CliResult> {
  const folder = process.cwd();
  const listeners = countListeners();
  const texts = { stdout: '', stderr: '' };
  const machine = { kernels: kernels().name, threads: threads() };
  await setMachine({ kernels: 'simd', threads: 1 }); // what a process begins with
  const restoreEnvironment = replaceEnvironment({ PATH: process.env.PATH ?? '', ...env });
  const restoreStreams = captureStreams(texts);
  try {
    process.chdir(cwd);
    const code = await main(args);
    // In a process of its own nobody would notice: it ends.
    expectSame(countListeners(), listeners);
    return { code, ...texts };
  } finally {
    process.chdir(folder);
    restoreStreams();
    restoreEnvironment();
    await setMachine(machine);
  }
}

async function setMachine(machine: {
  readonly kernels: Parameters<typeof setKernels>[0];
  readonly threads: number;
}): Promise<void> {
  setKernels(machine.kernels);
  await useThreads(machine.threads);
}

function countListeners(): string {
  const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'];
  return events.map((event) => `${event}: ${process.listenerCount(event)}`).join(', ');
}

function expectSame(after: string, before: string): void {
  if (after !== before) throw new Error(`the command left listeners behind: ${after}, expected ${before}`);
}

function replaceEnvironment(env: Readonly<Record<string, string>>): () => void {
  const before = { ...process.env };
  const set = (to: NodeJS.ProcessEnv) => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, to);
  };
  set(env);
  return () => set(before);
}

/** Adds to the texts what is written to either stream, neither of which is a terminal. */
function captureStreams(texts: { stdout: string; stderr: string }): () => void {
  const streams = (['stdout', 'stderr'] as const).map((name) => {
    const before = Object.getOwnPropertyDescriptor(process, name) as PropertyDescriptor;
    const write = (text: string) => {
      texts[name] += text;
      return true;
    };
    Object.defineProperty(process, name, { value: { write }, configurable: true });
    return () => Object.defineProperty(process, name, before);
  });
  return () => {
    for (const restore of streams) restore();
  };
}
