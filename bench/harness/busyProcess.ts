/** A process that keeps one processor busy, as another program on the machine would. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Computes without end. 50 times a second it checks its input, which ends when its parent ends. */
export const BUSY_PROGRAM = `
  process.stdin.on('close', () => process.exit()).resume();
  process.stdout.write('busy');
  (function compute() {
    for (const end = performance.now() + 20; performance.now() < end; );
    setImmediate(compute);
  })();`;

export interface BusyProcess {
  readonly pid: number | undefined;
  readonly stop: () => Promise<void>;
}

/**
 * Resolves when it is busy. It never outlives this process, however that ends.
 *
 * @throws {Error} If it does not start.
 */
export async function startBusyProcess(program = BUSY_PROGRAM): Promise<BusyProcess> {
  const child = spawn(process.execPath, ['--eval', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const ended = once(child, 'exit');
  const failed = ended.then(([code]) => {
    process.off('exit', kill);
    throw new Error(`bench: the busy process ended with code ${code} before it was stopped.`);
  });
  await Promise.race([once(child.stdout, 'data'), failed]);
  const stop = async (): Promise<void> => {
    kill();
    await ended;
  };
  return { pid: child.pid, stop };
}
