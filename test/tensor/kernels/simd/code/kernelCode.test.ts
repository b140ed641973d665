/** Arguments by name: a kernel reads each of them at the slot that its name has. */

import { expect, test } from '@jest/globals';
import { elementwise, reduction } from '../../../../../src/tensor/kernels/simd/code/elementwise.ts';
import { kernelCode } from '../../../../../src/tensor/kernels/simd/code/kernelCode.ts';
import { JOB_ARGUMENTS, SHARED_BYTES } from '../../../../../src/tensor/kernels/simd/sharedPage.ts';
import { f32x4, f64x2 } from '../../../../../src/tensor/kernels/simd/wasm/instructions.ts';
import { instantiate } from '../../../../helpers/emitted/emitted.ts';

const OUT = SHARED_BYTES;
/** The address of the job. */
const JOB = OUT + 64;

/** Stores its arguments, as float64 numbers, in the order in which they are named here. */
const echo = kernelCode({
  argumentTypes: { count: 'i32', shift: 'f64', slope: 'f32', scale: 'f64', end: 'i32' },
  emit(f, _piece, { count, shift, slope, scale, end }) {
    f.store(OUT, count);
    f.store(OUT + 8, shift);
    f.store(OUT + 16, f64x2.extract_lane(0, f64x2.promote_low_f32x4(f32x4.splat(slope))));
    f.store(OUT + 24, scale);
    f.store(OUT + 32, end);
  },
});

test('a kernel finds i32, f32 and f64 arguments at their slots', () => {
  const { memory, view, exports } = instantiate(
    (module) => echo.addTo(module, 'echo', module.importGlobal('engine', 'scratch', 'i32')),
    { scratch: 0 },
  );
  const ints = new Int32Array(memory.buffer, JOB + JOB_ARGUMENTS);
  const floats = new Float32Array(memory.buffer, JOB + JOB_ARGUMENTS);
  const doubles = new Float64Array(memory.buffer, JOB + JOB_ARGUMENTS);
  const { slots } = echo;
  ints[slots.end] = -7;
  doubles[slots.scale] = 1 / 3;
  floats[slots.slope] = 0.25;
  doubles[slots.shift] = Math.PI;
  ints[slots.count] = 12;
  exports.echo(0, JOB);
  expect(view.getInt32(OUT, true)).toBe(12);
  expect(view.getFloat64(OUT + 8, true)).toBe(Math.PI);
  expect(view.getFloat64(OUT + 16, true)).toBe(0.25);
  expect(view.getFloat64(OUT + 24, true)).toBe(1 / 3);
  expect(view.getInt32(OUT + 32, true)).toBe(-7);
});

test('no two arguments share their bytes', () => {
  const { count, shift, slope, scale, end } = echo.slots;
  expect([4 * count, 8 * shift, 4 * slope, 8 * scale, 4 * end]).toEqual([0, 8, 16, 24, 32]);
});

test('an element-by-element kernel has n first, then its piece, partials last, and knows its first written array', () => {
  const arrays = [
    ['x', 'in'],
    ['y', 'in'],
    ['z', 'inout'],
  ] as const;
  const plain = elementwise({ arrays, scalars: ['a', 'b'], body: () => {} });
  expect(plain.slots).toEqual({ n: 0, perPiece: 2 });
  expect(plain.isReduction).toBe(false);
  expect(plain.firstWritten).toBe(2);
  const sum = reduction('terms', { arrays, scalars: ['a', 'b'], body: () => {} });
  expect(sum.slots).toEqual({ n: 0, perPiece: 2, partials: 2 * 7 });
  expect(sum.isReduction).toBe(true);
  const onlyRead = reduction('terms', { arrays: [['x', 'in']], body: () => {} });
  expect(onlyRead.firstWritten).toBe(1);
});
