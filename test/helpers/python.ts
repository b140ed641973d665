/** A Python with what a live test needs, where there is one. */

import { spawnSync } from 'node:child_process';

/** `PYTHON`, or python3, if it has this module; else undefined. */
export function findPython(module: string): string | undefined {
  const python = process.env.PYTHON ?? 'python3';
  return runPython(python, ['-c', `import ${module}`]).status === 0 ? python : undefined;
}

/** Outside of the repository, and nothing is written beside a script. */
export function runPython(
  python: string,
  args: readonly string[],
): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(python, [...args], {
    cwd: '/',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    encoding: 'utf8',
  });
  return { status, stderr };
}
