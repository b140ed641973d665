/**
 * How a job's pieces find a thread. Read kernelCode.ts first.
 *
 * Every thread has a share of the pieces, the same part of every job, so that what it writes is in its cache when it
 * comes to it again. It takes them one by one, and when its share is done, what the others have left: if another program
 * takes away a helper's processor, the others do its share.
 *
 * A share's ticket is one 64-bit number: where the share ends (upper 32 bits), and which piece is next (lower 32 bits).
 * Whoever takes a piece by an atomic addition learns both at once, of the same job. So a helper that comes late finds
 * nothing left; it can never mistake an old count for that of the next job, whose arguments may be half-written.
 *
 * Who takes a piece must finish it, so kernels must not trap: the thread that offered the job waits as long as it takes.
 */

import {
  DONE,
  KERNEL,
  LINE_BYTES,
  SHARES,
  SLEEPERS,
  THREADS,
  TICKETS,
  WAKE_UPS,
} from '../sharedPage.ts';
import type { ModuleBuilder } from '../wasm/assembler.ts';
import type { Callable, FunctionBuilder, Global, I32, Local } from '../wasm/instructions.ts';
import { atMost, forRange } from './kernelCode.ts';

/**
 * How often a helper looks for work before it sleeps: some 0.5 ms, longer than the pauses within an epoch. To be woken costs
 * more than a short job takes, and a thread that wakes up may find itself on the processor of the one that woke it.
 */
const LOOKS_BEFORE_SLEEP = 500_000;

/** Adds the functions that run jobs; the kernels are numbered by their places in the module's table. */
export function addScheduler(module: ModuleBuilder, thread: Global): void {
  const pieceOfKernel = module.signature(['i32']);

  /** All pieces on this thread, in order: for small jobs, and without helpers. */
  module.function('runAlone', { kernel: 'i32', pieces: 'i32' }, undefined, (f, { kernel, pieces }) => {
    const { local, i32 } = f;
    const piece = f.variable('i32');
    forRange(
      f,
      piece,
      () => i32.const(0),
      () => local.get(pieces),
      1,
      () => {
        f.call_indirect(pieceOfKernel, [local.get(piece)], local.get(kernel));
      },
    );
  });

  /** Takes pieces until none is left: first of this thread's share, then of the next one's, and so on. */
  const takePieces = module.function('takePieces', {}, undefined, (f) => {
    const { local, i32, i64 } = f;
    const ticket = f.variable('i64');
    const [share, emptyShares] = f.variables(2, 'i32');
    local.set(share, f.global.get(thread));
    f.loop((again) => {
      local.set(ticket, i64.atomic.rmw.add(ticketOf(f, local.get(share)), i64.const(1), TICKETS));
      f.if(isPieceLeft(f, ticket), () => {
        f.call_indirect(pieceOfKernel, [i32.wrap_i64(local.get(ticket))], i32.load(i32.const(0), KERNEL));
        f.drop(i32.atomic.rmw.add(i32.const(0), i32.const(1), DONE));
        f.br(again);
      });
      local.set(share, i32.add(local.get(share), i32.const(1)));
      // Not `eq`: a helper that comes late may see that there are fewer shares now.
      f.if(i32.ge_u(local.get(share), i32.load(i32.const(0), SHARES)), () => local.set(share, i32.const(0)));
      local.set(emptyShares, i32.add(local.get(emptyShares), i32.const(1)));
      f.br_if(again, i32.lt_u(local.get(emptyShares), i32.load(i32.const(0), SHARES)));
    });
  });

  /**
   * Offers the pieces to all threads, does what it can get, and waits for the others. It does not sleep meanwhile: in a
   * browser the main thread may not, and on a virtual machine a thread that was woken tends to end up on the processor of
   * the one that woke it.
   */
  module.function('runTogether', { kernel: 'i32', pieces: 'i32' }, undefined, (f, { kernel, pieces }) => {
    const { local, i32, i64 } = f;
    const [shares, share, begin, end] = f.variables(4, 'i32');
    i32.store(i32.const(0), local.get(kernel), KERNEL);
    i32.atomic.store(i32.const(0), i32.const(0), DONE);
    // No more shares than pieces: an empty one would only be looked at in vain.
    local.set(shares, i32.load(i32.const(0), THREADS));
    atMost(f, shares, () => local.get(pieces));
    i32.atomic.store(i32.const(0), local.get(shares), SHARES);
    const emitTicket = () => {
      local.set(begin, local.get(end));
      const pieceShares = i32.mul(local.get(pieces), i32.add(local.get(share), i32.const(1)));
      local.set(end, i32.div_u(pieceShares, local.get(shares)));
      const address = ticketOf(f, local.get(share));
      const upper = i64.shl(i64.extend_i32_u(local.get(end)), i64.const(32));
      i64.atomic.store(address, i64.or(upper, i64.extend_i32_u(local.get(begin))), TICKETS);
    };
    // From the first ticket on the others may begin.
    forRange(
      f,
      share,
      () => i32.const(0),
      () => local.get(shares),
      1,
      emitTicket,
    );
    f.if(i32.atomic.load(i32.const(0), SLEEPERS), () => {
      f.drop(i32.atomic.rmw.add(i32.const(0), i32.const(1), WAKE_UPS));
      f.drop(f.memory.atomic.notify(i32.const(WAKE_UPS), i32.const(-1)));
    });
    f.call(takePieces);
    f.loop((again) => {
      f.br_if(again, i32.ne(i32.atomic.load(i32.const(0), DONE), local.get(pieces)));
    });
  });

  addServe(module, thread, takePieces);
}

