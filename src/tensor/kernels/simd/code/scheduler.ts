/**
 * The scheduler: which thread runs which piece of a job. Read kernelCode.ts first, and ../sharedPage.ts.
 *
 * Each thread has a share of the pieces: the same part of every job, so that what it wrote in the last job is still in its
 * cache. It takes the pieces of its share one by one, and then those that the others have left: if another program takes
 * a helper's processor, the other threads do its share.
 *
 * The ticket of a share is one 64-bit number: the end of the share (upper 32 bits) and the next piece (lower 32 bits). An
 * atomic addition takes a piece and reads both, so they always belong to the same job. A helper that comes late finds no
 * piece left; it never runs a piece of the next job, whose arguments may be half-written. Where the job lies, a thread reads
 * only when it has a piece: no other job is offered before that piece is done.
 *
 * A thread that takes a piece must finish it, since the thread that offered the job waits for it: kernels must not trap.
 */

import {
  DONE,
  JOB,
  JOB_ARGUMENTS,
  JOB_BYTES,
  JOB_GOES_ON,
  JOB_IS_SHARED,
  JOB_KERNEL,
  JOB_PIECES,
  LINE_BYTES,
  SHARES,
  SLEEPERS,
  THREADS,
  TICKETS,
  WAKE_UPS,
} from '../sharedPage.ts';
import type { ModuleBuilder } from '../wasm/assembler.ts';
import type { Callable, FunctionBuilder } from '../wasm/functionBuilder.ts';
import { type I32, i32, i64, type Local, memory } from '../wasm/instructions.ts';
import { atMost, forRange } from './kernelCode.ts';

/**
 * How often a helper looks for work before it sleeps: for some 0.5 ms, longer than the pauses within an epoch. Waking a
 * thread takes longer than a short job, and it may start on the processor of the thread that woke it.
 */
const LOOKS_BEFORE_SLEEP = 500_000;

/**
 * Adds the functions that run jobs. A kernel's number is its place in the module's table.
 *
 * @returns The kernel of a phase.
 */
export function addScheduler(module: ModuleBuilder, thread: I32): Callable {
  const pieceOfKernel = module.signature(['i32', 'i32']);
  const callPiece: CallPiece = (f, piece, job) =>
    f.call_indirect(pieceOfKernel, [piece, job], i32.load(job, JOB_KERNEL));

  /** Runs all pieces on this thread, in order: for short jobs, and without helpers. */
  const runAlone = module.function('runAlone', { job: 'i32' }, (f, { job }) => {
    const piece = f.variable('i32');
    forRange(f, piece, 0, i32.load(job, JOB_PIECES), 1, () => callPiece(f, piece, job));
  });

  /** Runs pieces until none is left: first of this thread's share, then of the next thread's, and so on. */
  const takePieces = module.function('takePieces', {}, (f) => {
    const ticket = f.variable('i64');
    const [share, emptyShares, job] = f.variables(3, 'i32');
    f.set(share, thread);
    f.loop((again) => {
      f.set(ticket, i64.atomic.rmw.add(ticketOf(share), i64.const(1), TICKETS));
      f.if(isPieceLeft(ticket), () => {
        f.set(job, i32.load(0, JOB));
        callPiece(f, i32.wrap_i64(ticket), job);
        f.drop(i32.atomic.rmw.add(0, 1, DONE));
        f.br(again);
      });
      f.increase(share, 1);
      // Not `eq`: a helper that comes late may see a job of fewer shares.
      f.if(i32.ge_u(share, i32.load(0, SHARES)), () => f.set(share, 0));
      f.increase(emptyShares, 1);
      f.br_if(again, i32.lt_u(emptyShares, i32.load(0, SHARES)));
    });
  });

  /**
   * Offers the pieces to all threads, runs those that it can get, and waits until all are done. It does not sleep while it
   * waits: the main thread of a browser may not, and on a virtual machine a thread that is woken often starts on the
   * processor of the one that woke it.
   */
  const runTogether = module.function('runTogether', { job: 'i32' }, (f, { job }) => {
    const [pieces, shares, share, begin, end] = f.variables(5, 'i32');
    f.set(pieces, i32.load(job, JOB_PIECES));
    f.store(0, job, JOB);
    f.atomicStore(0, 0, DONE);
    // At most as many shares as pieces: an empty share only costs time.
    f.set(shares, i32.load(0, THREADS));
    atMost(f, shares, pieces);
    f.atomicStore(0, shares, SHARES);
    // As soon as the first ticket is stored, helpers may begin.
    forRange(f, share, 0, shares, 1, () => {
      f.set(begin, end);
      const pieceShares = i32.mul(pieces, i32.add(share, 1));
      f.set(end, i32.div_u(pieceShares, shares));
      const address = ticketOf(share);
      const upper = i64.shl(i64.extend_i32_u(end), i64.const(32));
      f.atomicStore(address, i64.or(upper, i64.extend_i32_u(begin)), TICKETS);
    });
    f.if(i32.atomic.load(0, SLEEPERS), () => {
      f.drop(i32.atomic.rmw.add(0, 1, WAKE_UPS));
      f.drop(memory.atomic.notify(WAKE_UPS, -1));
    });
    f.call(takePieces);
    f.loop((again) => {
      f.br_if(again, i32.ne(i32.atomic.load(0, DONE), pieces));
    });
  });

  /** Runs jobs that lie side by side, one after the other. */
  module.function('runAll', { job: 'i32', end: 'i32', together: 'i32' }, (f, { job, end, together }) => {
    f.until(i32.ge_u(job, end), () => {
      f.if(
        i32.and(together, i32.load(job, JOB_IS_SHARED)),
        () => f.call(runTogether, job),
        () => f.call(runAlone, job),
      );
      f.increase(job, JOB_BYTES);
    });
  });

  addServe(module, thread, takePieces);
  return addPhase(module, callPiece);
}

