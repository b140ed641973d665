/**
 * How a job's pieces find a thread. Read job.ts first.
 *
 * Every thread takes the next piece when it is done with its last one, by adding 1 to a number that all share. So it does
 * not matter how fast each is: if another program takes away a helper's processor, the others do its share.
 *
 * The ticket is one 64-bit number that holds both how many pieces there are and how many are taken. Whoever takes one by
 * an atomic addition learns both at once, of the same job: a helper that comes late finds nothing left, and can never
 * mistake the old count for that of the next job, whose arguments may be half-written.
 */

import type { ModuleBuilder } from './assembler.ts';
import type { Callable, FunctionBuilder, Local } from './instructions.ts';
import { DONE, forRange, KERNEL, SLEEPERS, TICKET, WAKE_UPS } from './job.ts';

/** How often a helper looks for work before it sleeps: about 100 µs, longer than the pauses within a training step. */
const LOOKS_BEFORE_SLEEP = 40_000;

/** Adds the functions that run jobs; the kernels are numbered by their places in the module's table. */
export function addWork(module: ModuleBuilder): void {
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

  /** Takes pieces until none is left. */
  const takePieces = module.function('takePieces', {}, undefined, (f) => {
    const { local, i32, i64 } = f;
    const ticket = f.variable('i64');
    f.block((end) => {
      f.loop((again) => {
        local.set(ticket, i64.atomic.rmw.add(i32.const(0), i64.const(1), TICKET));
        f.br_if(end, i32.ge_u(i32.wrap_i64(local.get(ticket)), piecesOf(f, ticket)));
        f.call_indirect(pieceOfKernel, [i32.wrap_i64(local.get(ticket))], i32.load(i32.const(0), KERNEL));
        f.drop(i32.atomic.rmw.add(i32.const(0), i32.const(1), DONE));
        f.br(again);
      });
    });
  });

  /**
   * Offers the pieces to all threads, does what it can get, and waits for the others.
   *
   * @returns How often it looked before all pieces were done.
   */
  module.function('runTogether', { kernel: 'i32', pieces: 'i32' }, 'i32', (f, { kernel, pieces }) => {
    const { local, i32, i64 } = f;
    const looks = f.variable('i32');
    i32.store(i32.const(0), local.get(kernel), KERNEL);
    i32.atomic.store(i32.const(0), i32.const(0), DONE);
    // From here on the others may begin.
    i64.atomic.store(i32.const(0), i64.shl(i64.extend_i32_u(local.get(pieces)), i64.const(32)), TICKET);
    f.if(i32.atomic.load(i32.const(0), SLEEPERS), () => {
      f.drop(i32.atomic.rmw.add(i32.const(0), i32.const(1), WAKE_UPS));
      f.drop(f.memory.atomic.notify(i32.const(WAKE_UPS), i32.const(-1)));
    });
    f.call(takePieces);
    f.block((end) => {
      f.loop((again) => {
        f.br_if(end, i32.eq(i32.atomic.load(i32.const(0), DONE), local.get(pieces)));
        local.set(looks, i32.add(local.get(looks), i32.const(1)));
        f.br(again);
      });
    });
    local.get(looks);
  });

  addServe(module, takePieces);
}

/** A helper's life: look for work, do it; sleep when there was none for a while. It ends when the thread is ended. */
function addServe(module: ModuleBuilder, takePieces: Callable): void {
  module.function('serve', {}, undefined, (f) => {
    const { local, i32, i64 } = f;
    const [looks, wakeUps] = f.variables(2, 'i32');
    const ticket = f.variable('i64');
    const look = () => local.set(ticket, i64.atomic.load(i32.const(0), TICKET));
    const isWork = () => i32.lt_u(i32.wrap_i64(local.get(ticket)), piecesOf(f, ticket));
    f.loop((again) => {
      look();
      f.if(isWork(), () => {
        f.call(takePieces);
        local.set(looks, i32.const(0));
      });
      local.set(looks, i32.add(local.get(looks), i32.const(1)));
      f.br_if(again, i32.lt_u(local.get(looks), i32.const(LOOKS_BEFORE_SLEEP)));
      local.set(looks, i32.const(0));
      // It says that it sleeps, then looks once more: whoever offers work after that look will see a sleeper.
      local.set(wakeUps, i32.atomic.load(i32.const(0), WAKE_UPS));
      f.drop(i32.atomic.rmw.add(i32.const(0), i32.const(1), SLEEPERS));
      look();
      f.if(i32.eqz(isWork()), () => {
        f.drop(f.memory.atomic.wait32(i32.const(WAKE_UPS), local.get(wakeUps), i64.const(-1)));
      });
      f.drop(i32.atomic.rmw.add(i32.const(0), i32.const(-1), SLEEPERS));
      f.br(again);
    });
  });
}

/** The upper half of a ticket. */
function piecesOf({ local, i32, i64 }: FunctionBuilder, ticket: Local<'i64'>) {
  return i32.wrap_i64(i64.shr_u(local.get(ticket), i64.const(32)));
}
