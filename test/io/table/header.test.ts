import { describe, expect, test } from '@jest/globals';
import { isHeader } from '../../../src/io/table/header.ts';

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
    expect(isHeader(rows, '.')).toBe(is);
  });

  test('with decimal commas below it', () => {
    expect(
      isHeader(
        [
          ['1,5', 'b'],
          ['2,5', '3,5'],
        ],
        ',',
      ),
    ).toBe(true);
    expect(
      isHeader(
        [
          ['1,5', '2,5'],
          ['2,5', '3,5'],
        ],
        ',',
      ),
    ).toBe(false);
  });
});

/** Rows of cells, as a person would type them. */
const rowsOf = (...lines: string[]) => lines.map((line) => line.split(','));

describe('numbers in the first row are names', () => {
  test.each([
    ['if they count from 0, as pandas does above an array', ['0,1,2', '0.5,1.5,2', '3,4,5']],
    ['with classes beside them', ['0,1,2,kind', '0.5,1.5,2,a', '3,4,5,b']],
    ['behind the empty cell above the numbers of the rows', [',0,1', '0,7,8', '1,9,7']],
    ['even a single one, above zeros', [',0', '0,0', '1,5']],
    ['if they are years', ['country,1990,2000', 'Chile,5,3', 'Peru,4,6']],
    ['if three follow each other', ['team,5,6,7', 'a,5,4,3', 'b,4,3,9']],
    ['above a column of words', ['state,2022', 'Ohio,R+3', 'Utah,D+5']],
  ])('%s', (_, lines) => {
    expect(isHeader(rowsOf(...lines), '.')).toBe(true);
  });

  test.each([
    ['if the next row goes on counting', ['0,1,2', '3,4,5', '6,7,8']],
    ['if they do not begin with 0', ['2,3,4', '9,4,5', '1,7,8']],
    ['if they are two', ['0,1', '5,2', '7,4']],
    ['if they do not ascend', ['0,2,1', '9,4,5', '1,7,8']],
    ['if a word beside them is a value', ['male,1,2,3', 'female,5,4,3', 'male,4,3,9']],
    ['if the next row holds years, too', ['Chile,1990,2000', 'Peru,1991,2003']],
    ['if the first cell is empty in other rows, too', [',0', ',1', '5,3']],
    ['if they are not whole', ['a,0.5,1.5,2.5', 'b,5,4,3']],
    ['if there is one word below', ['a,5', 'b,x']],
  ])('but not %s', (_, lines) => {
    expect(isHeader(rowsOf(...lines), '.')).toBe(false);
  });
});
