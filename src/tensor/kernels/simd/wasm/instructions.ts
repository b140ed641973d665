/**
 * The WebAssembly instructions that the kernels use, with their names in the specification: each is a function of the
 * values that it takes, and its result is a value. What a function does with values is in functionBuilder.ts.
 *
 * WebAssembly is a stack machine: `local.get` pushes a value, `f32x4.add` pops two and pushes their sum. So the code of a
 * value is the code of its operands, one after the other, then the instruction:
 *
 * ```ts
 * f32x4.add(sum, f32x4.mul(a, b));
 * // local.get sum, local.get a, local.get b, f32x4.mul, f32x4.add
 * ```
 *
 * A value is only code. It is computed anew in each statement of a function that it is given to, and not at all if it is
 * given to none: `i32.atomic.rmw.add(…)` on a line of its own adds nothing, `f.drop(i32.atomic.rmw.add(…))` does. TypeScript
 * checks the types of operands.
 *
 * Opcodes: WebAssembly Core Specification 2.0, section 5.4; atomics: the threads proposal; `relaxed_`: relaxed SIMD's.
 */

import {
  ATOMIC,
  type Bytes,
  type Code,
  code,
  float32Bytes,
  SIMD,
  signedLeb128,
  unsignedLeb128,
  type ValueType,
} from './encode.ts';

/** A value: the code that leaves it on the stack. */
export interface Operand<T extends ValueType = ValueType> {
  readonly type: T;
  readonly code: Code;
}
/** A number stands for `i32.const`, and must be a signed 32-bit integer. */
export type I32 = Operand<'i32'> | number;
export type I64 = Operand<'i64'>;
export type F32 = Operand<'f32'>;
export type F64 = Operand<'f64'>;
/** 128 bits: four float32 numbers, two float64 numbers or sixteen bytes, depending on the instruction. */
export type V128 = Operand<'v128'>;

/** What stands for a value of the type. */
export type Given<T extends ValueType> = T extends 'i32' ? I32 : Operand<T>;

/** A parameter or variable of a function. As a value, it is what it holds when the code that reads it runs. */
export interface Local<T extends ValueType = ValueType> extends Operand<T> {
  readonly index: number;
}

/** The code of values, one after the other. */
export function codeOf(...values: readonly (I32 | Operand)[]): Code {
  let all = '';
  for (const value of values) {
    all += typeof value === 'number' ? code(0x41) + integer('i32.const', value) : value.code;
  }
  return all;
}

type Unary<T> = (a: T) => T;
type Binary<T> = (a: T, b: T) => T;
type Ternary = (a: V128, b: V128, c: V128) => V128;
type BinaryI32 = (a: I32, b: I32) => Operand<'i32'>;

/** An instruction that has only operands. Its signature is the specification's. */
function instruction<F extends (...operands: never[]) => Operand>(
  type: ReturnType<F>['type'],
  ...opcode: Bytes
): F {
  return operation<F>(type, code(...opcode));
}

function operation<F extends (...operands: never[]) => Operand>(
  type: ReturnType<F>['type'],
  opcode: Code,
): F {
  const apply = (...operands: readonly (I32 | Operand)[]): Operand => ({
    type,
    code: codeOf(...operands) + opcode,
  });
  return apply as unknown as F;
}

function simd<F extends (...operands: never[]) => V128>(opcode: number): F {
  return operation<F>('v128', code(SIMD) + unsignedLeb128(opcode));
}

/** The address is the operand plus `offset`, a constant >= 0 in the instruction that costs nothing. */
function load<R extends ValueType>(type: R, alignment: number, ...opcode: Bytes) {
  const start = code(...opcode, alignment);
  return (address: I32, offset = 0): Operand<R> => ({
    type,
    code: codeOf(address) + start + unsignedLeb128(offset),
  });
}

