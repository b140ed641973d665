/**
 * The WebAssembly instructions that the kernels use, one method each, with checked operands.
 *
 * While it emits, a function keeps a shadow of the stack: the types of the values that will be there at run time. An
 * instruction that finds other types fails here, with its name, not later as "CompileError at offset 417".
 * Opcodes: WebAssembly Core Specification 2.0, section 5.4; atomics: the threads proposal.
 */

import {
  type Bytes,
  float32Bytes,
  signedLeb128,
  unsignedLeb128,
  VALUE_TYPE_CODES,
  type ValueType,
  vector,
} from './encode.ts';

/** A value on the stack. */
export interface Operand<T extends ValueType = ValueType> {
  readonly type: T;
}
export type I32 = Operand<'i32'>;
export type I64 = Operand<'i64'>;
export type F32 = Operand<'f32'>;
export type F64 = Operand<'f64'>;
/** 128 bits: four float32 numbers, two float64 numbers or sixteen bytes, depending on the instruction. */
export type V128 = Operand<'v128'>;

/** A parameter or variable of a function. */
export interface Local<T extends ValueType = ValueType> {
  readonly index: number;
  readonly type: T;
}

export interface Global {
  readonly index: number;
  readonly type: 'i32';
}

export interface Signature {
  readonly index: number;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | undefined;
}

export interface Callable {
  readonly index: number;
  readonly signature: Signature;
}

/** The target of a branch: the end of a block, or the start of a loop. */
export interface Label {
  readonly name: string;
}

type Operands<Types extends readonly ValueType[]> = {
  readonly [I in keyof Types]: Operand<Types[I]>;
};

interface Frame extends Label {
  /** How many values were on the stack when it began. */
  readonly height: number;
  /** Whether the code emitted now follows a branch that is always taken. */
  isDead: boolean;
}

const EMPTY_BLOCK_TYPE = 0x40;
const END = 0x0b;

/** The first byte of every SIMD instruction, and of every atomic one. */
const SIMD = 0xfd;
const ATOMIC = 0xfe;

/** An opcode and the index of a variable: more than half of all instructions, so each pair is made only once. */
function withIndex(opcode: number, index: number): Bytes {
  const ofOpcode = (INDEXED[opcode] ??= []);
  return (ofOpcode[index] ??= [opcode, ...unsignedLeb128(index)]);
}
const INDEXED: Bytes[][] = [];

export class FunctionBuilder {
  #name = '';
  #parameters = 0;
  #variables: ValueType[] = [];
  #code: number[] = [];
  #stack: Operand[] = [];
  #frames: Frame[] = [];

  /** Begins the next function. One builder serves a whole module: making its many methods takes longer than using them. */
  begin(name: string, parameters: number): void {
    this.#name = name;
    this.#parameters = parameters;
    this.#variables = [];
    this.#code = [];
    this.#stack = [];
    this.#frames = [{ name: 'function', height: 0, isDead: false }];
  }

