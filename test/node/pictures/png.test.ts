import { deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { FormatError } from '../../../src/io/errors.ts';
import { stackPngs } from '../../../src/node/pictures/pictureStack.ts';
import { decodePng, encodePng } from '../../../src/node/pictures/png.ts';
import {
  bigEndian32,
  chunk,
  concat,
  fileOf,
  GRAY,
  GRAY_ALPHA,
  header,
  PALETTE,
  type PngImage,
  pngBytes,
  RGB,
  RGBA,
  rawPixels,
  samplesPerPixel,
} from '../../helpers/bytes/pngBytes.ts';
import { processorMs } from '../../helpers/mutations/processorTime.ts';

/** Bytes that look random but are the same on every run. */
function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 11) & 255);
}

/** An image whose samples use every bit. */
function noisy(
  colorType: number,
  depth: number,
  width: number,
  height: number,
  interlaced = false,
): PngImage {
  const samples = samplesPerPixel(colorType);
  const pixel = (x: number, y: number): number[] =>
    Array.from(
      { length: samples },
      (_, i) => (Math.imul(1 + i + 4 * (x + 64 * y), 0x9e3779b1) >>> 7) % 2 ** depth,
    );
  return { width, height, depth, colorType, interlaced, pixel };
}

/** What a pixel is in 8-bit RGBA. */
function expectedPixel({ colorType, depth, pixel }: PngImage, x: number, y: number): number[] {
  const samples = pixel(x, y).map((sample) => Math.round((255 * sample) / (2 ** depth - 1)));
  if (colorType === GRAY) return [samples[0], samples[0], samples[0], 255];
  if (colorType === GRAY_ALPHA) return [samples[0], samples[0], samples[0], samples[1]];
  return colorType === RGB ? [...samples, 255] : samples;
}

function expectedPixels(image: PngImage): number[] {
  const rows = Array.from({ length: image.height }, (_, y) => y);
  const columns = Array.from({ length: image.width }, (_, x) => x);
  return rows.flatMap((y) => columns.flatMap((x) => expectedPixel(image, x, y)));
}

/** Calls it, expects a FormatError of one sentence and returns that. */
function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    const { message } = error as FormatError;
    expect(message).toMatch(/^[^\n]{10,250}[.]$/);
    return message;
  }
  throw new Error('it was accepted');
}

const tiny: PngImage = {
  width: 3,
  height: 2,
  depth: 8,
  colorType: GRAY,
  pixel: (x, y) => [50 * x + 100 * y],
};

describe('what was written is read back', () => {
  test('gray', () => {
    const data = noise(13 * 7);
    const read = decodePng(encodePng({ width: 13, height: 7, channels: 1, data }));
    expect(read).toMatchObject({ width: 13, height: 7, channels: 4, hasAlpha: false });
    expect([...read.data]).toEqual([...data].flatMap((gray) => [gray, gray, gray, 255]));
  });

  test('colour, from a part of a larger array', () => {
    const data = noise(100 + 3 * 5 * 4).subarray(100);
    const read = decodePng(encodePng({ width: 5, height: 4, channels: 3, data }));
    expect([...read.data.filter((_, i) => i % 4 < 3)]).toEqual([...data]);
    expect(read.hasAlpha).toBe(false);
  });

  test('an enlarged picture makes a small file', () => {
    const small = noise(28 * 28);
    const data = Uint8Array.from({ length: 280 * 280 }, (_, i) => {
      const [x, y] = [i % 280, Math.floor(i / 280)];
      return small[Math.floor(y / 10) * 28 + Math.floor(x / 10)];
    });
    expect(encodePng({ width: 280, height: 280, channels: 1, data }).length).toBeLessThan(3000);
  });

  test('too little data is not written at all', () => {
    const image = { width: 4, height: 4, channels: 3, data: new Uint8Array(16) } as const;
    expect(() => encodePng(image)).toThrow('need at least one pixel and 48 bytes, the data holds 16');
    expect(() => encodePng({ width: 0, height: 4, channels: 1, data: new Uint8Array() })).toThrow(RangeError);
  });
});

