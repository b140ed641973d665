import { describe, expect, test } from '@jest/globals';
import { headerIn } from '../../../src/io/table/header.ts';

/** Rows of cells, as a person would type them. */
const rowsOf = (...lines: string[]) => lines.map((line) => line.split(','));

describe('a header', () => {
  test.each([
    [
      [
        ['a', 'b'],
        ['1', '2'],
      ],
      true,
    ],
    [
      [
        ['label', '0', '1'],
        ['5', '0', '0'],
      ],
      true,
    ],
    [
      [
        ['name', 'town'],
        ['Anna', 'Ulm'],
      ],
      true,
    ],
    [
      [
        ['', 'a'],
        ['0', '1'],
      ],
      true,
    ],
    [
      [
        ['a', 'b'],
        ['', '2'],
      ],
      true,
    ],
    [
      [
        ['a', 'b'],
        ['NA', ''],
        ['1', '2'],
      ],
      true,
    ],
    [
      [
        ['1', '2'],
        ['3', '4'],
      ],
      false,
    ],
    [
      [
        ['5.1', 'setosa'],
        ['4.9', 'setosa'],
      ],
      false,
    ],
    [
      [
        ['NA', '1'],
        ['3', '4'],
      ],
      false,
    ],
    [
      [
        ['', ''],
        ['3', '4'],
      ],
      false,
    ],
    [[['a', '1']], false],
  ])('%j: %p', (rows, is) => {
    expect(headerIn(rows, '.')).toBe(is ? rows[0] : undefined);
  });

  test('with decimal commas below it', () => {
    expect(
      headerIn(
        [
          ['1,5', 'b'],
          ['2,5', '3,5'],
        ],
        ',',
      ),
    ).toEqual(['1,5', 'b']);
    expect(
      headerIn(
        [
          ['1,5', '2,5'],
          ['2,5', '3,5'],
        ],
        ',',
      ),
    ).toBeUndefined();
  });

  test('may lack the cell above the names of rows, or behind the last delimiter', () => {
    const rows = [
      ['a', 'b'],
      ['1', '0.5', '2'],
      ['2', '1.5', '3'],
    ];
    expect(headerIn(rows, '.')).toEqual(['', 'a', 'b']);
    const ended = [
      ['a', 'b'],
      ['1', '0.5', ''],
      ['2', '1.5', ' '],
    ];
    expect(headerIn(ended, '.')).toEqual(['a', 'b', '']);
    expect(headerIn([...rows, ['3', '4']], '.')).toEqual(['a', 'b']); // a row of another length is no rule
    expect(headerIn([['1', '2'], ...rows.slice(1)], '.')).toBeUndefined();
  });

  test.each([
    ['pandas, without names', '0,1,2\n0.5,1,2\n', true],
    ['pandas, with its index', ',0,1,2\n0,5,6,7\n1,8,9,10\n', true],
    ['years', 'Country,Code,2019,2020\nFrance,FRA,12.5,\n', true],
    ['integers above integers', '0,1,2\n3,4,5\n', false],
    ["integers that don't count on", '0,2,1\n0.5,1.5,2.5\n', false],
    ['numbers with decimals', '0.0,1.0,2.0\n0.5,1.5,2.5\n', false],
    ['one number beside a word', 'iris,1\ntulip,1.5\n', false],
  ])('of numbers that count on, as of %s: %j: %p', (_, text, is) => {
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(headerIn(rows, '.')).toBe(is ? rows[0] : undefined);
  });
});

describe('numbers in the first row are names', () => {
  test.each([
    ['if they count from 0, as pandas does above an array', ['0,1,2', '0.5,1.5,2', '3,4,5']],
    ['if these are two above decimals', ['0,1', '5.5,2', '7,4']],
    ['with classes beside them', ['0,1,2,kind', '0.5,1.5,2,a', '3,4,5,b']],
    ['behind the empty cell above the numbers of the rows', [',0,1', '0,7,8', '1,9,7']],
    ['even a single one, above zeros', [',0', '0,0', '1,5']],
    ['if they are years', ['country,1990,2000', 'Chile,5,3', 'Peru,4,6']],
    ['if one is a year above decimals', ['state,2022', 'Ohio,-2.5', 'Utah,3.5']],
    ['if three follow each other', ['team,5,6,7', 'a,5,4,3', 'b,4,3,9']],
    ['above a column of words', ['state,2022', 'Ohio,R+3', 'Utah,D+5']],
  ])('%s', (_, lines) => {
    expect(headerIn(rowsOf(...lines), '.')).toEqual(lines[0].split(','));
  });

  test.each([
    ['if the next row goes on counting', ['0,1,2', '3,4,5', '6,7,8']],
    ['if they do not begin with 0', ['2,3,4', '9,4,5', '1,7,8']],
    ['if they are two above whole numbers', ['0,1', '5,2', '7,4']],
    ['if the next row ascends, too', ['0,1,2', '0,1,3', '0,2,1']],
    ['if they do not ascend', ['0,2,1', '9,4,5', '1,7,8']],
    ['if a word beside them is a value', ['male,1,2,3', 'female,5,4,3', 'male,4,3,9']],
    ['if the next row holds years, too', ['Chile,1990,2000', 'Peru,1991,2003']],
    ['if the first cell is empty in other rows, too', [',0', ',1', '5,3']],
    ['if they are not whole', ['a,0.5,1.5,2.5', 'b,5,4,3']],
    ['if one is a year above whole numbers', ['Ohio,2022', 'Utah,1534']],
    ['if there is one word below', ['a,5', 'b,x']],
  ])('but not %s', (_, lines) => {
    expect(headerIn(rowsOf(...lines), '.')).toBeUndefined();
  });
});
