/**
 * Phases: recorded jobs in an order in which threads wait for each other as seldom as possible. Read recording.ts first.
 *
 * In a forward pass each row of a batch goes its own way through all layers, and so does its gradient on the way back. So a
 * thread may take some rows through all of these jobs without waiting for the others: its pieces of them are one *stack*. It
 * must wait where a job needs all rows, as the gradient of a weight does. A phase is a set of stacks that do not depend on
 * each other; between two phases the threads meet. No sum changes its order.
 */

import { type Job, overlap } from './recording.ts';

/** Jobs, of which a thread runs the same piece one after the other. */
export type Stack = readonly PlannedJob[];
export type Phase = readonly Stack[];

export interface PlannedJob extends Job {
  /** By how many rows it can be cut; undefined: it keeps its pieces. */
  readonly rows: number | undefined;
}

/**
 * A longer job is a phase of its own, with the pieces that its caller cut, which are many and short. A stack has only one
 * piece for each thread: if a helper loses its processor, the others wait for all of that.
 */
const LONG_NS = 200_000;

/** Whether b, which was recorded later, must wait for all of a, or only for its own rows of it, or not at all. */
type Wait = 'none' | 'rows' | 'all';

function waitOf(a: PlannedJob, b: PlannedJob): Wait {
  if (meet(a.writes, b.readsWhole) !== 'none' || meet(a.readsWhole, b.writes) !== 'none') return 'all';
  const byRows = [meet(a.writes, b.reads), meet(a.writes, b.writes), meet(a.reads, b.writes)];
  if (byRows.every((way) => way === 'none')) return 'none';
  // Rows of two arrays are the same bytes only if the arrays are.
  return a.rows !== undefined && a.rows === b.rows && !byRows.includes('in part') ? 'rows' : 'all';
}

/** Whether some array overlaps with one of the others, and if so, whether the two are always the same bytes. */
function meet(some: readonly Float32Array[], others: readonly Float32Array[]): 'none' | 'same' | 'in part' {
  let way: 'none' | 'same' = 'none';
  for (const x of some) {
    for (const y of others) {
      if (!overlap(x, y)) continue;
      if (x.byteOffset !== y.byteOffset || x.length !== y.length) return 'in part';
      way = 'same';
    }
  }
  return way;
}

/** For each job those before it for which it waits: for all of them or, if `byRows`, for the same rows. */
type Waits = ReadonlyMap<PlannedJob, readonly { readonly before: PlannedJob; readonly byRows: boolean }[]>;

function waitsOf(jobs: readonly PlannedJob[]): Waits {
  return new Map(
    jobs.map((job, i) => {
      const before = jobs.slice(0, i).map((before) => ({ before, wait: waitOf(before, job) }));
      const found = before.filter(({ wait }) => wait !== 'none');
      return [job, found.map(({ before, wait }) => ({ before, byRows: wait === 'rows' }))] as const;
    }),
  );
}

export function planPhases(jobs: readonly Job[]): readonly Phase[] {
  const phases: Phase[] = [];
  let left = withRows(jobs);
  const waits = waitsOf(left);
  const done = new Set<PlannedJob>();
  while (left.length > 0) {
    const ready = (isOfKind: (job: PlannedJob) => boolean) => readyJobs(left.filter(isOfKind), waits, done);
    const rows = ready((job) => job.rows !== undefined);
    const phase = rows.length > 0 ? [rows] : stacksOf(ready((job) => job.rows === undefined));
    phases.push(phase);
    for (const job of phase.flat()) done.add(job);
    left = left.filter((job) => !done.has(job));
  }
  return phases;
}

/** A job without rows of its own, such as an activation, has those of the job whose output it reads. */
function withRows(jobs: readonly Job[]): readonly PlannedJob[] {
  const planned: PlannedJob[] = [];
  for (const job of jobs) {
    const adopted = ({ rows }: PlannedJob) => ({ ...job, rows });
    if (!job.rowCut || isLong(job)) planned.push({ ...job, rows: undefined });
    else if (job.rowCut.rows !== undefined) planned.push({ ...job, rows: job.rowCut.rows });
    else {
      const divides = (rows = 0) => job.writes.every(({ length }) => length % rows === 0);
      const source = planned.findLast((a) => divides(a.rows) && waitOf(a, adopted(a)) === 'rows');
      planned.push({ ...job, rows: source?.rows });
    }
  }
  return planned;
}

/** Those that wait for nothing but what is done, and jobs that are ready, too, for those only row by row. */
function readyJobs(
  jobs: readonly PlannedJob[],
  waits: Waits,
  done: ReadonlySet<PlannedJob>,
): readonly PlannedJob[] {
  const ready = new Set<PlannedJob>();
  let rows: number | undefined;
  for (const job of jobs) {
    if (rows !== undefined && job.rows !== rows) continue;
    const isReady = waits
      .get(job)
      ?.every(({ before, byRows }) => done.has(before) || (byRows && ready.has(before)));
    if (!isReady) continue;
    ready.add(job);
    rows = job.rows;
  }
  return [...ready];
}

const isLong = ({ ns }: Job): boolean => ns > LONG_NS;

/** Each job alone, in the order of the memory that they write: the next job that goes over it finds the same shares. */
function stacksOf(jobs: readonly PlannedJob[]): Phase {
  if (isLong(jobs[0])) return [[jobs[0]]];
  const short = jobs.filter((job) => !isLong(job));
  return short.toSorted((a, b) => a.writes[0].byteOffset - b.writes[0].byteOffset).map((job) => [job]);
}
