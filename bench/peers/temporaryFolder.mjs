/** Where a benchmark writes its files. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is gone when the process ends, also by Ctrl-C. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `isthmus-${name}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])
    process.once(signal, () => process.exit(code));
  return folder;
}
