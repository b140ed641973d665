/** What djpeg and ImageMagick read from the same files: see test/golden/jpeg/make_golden.py. */

import { describe, expect, test } from '@jest/globals';
import { decodeJpeg } from '../../../src/node/pictures/jpeg.ts';
import {
  fileOfJpegParts,
  goldenPixels,
  jpegFile,
  jpegParts,
  withJpegPart,
} from '../../helpers/bytes/jpegBytes.ts';
import { concat } from '../../helpers/bytes/pngBytes.ts';
import { processorMs } from '../../helpers/mutations/processorTime.ts';

const SIZE = 0xc0;
const RESTART_INTERVAL = 0xdd;
const JFIF = 0xe0;
const ADOBE = 0xee;

function difference(a: Uint8Array, b: Uint8Array): { mean: number; most: number } {
  expect(a.length).toBe(b.length);
  const differences = Array.from(a, (value, i) => Math.abs(value - b[i]));
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / a.length,
    most: Math.max(...differences),
  };
}

const without = (file: Uint8Array, code: number) =>
  fileOfJpegParts(jpegParts(file).filter((part) => part.code !== code));

async function refusal(bytes: Uint8Array): Promise<string> {
  const error = await decodeJpeg(bytes).then(
    () => new Error('it was read'),
    (cause: Error) => cause,
  );
  expect(error.name).toBe('FormatError');
  return error.message;
}

describe('decodeJpeg reads as djpeg does', () => {
  // jpeg-js rounds in the transform of each block, and in each row of it: by 1, which the conversion to RGB makes 3.
  test.each(['gray', 'gray-progressive-restarts'])('%s', async (name) => {
    const { data, ...rest } = await decodeJpeg(jpegFile(name));
    const golden = goldenPixels(name, 'pgm');
    expect(rest).toEqual({ width: 37, height: 35, channels: 1 });
    const { mean, most } = difference(data, golden.data);
    expect(mean).toBeLessThan(0.1);
    expect(most).toBeLessThanOrEqual(1);
  });

  test.each([
    ['ycc420', 0.2],
    ['ycc422', 0.2],
    ['ycc440', 0.2],
    ['ycc411', 0.2],
    ['ycc444', 0.2],
    ['progressive', 0.2],
    ['restarts', 0.2],
    ['progressive-restarts', 0.2],
    ['three-scans', 0.2],
    ['rgb', 0.1],
    // jpeg-js itself makes RGB of four components, and cuts off where it should round.
    ['ycck', 0.5],
    ['cmyk', 0.5],
  ])('%s', async (name, bound) => {
    const { data, ...rest } = await decodeJpeg(jpegFile(name));
    expect(rest).toEqual({ width: 37, height: 35, channels: 3 });
    const { mean, most } = difference(data, goldenPixels(name, 'ppm').data);
    expect(mean).toBeLessThan(bound);
    expect(most).toBeLessThanOrEqual(3);
  });

  test('the control: colours taken for brightness and differences are far from it', async () => {
    const file = jpegFile('rgb');
    const asYcc = withJpegPart(file, ADOBE, (body) => body.with(11, 1));
    const { data } = await decodeJpeg(asYcc);
    expect(difference(data, goldenPixels('rgb', 'ppm').data).mean).toBeGreaterThan(20);
  });
});

describe('decodeJpeg', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'turns a picture of EXIF orientation %i upright',
    async (orientation) => {
      const { data, ...rest } = await decodeJpeg(jpegFile(`orientation-${orientation}`));
      const { data: golden, ...expected } = goldenPixels(`orientation-${orientation}`, 'pgm');
      expect(rest).toEqual(expected);
      expect(difference(data, golden).most).toBeLessThanOrEqual(1);
    },
  );

  test('ignores what follows the end, as phones put films there', async () => {
    const file = jpegFile('ycc420');
    expect(await decodeJpeg(concat(file, jpegFile('gray'), new Uint8Array(99)))).toEqual(
      await decodeJpeg(file),
    );
  });

  test('reads a file that begins in the middle of a buffer', async () => {
    const file = jpegFile('ycc420');
    const inside = concat(new Uint8Array(9), file, new Uint8Array(9)).subarray(9, 9 + file.length);
    expect(await decodeJpeg(inside)).toEqual(await decodeJpeg(file));
  });

  test('passes over fill bytes, comments and data of applications', async () => {
    const file = jpegFile('ycc420');
    const [first, ...others] = jpegParts(file);
    const comment = { code: 0xfe, body: new TextEncoder().encode('a comment'), data: new Uint8Array() };
    const data = { code: 0xe5, body: new Uint8Array(300).fill(0xff), data: new Uint8Array() };
    const full = fileOfJpegParts([first, comment, data, comment, ...others]);
    const filled = concat(full.subarray(0, 2), new Uint8Array(5).fill(0xff), full.subarray(2));
    expect(await decodeJpeg(filled)).toEqual(await decodeJpeg(file));
  });

  test('takes three components without markers for colours of JFIF, unless they are called R, G and B', async () => {
    const ycc = jpegFile('ycc420');
    expect(await decodeJpeg(without(ycc, JFIF))).toEqual(await decodeJpeg(ycc));
    const rgb = jpegFile('rgb');
    expect(await decodeJpeg(without(rgb, ADOBE))).toEqual(await decodeJpeg(rgb));
  });

  test('takes four components without the Adobe marker for CMYK', async () => {
    const cmyk = jpegFile('cmyk');
    expect(await decodeJpeg(without(cmyk, ADOBE))).toEqual(await decodeJpeg(cmyk));
  });
});

