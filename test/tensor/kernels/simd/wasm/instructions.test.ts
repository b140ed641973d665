/**
 * Every instruction of instructions.ts, emitted, compiled and run: its result against the tables beside this file.
 * Control instructions are in assembler.test.ts.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as wasm from '../../../../../src/tensor/kernels/simd/wasm/instructions.ts';
import { type Row, result, row } from '../../../../helpers/emitted/instructionRow.ts';
import { LANE_ROWS } from './laneRows.ts';
import { SCALAR_ROWS } from './scalarRows.ts';

/** The code that uses the instructions. */
const KERNELS = 'src/tensor/kernels/simd/code';

const ROWS: readonly Row[] = [...SCALAR_ROWS, ...LANE_ROWS];

/** The methods in an object, and in those that it holds: 'i32.atomic.rmw.add'. */
function namesIn(object: object, prefix = ''): string[] {
  return Object.entries(object).flatMap(([key, value]) =>
    typeof value === 'function' ? [prefix + key] : namesIn(value, `${prefix}${key}.`),
  );
}

/** All instructions that have a result. */
const { codeOf: _codeOf, ...groups } = wasm;
const INSTRUCTIONS = namesIn(groups);

/** Values that are no instructions: a global, and a number, which is an i32. */
const VALUES = ['global', 'number'];

/** What the builder of a function does with variables and memory; the rest of it is control. */
const STATEMENTS = ['variable', 'set', 'store', 'atomicStore'];

/** The names that do not occur in the code, comments aside. */
function unusedIn(code: string, names: readonly string[]): string[] {
  const text = code.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  return names.filter((name) => !new RegExp(`(?<![\\w.])${name.replaceAll('.', '\\.')}\\b`).test(text));
}

describe('an instruction has the right result', () => {
  test.each(ROWS)('$name', (one) => {
    expect(result(one)).toEqual(one.expected);
  });

  test('negative control: subtraction is not addition, and 0 is not -0', () => {
    const [a, b] = [Float32Array.of(0, 1, 2, 3), Float32Array.of(0, 0, 0, 1)];
    expect(result(row('f32x4.add', [a, b], a))).not.toEqual(result(row('f32x4.sub', [a, b], a)));
    expect(result(row('f32x4.neg', [a], a))).not.toEqual(Float32Array.of(0, -1, -2, -3));
    expect(result(row('f32x4.neg', [a], a))).toEqual(Float32Array.of(-0, -1, -2, -3));
  });
});

describe('the list of instructions', () => {
  test('each has a row in a table, and each row is one of them, a value or a statement', () => {
    const inTables = new Set(ROWS.map(({ name }) => name));
    expect([...inTables].sort()).toEqual([...INSTRUCTIONS, ...STATEMENTS, ...VALUES].sort());
  });

  test('each is used by a kernel: the assembler has what the kernels need and no more', () => {
    const code = readdirSync(KERNELS)
      .map((name) => readFileSync(join(KERNELS, name), 'utf8'))
      .join('\n');
    expect(unusedIn(code, INSTRUCTIONS)).toEqual([]);
  });

  test('negative control: an instruction that only a comment names is unused', () => {
    const code =
      'i32.add(x); /* i32.sub */ load(i32.load8_u) // i32.mul\n i64.or(y); xi32.eq; i32.atomic.load()';
    const names = ['i32.add', 'i32.sub', 'i32.mul', 'i32.load', 'i64.or', 'i32.eq', 'i32.atomic.load'];
    expect(unusedIn(code, names)).toEqual(['i32.sub', 'i32.mul', 'i32.load', 'i32.eq']);
  });
});