describe.each([false, true])('decodePng reads (interlaced: %p)', (interlaced) => {
  test.each([
    [GRAY, 1],
    [GRAY, 2],
    [GRAY, 4],
    [GRAY, 8],
    [GRAY, 16],
    [RGB, 8],
    [RGB, 16],
    [GRAY_ALPHA, 8],
    [GRAY_ALPHA, 16],
    [RGBA, 8],
    [RGBA, 16],
  ])('colour type %p with %p bits', (colorType, depth) => {
    for (const [width, height] of [
      [1, 1],
      [2, 5],
      [8, 8],
      [13, 9],
    ]) {
      const image = noisy(colorType, depth, width, height, interlaced);
      const read = decodePng(pngBytes(image));
      expect([read.width, read.height]).toEqual([width, height]);
      expect([...read.data]).toEqual(expectedPixels(image));
    }
  });

  test.each([1, 2, 4, 8])('a palette with %p bits', (depth) => {
    const colors = Array.from({ length: 2 ** depth }, (_, i) => [i, 255 - i, (7 * i) % 256]);
    const palette = chunk('PLTE', Uint8Array.from(colors.flat()));
    const image = { ...noisy(PALETTE, depth, 11, 6, interlaced), extra: [palette] };
    const read = decodePng(pngBytes(image));
    const expected = Array.from({ length: 66 }, (_, i) => [
      ...colors[image.pixel(i % 11, Math.floor(i / 11))[0]],
      255,
    ]);
    expect([...read.data]).toEqual(expected.flat());
    expect(read.hasAlpha).toBe(false);
  });

  test('every size from 1x1 to 9x9', () => {
    for (let width = 1; width <= 9; width++) {
      for (let height = 1; height <= 9; height++) {
        const image = noisy(GRAY, 4, width, height, interlaced);
        expect([...decodePng(pngBytes(image)).data]).toEqual(expectedPixels(image));
      }
    }
  });
});

describe('decodePng', () => {
  test('sees transparency, however it is written', () => {
    const palette = chunk('PLTE', Uint8Array.of(1, 2, 3, 4, 5, 6));
    const seeThrough = [
      { ...tiny, colorType: RGBA, pixel: () => [1, 2, 3, 254] },
      { ...tiny, colorType: GRAY_ALPHA, pixel: (x: number) => [7, x === 2 ? 0 : 255] },
      { ...tiny, extra: [chunk('tRNS', Uint8Array.of(0, 50))] },
      {
        ...tiny,
        colorType: PALETTE,
        depth: 1,
        pixel: () => [1],
        extra: [palette, chunk('tRNS', Uint8Array.of(255, 9))],
      },
    ];
    for (const image of seeThrough) expect(decodePng(pngBytes(image)).hasAlpha).toBe(true);
    expect(decodePng(pngBytes({ ...tiny, colorType: RGBA, pixel: () => [1, 2, 3, 255] })).hasAlpha).toBe(
      false,
    );
  });

  test('reads image data spread over many chunks, beside chunks that it does not know', () => {
    const compressed = deflateSync(rawPixels(tiny));
    const pieces = Array.from(compressed, (byte) => chunk('IDAT', Uint8Array.of(byte)));
    const file = fileOf(
      header(tiny),
      chunk('tEXt', noise(50)),
      ...pieces,
      chunk('IDAT'),
      chunk('tIME'),
      chunk('IEND'),
    );
    expect([...decodePng(file).data]).toEqual(expectedPixels(tiny));
  });

  test('ignores what follows the end', () => {
    expect([...decodePng(concat(pngBytes(tiny), noise(100))).data]).toEqual(expectedPixels(tiny));
  });

  test('reads from the middle of a larger buffer', () => {
    const file = pngBytes(tiny);
    expect([...decodePng(concat(noise(9), file, noise(9)).subarray(9, 9 + file.length)).data]).toEqual(
      expectedPixels(tiny),
    );
  });
});