/** A helper's life: look for work, do it; sleep when there was none for a while. It ends when the thread is ended. */
function addServe(module: ModuleBuilder, thread: Global, takePieces: Callable): void {
  module.function('serve', {}, undefined, (f) => {
    const { local, i32, i64 } = f;
    const [looks, wakeUps, threads] = f.variables(3, 'i32');
    const ticket = f.variable('i64');
    const look = () => local.set(ticket, i64.atomic.load(ticketOf(f, f.global.get(thread)), TICKETS));
    f.loop((again) => {
      look();
      f.if(isPieceLeft(f, ticket), () => {
        f.call(takePieces);
        local.set(looks, i32.const(0));
      });
      local.set(looks, i32.add(local.get(looks), i32.const(1)));
      f.br_if(again, i32.lt_u(local.get(looks), i32.const(LOOKS_BEFORE_SLEEP)));
      local.set(looks, i32.const(0));
      // A helper that is not wanted waits until there are more threads.
      local.set(threads, i32.atomic.load(i32.const(0), THREADS));
      f.if(i32.ge_u(f.global.get(thread), local.get(threads)), () => {
        f.drop(f.memory.atomic.wait32(i32.const(THREADS), local.get(threads), i64.const(-1)));
        f.br(again);
      });
      // It says that it sleeps, then looks once more: whoever offers work after that look will see a sleeper.
      local.set(wakeUps, i32.atomic.load(i32.const(0), WAKE_UPS));
      f.drop(i32.atomic.rmw.add(i32.const(0), i32.const(1), SLEEPERS));
      look();
      f.if(i32.eqz(isPieceLeft(f, ticket)), () => {
        f.drop(f.memory.atomic.wait32(i32.const(WAKE_UPS), local.get(wakeUps), i64.const(-1)));
      });
      f.drop(i32.atomic.rmw.add(i32.const(0), i32.const(-1), SLEEPERS));
      f.br(again);
    });
  });
}

/** How far behind the first ticket that of a share lies. */
function ticketOf({ i32 }: FunctionBuilder, share: I32): I32 {
  return i32.mul(share, i32.const(LINE_BYTES));
}

/** Whether the next piece lies before the share's end. */
function isPieceLeft({ local, i32, i64 }: FunctionBuilder, ticket: Local<'i64'>): I32 {
  const end = i64.shr_u(local.get(ticket), i64.const(32));
  return i32.gt_u(i32.wrap_i64(end), i32.wrap_i64(local.get(ticket)));
}
