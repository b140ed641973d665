/** Installs what bench/peers needs beside the repository's own packages, the first time. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Returns whether all packages are there. npm's words go to stderr. */
export function install() {
  const cwd = fileURLToPath(new URL('./', import.meta.url));
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
  const isThere = (name) => existsSync(new URL(`node_modules/${name}/package.json`, import.meta.url));
  if (Object.keys(dependencies).every(isThere)) return true;
  const npm = process.env.npm_execpath;
  const [program, ...words] = npm ? [process.execPath, npm, 'ci'] : ['npm', 'ci'];
  return spawnSync(program, words, { cwd, stdio: ['ignore', process.stderr, process.stderr] }).status === 0;
}