describe('decodeJpeg refuses', () => {
  const ycc = jpegFile('ycc420');
  const size = (at: number, value: number) => withJpegPart(ycc, SIZE, (body) => body.with(at, value));

  test.each<[string, Uint8Array, string | RegExp]>([
    ['nothing', new Uint8Array(), /^not a JPEG file but an empty file/],
    ['another format', new TextEncoder().encode('GIF89a etc.'), /^not a JPEG file but a GIF picture/],
    ['12 bits a sample', size(0, 12), 'a JPEG of 12 bits a sample, expected 8.'],
    ['no height', size(2, 0), 'a JPEG of 37x0 pixels, expected at least one pixel.'],
    ['two components', withJpegPart(ycc, SIZE, (body) => body.with(5, 2).slice(0, 12)), /of 2 components/],
    ['a component twice', size(9, 1), /two of its components have the same name/],
    ['a sampling factor of 0', size(7, 0x20), /sizes that are not read here/],
    [
      'components of two thirds',
      withJpegPart(ycc, SIZE, (body) => body.with(7, 0x31).with(10, 0x21)),
      /sizes that are not read here/,
    ],
    ['arithmetic coding', jpegFile('arithmetic'), 'a JPEG with arithmetic coding, which is not read here.'],
    [
      'pictures without loss',
      Uint8Array.from(
        fileOfJpegParts(jpegParts(ycc).map((part) => (part.code === SIZE ? { ...part, code: 0xc3 } : part))),
      ),
      'a JPEG without loss, which is not read here.',
    ],
    [
      'several layers',
      fileOfJpegParts(jpegParts(ycc).map((part) => (part.code === SIZE ? { ...part, code: 0xc5 } : part))),
      'a JPEG of several layers (hierarchical), which is not read here.',
    ],
    ['no size', without(ycc, SIZE), /its image data comes before its size/],
    ['no image data', without(ycc, 0xda), 'a JPEG without image data.'],
    ['no Huffman tables', without(ycc, 0xc4), /the header of a scan/],
    ['no quantization tables', without(ycc, 0xdb), /the header of a scan/],
    [
      'a scan that is missing',
      fileOfJpegParts(jpegParts(jpegFile('three-scans')).slice(0, -1)),
      /lacks the image data of one/,
    ],
    [
      'a scan that comes twice',
      fileOfJpegParts([...jpegParts(jpegFile('three-scans')), jpegParts(jpegFile('three-scans')).at(-1)!]),
      /scans are not in order/,
    ],
    [
      'the size twice',
      fileOfJpegParts([...jpegParts(ycc), jpegParts(ycc).find(({ code }) => code === SIZE)!]),
      /unknown or repeated part/,
    ],
    [
      'restart markers that nobody announced',
      without(jpegFile('restarts'), RESTART_INTERVAL),
      /restart markers, expected 0/,
    ],
    [
      'restart markers that jpeg-js would not find',
      jpegFile('padded-restarts'),
      /restart markers are not where/,
    ],
  ])('%s', async (_, file, reason) => {
    expect(await refusal(file)).toMatch(reason);
  });

  test('a file that is cut off anywhere, also where jpeg-js would fill it up with gray', async () => {
    for (const name of ['ycc420', 'progressive', 'restarts']) {
      const file = jpegFile(name);
      for (let length = 3; length < file.length; length++) {
        expect(await refusal(file.slice(0, length))).toMatch(/cut off/);
      }
    }
  });

  test('a file of which a part between two restart markers is missing', async () => {
    const parts = jpegParts(jpegFile('restarts'));
    const scan = parts.at(-1)!;
    const at = scan.data.findIndex((byte, i) => byte === 0xff && scan.data[i + 1] === 0xd0);
    const [before, after] = [scan.data.slice(0, at), scan.data.slice(at)];
    const cut = (data: Uint8Array) => fileOfJpegParts([...parts.slice(0, -1), { ...scan, data }]);
    expect(await refusal(cut(before))).toMatch(/has 0 restart markers, expected 2/);
    expect(await refusal(cut(after.slice(2)))).toMatch(/not in order/);
  });

  test('a small file that claims a huge picture, at once', async () => {
    const large = (high: number) => withJpegPart(ycc, SIZE, (body) => body.with(1, high).with(3, high));
    for (const [high, reason] of [
      [0xff, /claims 65317x65315 pixels, expected at most 33 megapixels/],
      [0x18, /too little image data for its size/],
    ] as const) {
      const [start, before] = [processorMs(), process.memoryUsage().rss];
      expect(await refusal(large(high))).toMatch(reason);
      expect(processorMs() - start).toBeLessThan(500);
      expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
    }
  });

  test('more scans than there can be', async () => {
    const parts = jpegParts(jpegFile('progressive'));
    const scan = parts.findLast(({ code }) => code === 0xda)!;
    const file = fileOfJpegParts([...parts, ...new Array(100).fill(scan)]);
    expect(await refusal(file)).toMatch(/scans are not in order/);
  });
});
