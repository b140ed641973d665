import { describe, expect, test } from '@jest/globals';
import { headerIn } from '../../../src/io/table/header.ts';

/** Rows of cells, as a person would type them. */
const rowsOf = (...lines: string[]) => lines.map((line) => line.split(','));

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