  /**
   * Ends the function.
   *
   * @returns The encoded variables and code.
   * @throws {Error} If the stack does not hold exactly the result.
   */
  finish(result: ValueType | undefined): Bytes {
    const expected = result ? [result] : [];
    const left = this.#stack.map(({ type }) => type);
    if (!this.#frames[0].isDead && left.join() !== expected.join()) {
      throw this.#error('end', `the stack holds [${left}], expected [${expected}]`);
    }
    const variables = this.#variables.map((type) => [1, VALUE_TYPE_CODES[type]]);
    this.#code.push(END);
    return vector(variables).concat(this.#code);
  }

  /** A new variable, which starts as 0. */
  variable<T extends ValueType>(type: T): Local<T> {
    this.#variables.push(type);
    return { index: this.#parameters + this.#variables.length - 1, type };
  }

  /** Several new variables. */
  variables<T extends ValueType>(count: number, type: T): Local<T>[] {
    return Array.from({ length: count }, () => this.variable(type));
  }

  // --- Variables

  readonly local = {
    get: <T extends ValueType>(from: Local<T>): Operand<T> =>
      this.#emit('local.get', withIndex(0x20, from.index), [], [], from.type),
    set: <T extends ValueType>(to: Local<T>, value: Operand<T>): void =>
      this.#emitVoid('local.set', withIndex(0x21, to.index), [to.type], [value]),
    /** Sets the variable and leaves the value on the stack. */
    tee: <T extends ValueType>(to: Local<T>, value: Operand<T>): Operand<T> =>
      this.#emit('local.tee', withIndex(0x22, to.index), [to.type], [value], to.type),
  };

  /** Takes an unused value off the stack. */
  drop(value: Operand): void {
    this.#emitVoid('drop', [0x1a], [value.type], [value]);
  }

  readonly global = {
    get: (from: Global): I32 =>
      this.#emit('global.get', [0x23, ...unsignedLeb128(from.index)], [], [], from.type),
  };

  // --- Control. A body is a function that emits the code inside; it is given the label that branches name.

  /** `br` to its label leaves the block. */
  block(body: (label: Label) => void): void {
    this.#frame('block', 0x02, body);
  }

  /** `br` to its label goes back to the start; without it, the loop ends. */
  loop(body: (label: Label) => void): void {
    this.#frame('loop', 0x03, body);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.#take('if', ['i32'], [condition]);
    this.#frame('if', 0x04, then, otherwise);
  }

  br(label: Label): void {
    this.#emitVoid('br', [0x0c, ...this.#distance(label)], [], []);
    this.#frames[this.#frames.length - 1].isDead = true;
  }

  br_if(label: Label, condition: I32): void {
    this.#emitVoid('br_if', [0x0d, ...this.#distance(label)], ['i32'], [condition]);
  }

  call(callee: Callable, ...operands: readonly Operand[]): Operand | undefined {
    return this.#invoke('call', [0x10, ...unsignedLeb128(callee.index)], callee.signature, operands);
  }

  /** Calls the function at this place of the module's table, which must have this signature. */
  call_indirect(signature: Signature, operands: readonly Operand[], place: I32): Operand | undefined {
    const opcode = [0x11, ...unsignedLeb128(signature.index), 0];
    const parameters: ValueType[] = [...signature.parameters, 'i32'];
    return this.#invoke('call_indirect', opcode, { ...signature, parameters }, [...operands, place]);
  }

  // --- Integers

  readonly i32 = {
    const: (value: number): I32 =>
      this.#emit('i32.const', [0x41, ...this.#integer('i32.const', value)], [], [], 'i32'),
    add: this.#instruction('i32.add', [0x6a], ['i32', 'i32'], 'i32'),
    sub: this.#instruction('i32.sub', [0x6b], ['i32', 'i32'], 'i32'),
    mul: this.#instruction('i32.mul', [0x6c], ['i32', 'i32'], 'i32'),
    div_u: this.#instruction('i32.div_u', [0x6e], ['i32', 'i32'], 'i32'),
    and: this.#instruction('i32.and', [0x71], ['i32', 'i32'], 'i32'),
    shl: this.#instruction('i32.shl', [0x74], ['i32', 'i32'], 'i32'),
    shr_u: this.#instruction('i32.shr_u', [0x76], ['i32', 'i32'], 'i32'),
    eqz: this.#instruction('i32.eqz', [0x45], ['i32'], 'i32'),
    eq: this.#instruction('i32.eq', [0x46], ['i32', 'i32'], 'i32'),
    ne: this.#instruction('i32.ne', [0x47], ['i32', 'i32'], 'i32'),
    lt_u: this.#instruction('i32.lt_u', [0x49], ['i32', 'i32'], 'i32'),
    gt_u: this.#instruction('i32.gt_u', [0x4b], ['i32', 'i32'], 'i32'),
    ge_u: this.#instruction('i32.ge_u', [0x4f], ['i32', 'i32'], 'i32'),
    wrap_i64: this.#instruction('i32.wrap_i64', [0xa7], ['i64'], 'i32'),
    load: this.#load('i32.load', [0x28], 2, 'i32'),
    store: this.#store('i32.store', [0x36], 2, 'i32'),
    atomic: {
      load: this.#load('i32.atomic.load', [ATOMIC, 0x10], 2, 'i32'),
      store: this.#store('i32.atomic.store', [ATOMIC, 0x17], 2, 'i32'),
      rmw: { add: this.#exchange('i32.atomic.rmw.add', [ATOMIC, 0x1e], 2, 'i32') },
    },
  };

  readonly i64 = {
    /** From -2^31 to 2^31 - 1, which is all that the kernels need. */
    const: (value: number): I64 =>
      this.#emit('i64.const', [0x42, ...this.#integer('i64.const', value)], [], [], 'i64'),
    extend_i32_u: this.#instruction('i64.extend_i32_u', [0xad], ['i32'], 'i64'),
    or: this.#instruction('i64.or', [0x84], ['i64', 'i64'], 'i64'),
    shl: this.#instruction('i64.shl', [0x86], ['i64', 'i64'], 'i64'),
    shr_u: this.#instruction('i64.shr_u', [0x88], ['i64', 'i64'], 'i64'),
    atomic: {
      load: this.#load('i64.atomic.load', [ATOMIC, 0x11], 3, 'i64'),
      store: this.#store('i64.atomic.store', [ATOMIC, 0x18], 3, 'i64'),
      rmw: { add: this.#exchange('i64.atomic.rmw.add', [ATOMIC, 0x1f], 3, 'i64') },
    },
  };

  readonly memory = {
    atomic: {
      /** Wakes at most `count` threads that wait at the address; results in how many were woken. */
      notify: (address: I32, count: I32): I32 =>
        this.#emit('memory.atomic.notify', [ATOMIC, 0x00, 2, 0], ['i32', 'i32'], [address, count], 'i32'),
      /** Sleeps until notified, unless the number at the address is not `expected`. Timeout -1: for ever. */
      wait32: (address: I32, expected: I32, timeout: I64): I32 =>
        this.#emit(
          'memory.atomic.wait32',
          [ATOMIC, 0x01, 2, 0],
          ['i32', 'i32', 'i64'],
          [address, expected, timeout],
          'i32',
        ),
    },
  };

  // --- One float

  readonly f32 = {
    const: (value: number): F32 => this.#emit('f32.const', [0x43, ...float32Bytes(value)], [], [], 'f32'),
    demote_f64: this.#instruction('f32.demote_f64', [0xb6], ['f64'], 'f32'),
    load: this.#load('f32.load', [0x2a], 2, 'f32'),
  };

  readonly f64 = {
    load: this.#load('f64.load', [0x2b], 3, 'f64'),
    store: this.#store('f64.store', [0x39], 3, 'f64'),
    add: this.#instruction('f64.add', [0xa0], ['f64', 'f64'], 'f64'),
  };

  // --- 128 bits

  readonly v128 = {
    /** Sixteen bytes. */
    const: (bytes: Bytes): V128 =>
      this.#emit('v128.const', [SIMD, 0x0c, ...this.#sixteen('v128.const', bytes)], [], [], 'v128'),
    load: this.#load('v128.load', [SIMD, 0x00], 0, 'v128'),
    /** Loads 4 bytes into all four lanes. */
    load32_splat: this.#load('v128.load32_splat', [SIMD, 0x09], 0, 'v128'),
    store: this.#store('v128.store', [SIMD, 0x0b], 0, 'v128'),
    and: this.#simd('v128.and', 0x4e, ['v128', 'v128']),
    or: this.#simd('v128.or', 0x50, ['v128', 'v128']),
    /** Bits of the first where the mask has ones, of the second where it has zeros. */
    bitselect: this.#simd('v128.bitselect', 0x52, ['v128', 'v128', 'v128']),
  };

  readonly i8x16 = {
    /** Sixteen of the 32 bytes of both operands, chosen by their indices. */
    shuffle: (lanes: Bytes, a: V128, b: V128): V128 =>
      this.#emit(
        'i8x16.shuffle',
        [SIMD, 0x0d, ...this.#sixteen('i8x16.shuffle', lanes)],
        ['v128', 'v128'],
        [a, b],
        'v128',
      ),
  };

  readonly i16x8 = {
    /** The lower eight bytes, as 16-bit integers. */
    extend_low_i8x16_u: this.#simd('i16x8.extend_low_i8x16_u', 0x89, ['v128']),
    extend_high_i8x16_u: this.#simd('i16x8.extend_high_i8x16_u', 0x8a, ['v128']),
  };

  readonly i32x4 = {
    splat: this.#simd('i32x4.splat', 0x11, ['i32']),
    add: this.#simd('i32x4.add', 0xae, ['v128', 'v128']),
    sub: this.#simd('i32x4.sub', 0xb1, ['v128', 'v128']),
    shl: this.#simd('i32x4.shl', 0xab, ['v128', 'i32']),
    shr_s: this.#simd('i32x4.shr_s', 0xac, ['v128', 'i32']),
    lt_s: this.#simd('i32x4.lt_s', 0x39, ['v128', 'v128']),
    extend_low_i16x8_u: this.#simd('i32x4.extend_low_i16x8_u', 0xa9, ['v128']),
    extend_high_i16x8_u: this.#simd('i32x4.extend_high_i16x8_u', 0xaa, ['v128']),
    trunc_sat_f32x4_s: this.#simd('i32x4.trunc_sat_f32x4_s', 0xf8, ['v128']),
  };

  readonly f32x4 = {
    splat: this.#simd('f32x4.splat', 0x13, ['f32']),
    abs: this.#simd('f32x4.abs', 0xe0, ['v128']),
    neg: this.#simd('f32x4.neg', 0xe1, ['v128']),
    sqrt: this.#simd('f32x4.sqrt', 0xe3, ['v128']),
    add: this.#simd('f32x4.add', 0xe4, ['v128', 'v128']),
    sub: this.#simd('f32x4.sub', 0xe5, ['v128', 'v128']),
    mul: this.#simd('f32x4.mul', 0xe6, ['v128', 'v128']),
    div: this.#simd('f32x4.div', 0xe7, ['v128', 'v128']),
    /** `b < a ? b : a`: NaN in a stays. One machine instruction, where `f32x4.min` needs several. */
    pmin: this.#simd('f32x4.pmin', 0xea, ['v128', 'v128']),
    /** `a < b ? b : a`. */
    pmax: this.#simd('f32x4.pmax', 0xeb, ['v128', 'v128']),
    nearest: this.#simd('f32x4.nearest', 0x6a, ['v128']),
    ne: this.#simd('f32x4.ne', 0x42, ['v128', 'v128']),
    lt: this.#simd('f32x4.lt', 0x43, ['v128', 'v128']),
    gt: this.#simd('f32x4.gt', 0x44, ['v128', 'v128']),
    convert_i32x4_s: this.#simd('f32x4.convert_i32x4_s', 0xfa, ['v128']),
    /** Two float64 numbers, rounded, in the lower half; zeros in the upper. */
    demote_f64x2_zero: this.#simd('f32x4.demote_f64x2_zero', 0x5e, ['v128']),
  };

  readonly f64x2 = {
    splat: this.#simd('f64x2.splat', 0x14, ['f64']),
    extract_lane: (lane: 0 | 1, from: V128): F64 =>
      this.#emit('f64x2.extract_lane', [SIMD, 0x21, lane], ['v128'], [from], 'f64'),
    add: this.#simd('f64x2.add', 0xf0, ['v128', 'v128']),
    sub: this.#simd('f64x2.sub', 0xf1, ['v128', 'v128']),
    mul: this.#simd('f64x2.mul', 0xf2, ['v128', 'v128']),
    div: this.#simd('f64x2.div', 0xf3, ['v128', 'v128']),
    /** The two lower float32 numbers as float64. */
    promote_low_f32x4: this.#simd('f64x2.promote_low_f32x4', 0x5f, ['v128']),
  };

  // --- Emitting

  #instruction<const Types extends readonly ValueType[], R extends ValueType>(
    name: string,
    opcode: Bytes,
    types: Types,
    result: R,
  ): (...operands: Operands<Types>) => Operand<R> {
    return (...operands) => this.#emit(name, opcode, types, operands, result);
  }

  #simd<const Types extends readonly ValueType[]>(
    name: string,
    opcode: number,
    types: Types,
  ): (...operands: Operands<Types>) => V128 {
    return this.#instruction(name, [SIMD, ...unsignedLeb128(opcode)], types, 'v128');
  }

  /** The address is the operand plus `offset`, a constant >= 0 in the instruction that costs nothing. */
  #load<R extends ValueType>(
    name: string,
    opcode: Bytes,
    alignment: number,
    result: R,
  ): (address: I32, offset?: number) => Operand<R> {
    return (address, offset = 0) =>
      this.#emit(name, [...opcode, alignment, ...unsignedLeb128(offset)], ['i32'], [address], result);
  }

