/** The expected results of the instructions on single numbers, variables and memory. */

import {
  f32,
  f64,
  i32,
  i64,
  OUT,
  type Row,
  row,
  special,
  storeResult,
} from '../../../../helpers/emitted/instructionRow.ts';

const { POSITIVE_INFINITY: infinity } = Number;

/** On one unsigned 32-bit integer. */
const whole = (name: string, a: number, b: number, expected: number): Row =>
  row(name, [i32(a), i32(b)], i32(expected));
const high = 2 ** 32 - 5; // -5 to those who see a sign

export const SCALAR_ROWS: readonly Row[] = [
  special('local.get', [], (f) => storeResult(f, f.local.get(f.variable('i32'))), i32(0)),
  special(
    'local.set',
    [],
    (f) => {
      const x = f.variable('i32');
      f.local.set(x, f.i32.const(9));
      storeResult(f, f.local.get(x));
    },
    i32(9),
  ),
  special(
    'local.tee',
    [],
    (f) => {
      const x = f.variable('i32');
      storeResult(f, f.i32.add(f.local.tee(x, f.i32.const(20)), f.local.get(x)));
    },
    i32(40),
  ),
  special('global.get', [], (f, global) => storeResult(f, f.global.get(global)), i32(1234)),

  special('i32.const', [], (f) => storeResult(f, f.i32.const(-(2 ** 31))), i32(-(2 ** 31))),
  whole('i32.add', 2 ** 31 - 1, 1, -(2 ** 31)),
  whole('i32.sub', 3, 5, -2),
  whole('i32.mul', 65_537, 65_537, 131_073),
  whole('i32.div_u', high, 10, 429_496_729),
  whole('i32.and', 0b1100, 0b1010, 0b1000),
  whole('i32.shl', 3, 31, -(2 ** 31)),
  whole('i32.shr_u', high, 1, 2 ** 31 - 3),
  row('i32.eqz', [i32(0)], i32(1)),
  row('i32.eqz', [i32(-1)], i32(0)),
  whole('i32.eq', 7, 7, 1),
  whole('i32.eq', 7, 8, 0),
  whole('i32.ne', 7, 7, 0),
  whole('i32.ne', 7, 8, 1),
  whole('i32.lt_u', 5, high, 1),
  whole('i32.lt_u', 5, 5, 0),
  whole('i32.gt_u', high, 5, 1),
  whole('i32.gt_u', 5, 5, 0),
  whole('i32.ge_u', 5, 5, 1),
  whole('i32.ge_u', 5, high, 0),
  row('i32.wrap_i64', [i64(2n ** 40n + 7n)], i32(7)),
  special('i32.load', [i32(1, 2, 3, 4)], (f) => storeResult(f, f.i32.load(f.i32.const(4), 8)), i32(4)),
  special('i32.store', [], (f) => f.i32.store(f.i32.const(OUT - 4), f.i32.const(-6), 4), i32(-6)),
  special(
    'i32.atomic.load',
    [i32(1, 2)],
    (f) => storeResult(f, f.i32.atomic.load(f.i32.const(0), 4)),
    i32(2),
  ),
  special('i32.atomic.store', [], (f) => f.i32.atomic.store(f.i32.const(4), f.i32.const(8), OUT - 4), i32(8)),
  special(
    'i32.atomic.rmw.add',
    [i32(9, 40)],
    (f) => {
      storeResult(f, f.i32.atomic.rmw.add(f.i32.const(0), f.i32.const(2), 4));
      storeResult(f, f.i32.load(f.i32.const(4)), OUT + 4);
    },
    i32(40, 42),
  ),

  special('i64.const', [], (f) => storeResult(f, f.i64.const(-1)), i64(-1n)),
  row('i64.extend_i32_u', [i32(-1)], i64(2n ** 32n - 1n)),
  row('i64.or', [i64(2n ** 40n), i64(3n)], i64(2n ** 40n + 3n)),
  row('i64.shl', [i64(5n), i64(32n)], i64(5n * 2n ** 32n)),
  row('i64.shr_u', [i64(-1n), i64(32n)], i64(2n ** 32n - 1n)),
  special(
    'i64.atomic.load',
    [i64(1n, -2n)],
    (f) => storeResult(f, f.i64.atomic.load(f.i32.const(0), 8)),
    i64(-2n),
  ),
  special('i64.atomic.store', [], (f) => f.i64.atomic.store(f.i32.const(0), f.i64.const(-3), OUT), i64(-3n)),
  // A ticket: 9 pieces are the end, the next is 8. Adding 1 leaves the end alone.
  special(
    'i64.atomic.rmw.add',
    [i64(0n, 9n * 2n ** 32n + 8n)],
    (f) => {
      storeResult(f, f.i64.atomic.rmw.add(f.i32.const(8), f.i64.const(1)));
      storeResult(f, f.i64.atomic.load(f.i32.const(8)), OUT + 8);
    },
    i64(9n * 2n ** 32n + 8n, 9n * 2n ** 32n + 9n),
  ),

  special(
    'memory.atomic.notify',
    [],
    (f) => storeResult(f, f.memory.atomic.notify(f.i32.const(0), f.i32.const(-1))),
    i32(0),
  ),
  // 1: the number is not the expected one. 2: it is, and the time is over.
  special(
    'memory.atomic.wait32',
    [i32(5)],
    (f) => {
      storeResult(f, f.memory.atomic.wait32(f.i32.const(0), f.i32.const(4), f.i64.const(-1)));
      storeResult(f, f.memory.atomic.wait32(f.i32.const(0), f.i32.const(5), f.i64.const(0)), OUT + 4);
    },
    i32(1, 2),
  ),

  special('f32.const', [], (f) => storeResult(f, f.f32.const(0.1)), f32(0.1)),
  row('f32.demote_f64', [f64(1 / 3)], f32(1 / 3)),
  special(
    'f32.load',
    [f32(1, 2, 3, infinity)],
    (f) => storeResult(f, f.f32.load(f.i32.const(8), 4)),
    f32(infinity),
  ),
  special('f64.load', [f64(1, 1 / 3)], (f) => storeResult(f, f.f64.load(f.i32.const(0), 8)), f64(1 / 3)),
  special(
    'f64.store',
    [f64(1 / 7)],
    (f) => f.f64.store(f.i32.const(0), f.f64.load(f.i32.const(0)), OUT),
    f64(1 / 7),
  ),
  row('f64.add', [f64(0.1), f64(0.2)], f64(0.1 + 0.2)),
];
