/** Files that must not outlive the process, should it end in the middle of something: temporary files and locks. */

import { rmSync } from 'node:fs';

const leftovers = new Set<string>();

/** Removes the file when the process exits by itself, also by `process.exit`; nothing helps against kill -9. */
export function removeAtExit(path: string): void {
  if (leftovers.size === 0) process.on('exit', removeAll);
  leftovers.add(path);
}

/** Takes that back: the file is gone, or meant to stay. */
export function keepAtExit(path: string): void {
  leftovers.delete(path);
  if (leftovers.size === 0) process.off('exit', removeAll);
}

function removeAll(): void {
  for (const path of leftovers) rmSync(path, { force: true });
}