describe('decodePng refuses', () => {
  const sound = pngBytes(tiny);
  const raw = rawPixels(tiny);
  const palette = chunk('PLTE', Uint8Array.of(1, 2, 3));
  const clear = chunk('tRNS', Uint8Array.of(0, 50));
  const withData = (data: Uint8Array, image = tiny): Uint8Array =>
    fileOf(header(image), chunk('IDAT', data), chunk('IEND'));
  const withHeader = (fields: Partial<PngImage>): Uint8Array =>
    pngBytes({ ...tiny, ...fields, pixel: () => [0, 0, 0, 0] });
  const withHeaderBytes = (...last5: number[]): Uint8Array =>
    fileOf(
      chunk('IHDR', concat(bigEndian32(3), bigEndian32(2), Uint8Array.from(last5))),
      chunk('IDAT', deflateSync(raw)),
      chunk('IEND'),
    );

  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(), /^not a PNG file but an empty file/],
    [
      'another format',
      new TextEncoder().encode('GIF89a etc.'),
      /^not a PNG file but a GIF picture: save it as PNG or JPEG\.$/,
    ],
    ['no image data', fileOf(header(tiny), chunk('IEND')), /no IDAT/],
    ['no header', fileOf(chunk('IDAT', deflateSync(raw)), chunk('IEND')), /begins with IDAT/],
    ['a short header', fileOf(chunk('IHDR', new Uint8Array(12)), chunk('IEND')), /IHDR of 12 bytes/],
    ['two headers', fileOf(header(tiny), header(tiny), chunk('IEND')), /unknown or repeated chunk, IHDR/],
    ['an unknown critical chunk', fileOf(header(tiny), chunk('CgBI'), chunk('IEND')), /CgBI/],
    ['a chunk with no name', fileOf(header(tiny), chunk('\0\x01\x02\x03')), /no chunk begins at byte 33/],
    ['garbage for image data', withData(noise(40)), /can't be inflated \(incorrect header check/],
    ['empty image data', withData(new Uint8Array()), /can't be inflated \(unexpected end of file/],
    ['image data cut off', withData(deflateSync(raw).subarray(0, 8)), /can't be inflated/],
    [
      'image data with a wrong checksum',
      withData(concat(deflateSync(raw).subarray(0, -4), new Uint8Array(4))),
      /incorrect data check/,
    ],
    ['too few rows', withData(deflateSync(raw.subarray(0, 4))), /3x2 pixels take 8 bytes, it has 4\./],
    ['too many rows', withData(deflateSync(concat(raw, raw))), /more image data than its 3x2 pixels take/],
    [
      'more after the image data',
      withData(concat(deflateSync(raw), noise(5))),
      /more bytes follow the end of its image data/,
    ],
    [
      'too few interlaced rows',
      withData(deflateSync(raw), { ...tiny, width: 9, interlaced: true }),
      /too little image data/,
    ],
    ['a filter that does not exist', withData(deflateSync(Uint8Array.from(raw).fill(9, 0, 1))), /filter/],
    ['no palette', withHeader({ colorType: PALETTE }), /lacks the palette/],
    [
      'a colour beyond the palette',
      pngBytes({ ...tiny, colorType: PALETTE, extra: [chunk('PLTE', Uint8Array.of(1, 2, 3))] }),
      /not in palette/,
    ],
    [
      'a malformed small chunk',
      pngBytes({ ...tiny, extra: [chunk('gAMA', Uint8Array.of(1))] }),
      /can't be decoded/,
    ],
    [
      'two palettes',
      pngBytes({ ...tiny, colorType: PALETTE, pixel: () => [0], extra: [palette, palette] }),
      /its PLTE chunk is in the wrong place/,
    ],
    [
      'a palette after the image data',
      fileOf(header(tiny), chunk('IDAT', deflateSync(raw)), palette, chunk('IEND')),
      /its PLTE chunk is in the wrong place/,
    ],
    [
      'a palette of a gray image',
      pngBytes({ ...tiny, extra: [palette] }),
      /palette has 3 bytes, which colour type 0/,
    ],
    [
      'a palette of four bytes',
      pngBytes({ ...tiny, colorType: PALETTE, pixel: () => [0], extra: [chunk('PLTE', noise(4))] }),
      /palette has 4 bytes, which colour type 3 with 8 bits does not allow/,
    ],
    [
      'more colours than the depth has room for',
      pngBytes({ ...tiny, depth: 1, colorType: PALETTE, pixel: () => [0], extra: [chunk('PLTE', noise(9))] }),
      /palette has 9 bytes, which colour type 3 with 1 bits does not allow/,
    ],
    [
      'transparency twice',
      pngBytes({ ...tiny, extra: [clear, clear] }),
      /its tRNS chunk is in the wrong place/,
    ],
    [
      'transparency after the image data, of which pngjs makes transparent pixels',
      fileOf(header(tiny), chunk('IDAT', deflateSync(raw)), clear, chunk('IEND')),
      /its tRNS chunk is in the wrong place/,
    ],
    [
      'transparency beside an alpha channel',
      pngBytes({ ...tiny, colorType: GRAY_ALPHA, pixel: () => [1, 2], extra: [clear] }),
      /tRNS.*colour type 4/,
    ],
    [
      'a transparent colour too long for its type',
      pngBytes({ ...tiny, extra: [chunk('tRNS', noise(6))] }),
      /tRNS.*colour type 0/,
    ],
    [
      'a transparent colour of more bits than a sample, which pngjs finds nowhere',
      pngBytes({ ...tiny, extra: [chunk('tRNS', Uint8Array.of(1, 50))] }),
      /tRNS.*with 8 bits/,
    ],
    [
      'image data in two places',
      fileOf(
        header(tiny),
        chunk('IDAT', deflateSync(raw).subarray(0, 5)),
        chunk('tEXt'),
        chunk('IDAT', deflateSync(raw).subarray(5)),
        chunk('IEND'),
      ),
      /another chunk divides its image data/,
    ],
    [
      'an end chunk with something in it',
      fileOf(header(tiny), chunk('IDAT', deflateSync(raw)), chunk('IEND', noise(1))),
      /end chunk is not empty/,
    ],
    ['3 bits a sample', withHeaderBytes(3, GRAY, 0, 0, 0), /colour type 0 with 3 bits/],
    ['a palette of 16 bits', withHeaderBytes(16, PALETTE, 0, 0, 0), /colour type 3 with 16 bits/],
    ['colour type 5', withHeaderBytes(8, 5, 0, 0, 0), /colour type 5/],
    ['an unknown compression', withHeaderBytes(8, GRAY, 1, 0, 0), /compression 1/],
    ['an unknown filter method', withHeaderBytes(8, GRAY, 0, 1, 0), /filter 1/],
    ['an unknown interlacing', withHeaderBytes(8, GRAY, 0, 0, 2), /interlace 2/],
    ['no width', withHeader({ width: 0 }), /0x2 pixels/],
  ])('%s', (_, file, reason) => {
    expect(refusal(() => decodePng(file))).toMatch(reason);
  });

  test('a file cut off anywhere', () => {
    for (let length = 0; length < sound.length; length++) {
      expect(refusal(() => decodePng(sound.slice(0, length)))).toMatch(length < 8 ? /^not a PNG/ : /cut off/);
    }
  });

  test('a file with any one bit changed', () => {
    for (let bit = 0; bit < 8 * sound.length; bit++) {
      const damaged = sound.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      refusal(() => decodePng(damaged));
    }
  });
});

