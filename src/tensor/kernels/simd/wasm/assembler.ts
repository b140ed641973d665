/**
 * A small WebAssembly assembler: a module of functions, which import a memory and constants. Read instructions.ts and
 * functionBuilder.ts first.
 */

import {
  bytesOf,
  type Code,
  code,
  HEADER,
  SECTION,
  section,
  sized,
  unsignedLeb128,
  VALUE_TYPE_CODES,
  type ValueType,
  vector,
} from './encode.ts';
import { type Callable, FunctionBuilder, localAt, type Signature } from './functionBuilder.ts';
import type { Local, Operand } from './instructions.ts';

/** The parameters of a function as variables, by name. */
type Parameters<Types extends Readonly<Record<string, ValueType>>> = {
  readonly [Name in keyof Types]: Local<Types[Name]>;
};

/** The size of the memory that a module imports, in pages of 64 KiB. */
export interface MemoryLimits {
  readonly initial: number;
  readonly maximum: number;
  readonly shared: boolean;
}

/** A function that is done. */
interface Emitted extends Callable {
  readonly name: string;
  readonly code: Code;
}

/** A module under construction. Functions are numbered in the order of their declaration. */
export class ModuleBuilder {
  readonly #imports: Code[] = [];
  readonly #types: string[] = [];
  readonly #typeBytes: Code[] = [];
  readonly #functions: Emitted[] = [];
  #globals = 0;
  #table: readonly Callable[] = [];

  /** The memory that all loads and stores access. */
  importMemory(module: string, name: string, { initial, maximum, shared }: MemoryLimits): void {
    const limits = code(shared ? 3 : 1) + unsignedLeb128(initial) + unsignedLeb128(maximum);
    this.#imports.push(sized(module) + sized(name) + code(2) + limits);
  }

  /** A constant that is given when the module is instantiated. */
  importGlobal(module: string, name: string, type: 'i32'): Operand<'i32'> {
    this.#imports.push(sized(module) + sized(name) + code(3, VALUE_TYPE_CODES[type], 0));
    return { type, code: code(0x23) + unsignedLeb128(this.#globals++) };
  }

  /**
   * Adds a function and exports it by its name.
   *
   * @param parameters - Types by name: `{ n: 'i32', factor: 'f32' }`.
   * @param body - Emits the code, and returns the function's result, if it has one.
   */
  function<const Types extends Readonly<Record<string, ValueType>>>(
    name: string,
    parameters: Types,
    body: (f: FunctionBuilder, parameters: Parameters<Types>) => Operand | undefined,
  ): Callable {
    const types = Object.values(parameters);
    const locals = Object.keys(parameters).map((key, index) => [key, localAt(index, types[index])]);
    const f = new FunctionBuilder(types.length);
    const result = body(f, Object.fromEntries(locals));
    const signature = this.signature(types, result?.type);
    const done = { name, code: f.finish(result), signature, index: this.#functions.length };
    this.#functions.push(done);
    return done;
  }

  /** A function type; equal types share one index. */
  signature(parameters: readonly ValueType[], result?: ValueType): Signature {
    const key = `${parameters.join()}:${result ?? ''}`;
    if (!this.#types.includes(key)) {
      const codes = (types: readonly ValueType[]) =>
        vector(types.map((type) => code(VALUE_TYPE_CODES[type])));
      this.#types.push(key);
      this.#typeBytes.push(code(0x60) + codes(parameters) + codes(result ? [result] : []));
    }
    return { index: this.#types.indexOf(key) };
  }

  /** The functions that `call_indirect` can call, numbered from 0. */
  table(functions: readonly Callable[]): void {
    this.#table = functions;
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const functions = this.#functions;
    const entries = this.#table.map(({ index }) => unsignedLeb128(index));
    const sections = [
      section(SECTION.type, this.#typeBytes),
      section(SECTION.import, this.#imports),
      section(
        SECTION.function,
        functions.map(({ signature }) => unsignedLeb128(signature.index)),
      ),
      section(SECTION.table, entries.length ? [code(0x70, 0) + unsignedLeb128(entries.length)] : []),
      section(
        SECTION.export,
        functions.map(({ name, index }) => sized(name) + code(0) + unsignedLeb128(index)),
      ),
      // All entries from place 0 on, which is the expression: i32.const 0, end.
      section(SECTION.element, entries.length ? [code(0, 0x41, 0, 0x0b) + vector(entries)] : []),
      section(
        SECTION.code,
        functions.map(({ code }) => sized(code)),
      ),
    ];
    return bytesOf(HEADER + sections.join(''));
  }
}
