/** Small programs: what the assembler emits is compiled and called. The single instructions are in instructions.test.ts. */

import { describe, expect, test } from '@jest/globals';
import { ModuleBuilder } from '../../../../../src/tensor/kernels/simd/wasm/assembler.ts';
import { i32, tee } from '../../../../../src/tensor/kernels/simd/wasm/instructions.ts';
import { instantiate } from '../../../../helpers/emitted/emitted.ts';

describe('functions and variables', () => {
  test('a function adds its parameters', () => {
    const { exports } = instantiate((module) =>
      module.function('add', { a: 'i32', b: 'i32' }, (_f, { a, b }) => i32.add(a, b)),
    );
    expect(exports.add(2, 40)).toBe(42);
    expect(exports.add(2 ** 31 - 1, 1)).toBe(-(2 ** 31));
  });

  test('parameters of every type arrive, and variables begin at 0', () => {
    const { exports } = instantiate((module) => {
      module.function('f32', { unused: 'i32', x: 'f32' }, (_f, { x }) => x);
      module.function('f64', { unused: 'f32', x: 'f64' }, (_f, { x }) => x);
      module.function('i64', { unused: 'f64', x: 'i64' }, (_f, { x }) => x);
      module.function('fresh', { unused: 'i32' }, (f) => {
        f.variables(2, 'i32');
        return f.variable('i64');
      });
    });
    expect(exports.f32(0, 0.1)).toBe(Math.fround(0.1));
    expect(exports.f64(0, 0.1)).toBe(0.1);
    expect(exports.i64(0, -5n)).toBe(-5n);
    expect(exports.fresh(7)).toBe(0n);
  });

  test('many variables have numbers of two bytes', () => {
    const { exports } = instantiate((module) =>
      module.function('last', { x: 'i32' }, (f, { x }) => {
        const many = f.variables(300, 'i32');
        for (const [i, one] of many.entries()) f.set(one, i32.add(x, i));
        return i32.sub(many[299], many[0]);
      }),
    );
    expect(exports.last(5)).toBe(299);
  });

  test('tee sets and keeps, drop throws away', () => {
    const { exports } = instantiate((module) =>
      module.function('square', { x: 'i32' }, (f, { x }) => {
        const next = f.variable('i32');
        f.drop(99);
        return i32.mul(tee(next, i32.add(x, 1)), next);
      }),
    );
    expect(exports.square(6)).toBe(49);
  });
});

describe('control', () => {
  test('factorial by a loop inside of a block that a branch leaves', () => {
    const { exports } = instantiate((module) =>
      module.function('factorial', { n: 'i32' }, (f, { n }) => {
        const product = f.variable('i32');
        f.set(product, 1);
        f.block((end) => {
          f.loop((again) => {
            f.br_if(end, i32.eqz(n));
            f.set(product, i32.mul(product, n));
            f.set(n, i32.sub(n, 1));
            f.br(again);
          });
        });
        return product;
      }),
    );
    expect([0, 1, 5, 10].map((n) => exports.factorial(n))).toEqual([1, 1, 120, 3_628_800]);
  });

  test('if takes one way or the other, and without an else nothing', () => {
    const { exports } = instantiate((module) =>
      module.function('sign', { x: 'i32' }, (f, { x }) => {
        const result = f.variable('i32');
        f.if(i32.gt_u(x, 10), () => f.set(result, 100));
        f.if(
          i32.eqz(x),
          () => f.set(result, 1),
          () => f.set(result, i32.add(result, 2)),
        );
        return result;
      }),
    );
    expect([0, 5, 11].map((x) => exports.sign(x))).toEqual([1, 2, 102]);
  });

  test('a branch out of several frames goes to the label that it names, also from inside an if', () => {
    const { exports } = instantiate((module) =>
      module.function('depth', { x: 'i32' }, (f, { x }) => {
        const result = f.variable('i32');
        f.block((outer) => {
          f.block((inner) => {
            f.if(i32.eq(x, 1), () => f.br(inner));
            f.if(i32.eq(x, 2), () => f.br(outer));
            f.set(result, 50);
          });
          f.set(result, i32.add(result, 1));
        });
        return result;
      }),
    );
    expect([0, 1, 2].map((x) => exports.depth(x))).toEqual([51, 1, 0]);
  });

  test('a function whose end is never reached needs no result', () => {
    const { exports } = instantiate((module) =>
      module.function('stuck', { x: 'i32' }, (f, { x }) => {
        f.block((end) => {
          f.loop((again) => {
            f.br_if(end, x);
            f.br(again);
          });
        });
      }),
    );
    expect(exports.stuck(1)).toBeUndefined();
  });
});