describe('a small file that claims a huge image is refused at once', () => {
  const few = deflateSync(new Uint8Array(100));
  const zeros = deflateSync(new Uint8Array(30e6));

  test.each<[string, Partial<PngImage>, Uint8Array, RegExp]>([
    [
      '30000x30000 pixels',
      { width: 30000, height: 30000 },
      few,
      /claims 30000x30000 pixels, expected at most/,
    ],
    ['the largest numbers', { width: 2 ** 32 - 1, height: 2 ** 32 - 1 }, few, /claims 4294967295x4294967295/],
    ['one very long row', { width: 2 ** 24, height: 1 }, few, /expected at most/],
    ['one very high column', { width: 1, height: 2 ** 24 }, few, /expected at most/],
    [
      'a size within the limits, but no pixels',
      { width: 2048, height: 2048, depth: 16, colorType: RGBA },
      few,
      /too little/,
    ],
    ['the same, interlaced', { width: 2048, height: 2048, interlaced: true }, few, /too little/],
    [
      '30000x30000 pixels, interlaced',
      { width: 30000, height: 30000, interlaced: true },
      few,
      /expected at most/,
    ],
    ['one row, interlaced', { width: 16384, height: 1, depth: 16, interlaced: true }, few, /too little/],
    [
      '28x28 pixels, interlaced, with 30 MB',
      { width: 28, height: 28, interlaced: true },
      zeros,
      /more image/,
    ],
    ['28x28 pixels, with 30 MB of zeros', { width: 28, height: 28 }, zeros, /more image data/],
  ])('%s', (_, fields, data, reason) => {
    const file = fileOf(header({ ...tiny, ...fields }), chunk('IDAT', data), chunk('IEND'));
    const [startMs, before] = [processorMs(), process.memoryUsage().rss];
    expect(refusal(() => decodePng(file))).toMatch(reason);
    expect(processorMs() - startMs).toBeLessThan(500); // unguarded: 16 s and 5 GB for the first of these
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });
});

