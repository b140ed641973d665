/** Mistakes in emitting code fail where they are made, with the names of the instruction and of the function. */

import { expect, test } from '@jest/globals';
import { ModuleBuilder } from '../../../../../src/tensor/kernels/simd/wasm/assembler.ts';
import type {
  FunctionBuilder,
  I32,
  Label,
  Operand,
} from '../../../../../src/tensor/kernels/simd/wasm/instructions.ts';

/** Emits a function named 'kernel' with that body. */
function emitting(body: (f: FunctionBuilder) => void, result?: 'i32' | 'f32'): () => void {
  return () => {
    new ModuleBuilder().function('kernel', {}, result, body);
  };
}

/** Passes an operand that TypeScript's types refuse, as plain JavaScript would. */
const untyped = (operand: Operand): I32 => operand as I32;

test.each<[string, (f: FunctionBuilder) => void, string]>([
  [
    'an operand of the wrong type',
    (f) => f.drop(f.i32.add(f.i32.const(1), untyped(f.f32.const(2)))),
    "i32.add in 'kernel': operand 2 is f32, expected i32.",
  ],
  [
    'a variable of another type',
    (f) => f.local.set(f.variable('i32'), untyped(f.f32.const(2))),
    "local.set in 'kernel': operand 1 is f32, expected i32.",
  ],
  [
    'a vector stored as a number',
    (f) => f.i32.store(f.i32.const(0), untyped(f.v128.load(f.i32.const(0)))),
    "i32.store in 'kernel': operand 2 is v128, expected i32.",
  ],
  [
    'a condition that is no i32',
    (f) => f.if(untyped(f.i64.const(1)), () => {}),
    "if in 'kernel': operand 1 is i64, expected i32.",
  ],
  [
    'operands in the other order than they were emitted',
    (f) => {
      const a = f.i32.const(1);
      const b = f.i32.const(2);
      f.i32.sub(b, a);
    },
    "i32.sub in 'kernel': operand 1 is not what lies on the stack there: write it in place.",
  ],
  [
    'an operand that is used again',
    (f) => {
      const a = f.i32.const(1);
      f.drop(f.i32.add(a, a));
    },
    "i32.add in 'kernel': the stack of this function is too short.",
  ],
  [
    'an operand that something was emitted after',
    (f) => {
      const a = f.i32.const(1);
      f.i32.const(2);
      f.drop(a);
    },
    "drop in 'kernel': operand 1 is not what lies on the stack there: write it in place.",
  ],
  [
    'an operand from outside of a block',
    (f) => {
      const a = f.i32.const(1);
      f.block(() => f.drop(a));
    },
    "drop in 'kernel': the stack of this block is too short.",
  ],
  [
    'too few operands',
    (f) => (f.i32.add as (...given: I32[]) => I32)(f.i32.const(1)),
    "i32.add in 'kernel': got 1 operands, expected 2.",
  ],
  [
    'too many operands',
    (f) => (f.i32.eqz as (...given: I32[]) => I32)(f.i32.const(1), f.i32.const(2)),
    "i32.eqz in 'kernel': got 2 operands, expected 1.",
  ],
  [
    'a value left on the stack of a block',
    (f) => f.block(() => void f.i32.const(1)),
    "block in 'kernel': leaves 1 values on the stack, expected none.",
  ],
  [
    'a value left on the stack of an else',
    (f) =>
      f.if(
        f.i32.const(1),
        () => {},
        () => void f.i32.const(1),
      ),
    "else in 'kernel': leaves 1 values on the stack, expected none.",
  ],
  [
    'a value left on the stack of the function',
    (f) => void f.f32.const(1),
    "end in 'kernel': the stack holds [f32], expected [].",
  ],
  [
    'an instruction after a branch that is always taken',
    (f) =>
      f.block((end) => {
        f.br(end);
        f.i32.const(1);
      }),
    "i32.const in 'kernel': stands after a branch that is always taken.",
  ],
  [
    'a branch to a block that is closed',
    (f) => {
      const closed: Label[] = [];
      f.block((label) => closed.push(label));
      f.br(closed[0]);
    },
    "br in 'kernel': its label is no longer open.",
  ],
])('%s is refused', (_name, body, message) => {
  expect(emitting(body)).toThrow(message);
});

test('a result of another type, and none at all, are refused', () => {
  const message = (holds: string) => `end in 'kernel': the stack holds [${holds}], expected [f32].`;
  expect(emitting((f) => void f.i32.const(1), 'f32')).toThrow(message('i32'));
  expect(emitting(() => {}, 'f32')).toThrow(message(''));
});

test('a call with operands that its signature does not have is refused', () => {
  const module = new ModuleBuilder();
  const callee = module.function('callee', { x: 'f32' }, undefined, () => {});
  const calling = (operands: (f: FunctionBuilder) => Operand[]) => () => {
    module.function('caller', {}, undefined, (f) => void f.call(callee, ...operands(f)));
  };
  expect(calling(() => [])).toThrow("call in 'caller': got 0 operands, expected 1.");
  expect(calling((f) => [f.i32.const(1)])).toThrow("call in 'caller': operand 1 is i32, expected f32.");
  expect(calling((f) => [f.f32.const(1)])).not.toThrow();
  const indirect = () => {
    module.function('caller', {}, undefined, (f) => {
      f.call_indirect(callee.signature, [f.i32.const(1)], f.i32.const(0));
    });
  };
  expect(indirect).toThrow("call_indirect in 'caller': operand 1 is i32, expected f32.");
});

test('a branch to a sibling of the block that it names is refused, too', () => {
  const body = (f: FunctionBuilder) => {
    const closed: Label[] = [];
    f.block((label) => closed.push(label));
    f.block(() => f.br(closed[0]));
  };
  expect(emitting(body)).toThrow("br in 'kernel': its label is no longer open.");
});

test('a function that failed leaves no trace in the next one', () => {
  const module = new ModuleBuilder();
  expect(() => {
    module.function('broken', {}, undefined, (f) => void f.i32.const(1));
  }).toThrow();
  module.function('good', {}, 'i32', (f) => void f.i32.const(2));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()));
  expect((exports.good as () => number)()).toBe(2);
});

test('negative control: the same code with its operands in place is accepted', () => {
  expect(
    emitting((f) => {
      f.block((end) => {
        f.if(f.i32.const(1), () => f.br(end));
        f.drop(f.i32.sub(f.i32.const(1), f.i32.const(2)));
      });
    }),
  ).not.toThrow();
});
