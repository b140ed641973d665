import { describe, expect, test } from '@jest/globals';
import { type ImageBatch, imageGrid, reconstructionSheet } from '../../../src/node/pictures/grid.ts';
import type { PixelImage } from '../../../src/node/pictures/png.ts';
import { ShapeError } from '../../../src/tensor/shape.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';

const GAP = 72;

/** Image i of the batch is all `values[i]`. */
function plain(values: readonly number[], height: number, width: number): ImageBatch {
  return {
    shape: [values.length, height, width],
    data: Float32Array.from(
      { length: values.length * height * width },
      (_, at) => values[Math.floor(at / (height * width))],
    ),
  };
}

function rowsOf({ width, height, data }: PixelImage): number[][] {
  return Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);
}

describe('imageGrid', () => {
  test('puts images in rows with a gap between and around them', () => {
    const grid = imageGrid(plain([0, 1, 0.5], 1, 2), { columns: 2, scale: 1 });
    const _ = GAP;
    expect(grid).toMatchObject({ width: 10, height: 8, channels: 1 });
    expect(rowsOf(grid)).toEqual([
      [_, _, _, _, _, _, _, _, _, _],
      [_, _, _, _, _, _, _, _, _, _],
      [_, _, 0, 0, _, _, 255, 255, _, _],
      [_, _, _, _, _, _, _, _, _, _],
      [_, _, _, _, _, _, _, _, _, _],
      [_, _, 128, 128, _, _, _, _, _, _],
      [_, _, _, _, _, _, _, _, _, _],
      [_, _, _, _, _, _, _, _, _, _],
    ]);
  });

  test('enlarges by repeating pixels', () => {
    const image: ImageBatch = { shape: [1, 1, 2], data: Float32Array.of(0, 1) };
    expect(rowsOf(imageGrid(image, { scale: 3 })).slice(2, 5)).toEqual(
      new Array(3).fill([GAP, GAP, 0, 0, 0, 255, 255, 255, GAP, GAP]),
    );
  });

  test('shows 28x28 three times as large, others about as large as these', () => {
    expect(imageGrid(plain([0], 28, 28)).width).toBe(2 + 84 + 2);
    expect(imageGrid(plain([0], 32, 32)).width).toBe(2 + 96 + 2);
    expect(imageGrid(plain([0], 8, 8)).width).toBe(2 + 88 + 2);
    expect(imageGrid(plain([0], 200, 100))).toMatchObject({ width: 2 + 100 + 2, height: 2 + 200 + 2 });
  });

  test('is about square by default, and no wider than its images', () => {
    expect(imageGrid(plain([0, 0, 0, 0, 0, 0, 0], 1, 1), { scale: 1 })).toMatchObject({
      width: 11,
      height: 11,
    });
    expect(imageGrid(plain([0, 0], 1, 1), { scale: 1, columns: 99 }).width).toBe(8);
  });

  test('keeps the channels of colour images together', () => {
    const grid = imageGrid({ shape: [1, 1, 1, 3], data: Float32Array.of(1, 0.2, 0) }, { scale: 1 });
    expect(grid).toMatchObject({ width: 5, height: 5, channels: 3 });
    expect([...grid.data.subarray(3 * 12, 3 * 13)]).toEqual([255, 51, 0]);
    expect(grid.data.length).toBe(75);
  });

  test('takes a tensor with one channel', () => {
    expect(imageGrid(Tensor.zeros([4, 28, 28, 1])).channels).toBe(1);
  });

  test('clamps values and shows NaN as black', () => {
    const image: ImageBatch = { shape: [1, 1, 4], data: Float32Array.of(-3, 7, Number.NaN, 1e-9) };
    expect(rowsOf(imageGrid(image, { scale: 1 }))[2]).toEqual([GAP, GAP, 0, 255, 0, 0, GAP, GAP]);
  });

  test.each([[[2, 784]], [[2, 28, 28, 4]], [[0, 28, 28]], [[1, 2, 3, 1, 1]]])(
    'refuses the shape %j',
    (shape) => {
      expect(() => imageGrid(Tensor.zeros(shape))).toThrow(ShapeError);
      expect(() => imageGrid(Tensor.zeros(shape))).toThrow(
        /^imageGrid: the images are \[.*\], expected \[n, height/,
      );
    },
  );
});

describe('reconstructionSheet', () => {
  test('has noisy images between originals and reconstructions', () => {
    const [original, noisy, restored] = [0, 0.4, 1].map((gray) => plain([gray, gray], 1, 1));
    const sheet = reconstructionSheet(original, restored, { noisy, columns: 1, scale: 1 });
    const column = Array.from({ length: sheet.height }, (_, y) => sheet.data[y * sheet.width + 2]);
    expect(column.filter((value) => value !== 72)).toEqual([0, 102, 255, 0, 102, 255]);
    expect(() => reconstructionSheet(original, restored, { noisy: plain([0], 1, 1) })).toThrow(
      'reconstructionSheet: the originals are [2, 1, 1, 1], the noisy ones [1, 1, 1, 1], expected the same.',
    );
  });

  test('puts each reconstruction below its original, and more space below the pair', () => {
    const sheet = reconstructionSheet(plain([0, 0.2, 0.4], 1, 1), plain([1, 0.8, 0.6], 1, 1), {
      columns: 2,
      scale: 1,
    });
    const rows = rowsOf(sheet);
    const withImages = [...rows.keys()].filter((y) => rows[y].some((value) => value !== GAP));
    expect(withImages).toEqual([2, 5, 14, 17]);
    expect(withImages.map((y) => [rows[y][2], rows[y][5]])).toEqual([
      [0, 51],
      [255, 204],
      [102, GAP],
      [153, GAP],
    ]);
    expect(sheet).toMatchObject({ width: 8, height: 20 });
  });

  test('writes a heading above each original, and moves nothing else', () => {
    const [originals, restored] = [plain([0, 0.2, 0.4], 9, 15), plain([1, 0.8, 0.6], 9, 15)];
    const sheet = (headings?: readonly string[]) =>
      reconstructionSheet(originals, restored, { columns: 2, scale: 1, headings });
    const [bare, headed] = [sheet(), sheet(['1', '27', '1'])].map(rowsOf);
    const strips = [2, 2 + 11 + 9 + 2 + 9 + 8];
    const rest = headed.filter((_, y) => !strips.some((top) => y >= top && y < top + 11));
    expect(rest).toEqual(bare);
    const dots = (top: number, left: number) =>
      headed
        .slice(top, top + 11)
        .map((row) =>
          Array.from(row.slice(left, left + 11), (value) => (value === GAP ? '.' : '#')).join(''),
        );
    const one = [
      '..#........',
      '.##........',
      '..#........',
      '..#........',
      '..#........',
      '..#........',
      '.###.......',
    ];
    expect(dots(2, 2).slice(2, 9)).toEqual(one);
    expect(dots(strips[1], 2)).toEqual(dots(2, 2));
    expect(dots(2, 19).slice(2, 4)).toEqual(['.###..#####', '#...#.....#']);
  });

  test('moves narrow images apart, so that headings are whole', () => {
    const sheet = (headings?: readonly string[]) =>
      reconstructionSheet(plain([0, 1, 0.4], 9, 3), plain([0, 1, 0.4], 9, 3), { scale: 1, headings });
    expect(sheet().width).toBe(2 + 3 * (3 + 2));
    const headed = sheet(['269', '1', '11']);
    expect(headed.width).toBe(2 + 3 * (17 + 4 + 2)); // three letters of 5 dots, 1 between
    const row = rowsOf(headed)[2 + 11];
    expect([2, 25, 48].map((x) => row[x])).toEqual([0, 255, 102]);
  });

  describe('with the errors of pixels', () => {
    const [zeros, ones] = [plain([0, 0], 1, 1), plain([1, 1], 1, 1)];
    const colour = (sheet: PixelImage, x: number, y: number) =>
      Array.from(sheet.data.subarray(3 * (y * sheet.width + x), 3 * (y * sheet.width + x) + 3));
    const heatRow = 2 + 2 * 3;
    const sheetOf = (errors: readonly number[]) =>
      reconstructionSheet(zeros, ones, { errors: plain(errors, 1, 1), scale: 1 });

    test('has them in colour below gray reconstructions, on one scale for all images', () => {
      const sheet = sheetOf([0.2, 0.8]);
      expect(sheet.channels).toBe(3);
      expect([2, 5].map((y) => colour(sheet, 2, y))).toEqual([
        [0, 0, 0],
        [255, 255, 255],
      ]);
      const lightest = [255, 235, 130];
      expect(colour(sheet, 5, heatRow)).toEqual(lightest);
      // A quarter of the largest; the lightest, too, if each image had its own scale.
      expect(colour(sheet, 2, heatRow)).toEqual([92, 22, 128]);
      expect(colour(sheetOf([0.2, 0.2]), 2, heatRow)).toEqual(lightest);
    });

    test('says below what the lightest colour means, and is wide enough for it', () => {
      const [sheet, same, other] = [sheetOf([0.2, 0.8]), sheetOf([0.8, 0.1]), sheetOf([0.2, 0.7])];
      const legend = ({ data, width, height }: PixelImage) => data.slice(3 * width * (height - 11));
      expect(sheet.width).toBe(2 + 41 + 4 + 48 + 4 + 17 + 2); // "error 0", the colours, "0.8"
      expect(legend(same)).toEqual(legend(sheet));
      expect(legend(other)).not.toEqual(legend(sheet));
      const [left, middle] = [2 + 41 + 4, sheet.height - 6];
      expect([left, left + 47].map((x) => colour(sheet, x, middle))).toEqual([
        [0, 0, 0],
        [255, 235, 130],
      ]);
    });

    test('refuses errors of another size, and of channels', () => {
      for (const errors of [plain([1], 1, 1), Tensor.zeros([2, 1, 1, 3])]) {
        expect(() => reconstructionSheet(zeros, ones, { errors })).toThrow(
          /the originals are \[2, 1, 1, 1\], the errors \[\d, 1, 1, \d\], expected the same\.$/,
        );
      }
    });
  });

  test('shows ten in a row by default', () => {
    expect(
      reconstructionSheet(plain(new Array(12).fill(0), 28, 28), plain(new Array(12).fill(0), 28, 28)).width,
    ).toBe(862);
  });

  test('takes [n, h, w] beside [n, h, w, 1], but refuses other sizes', () => {
    const original = Tensor.zeros([2, 4, 4]);
    expect(reconstructionSheet(original, Tensor.zeros([2, 4, 4, 1])).channels).toBe(1);
    expect(() => reconstructionSheet(original, Tensor.zeros([3, 4, 4]))).toThrow(
      'reconstructionSheet: the originals are [2, 4, 4, 1], the reconstructions [3, 4, 4, 1], expected the same.',
    );
  });
});
