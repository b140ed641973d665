/**
 * A function under construction: its variables, and its code statement by statement. The values in it are those of
 * instructions.ts; read that first.
 */

import {
  ATOMIC,
  type Code,
  code,
  SIMD,
  unsignedLeb128,
  VALUE_TYPE_CODES,
  type ValueType,
  vector,
} from './encode.ts';
import { codeOf, type Given, type I32, i32, type Local, type Operand } from './instructions.ts';

export interface Signature {
  readonly index: number;
}

export interface Callable {
  readonly index: number;
  readonly signature: Signature;
}

/** The target of a branch: the end of a block, or the start of a loop. */
export type Label = object;

const EMPTY_BLOCK_TYPE = 0x40;
const ELSE = code(0x05);
const END = code(0x0b);

/** The instruction that stores a value of each type, and its alignment. */
const STORE = { i32: code(0x36, 2), f64: code(0x39, 3), v128: code(SIMD, 0x0b, 0) };
const ATOMIC_STORE = { i32: code(ATOMIC, 0x17, 2), i64: code(ATOMIC, 0x18, 3) };

/** A variable whose value `local.get` pushes. */
export function localAt<T extends ValueType>(index: number, type: T): Local<T> {
  return { index, type, code: code(0x20) + unsignedLeb128(index) };
}

export class FunctionBuilder {
  readonly #parameters: number;
  readonly #variables: ValueType[] = [];
  #code: Code = '';
  /** The labels of the blocks that are open, the innermost last. The first is the function's own. */
  readonly #labels: Label[] = [{}];

  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  /** A new variable, which starts as 0. */
  variable<T extends ValueType>(type: T): Local<T> {
    this.#variables.push(type);
    return localAt(this.#parameters + this.#variables.length - 1, type);
  }

  /** Several new variables. */
  variables<T extends ValueType>(count: number, type: T): Local<T>[] {
    return Array.from({ length: count }, () => this.variable(type));
  }

  set<T extends ValueType>(to: Local<T>, value: Given<NoInfer<T>>): void {
    this.#code += codeOf(value) + code(0x21) + unsignedLeb128(to.index);
  }

  /** `to += by` */
  increase(to: Local<'i32'>, by: I32): void {
    this.set(to, i32.add(to, by));
  }

  /** Computes a value for what that does elsewhere, and forgets it. */
  drop(value: I32 | Operand): void {
    this.#code += codeOf(value) + code(0x1a);
  }

  /** Stores a value at the address plus `offset`, a constant >= 0 that costs nothing. */
  store(address: I32, value: I32 | Operand<keyof typeof STORE>, offset = 0): void {
    const instruction = STORE[typeof value === 'number' ? 'i32' : value.type];
    this.#code += codeOf(address, value) + instruction + unsignedLeb128(offset);
  }

  /** As {@link store}, so that other threads see what was stored before, too. */
  atomicStore(address: I32, value: I32 | Operand<keyof typeof ATOMIC_STORE>, offset = 0): void {
    const instruction = ATOMIC_STORE[typeof value === 'number' ? 'i32' : value.type];
    this.#code += codeOf(address, value) + instruction + unsignedLeb128(offset);
  }

  // --- Control. A body is a function that emits the code inside; it is given the label that branches name.

  /** `br` to its label leaves the block. */
  block(body: (label: Label) => void): void {
    this.#code += code(0x02, EMPTY_BLOCK_TYPE);
    this.#inside(body);
  }

  /** `br` to its label goes back to the start; without it, the loop ends. */
  loop(body: (label: Label) => void): void {
    this.#code += code(0x03, EMPTY_BLOCK_TYPE);
    this.#inside(body);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.#code += codeOf(condition) + code(0x04, EMPTY_BLOCK_TYPE);
    this.#inside(() => {
      then();
      if (!otherwise) return;
      this.#code += ELSE;
      otherwise();
    });
  }

  /** The same code several times, one after the other. */
  repeat(times: number, body: () => void): void {
    const before = this.#code.length;
    body();
    this.#code += this.#code.slice(before).repeat(times - 1);
  }

  /** Runs the body again and again, until the condition holds before it. */
  until(condition: I32, body: () => void): void {
    this.block((end) => {
      this.loop((again) => {
        this.br_if(end, condition);
        body();
        this.br(again);
      });
    });
  }

  br(label: Label): void {
    this.#code += code(0x0c) + this.#distance(label);
  }

  br_if(label: Label, condition: I32): void {
    this.#code += codeOf(condition) + code(0x0d) + this.#distance(label);
  }

  /** Calls a function that has no result, with operands of its signature. */
  call({ index }: Callable, ...operands: readonly (I32 | Operand)[]): void {
    this.#code += codeOf(...operands) + code(0x10) + unsignedLeb128(index);
  }

  /** Calls the function at this place of the module's table, which must have this signature. */
  call_indirect({ index }: Signature, operands: readonly (I32 | Operand)[], place: I32): void {
    this.#code += codeOf(...operands, place) + code(0x11) + unsignedLeb128(index) + code(0);
  }

  /** Ends the function, with its result on the stack. Returns the encoded variables and code. */
  finish(result?: Operand): Code {
    const variables = this.#variables.map((type) => code(1, VALUE_TYPE_CODES[type]));
    return vector(variables) + this.#code + (result?.code ?? '') + END;
  }

  #inside(body: (label: Label) => void): void {
    const label = {};
    this.#labels.push(label);
    body(label);
    this.#labels.pop();
    this.#code += END;
  }

  /** A branch names its target by how many blocks lie between: 0 is the innermost. */
  #distance(label: Label): Code {
    const place = this.#labels.indexOf(label);
    if (place < 0) throw new Error('br: its label is no longer open.');
    return unsignedLeb128(this.#labels.length - 1 - place);
  }
}