type CallPiece = (f: FunctionBuilder, piece: I32, job: Local<'i32'>) => void;

/**
 * The kernel of a phase (../phases.ts), whose argument is the address of its first job. The pieces of its first stack come
 * first, then those of the second, and so on. All jobs of a stack have the same number of pieces.
 */
function addPhase(module: ModuleBuilder, callPiece: CallPiece): Callable {
  return module.function('phase', { piece: 'i32', phase: 'i32' }, (f, { piece, phase }) => {
    const [job, goesOn] = f.variables(2, 'i32');
    /** For each job of a stack from the first on; afterwards `job` is the first of the next stack. */
    const forStack = (body: () => void) =>
      f.loop((next) => {
        body();
        f.set(goesOn, i32.load(job, JOB_GOES_ON));
        f.increase(job, JOB_BYTES);
        f.br_if(next, goesOn);
      });
    f.set(job, i32.load(phase, JOB_ARGUMENTS));
    f.until(i32.lt_u(piece, i32.load(job, JOB_PIECES)), () => {
      f.set(piece, i32.sub(piece, i32.load(job, JOB_PIECES)));
      forStack(() => {});
    });
    forStack(() => callPiece(f, piece, job));
  });
}

/** A helper's loop: look for work and do it; sleep if there was none for a while. It runs until the thread is terminated. */
function addServe(module: ModuleBuilder, thread: I32, takePieces: Callable): void {
  module.function('serve', {}, (f) => {
    const [looks, wakeUps, threads] = f.variables(3, 'i32');
    const ticket = f.variable('i64');
    const look = () => f.set(ticket, i64.atomic.load(ticketOf(thread), TICKETS));
    f.loop((again) => {
      look();
      f.if(isPieceLeft(ticket), () => {
        f.call(takePieces);
        f.set(looks, 0);
      });
      f.increase(looks, 1);
      f.br_if(again, i32.lt_u(looks, LOOKS_BEFORE_SLEEP));
      f.set(looks, 0);
      // A helper that is not needed sleeps until the number of threads changes.
      f.set(threads, i32.atomic.load(0, THREADS));
      f.if(i32.ge_u(thread, threads), () => {
        f.drop(memory.atomic.wait32(THREADS, threads, i64.const(-1)));
        f.br(again);
      });
      // It counts itself as a sleeper, then looks once more: a job offered after that look sees the sleeper and wakes it.
      f.set(wakeUps, i32.atomic.load(0, WAKE_UPS));
      f.drop(i32.atomic.rmw.add(0, 1, SLEEPERS));
      look();
      f.if(i32.eqz(isPieceLeft(ticket)), () => {
        f.drop(memory.atomic.wait32(WAKE_UPS, wakeUps, i64.const(-1)));
      });
      f.drop(i32.atomic.rmw.add(0, -1, SLEEPERS));
      f.br(again);
    });
  });
}

/** Bytes from the first ticket to that of this share. */
function ticketOf(share: I32): I32 {
  return i32.mul(share, LINE_BYTES);
}

/** Whether the share of this ticket has pieces left. */
function isPieceLeft(ticket: Local<'i64'>): I32 {
  const end = i64.shr_u(ticket, i64.const(32));
  return i32.gt_u(i32.wrap_i64(end), i32.wrap_i64(ticket));
}