test('a file of a million empty chunks is refused at once', () => {
  const empty = chunk('IDAT');
  const many = new Uint8Array(1e6 * empty.length).map((_, i) => empty[i % empty.length]);
  const file = fileOf(header(tiny), chunk('IDAT', deflateSync(rawPixels(tiny))), many, chunk('IEND'));
  const start = processorMs();
  expect(refusal(() => decodePng(file))).toMatch(/more than 8192 chunks/);
  expect(processorMs() - start).toBeLessThan(2000); // pngjs would make an object of each
});

describe('stackPngs', () => {
  const grayFile = (name: string, value: number): { name: string; bytes: Uint8Array } => ({
    name,
    bytes: pngBytes({ ...tiny, pixel: (x) => [value + x] }),
  });
  const colorFile = (name: string): { name: string; bytes: Uint8Array } => ({
    name,
    bytes: pngBytes({ ...tiny, colorType: RGB, pixel: (x, y) => [x, y, 200] }),
  });

  test('makes [n, height, width] of gray images, also of those written in colour', () => {
    const inColor = { name: 'c.png', bytes: pngBytes({ ...tiny, colorType: RGB, pixel: (x) => [x, x, x] }) };
    const stack = stackPngs([grayFile('a.png', 10), grayFile('b.png', 20), inColor]);
    expect(stack).toMatchObject({ shape: [3, 2, 3], dtype: 'u1', isRounded: false });
    expect([...stack.data]).toEqual([10, 11, 12, 10, 11, 12, 20, 21, 22, 20, 21, 22, 0, 1, 2, 0, 1, 2]);
  });

  test('makes [n, height, width, 3] if one pixel of one image has colour', () => {
    const stack = stackPngs([grayFile('a.png', 10), colorFile('b.png'), grayFile('c.png', 30)]);
    expect(stack.shape).toEqual([3, 2, 3, 3]);
    expect([...stack.data.slice(0, 9)]).toEqual([10, 10, 10, 11, 11, 11, 12, 12, 12]);
    expect([...stack.data.slice(18, 27)]).toEqual([0, 0, 200, 1, 0, 200, 2, 0, 200]);
    expect([...stack.data.slice(36, 45)]).toEqual([30, 30, 30, 31, 31, 31, 32, 32, 32]);
  });

  test('says if a file had 16 bits, of which 8 are read', () => {
    const deep = { name: 'b.png', bytes: pngBytes({ ...tiny, depth: 16, pixel: () => [0x1234] }) };
    const stack = stackPngs([grayFile('a.png', 10), deep, grayFile('c.png', 30)]);
    expect(stack).toMatchObject({ shape: [3, 2, 3], dtype: 'u1', isRounded: true });
    expect(stack.data[6]).toBe(0x12);
  });

  test('reads each file once, in order', () => {
    const reads: string[] = [];
    const lazy = (name: string) => ({
      name,
      get bytes() {
        reads.push(name);
        return pngBytes(tiny);
      },
    });
    stackPngs([lazy('a'), lazy('b'), lazy('c')]);
    expect(reads).toEqual(['a', 'b', 'c']);
  });

  test('names the two files that differ in size', () => {
    const wide = { name: 'wide.png', bytes: pngBytes({ ...tiny, width: 5, pixel: () => [9] }) };
    expect(refusal(() => stackPngs([grayFile('a.png', 1), grayFile('b.png', 1), wide]))).toBe(
      'the images differ in size: a.png is 2x3 pixels (height x width), wide.png is 2x5; resize: [28, 28] brings them to one.',
    );
  });

  test('names the file that is damaged, or has transparent pixels', () => {
    const damaged = { name: 'bad.png', bytes: pngBytes(tiny).slice(0, -1) };
    expect(refusal(() => stackPngs([grayFile('a.png', 1), damaged]))).toMatch(
      /^bad.png: a PNG that is cut off/,
    );
    const clear = {
      name: 'clear.png',
      bytes: pngBytes({ ...tiny, colorType: GRAY_ALPHA, pixel: () => [1, 2] }),
    };
    expect(refusal(() => stackPngs([clear]))).toMatch(/^clear.png: a PNG with transparent pixels/);
  });

  test('refuses no files', () => {
    expect(refusal(() => stackPngs([]))).toBe('there are no PNG files.');
  });

  test('refuses more than 4 GiB before it takes the memory', () => {
    const large = {
      name: 'a.png',
      bytes: encodePng({ width: 1024, height: 1024, channels: 1, data: new Uint8Array(2 ** 20) }),
    };
    expect(refusal(() => stackPngs(new Array(5000).fill(large)))).toMatch(
      /^5000 images of 1024x1024 pixels take 52428/,
    );
  });
});
