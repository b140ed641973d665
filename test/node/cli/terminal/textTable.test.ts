import { describe, expect, test } from '@jest/globals';
import {
  formatAmount,
  formatNumber,
  formatR2,
  formatShare,
  tableLines,
} from '../../../../src/node/cli/terminal/textTable.ts';

describe('numbers for people', () => {
  test.each([
    [0, '0', '0'],
    [0.014719, '0.01472', '0.01472'],
    [0.001, '0.00100', '0.001'],
    [0.00099, '9.90e-4', '9.90e-4'],
    [1, '1.00000', '1'],
    [-12.3456789, '-12.3457', '-12.35'],
    [314, '314.000', '314'],
    [999_999, '999999', '1000000'],
    [1e6, '1.00e+6', '1.00e+6'],
    [-2.04e14, '-2.04e+14', '-2.04e+14'],
    [Number.NaN, 'NaN', 'NaN'],
    [Infinity, '∞', '∞'],
    [-Infinity, '-∞', '-∞'],
  ])('%p as an error is %p, as an amount %p', (value, error, amount) => {
    expect(formatNumber(value)).toBe(error);
    expect(formatAmount(value)).toBe(amount);
  });

  test.each([
    [0.91234, '0.9123'],
    [-3, '-3.0000'],
    [-2e14, '-2.00e+14'],
    [Number.NaN, '–'],
    [-Infinity, '–'],
    [null, '–'],
    [undefined, '–'],
  ])('R² of %p is %p', (r2, text) => {
    expect(formatR2(r2)).toBe(text);
  });

  test.each([
    [0, '0 %'],
    [0.0004, '<0.1 %'],
    [0.0005, '0.1 %'],
    [0.0094, '0.9 %'],
    [0.0096, '1 %'],
    [0.614, '61 %'],
    [1, '100 %'],
  ])('a share of %p is %p', (share, text) => {
    expect(formatShare(share)).toBe(text);
  });
});

describe('tableLines', () => {
  const rows = [
    ['', 'MSE', 'MAE'],
    ['a', '1.23e+100', '123456789012'],
    ['longer', '0', '1'],
  ];

  test('no two cells touch, and columns end at one place', () => {
    expect(tableLines(rows)).toEqual([
      '               MSE            MAE',
      'a        1.23e+100   123456789012',
      `longer${'0'.padStart(12)}${'1'.padStart(15)}`,
    ]);
  });

  test('columns are as wide as asked for where their cells are narrower', () => {
    const [, , last] = tableLines(rows, { minimum: 14, first: 'right' });
    expect(last).toBe(`${'longer'.padStart(14)}${'0'.padStart(14)}${'1'.padStart(15)}`);
  });
});
