import { describe, expect, test } from '@jest/globals';
import { isMissing, isMissingClass, isWord, numberIn } from '../../../src/io/table/cells.ts';

describe('a number', () => {
  test.each([
    ['0', 0],
    ['-0.192', -0.192],
    ['+5', 5],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1E-3', 0.001],
    [' 7 ', 7],
    ['007', 7],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['5e-324', 5e-324],
  ])('is what %j says', (cell, value) => {
    expect(numberIn(cell, '.')).toBe(value);
    expect(numberIn(cell.replace('.', ','), ',')).toBe(value);
  });

  test.each([
    '',
    ' ',
    '0x10',
    '0b11',
    '0o7',
    'Infinity',
    '-Infinity',
    '1e999',
    '0,123',
    '1,00',
    '12,34,567',
    '1234,567',
    '1,234,',
    '1 000',
    '1_000',
    '1.2.3',
    '--1',
    '1e',
    'e5',
    '.',
    '-',
    '12%',
    '1-2',
    'NaN',
    'true',
    '2026-01-01',
    '0x',
    '٣',
  ])('is not %j', (cell) => {
    expect(numberIn(cell, '.')).toBeNaN();
  });

  test.each([
    ['1,234', 1234],
    ['-12,345.5', -12345.5],
    [' 1,234,567 ', 1234567],
  ])('may have commas between its thousands: %j', (cell, value) => {
    expect(numberIn(cell, '.')).toBe(value);
  });

  test('with a decimal comma may have points between its thousands', () => {
    expect(numberIn('1.234,5', ',')).toBe(1234.5);
    expect(numberIn('1.234.567', ',')).toBe(1234567);
    expect(numberIn('1.234', ',')).toBeNaN(); // or is it a decimal point?
    expect(numberIn('1.234', ',', true)).toBe(1234); // its column says that it isn't
    expect(numberIn('-1.234.567', ',', true)).toBe(-1234567);
    expect(numberIn('0.950', ',', true)).toBeNaN();
    expect(numberIn('1,234,5', ',')).toBeNaN();
    expect(numberIn('12.34,5', ',')).toBeNaN();
  });

  test('of a million digits takes no time', () => {
    expect(numberIn(`${'1'.repeat(1e6)}x`, '.')).toBeNaN();
    expect(numberIn(`0.${'1'.repeat(1e6)}`, '.')).toBeCloseTo(0.1111);
    expect(numberIn(`${' '.repeat(1e6)}0x1`, '.')).toBeNaN();
    expect(numberIn(`1${',234'.repeat(1e6)}`, '.')).toBeNaN();
  });
});

describe('a missing cell', () => {
  test.each([
    '',
    '  ',
    'NA',
    'n/a',
    '#N/A',
    'NaN',
    'nan',
    'null',
    'NULL',
    'None',
    '<NA>',
    '?',
    '-',
    '--',
    '.',
    '..',
    '**',
    '#DIV/0!',
    ' NA ',
  ])('is %j', (cell) => {
    expect([isMissing(cell), isWord(cell, '.')]).toEqual([true, false]);
  });

  test.each(['0', 'no', 'Nan Goldin', '...', '??', 'missing'])('is not %j', (cell) => {
    expect(isMissing(cell)).toBe(false);
  });

  test('of a class may not be a word that names one', () => {
    expect(['', 'NA', 'none', '-', '?', 'null'].map(isMissingClass)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
