/** The expected results of the instructions on single numbers, variables and memory. */

import * as wasm from '../../../../../src/tensor/kernels/simd/wasm/instructions.ts';
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
  special('variable', [], (f) => storeResult(f, f.variable('i32')), i32(0)),
  special(
    'set',
    [],
    (f) => {
      const x = f.variable('i32');
      f.set(x, 9);
      storeResult(f, x);
    },
    i32(9),
  ),
  special(
    'tee',
    [],
    (f) => {
      const x = f.variable('i32');
      storeResult(f, wasm.i32.add(wasm.tee(x, 20), x));
    },
    i32(40),
  ),
  special('global', [], (f, global) => storeResult(f, global), i32(1234)),

  special('number', [], (f) => storeResult(f, -(2 ** 31)), i32(-(2 ** 31))),
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
  special('i32.load', [i32(1, 2, 3, 4)], (f) => storeResult(f, wasm.i32.load(4, 8)), i32(4)),
  special('store', [], (f) => f.store(OUT - 4, -6, 4), i32(-6)),
  special('i32.atomic.load', [i32(1, 2)], (f) => storeResult(f, wasm.i32.atomic.load(0, 4)), i32(2)),
  special('atomicStore', [], (f) => f.atomicStore(4, 8, OUT - 4), i32(8)),
  special(
    'i32.atomic.rmw.add',
    [i32(9, 40)],
    (f) => {
      storeResult(f, wasm.i32.atomic.rmw.add(0, 2, 4));
      storeResult(f, wasm.i32.load(4), OUT + 4);
    },
    i32(40, 42),
  ),

  special('i64.const', [], (f) => storeResult(f, wasm.i64.const(-1)), i64(-1n)),
  row('i64.extend_i32_u', [i32(-1)], i64(2n ** 32n - 1n)),
  row('i64.or', [i64(2n ** 40n), i64(3n)], i64(2n ** 40n + 3n)),
  row('i64.shl', [i64(5n), i64(32n)], i64(5n * 2n ** 32n)),
  row('i64.shr_u', [i64(-1n), i64(32n)], i64(2n ** 32n - 1n)),
  special('i64.atomic.load', [i64(1n, -2n)], (f) => storeResult(f, wasm.i64.atomic.load(0, 8)), i64(-2n)),
  special('atomicStore', [], (f) => f.atomicStore(0, wasm.i64.const(-3), OUT), i64(-3n)),
  // A ticket: 9 pieces are the end, the next is 8. Adding 1 leaves the end alone.
  special(
    'i64.atomic.rmw.add',
    [i64(0n, 9n * 2n ** 32n + 8n)],
    (f) => {
      storeResult(f, wasm.i64.atomic.rmw.add(8, wasm.i64.const(1)));
      storeResult(f, wasm.i64.atomic.load(8), OUT + 8);
    },
    i64(9n * 2n ** 32n + 8n, 9n * 2n ** 32n + 9n),
  ),

  special('memory.atomic.notify', [], (f) => storeResult(f, wasm.memory.atomic.notify(0, -1)), i32(0)),
  // 1: the number is not the expected one. 2: it is, and the time is over.
  special(
    'memory.atomic.wait32',
    [i32(5)],
    (f) => {
      storeResult(f, wasm.memory.atomic.wait32(0, 4, wasm.i64.const(-1)));
      storeResult(f, wasm.memory.atomic.wait32(0, 5, wasm.i64.const(0)), OUT + 4);
    },
    i32(1, 2),
  ),

  special('f32.const', [], (f) => storeResult(f, wasm.f32.const(0.1)), f32(0.1)),
  row('f32.demote_f64', [f64(1 / 3)], f32(1 / 3)),
  special('f32.load', [f32(1, 2, 3, infinity)], (f) => storeResult(f, wasm.f32.load(8, 4)), f32(infinity)),
  special('f64.load', [f64(1, 1 / 3)], (f) => storeResult(f, wasm.f64.load(0, 8)), f64(1 / 3)),
  special('store', [f64(1 / 7)], (f) => f.store(0, wasm.f64.load(0), OUT), f64(1 / 7)),
  row('f64.add', [f64(0.1), f64(0.2)], f64(0.1 + 0.2)),
];
