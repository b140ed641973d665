/**
 * The package as users get it: packed from a copy of the sources, so that a build of the clone is neither used nor replaced,
 * and installed without a network. The tests of one state of the sources share what was packed.
 */

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

/** What `npm pack` needs of the repository. */
const SOURCES = [
  'src',
  'scripts',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'README.md',
  'README.zh-CN.md',
  'LICENSE',
  'CHANGELOG.md',
];

/** Holds what was packed last, named by the hash of its sources. */
const CACHE = resolve('node_modules/.cache/isthmus-package');

/** What `npm pack --json` says. */
export interface Packed {
  /** The path of the `.tgz`. */
  readonly file: string;
  /** In bytes. */
  readonly unpackedSize: number;
  readonly paths: readonly string[];
}

/** Runs a program to its end, in a folder. */
export type Run = (command: string, ...args: string[]) => SpawnSyncReturns<string>;

export const runIn =
  (folder: string): Run =>
  (command, ...args) =>
    spawnSync(command, args, { cwd: folder, encoding: 'utf8' });

const folders: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-package-'));
  folders.push(folder);
  return folder;
}

/** Removes what this file made. For `afterAll`. */
export function removePackages(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

/** `npm pack` in a fresh clone after `npm ci`. */
export function pack(): Packed {
  const path = join(CACHE, hashOfSources());
  if (!existsSync(`${path}.json`)) packAs(path);
  const [{ unpackedSize, files }] = JSON.parse(readFileSync(`${path}.json`, 'utf8'));
  return { file: `${path}.tgz`, unpackedSize, paths: files.map((one: { path: string }) => one.path) };
}

/** Also of the lock file: other tools may pack otherwise. */
function hashOfSources(): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(`\0${path}\0`).update(readFileSync(path));
  };
  for (const name of [...SOURCES, 'package-lock.json']) add(name);
  return hash.digest('hex');
}

function packAs(path: string): void {
  const clone = temporaryFolder();
  for (const name of SOURCES) cpSync(name, join(clone, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
  const { stdout, stderr, status } = runIn(clone)('npm', 'pack', '--json', '--silent');
  if (status !== 0) throw new Error(`npm pack: ${stderr}`);
  const [{ filename }] = JSON.parse(stdout);

  mkdirSync(CACHE, { recursive: true });
  const old = readdirSync(CACHE).filter((name) => !name.startsWith(basename(path)));
  for (const name of old) rmSync(join(CACHE, name), { force: true });
  // Renamed when they are whole: another test may pack at the same time.
  const keep = (name: string, bytes: string | Uint8Array) => {
    writeFileSync(`${name}.${process.pid}`, bytes);
    renameSync(`${name}.${process.pid}`, name);
  };
  keep(`${path}.tgz`, readFileSync(join(clone, filename)));
  keep(`${path}.json`, stdout);
}

/**
 * A project with nothing but the package.
 *
 * @param others - Packages of the repository that it has, too.
 * @returns Its folder.
 */
export function install({ file }: Packed, others: readonly string[] = []): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const { status, stderr } = runIn(folder)('npm', 'install', '--offline', '--no-audit', '--no-fund', file);
  if (status !== 0) throw new Error(`npm install: ${stderr}`);
  for (const name of others) {
    mkdirSync(join(folder, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}