/** Atomics that read, change and write in one step; their result is the value before. */
function exchange<R extends ValueType>(type: R, alignment: number, ...opcode: Bytes) {
  const start = code(...opcode, alignment);
  return (address: I32, value: Given<R>, offset = 0): Operand<R> => ({
    type,
    code: codeOf(address, value) + start + unsignedLeb128(offset),
  });
}

function integer(name: string, value: number): Code {
  if (value !== (value | 0)) throw new RangeError(`${name}: got ${value}, expected a signed 32-bit integer.`);
  return signedLeb128(value);
}

function sixteen(name: string, bytes: Bytes): Code {
  if (bytes.length !== 16) throw new RangeError(`${name}: got ${bytes.length} bytes, expected 16.`);
  return code(...bytes);
}

/** `local.tee`: sets the variable, and has its value. */
export function tee<T extends ValueType>(to: Local<T>, value: Given<NoInfer<T>>): Operand<T> {
  return { type: to.type, code: codeOf(value) + code(0x22) + unsignedLeb128(to.index) };
}

// --- Integers

export const i32 = {
  add: instruction<BinaryI32>('i32', 0x6a),
  sub: instruction<BinaryI32>('i32', 0x6b),
  mul: instruction<BinaryI32>('i32', 0x6c),
  div_u: instruction<BinaryI32>('i32', 0x6e),
  and: instruction<BinaryI32>('i32', 0x71),
  shl: instruction<BinaryI32>('i32', 0x74),
  shr_u: instruction<BinaryI32>('i32', 0x76),
  eqz: instruction<(a: I32) => Operand<'i32'>>('i32', 0x45),
  eq: instruction<BinaryI32>('i32', 0x46),
  ne: instruction<BinaryI32>('i32', 0x47),
  lt_u: instruction<BinaryI32>('i32', 0x49),
  gt_u: instruction<BinaryI32>('i32', 0x4b),
  ge_u: instruction<BinaryI32>('i32', 0x4f),
  wrap_i64: instruction<(a: I64) => Operand<'i32'>>('i32', 0xa7),
  load: load('i32', 2, 0x28),
  atomic: {
    load: load('i32', 2, ATOMIC, 0x10),
    rmw: { add: exchange('i32', 2, ATOMIC, 0x1e) },
  },
};

export const i64 = {
  /** From -2^31 to 2^31 - 1, which is all that the kernels need. */
  const: (value: number): I64 => ({ type: 'i64', code: code(0x42) + integer('i64.const', value) }),
  extend_i32_u: instruction<(a: I32) => I64>('i64', 0xad),
  or: instruction<Binary<I64>>('i64', 0x84),
  shl: instruction<Binary<I64>>('i64', 0x86),
  shr_u: instruction<Binary<I64>>('i64', 0x88),
  atomic: {
    load: load('i64', 3, ATOMIC, 0x11),
    rmw: { add: exchange('i64', 3, ATOMIC, 0x1f) },
  },
};

export const memory = {
  atomic: {
    /** Wakes at most `count` threads that wait at the address; results in how many were woken. */
    notify: instruction<(address: I32, count: I32) => Operand<'i32'>>('i32', ATOMIC, 0x00, 2, 0),
    /** Sleeps until notified, unless the number at the address is not `expected`. Timeout -1: for ever. */
    wait32: instruction<(address: I32, expected: I32, timeout: I64) => Operand<'i32'>>(
      'i32',
      ATOMIC,
      0x01,
      2,
      0,
    ),
  },
};

// --- One float

export const f32 = {
  const: (value: number): F32 => ({ type: 'f32', code: code(0x43) + float32Bytes(value) }),
  demote_f64: instruction<(a: F64) => F32>('f32', 0xb6),
  load: load('f32', 2, 0x2a),
};

export const f64 = {
  load: load('f64', 3, 0x2b),
  add: instruction<Binary<F64>>('f64', 0xa0),
};

// --- 128 bits

