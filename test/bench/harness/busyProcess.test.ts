import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { BUSY_PROGRAM, startBusyProcess } from '../../../bench/harness/busyProcess.ts';

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0); // signal 0 asks only
  } catch {
    return false;
  }
}

test('is there until it is stopped, and leaves nothing behind', async () => {
  const listeners = process.listenerCount('exit');
  const { pid, stop } = await startBusyProcess();
  expect(isAlive(pid)).toBe(true);
  expect(process.listenerCount('exit')).toBe(listeners + 1);
  await stop();
  expect(isAlive(pid)).toBe(false);
  expect(process.listenerCount('exit')).toBe(listeners);
});

test('dies with whoever started it: when its input ends', async () => {
  const child = spawn(process.execPath, ['--eval', BUSY_PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.stdin.destroy();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('fails if it does not become busy', async () => {
  await expect(startBusyProcess('process.exit(3)')).rejects.toThrow(
    'ended with code 3 before it was stopped',
  );
});
