/**
 * Mistakes in emitting code: TypeScript refuses operands of another type, so each of its errors is expected here
 * (`npm run typecheck` finds those that are missing), and the host refuses the module. What neither sees fails at once.
 */

import { describe, expect, test } from '@jest/globals';
import { ModuleBuilder } from '../../../../../src/tensor/kernels/simd/wasm/assembler.ts';
import type { FunctionBuilder, Label } from '../../../../../src/tensor/kernels/simd/wasm/functionBuilder.ts';
import { f32, i8x16, i32, i64, v128 } from '../../../../../src/tensor/kernels/simd/wasm/instructions.ts';

/** Whether the host accepts a module with a function of that body. */
function isValid(body: (f: FunctionBuilder) => void): boolean {
  const module = new ModuleBuilder();
  module.importMemory('engine', 'memory', { initial: 1, maximum: 1, shared: true });
  module.function('kernel', {}, (f) => {
    body(f);
  });
  return WebAssembly.validate(module.toBytes());
}

describe('TypeScript and the host refuse', () => {
  test.each<[string, (f: FunctionBuilder) => void]>([
    // @ts-expect-error
    ['an operand of the wrong type', (f) => f.drop(i32.add(1, f32.const(2)))],
    // @ts-expect-error
    ['a variable of another type', (f) => f.set(f.variable('i32'), f32.const(2))],
    // @ts-expect-error
    ['a number that is not an i32', (f) => f.set(f.variable('i64'), 2)],
    // @ts-expect-error
    ['a vector as an address', (f) => f.store(v128.load(0), 1)],
    // @ts-expect-error
    ['a condition that is no i32', (f) => f.if(i64.const(1), () => {})],
    // @ts-expect-error
    ['too few operands', (f) => f.drop(i32.add(1))],
    // @ts-expect-error
    ['too many operands', (f) => f.drop(i32.eqz(1, 2))],
  ])('%s', (_name, body) => {
    expect(isValid(body)).toBe(false);
  });

  test('negative control: what is right is accepted', () => {
    expect(isValid((f) => f.drop(i32.add(1, 2)))).toBe(true);
    expect(isValid((f) => f.set(f.variable('i32'), 2))).toBe(true);
    expect(isValid((f) => f.set(f.variable('i64'), i64.const(2)))).toBe(true);
    expect(isValid((f) => f.store(0, v128.load(0)))).toBe(true);
    expect(isValid((f) => f.if(1, () => {}))).toBe(true);
  });
});

test('the host refuses a call with operands that the function does not take', () => {
  const calling = (operands: Parameters<FunctionBuilder['call_indirect']>[1], isIndirect: boolean) => {
    const module = new ModuleBuilder();
    const callee = module.function('callee', { x: 'f32' }, () => {});
    module.table([callee]);
    module.function('caller', {}, (f) => {
      if (isIndirect) f.call_indirect(callee.signature, operands, 0);
      else f.call(callee, ...operands);
    });
    return WebAssembly.validate(module.toBytes());
  };
  for (const isIndirect of [false, true]) {
    expect(calling([], isIndirect)).toBe(false);
    expect(calling([1], isIndirect)).toBe(false);
    expect(calling([f32.const(1)], isIndirect)).toBe(true);
  }
});

describe('a branch is refused', () => {
  const message = 'br: its label is no longer open.';

  test('to a block that is closed', () => {
    const body = (f: FunctionBuilder) => {
      const closed: Label[] = [];
      f.block((label) => closed.push(label));
      f.br(closed[0]);
    };
    expect(() => isValid(body)).toThrow(message);
  });

  test('to a sibling of the block that it names', () => {
    const body = (f: FunctionBuilder) => {
      const closed: Label[] = [];
      f.block((label) => closed.push(label));
      f.block(() => f.br_if(closed[0], 1));
    };
    expect(() => isValid(body)).toThrow(message);
  });
});

describe('a constant is refused', () => {
  test('if it is no 32-bit integer', () => {
    expect(() => i32.eqz(2 ** 31)).toThrow('i32.const: got 2147483648, expected a signed 32-bit integer.');
    expect(() => i32.add(1, 0.5)).toThrow('i32.const: got 0.5, expected a signed 32-bit integer.');
    expect(() => i64.const(-(2 ** 31) - 1)).toThrow('i64.const: got -2147483649, expected');
    expect(() => i32.eqz(-(2 ** 31))).not.toThrow();
  });

  test('if it does not have sixteen bytes', () => {
    expect(() => v128.const([1, 2])).toThrow('v128.const: got 2 bytes, expected 16.');
    const zeros = v128.const(new Array<number>(16).fill(0));
    expect(() => i8x16.shuffle([0], zeros, zeros)).toThrow('i8x16.shuffle: got 1 bytes, expected 16.');
  });
});