export const v128 = {
  /** Sixteen bytes. */
  const: (bytes: Bytes): V128 => ({ type: 'v128', code: code(SIMD, 0x0c) + sixteen('v128.const', bytes) }),
  load: load('v128', 0, SIMD, 0x00),
  /** Loads 4 bytes into all four lanes. */
  load32_splat: load('v128', 0, SIMD, 0x09),
  and: simd<Binary<V128>>(0x4e),
  /** Bits of the first where the second has zeros. */
  andnot: simd<Binary<V128>>(0x4f),
  or: simd<Binary<V128>>(0x50),
  /** Bits of a where the mask c has ones, of b where it has zeros. */
  bitselect: simd<Ternary>(0x52),
};

export const i8x16 = {
  /** Sixteen of the 32 bytes of both operands, chosen by their indices. */
  shuffle: (lanes: Bytes, a: V128, b: V128): V128 => ({
    type: 'v128',
    code: codeOf(a, b) + code(SIMD, 0x0d) + sixteen('i8x16.shuffle', lanes),
  }),
};

export const i16x8 = {
  /** The lower eight bytes, as 16-bit integers. */
  extend_low_i8x16_u: simd<Unary<V128>>(0x89),
  extend_high_i8x16_u: simd<Unary<V128>>(0x8a),
};

export const i32x4 = {
  splat: simd<(a: I32) => V128>(0x11),
  add: simd<Binary<V128>>(0xae),
  sub: simd<Binary<V128>>(0xb1),
  shl: simd<(a: V128, bits: I32) => V128>(0xab),
  shr_s: simd<(a: V128, bits: I32) => V128>(0xac),
  lt_s: simd<Binary<V128>>(0x39),
  extend_low_i16x8_u: simd<Unary<V128>>(0xa9),
  extend_high_i16x8_u: simd<Unary<V128>>(0xaa),
  trunc_sat_f32x4_s: simd<Unary<V128>>(0xf8),
};

export const f32x4 = {
  splat: simd<(a: F32) => V128>(0x13),
  abs: simd<Unary<V128>>(0xe0),
  neg: simd<Unary<V128>>(0xe1),
  sqrt: simd<Unary<V128>>(0xe3),
  add: simd<Binary<V128>>(0xe4),
  sub: simd<Binary<V128>>(0xe5),
  mul: simd<Binary<V128>>(0xe6),
  div: simd<Binary<V128>>(0xe7),
  /** a · b + c, rounded once or twice, as the processor likes. */
  relaxed_madd: simd<Ternary>(0x105),
  /** `b < a ? b : a`: NaN in a stays. One machine instruction, where `f32x4.min` needs several. */
  pmin: simd<Binary<V128>>(0xea),
  /** `a < b ? b : a`. */
  pmax: simd<Binary<V128>>(0xeb),
  nearest: simd<Unary<V128>>(0x6a),
  eq: simd<Binary<V128>>(0x41),
  ne: simd<Binary<V128>>(0x42),
  lt: simd<Binary<V128>>(0x43),
  gt: simd<Binary<V128>>(0x44),
  convert_i32x4_s: simd<Unary<V128>>(0xfa),
  /** Two float64 numbers, rounded, in the lower half; zeros in the upper. */
  demote_f64x2_zero: simd<Unary<V128>>(0x5e),
};

export const f64x2 = {
  splat: simd<(a: F64) => V128>(0x14),
  extract_lane: (lane: 0 | 1, from: V128): F64 => ({ type: 'f64', code: from.code + code(SIMD, 0x21, lane) }),
  add: simd<Binary<V128>>(0xf0),
  sub: simd<Binary<V128>>(0xf1),
  mul: simd<Binary<V128>>(0xf2),
  div: simd<Binary<V128>>(0xf3),
  /** The two lower float32 numbers as float64. */
  promote_low_f32x4: simd<Unary<V128>>(0x5f),
};