  #store<T extends ValueType>(
    name: string,
    opcode: Bytes,
    alignment: number,
    type: T,
  ): (address: I32, value: Operand<T>, offset?: number) => void {
    return (address, value, offset = 0) =>
      this.#emitVoid(
        name,
        [...opcode, alignment, ...unsignedLeb128(offset)],
        ['i32', type],
        [address, value],
      );
  }

  /** Atomics that read, change and write in one step; their result is the value before. */
  #exchange<T extends ValueType>(
    name: string,
    opcode: Bytes,
    alignment: number,
    type: T,
  ): (address: I32, value: Operand<T>, offset?: number) => Operand<T> {
    return (address, value, offset = 0) =>
      this.#emit(
        name,
        [...opcode, alignment, ...unsignedLeb128(offset)],
        ['i32', type],
        [address, value],
        type,
      );
  }

  #invoke(
    name: string,
    opcode: Bytes,
    { parameters, result }: Signature,
    operands: readonly Operand[],
  ): Operand | undefined {
    if (result) return this.#emit(name, opcode, parameters, operands, result);
    this.#emitVoid(name, opcode, parameters, operands);
    return undefined;
  }

  #emit<R extends ValueType>(
    name: string,
    opcode: Bytes,
    types: readonly ValueType[],
    operands: readonly Operand[],
    result: R,
  ): Operand<R> {
    this.#emitVoid(name, opcode, types, operands);
    const value = { type: result };
    this.#stack.push(value);
    return value;
  }

  #emitVoid(name: string, opcode: Bytes, types: readonly ValueType[], operands: readonly Operand[]): void {
    this.#take(name, types, operands);
    for (const byte of opcode) this.#code.push(byte);
  }

  /** Pops the operands off the shadow stack: they must be its top values, in this order, with these types. */
  #take(name: string, types: readonly ValueType[], operands: readonly Operand[]): void {
    const frame = this.#frames[this.#frames.length - 1];
    if (frame.isDead) throw this.#error(name, 'stands after a branch that is always taken');
    if (operands.length !== types.length) {
      throw this.#error(name, `got ${operands.length} operands, expected ${types.length}`);
    }
    const bottom = this.#stack.length - types.length;
    if (bottom < frame.height) throw this.#error(name, `the stack of this ${frame.name} is too short`);
    for (let i = 0; i < types.length; i++) {
      if (operands[i] !== this.#stack[bottom + i]) {
        throw this.#error(name, `operand ${i + 1} is not what lies on the stack there: write it in place`);
      }
      if (operands[i].type !== types[i]) {
        throw this.#error(name, `operand ${i + 1} is ${operands[i].type}, expected ${types[i]}`);
      }
    }
    this.#stack.length = bottom;
  }

  #frame(name: string, opcode: number, body: (label: Label) => void, otherwise?: () => void): void {
    this.#emitVoid(name, [opcode, EMPTY_BLOCK_TYPE], [], []);
    this.#inside(name, body);
    if (otherwise) {
      this.#code.push(0x05); // else
      this.#inside('else', otherwise);
    }
    this.#code.push(END);
  }

  #inside(name: string, body: (label: Label) => void): void {
    const frame = { name, height: this.#stack.length, isDead: false };
    this.#frames.push(frame);
    body(frame);
    this.#frames.pop();
    const left = this.#stack.length - frame.height;
    if (!frame.isDead && left !== 0)
      throw this.#error(name, `leaves ${left} values on the stack, expected none`);
    this.#stack.length = frame.height;
  }

  /** A branch names its target by how many frames lie between: 0 is the innermost. */
  #distance(label: Label): number[] {
    const place = this.#frames.indexOf(label as Frame);
    if (place < 0) throw this.#error('br', 'its label is no longer open');
    return unsignedLeb128(this.#frames.length - 1 - place);
  }

  #integer(instruction: string, value: number): Bytes {
    if (value !== (value | 0))
      throw this.#error(instruction, `got ${value}, expected a signed 32-bit integer`);
    return signedLeb128(value);
  }

  #sixteen(instruction: string, bytes: Bytes): Bytes {
    if (bytes.length !== 16) throw this.#error(instruction, `got ${bytes.length} bytes, expected 16`);
    return bytes;
  }

  #error(instruction: string, what: string): Error {
    return new Error(`${instruction} in '${this.#name}': ${what}.`);
  }
}
