/**
 * One run at a time in a folder. Each run first writes a lock file with its own name, then looks for those of others: two
 * that start in the same moment may both give up, but never both go on. The lock of a dead run is removed.
 */

import { writeFileSync } from 'node:fs';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { FileError, fileError, keepAtExit, removeAtExit } from '../files/files.ts';

const PREFIX = '.running-';

/** Whether a process on another machine lives is seen only by its lock file, which it touches again and again. */
const BEAT_MS = 15_000;
const SILENCE_MS = 4 * BEAT_MS;

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the system counts: process numbers are used again. Undefined where that is unknown. */
  readonly started?: string | undefined;
  /** Whether the file could not be read, so that this is what its name says. */
  readonly isGuess?: boolean;
}

/** Whether a file of this name is a lock, held or left behind. */
export function isLock(name: string): boolean {
  return name.startsWith(PREFIX);
}

export class RunLock {
  readonly #path: string;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(path: string) {
    this.#path = path;
    this.#heartbeat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => {});
    }, BEAT_MS).unref();
  }

  /** @throws {FileError} If another run works in the folder, or it can't be written to. */
  static async acquire(folder: string): Promise<RunLock> {
    const own: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
    const name = `${PREFIX}${own.host}-${own.pid}`;
    const path = join(folder, name);
    await refuseHolders(folder, [name]); // this very process may have another run there
    try {
      // Written at once: written later, it could appear after the clean-up at exit.
      writeFileSync(path, JSON.stringify(own), { flag: 'wx' });
    } catch (cause) {
      // On a full disk the file is made, but stays empty. (If it exists already, it belongs to another run.)
      if ((cause as { code?: string }).code !== 'EEXIST') await rm(path, { force: true }).catch(() => {});
      throw fileError('write to', folder, cause);
    }
    removeAtExit(path);
    const lock = new RunLock(path);
    try {
      const names = await readdir(folder);
      await refuseHolders(
        folder,
        names.filter((other) => isLock(other) && other !== name),
      );
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  }

  async release(): Promise<void> {
    clearInterval(this.#heartbeat);
    await rm(this.#path, { force: true }).catch(() => {});
    keepAtExit(this.#path);
  }
}

/** Removes the locks of dead runs. @throws {FileError} If one of the runs is alive. */
async function refuseHolders(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    const holder = await holderOf(path);
    if (holder && (await isAlive(path, holder))) {
      const where = holder.host === hostname() ? '' : ` on ${holder.host || 'an unknown machine'}`;
      throw new FileError(
        `${folder} is in use by another run, process ${holder.pid}${where}: expected another folder, or that run to end.`,
      );
    }
    await rm(path, { force: true }).catch(() => {});
  }
}

/** Undefined if there is no such file. An empty or incomplete one may be just being written: its name says by whom. */
async function holderOf(path: string): Promise<Holder | undefined> {
  // A file that can't be read for another reason may belong to another user.
  const text = await readFile(path, 'utf8').catch((cause: { code?: string }) =>
    cause.code === 'ENOENT' ? undefined : '',
  );
  if (text === undefined) return undefined;
  try {
    const holder = JSON.parse(text) as Holder;
    if (isPid(holder.pid) && typeof holder.host === 'string') return holder;
  } catch {}
  const [, host, pid] = /^(.*)-(\d+)$/.exec(basename(path).slice(PREFIX.length)) ?? ['', '', ''];
  return { pid: Number(pid), host, isGuess: true };
}

/** 0 and negative numbers stand for groups of processes. */
function isPid(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

async function isAlive(path: string, { pid, host, started, isGuess }: Holder): Promise<boolean> {
  if (host !== hostname() || isGuess) {
    const touchedMs = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    const isSilent = Date.now() - touchedMs >= SILENCE_MS;
    if (host !== hostname() || isSilent || !isPid(pid)) return !isSilent;
  }
  try {
    process.kill(pid, 0); // sends nothing
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') return false; // EPERM: it lives, as another user's process
  }
  return started === undefined || started === (await startOf(pid));
}

/** On Linux field 22 of /proc/PID/stat, "starttime" in proc(5); field 2 is a name in brackets that may hold spaces. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}