describe('calls', () => {
  test('a function calls another one that was declared before', () => {
    const { exports } = instantiate((module) => {
      const storeDifference = module.function('store', { x: 'i32', y: 'i32' }, (f, { x, y }) => {
        f.store(0, i32.sub(x, y));
      });
      module.function('less3', { x: 'i32' }, (f, { x }) => {
        f.call(storeDifference, x, 3);
        return i32.load(0);
      });
    });
    expect(exports.less3(40)).toBe(37);
  });

  test('call_indirect chooses a function by its place in the table', () => {
    const { exports } = instantiate((module) => {
      const binary = (name: string, emit: 'add' | 'sub' | 'mul') =>
        module.function(name, { a: 'i32', b: 'i32' }, (f, { a, b }) => {
          f.store(0, i32[emit](a, b));
        });
      const unused = module.function('unused', {}, () => {});
      const functions = [binary('add', 'add'), binary('sub', 'sub'), binary('mul', 'mul')];
      module.table([functions[2], functions[0], functions[1], unused]);
      const signature = module.signature(['i32', 'i32']);
      module.function('choose', { place: 'i32' }, (f, { place }) => {
        f.call_indirect(signature, [7, 5], place);
        return i32.load(0);
      });
    });
    expect([0, 1, 2].map((place) => exports.choose(place))).toEqual([35, 12, 2]);
    // The host checks the signature and the end of the table.
    expect(() => exports.choose(3)).toThrow(/signature/);
    expect(() => exports.choose(4)).toThrow();
  });

  test('equal signatures are one type', () => {
    const module = new ModuleBuilder();
    const first = module.signature(['i32', 'f32'], 'f32');
    expect(module.signature(['i32', 'f32'], 'f32').index).toBe(first.index);
    expect(module.signature(['i32', 'f32']).index).not.toBe(first.index);
    expect(module.signature(['i32', 'i32'], 'f32').index).not.toBe(first.index);
  });
});

describe('imports', () => {
  test('loads and stores see the memory that is given, and globals the numbers', () => {
    const { exports, view } = instantiate(
      (module) => {
        const base = module.importGlobal('engine', 'base', 'i32');
        const other = module.importGlobal('engine', 'other', 'i32');
        module.function('copy', {}, (f) => {
          f.store(base, i32.load(base), 4);
          return other;
        });
      },
      { base: 100, other: -3 },
    );
    view.setInt32(100, 123_456, true);
    expect(exports.copy()).toBe(-3);
    expect(view.getInt32(104, true)).toBe(123_456);
  });

  test('an offset may be as far as the memory reaches, and beyond it the host stops', () => {
    const { exports } = instantiate((module) =>
      module.function('read', { at: 'i32' }, (_f, { at }) => i32.load(at, 65_000)),
    );
    expect(exports.read(65_536 - 65_000 - 4)).toBe(0);
    expect(() => exports.read(65_536 - 65_000 - 3)).toThrow(/bounds/);
  });

  test('a memory that is not shared is refused: its views would be detached when it grows', () => {
    const module = new ModuleBuilder();
    module.importMemory('engine', 'memory', { initial: 1, maximum: 2, shared: true });
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const compiled = new WebAssembly.Module(module.toBytes());
    expect(() => new WebAssembly.Instance(compiled, { engine: { memory } })).toThrow(/shared/);
  });

  test('a module without functions is a module', () => {
    expect(WebAssembly.validate(new ModuleBuilder().toBytes())).toBe(true);
  });
});
