import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { isLock, RunLock } from '../../../src/node/runs/runLock.ts';
import { folderWith, removeFolders } from '../../helpers/cli.ts';
import { builtFile } from '../../helpers/script.ts';

afterAll(removeFolders);

const HERE = hostname();
const LOCK = builtFile('node/runs/runLock.js');

/** A process that takes the lock of this folder, then does this. */
function holder(folder: string, then: string, shell = ''): ChildProcess {
  const program = `
    import { RunLock } from ${JSON.stringify(LOCK)};
    const lock = await RunLock.acquire(${JSON.stringify(folder)});
    console.log('held');
    ${then}`;
  return spawn(
    'bash',
    ['-c', `${shell}exec "$@"`, 'bash', process.execPath, '--input-type=module', '-e', program],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
}

/** Until it holds the lock. */
async function held(child: ChildProcess): Promise<void> {
  await new Promise<void>((done, fail) => {
    child.stdout?.once('data', () => done());
    child.once('exit', () => fail(new Error('it ended without the lock')));
  });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((done) => child.on('close', (code) => done({ code, stderr })));
}

const FOREVER = 'process.stdin.resume();';

const inUse = (folder: string, pid: unknown, where = '') =>
  expect.objectContaining({
    name: 'FileError',
    message: `${folder} is in use by another run, process ${pid}${where}: expected another folder, or that run to end.`,
  });

/** A lock file that somebody left, this number of seconds ago. */
function leave(folder: string, name: string, contents: unknown, agoSeconds = 0): string {
  const path = join(folder, `.running-${name}`);
  writeFileSync(path, typeof contents === 'string' ? contents : JSON.stringify(contents));
  const then = Date.now() / 1000 - agoSeconds;
  utimesSync(path, then, then);
  return path;
}

/** Takes the lock and gives it back; returns whether the folder is as empty as it should be. */
async function takes(folder: string): Promise<boolean> {
  const lock = await RunLock.acquire(folder);
  await lock.release();
  return readdirSync(folder).length === 0;
}

describe('a folder that is in use', () => {
  test('is refused to the same process, until it is released', async () => {
    const folder = folderWith();
    const lock = await RunLock.acquire(folder);
    expect(readdirSync(folder)).toEqual([`.running-${HERE}-${process.pid}`]);
    await expect(RunLock.acquire(folder)).rejects.toThrow(inUse(folder, process.pid));
    expect(readdirSync(folder)).toHaveLength(1); // the refusal took nothing away
    await lock.release();
    expect(await takes(folder)).toBe(true);
  });

  test('leaves other folders free', async () => {
    const lock = await RunLock.acquire(folderWith());
    expect(await takes(folderWith())).toBe(true);
    await lock.release();
  });

  test('is refused to another process, and free once the first was killed', async () => {
    const folder = folderWith();
    const child = holder(folder, FOREVER);
    await held(child);
    await expect(RunLock.acquire(folder)).rejects.toThrow(inUse(folder, child.pid));
    expect(readdirSync(folder)).toEqual([`.running-${HERE}-${child.pid}`]);
    child.kill('SIGKILL');
    await ended(child);
    expect(readdirSync(folder)).toHaveLength(1); // nobody cleared up
    expect(await takes(folder)).toBe(true);
  });

  test.each([
    ['release', 'await lock.release();', 0],
    ['process.exit', 'process.exit(3);', 3],
    ['the end of the program', '', 0],
    ['an error that nobody catches', "throw new Error('mine');", 1],
    ['a rejection that nobody catches', "await Promise.reject(new Error('mine'));", 1],
  ])('is free after %s', async (_, then, code) => {
    const folder = folderWith();
    expect(await ended(holder(folder, then))).toMatchObject({ code });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('goes to one at most of several that start in the same moment', async () => {
    const folder = folderWith();
    const children = [1, 2, 3].map(() => holder(folder, FOREVER));
    const outcomes = await Promise.all(
      children.map((child) =>
        Promise.race([held(child).then(() => true), ended(child).then(() => false)]).catch(() => false),
      ),
    );
    expect(outcomes.filter(Boolean).length).toBeLessThanOrEqual(1);
    for (const child of children) child.kill('SIGKILL');
  });
});

describe('locks that were left', () => {
  const me = process.pid;

  test.each<[string, string, unknown, number]>([
    ['a process number that was used again', `${HERE}-${me}`, { pid: me, host: HERE, started: '1' }, 0],
    [
      'the parent, started at another time',
      `${HERE}-${process.ppid}`,
      { pid: process.ppid, host: HERE, started: '1' },
      0,
    ],
    ['a process that is gone', `${HERE}-4194305`, { pid: 4194305, host: HERE, started: '1' }, 0],
    ['another machine, silent for long', 'elsewhere-1', { pid: 1, host: 'elsewhere', started: '1' }, 61],
    ['garbage, for long', `${HERE}-${me}`, 'garbage', 61],
    ['garbage of a process that is gone', `${HERE}-4194305`, '{"pid":', 0],
    ['nothing, for long', `${HERE}-${process.ppid}`, '', 61],
    ['a group of processes, which always lives', `${HERE}-4194305`, { pid: 0, host: HERE }, 0],
    ['another group', `${HERE}-4194305`, { pid: -1, host: HERE }, 0],
    ['null', `${HERE}-4194305`, 'null', 0],
    ['a name without a process, for long', 'x', 'null', 61],
  ])('by %s are no obstacle, and go', async (_, name, contents, ago) => {
    if (process.platform !== 'linux' && /started/.test(JSON.stringify(contents))) return; // start times are Linux's
    const folder = folderWith();
    leave(folder, name, contents, ago);
    expect(await takes(folder)).toBe(true);
  });

  test.each<[string, string, unknown, number, number | string, string]>([
    [
      'another machine, a moment ago',
      'elsewhere-12',
      { pid: 12, host: 'elsewhere', started: '1' },
      0,
      12,
      ' on elsewhere',
    ],
    [
      'another machine, not silent for long',
      'elsewhere-12',
      { pid: 12, host: 'elsewhere' },
      45,
      12,
      ' on elsewhere',
    ],
    [
      'a process that lives and has not said yet who it is',
      `${HERE}-${process.ppid}`,
      '',
      0,
      process.ppid,
      '',
    ],
    ['another machine that has not said yet', 'else-where-12', '', 0, 12, ' on else-where'],
    [
      'a process that lives, of a system without start times',
      `${HERE}-${process.ppid}`,
      { pid: process.ppid, host: HERE },
      999,
      process.ppid,
      '',
    ],
  ])('by %s are respected', async (_, name, contents, ago, pid, where) => {
    const folder = folderWith();
    const path = leave(folder, name, contents, ago);
    await expect(RunLock.acquire(folder)).rejects.toThrow(inUse(folder, pid, where));
    expect(readdirSync(folder)).toHaveLength(1);
    expect(existsSync(path)).toBe(true);
  });

  test('what is no lock is left alone', async () => {
    const folder = folderWith({ 'running-1': 'x', '.runnin': 'x', 'a.running-1': 'x' });
    expect(readdirSync(folder).some(isLock)).toBe(false);
    await (await RunLock.acquire(folder)).release();
    expect(readdirSync(folder)).toHaveLength(3);
  });
});

test('a lock says whose it is', async () => {
  const folder = folderWith();
  const lock = await RunLock.acquire(folder);
  const [name] = readdirSync(folder);
  expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toMatchObject({
    pid: process.pid,
    host: HERE,
  });
  await lock.release();
  await lock.release(); // twice does no harm
});

test.each(['nowhere', 'file'])('%s cannot be locked', async (name) => {
  const path = join(folderWith({ file: '' }), name);
  await expect(RunLock.acquire(path)).rejects.toThrow(
    expect.objectContaining({
      name: 'FileError',
      message: expect.stringMatching(/^can't write to .*: (there is no such|a part)/),
    }),
  );
});

test('a disk without room: a sentence, and no empty lock is left', async () => {
  const folder = folderWith();
  const { code, stderr } = await ended(holder(folder, '', 'ulimit -f 0; '));
  expect(code).toBe(1);
  expect(stderr).toContain(`can't write to ${folder}: the file would be larger than is allowed.`);
  expect(readdirSync(folder)).toEqual([]);
});
