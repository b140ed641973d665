/** A lossy file gives back exactly what the decoder makes of the rounded codes, a lossless one every byte. */

import { createHash } from 'node:crypto';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import {
  type CompressOptions,
  compressImages,
  compressStream,
  DEFAULT_LEVELS,
  findRanges,
} from '../../src/compression/compress.ts';
import { CompressedFile, decompressImages } from '../../src/compression/decompress.ts';
import * as compression from '../../src/compression/index.ts';
import { canUseKernels, FILE_KERNELS, kernelsProbe } from '../../src/compression/kernelsProbe.ts';
import { type OriginalFile, toFortranOrder } from '../../src/compression/originalFile.ts';
import { Quality } from '../../src/compression/quality.ts';
import { CodeRanges, Quantizer } from '../../src/compression/quantizer.ts';
import { levelsFor } from '../../src/compression/targetPsnr.ts';
import { denormalize } from '../../src/data/denormalize.ts';
import {
  DataError,
  type DType,
  NO_NORMALIZATION,
  type Normalization,
  type SampleArray,
  type Samples,
} from '../../src/data/samples.ts';
import { transform } from '../../src/data/transform.ts';
import { FormatError } from '../../src/io/errors.ts';
import { readModel, writeModel } from '../../src/io/model.ts';
import { readNpy } from '../../src/io/numpy/npy.ts';
import { parseNpyHeader } from '../../src/io/numpy/npyHeader.ts';
import { GaussianDistribution } from '../../src/latent/gaussian.ts';
import { kernels, setKernels } from '../../src/tensor/kernels/active.ts';
import { Random } from '../../src/tensor/random.ts';
import { type Shape, ShapeError, sizeOf } from '../../src/tensor/shape.ts';
import { VariationalAutoencoder } from '../../src/vae/variationalAutoencoder.ts';
import { partsOf, withChecks, withLengths } from '../helpers/bytes/isthParts.ts';
import { npyBytes } from '../helpers/bytes/npyBytes.ts';
import { isAll } from '../helpers/cases.ts';
import { describeEachKernels } from '../helpers/eachKernels.ts';
import { storedSamples } from '../helpers/storedSamples.ts';
import { DIVIDED_BY_255, toyImages, toyModel } from '../training/toy.ts';

/** More images of 16 numbers than one chunk holds. */
const MANY = 20_000;

/** decode(dequantize(quantize(encode(images)))), in the units of the data. */
function byDefinition(autoencoder: Autoencoder, samples: Samples, levels: number): SampleArray {
  const codes = autoencoder.encode(samples);
  const ranges = new CodeRanges(autoencoder.encodingDim);
  ranges.add(codes.data);
  const quantizer = new Quantizer(levels, ranges);
  codes.data.set(quantizer.dequantize(quantizer.quantize(codes.data)));
  return denormalize(autoencoder.decode(codes).data, samples.normalization ?? NO_NORMALIZATION).data;
}

/** `toEqual` takes seconds for a million numbers. */
function expectSameBytes(got: ArrayBufferView, expected: ArrayBufferView): void {
  const [a, b] = [got, expected].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength),
  );
  expect([a.length, a.equals(b)]).toEqual([b.length, true]);
}

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return new Uint8Array(Buffer.concat(parts));
}

describeEachKernels('compressed images', () => {
  test.each([4, 13, 32, 256])('of %d levels come back as the decoder makes them', async (levels) => {
    const images = toyImages(300);
    const { bytes } = await compressImages(toyModel(), images, { levels });
    const { shape, data, dtype } = await decompressImages(bytes, toyModel());
    expect({ shape, dtype }).toEqual({ shape: [300, 4, 4], dtype: 'u1' });
    expectSameBytes(data, byDefinition(toyModel(), images, levels));
    expect(new Set(data).size).toBeGreaterThan(10);
  });
});

// The plain kernels take long for so many images.
(isAll ? describeEachKernels : describe)('compressed images of several chunks', () => {
  test('come back in the same way over several chunks, stored or in memory, lossless or not', async () => {
    const images = toyImages(MANY);
    for (const lossless of [false, true]) {
      const { bytes } = await compressImages(toyModel(), images, { levels: 16, lossless });
      const streamed = await bytesOf(
        compressStream(toyModel(), storedSamples(images), { levels: 16, lossless }),
      );
      expectSameBytes(streamed, bytes);
      const { data } = await decompressImages(bytes, toyModel());
      expectSameBytes(data, lossless ? images.data : byDefinition(toyModel(), images, 16));
    }
  });
});

describe('compressed images', () => {
  test.each<[string, Normalization, (value: number) => number]>([
    ['floats in [0, 1]', { kind: 'none', dtype: 'f4', shift: 0, scale: 1 }, (value) => value / 255],
    ['floats by minmax', { kind: 'minmax', dtype: 'f8', shift: -5, scale: 20 }, (value) => value / 13 - 5],
    ['floats by standard', { kind: 'standard', dtype: 'f4', shift: 120, scale: 85 }, (value) => value],
    ['uint16', { kind: 'divide', dtype: 'u2', shift: 0, scale: 65535 }, (value) => 257 * value],
    ['64-bit integers', { kind: 'divide', dtype: 'i8', shift: 0, scale: 255 }, (value) => value],
  ])('of %s have the units and the type that decode gives', async (_, normalization, value) => {
    const { shape, data } = toyImages(50);
    const samples = { shape, data: Float64Array.from(data, value), normalization };
    const { bytes } = await compressImages(toyModel(), samples);
    const restored = await decompressImages(bytes, toyModel());
    expectSameBytes(restored.data, byDefinition(toyModel(), samples, DEFAULT_LEVELS));
    expect(restored.dtype).toBe(denormalize(new Float32Array(), normalization).dtype);
  });

  test('without a normalization are inputs as they are', async () => {
    const { shape, data } = toyImages(20);
    const samples = { shape, data: Float32Array.from(data, (value) => value / 255) };
    const { bytes } = await compressImages(toyModel(), samples);
    expect(await decompressImages(bytes, toyModel())).toMatchObject({ shape, dtype: 'f4' });
  });

  test('of a constant code take no room', async () => {
    const images = { shape: [9000, 4, 4], data: new Uint8Array(9000 * 16), normalization: DIVIDED_BY_255 };
    const { bytes } = await compressImages(toyModel(), images);
    expect(bytes.length).toBeLessThan(500);
    expectSameBytes((await decompressImages(bytes, toyModel())).data, byDefinition(toyModel(), images, 32));
  });

  test('need nothing else with the model inside', async () => {
    const model = writeModel(toyModel(), { training: { epochs: 1 } });
    const { bytes } = await compressImages(toyModel(), toyImages(30), { model });
    const without = await compressImages(toyModel(), toyImages(30));
    expect(bytes.length).toBe(without.bytes.length + model.length + 4);
    expectSameBytes(
      (await decompressImages(bytes)).data,
      (await decompressImages(without.bytes, toyModel())).data,
    );
  });

  test('of a variational autoencoder come back as its decoder makes them, lossless ones exactly', async () => {
    const vae = new VariationalAutoencoder({ inputShape: [4, 4], encodingDim: 3, hidden: [12], seed: 7 });
    const images = toyImages(50);
    const model = writeModel(vae);
    const lossy = await decompressImages((await compressImages(vae, images, { model })).bytes);
    expectSameBytes(lossy.data, byDefinition(vae, images, DEFAULT_LEVELS));
    const lossless = await compressImages(vae, images, { model, lossless: true });
    expectSameBytes((await decompressImages(lossless.bytes)).data, images.data);
  });

  test('are read with a model inside whose file holds the distribution of its codes', async () => {
    const images = toyImages(30);
    const codes = GaussianDistribution.fit(toyModel().encode(images));
    const { bytes } = await compressImages(toyModel(), images, { model: writeModel(toyModel(), { codes }) });
    expectSameBytes((await decompressImages(bytes)).data, byDefinition(toyModel(), images, DEFAULT_LEVELS));
  });

  test('arrive however they are cut into pieces', async () => {
    const { bytes } = await compressImages(toyModel(), toyImages(30), {
      lossless: true,
      model: writeModel(toyModel()),
    });
    for (const size of [1, 7, 1000]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const file = await CompressedFile.open([new Uint8Array(), ...pieces, new Uint8Array()], {
        byteLength: bytes.length,
      });
      const restored = await bytesOf(file.originalBytes());
      expectSameBytes(restored.subarray(-30 * 16), toyImages(30).data);
    }
  });

  test('are measured as they come back', async () => {
    const images = toyImages(100);
    const { quality } = await compressImages(toyModel(), images, { levels: 8 });
    const restored = byDefinition(toyModel(), images, 8);
    let squares = 0;
    for (const [i, value] of restored.entries()) squares += ((value - images.data[i]) / 255) ** 2;
    const mse = squares / restored.length;
    expect(quality.mse).toBeCloseTo(mse, 7);
    expect(quality.psnr).toBeCloseTo(-10 * Math.log10(mse), 4);
    expect(quality.ssim).toBeUndefined(); // smaller than its window
  });

  test('every image counts, in whatever parts they come; PSNR and SSIM are undefined where inputs are not pixels', () => {
    const random = new Random(1);
    const [a, b] = [0, 1].map(() => Uint8Array.from({ length: 3 * 144 }, () => random.uniform(0, 256)));
    const whole = new Quality([12, 12], DIVIDED_BY_255);
    whole.add(a, b);
    const parts = new Quality([12, 12], DIVIDED_BY_255);
    for (let i = 0; i < 3; i++)
      parts.add(a.subarray(i * 144, (i + 1) * 144), b.subarray(i * 144, (i + 1) * 144));
    expect(parts.scores().ssim).toBeCloseTo(whole.scores().ssim ?? Number.NaN, 12);
    const standard = new Quality([12, 12], { ...DIVIDED_BY_255, kind: 'standard' });
    standard.add(a, b);
    expect(standard.scores()).toMatchObject({ psnr: undefined, ssim: undefined });
  });
});

describe('levelsFor', () => {
  test('finds the fewest levels that are good enough', async () => {
    const images = toyImages(200);
    const model = toyModel();
    await model.fit(images, { epochs: 20 });
    const ranges = new CodeRanges(3);
    ranges.add(model.encode(images).data);
    const psnrAt = async (levels: number) =>
      (await compressImages(model, images, { levels })).quality.psnr ?? Number.NaN;
    const target = (await psnrAt(11)) - 1e-9; // reached by 11 levels, and perhaps by fewer or only by more, too
    const found = await levelsFor(target, model, storedSamples(images), ranges);
    expect(await psnrAt(found)).toBeGreaterThanOrEqual(target);
    expect(await psnrAt(found - 1)).toBeLessThan(target);
    expect(await levelsFor(1, model, images, ranges)).toBe(4);
  });

  test('says what the model can do if that is not enough', async () => {
    const ranges = new CodeRanges(3);
    ranges.add(toyModel().encode(toyImages(20)).data);
    await expect(levelsFor(90, toyModel(), toyImages(20), ranges)).rejects.toThrow(
      /^the model reaches -?[\d.]+ dB on these images with 256 levels and -?[\d.]+ dB with unrounded codes, expected at least the 90 dB asked for\.$/,
    );
  });

  test('does not take a network that overflows for good enough', async () => {
    const model = toyModel();
    for (const [, { value }] of model.decoder.namedParameters()) value.data.fill(3e38);
    const floats = { ...toyImages(20), data: Float32Array.from(toyImages(20).data, (value) => value / 255) };
    const images = {
      ...floats,
      normalization: { ...DIVIDED_BY_255, kind: 'none', dtype: 'f4', scale: 1 } as const,
    };
    const ranges = await findRanges(model, images);
    await expect(levelsFor(1, model, images, ranges)).rejects.toThrow('expected at least the 1 dB asked for');
  });
});

/** A model for any shape, and a lossless round trip of a file through it. */
async function restoredFile(file: Uint8Array, model?: Autoencoder): Promise<Uint8Array> {
  const { shape, data, dtype } = readNpy(file);
  const head = file.slice(0, parseNpyHeader(file, file.length).dataOffset);
  return lossless({ shape, data, dtype }, { kind: 'npy', head }, model);
}

async function lossless(
  array: { shape: Shape; data: SampleArray; dtype: DType },
  original?: OriginalFile,
  model = new Autoencoder({ inputShape: array.shape.slice(1), encodingDim: 2, hidden: [5], seed: 1 }),
): Promise<Uint8Array> {
  const scale = { u1: 255, i1: 127, u2: 65535, i2: 32767 }[array.dtype as string] ?? 1;
  const normalization = { kind: 'divide', dtype: array.dtype, shift: 0, scale } as const;
  const samples = { shape: array.shape, data: array.data, normalization };
  const before = createHash('sha256').update(array.data).digest('hex');
  const { bytes } = await compressImages(model, samples, { lossless: true, original });
  expect(createHash('sha256').update(array.data).digest('hex')).toBe(before);
  return bytesOf((await CompressedFile.open(bytes)).originalBytes(model));
}

describe('lossless files', () => {
  const random = new Random(6);
  const valuesFor = (descr: string, shape: Shape): number[] => {
    const bits = 8 * Number(descr.slice(2));
    const minimum = descr[1] === 'i' ? -(2 ** (bits - 1)) : 0;
    return Array.from({ length: sizeOf(shape) }, () => minimum + Math.floor(random.uniform(0, 2 ** bits)));
  };
  const shapes: Shape[] = [
    [1, 5, 4],
    [7, 5, 4],
    [3, 12],
    [4, 9],
    [5, 1, 1],
    [3, 4, 5, 3],
    [2, 2, 3, 2, 2],
    [6, 4, 4, 1],
    [300, 1],
  ];

  describe.each(['|u1', '<u2', '>u2', '|i1', '<i2', '>i2'])('of %s', (descr) => {
    test.each(shapes.map((shape) => [shape]))(
      'of shape %j are given back byte for byte, in C and in Fortran order',
      async (shape) => {
        const values = valuesFor(descr, shape);
        for (const fortranOrder of [false, true]) {
          for (const version of [1, 2]) {
            const file = npyBytes({ descr, shape, values, fortranOrder, version, alignment: 16 });
            expectSameBytes(await restoredFile(file), file);
          }
        }
      },
    );
  });

  test('of one image', async () => {
    const { data } = toyImages(1);
    const file = npyBytes({ descr: '|u1', shape: [1, 4, 4, 1], values: [...data] });
    expectSameBytes(await restoredFile(file, toyModel()), file);
  });

  test('of an array that came from elsewhere are a .npy of it', async () => {
    const { shape, data } = toyImages(9);
    const file = await lossless({ shape, data, dtype: 'u1' });
    expect(readNpy(file)).toEqual({ shape, data, dtype: 'u1' });
  });

  test('of IDX are given back as IDX', async () => {
    const { data } = toyImages(9);
    const head = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 4, 0, 0, 0, 4);
    const file = await lossless({ shape: [9, 4, 4], data, dtype: 'u1' }, { kind: 'idx', head });
    expectSameBytes(file, Buffer.concat([head, data]));
    const wide = Int16Array.from(data, (value) => 100 * value - 9000);
    const wideHead = head.with(2, 0x0b);
    const wideFile = await lossless(
      { shape: [9, 4, 4], data: wide, dtype: 'i2' },
      { kind: 'idx', head: wideHead },
    );
    expectSameBytes(wideFile, Buffer.concat([wideHead, Buffer.from(wide.buffer).swap16()]));
  });

  test.each<[DType]>([['f4'], ['f8'], ['u4'], ['i8'], ['b1']])('are not made of %s', async (dtype) => {
    const { shape, data } = toyImages(3);
    await expect(
      lossless({ shape, data: Float64Array.from(data), dtype }, undefined, toyModel()),
    ).rejects.toThrow(/^the values are \w+, lossless compression takes uint8, uint16, int8 and int16\.$/);
  });

  test('are not made with the header of another file', async () => {
    const { shape, data } = toyImages(3);
    const { head } = {
      head: npyBytes({ descr: '|u1', shape: [3, 4, 5], values: Array(60).fill(0) }).slice(0, 128),
    };
    await expect(lossless({ shape, data, dtype: 'u1' }, { kind: 'npy', head })).rejects.toThrow(FormatError);
  });

  test('notice a decoder that computes other bits', async () => {
    const images = toyImages(40);
    const { bytes } = await compressImages(toyModel(), images, { lossless: true });
    const model = toyModel();
    const decode = model.decode.bind(model);
    const gray = images.data.findIndex((value, i) => i > 70 && value > 100 && value < 200);
    jest.spyOn(model, 'decode').mockImplementation((codes) => {
      const outputs = decode(codes);
      outputs.data[gray] += outputs.data[gray] < 0.5 ? 0.5 : -0.5; // a fifth of it is in the prediction
      return outputs;
    });
    await expect(decompressImages(bytes, model)).rejects.toThrow(
      /^(the values are not those that were compressed|the coded data is)/,
    );
  });

  test('toFortranOrder is the inverse of reading it', () => {
    const shape = [3, 1, 4, 5];
    const values = valuesFor('<u2', shape);
    const stored = npyBytes({ descr: '<u2', shape, values, fortranOrder: true });
    const [rowMajor, inFile] = [readNpy(stored).data, stored.slice(-2 * values.length)];
    expectSameBytes(toFortranOrder(rowMajor, shape), inFile);
  });
});

describe('kernels', () => {
  const before = kernels().name;
  afterEach(() => {
    setKernels(before);
  });

  const model = toyModel({ hidden: [64, 48] });
  const array = toyImages(500);
  const floats: Samples = {
    ...array,
    data: Float32Array.from(array.data, (value) => value / 255),
    normalization: { kind: 'none', dtype: 'f4', shift: 0, scale: 1 },
  };
  const wide: Samples = {
    ...array,
    data: Uint16Array.from(array.data, (value) => 257 * value),
    normalization: { kind: 'divide', dtype: 'u2', shift: 0, scale: 65535 },
  };
  const names = FILE_KERNELS.filter(canUseKernels);

  test('differ on these images, as floats and as uint16: the control', () => {
    for (const images of [floats, wide]) {
      setKernels('naive');
      const codes = model.encode(images);
      const outputs = names.map((name) => {
        setKernels(name);
        const { data } = denormalize(model.decode(codes).data, images.normalization ?? NO_NORMALIZATION);
        return Buffer.from(data.buffer).toString('hex');
      });
      expect(new Set(outputs).size).toBeGreaterThan(1);
    }
    expect(kernelsProbe('simd')).not.toBe(kernelsProbe('naive'));
  });

  test('are those that the file was made with, whatever is in use, which stays in use', async () => {
    for (const name of names) {
      setKernels(name);
      const lossy = await compressImages(model, floats);
      const exact = await compressImages(model, wide, { lossless: true });
      const expected = byDefinition(model, floats, DEFAULT_LEVELS);
      for (const other of names) {
        setKernels(other);
        expectSameBytes((await decompressImages(lossy.bytes, model)).data, expected);
        expect(kernels().name).toBe(other);
        expectSameBytes((await decompressImages(exact.bytes, model)).data, wide.data);
        expect(kernels().name).toBe(other);
      }
      expect((await CompressedFile.open(lossy.bytes)).header.kernels).toBe(name);
    }
  });

  test('are simd in place of simd-fma, whose bits differ between machines', async () => {
    const options = { lossless: true };
    setKernels('simd');
    const expected = (await compressImages(model, wide, options)).bytes;
    setKernels('simd-fma');
    const inUse = kernels().name; // or simd, on a host without relaxed SIMD
    expectSameBytes((await compressImages(model, wide, options)).bytes, expected);
    expectSameBytes((await decompressImages(expected, model)).data, wide.data);
    expect(kernels().name).toBe(inUse);
  });

  test('stay those of a stream while others compute between its chunks, and theirs stay theirs', async () => {
    const [ofStream, ofOthers] = [names[0], names[names.length - 1]];
    const { shape, data } = toyImages(MANY);
    const images = { ...wide, shape, data: Uint16Array.from(data, (value) => 257 * value) };
    const options = { lossless: true, levels: 256, ranges: await findRanges(model, images) };
    const madeBy = async (name: (typeof names)[number]) => {
      setKernels(name);
      return (await compressImages(model, images, options)).bytes;
    };
    const [expected, control] = [await madeBy(ofStream), await madeBy(ofOthers)];
    const chunks = partsOf(control).chunks;
    expect(partsOf(expected).chunks.map((chunk, i) => Buffer.compare(chunk, chunks[i]))).not.toContain(0);
    const train = async () => {
      const other = toyModel({ seed: 3 });
      await other.fit(storedSamples(toyImages(300)), { epochs: 4 });
      return other.parameters.values.slice();
    };
    const weights = await train();

    setKernels(ofStream);
    const compressing = compressStream(model, storedSamples(images), options);
    const header = (await compressing.next()).value as Uint8Array;
    setKernels(ofOthers);
    const [rest, trainedBeside] = await Promise.all([bytesOf(compressing), train()]);
    expectSameBytes(Buffer.concat([header, rest]), expected);
    expectSameBytes(trainedBeside, weights);

    const decompressing = (await CompressedFile.open(expected)).originalBytes(model);
    const [restored, trainedBesideThat] = await Promise.all([bytesOf(decompressing), train()]);
    expectSameBytes(restored.subarray(-images.data.byteLength), images.data);
    expectSameBytes(trainedBesideThat, weights);
    expect(kernels().name).toBe(ofOthers);
  });

  test('that compute other bits are refused for lossless files before the first image', async () => {
    const { bytes } = await compressImages(model, wide, { lossless: true });
    const parts = partsOf(bytes);
    const description = JSON.stringify({ ...JSON.parse(parts.description), kernelsProbe: '00c0ffee' });
    const file = await CompressedFile.open(withChecks(withLengths({ ...parts, description })));
    expect(file.missingKernels).toMatch(
      /^\w+ kernels of another version .* \(their probe is 00c0ffee, here /,
    );
    await expect(file.images(model).next()).rejects.toThrow(DataError);
    expect((await CompressedFile.open(bytes)).missingKernels).toBeUndefined();
  });
});

describe('what does not fit', () => {
  test('closes the source of a file that cannot be opened', async () => {
    let isClosed = false;
    async function* pieces() {
      try {
        for (;;) yield new Uint8Array(100);
      } finally {
        isClosed = true;
      }
    }
    await expect(CompressedFile.open(pieces())).rejects.toThrow('not an .isth file');
    expect(isClosed).toBe(true);
  });

  test('another model is refused by its fingerprint', async () => {
    const { bytes } = await compressImages(toyModel(), toyImages(5));
    await expect(decompressImages(bytes, toyModel({ seed: 8 }))).rejects.toThrow(
      /^another model compressed the images: the file names sha256:[0-9a-f]{32}, this one is sha256:[0-9a-f]{32}\.$/,
    );
  });

  test('no model at all is refused, and says which one is wanted', async () => {
    const { bytes } = await compressImages(toyModel(), toyImages(5));
    const error = await decompressImages(bytes).catch((one: Error) => one);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toBe(
      `there is no model inside, expected one with the fingerprint ${compression.modelFingerprint(toyModel())} (samples of [4, 4], codes of 3 numbers).`,
    );
  });

  test('a model inside that is not the one is neither written nor read', async () => {
    const [model, other] = [toyModel(), toyModel({ seed: 8 })].map((one) => writeModel(one));
    await expect(compressImages(toyModel(), toyImages(5), { model: other })).rejects.toThrow(
      /^the model to put inside is sha256:[0-9a-f]{32}, expected sha256:[0-9a-f]{32}, the one that compresses\.$/,
    );
    await expect(compressImages(toyModel(), toyImages(5), { model: new Uint8Array() })).rejects.toThrow(
      'not a safetensors file but an empty file',
    );
    const { bytes } = await compressImages(toyModel(), toyImages(5), { model });
    const swapped = withChecks(withLengths({ ...partsOf(bytes), model: other }));
    await expect(decompressImages(swapped)).rejects.toThrow(
      /^the model inside is sha256:[0-9a-f]{32}, the header says sha256:[0-9a-f]{32}\.$/,
    );
  });

  test('values of another type than they are said to have are not stored without loss', async () => {
    const images = { ...toyImages(5), data: Float32Array.from(toyImages(5).data) };
    await expect(compressImages(toyModel(), images, { lossless: true })).rejects.toThrow(
      new DataError('the values are a Float32Array, lossless compression of uint8 takes a Uint8Array.'),
    );
  });

  test('what can be refused is refused before the images are read', async () => {
    const unread = { ...storedSamples(toyImages(5)), read: () => Promise.reject(new Error('read')) };
    const compress = (options: CompressOptions) => compressImages(toyModel(), unread, options);
    await expect(compress({ levels: 3 })).rejects.toThrow('levels is 3');
    await expect(compress({ model: writeModel(toyModel({ seed: 8 })) })).rejects.toThrow(
      'the model to put inside',
    );
    await expect(compress({})).rejects.toThrow('read');
  });

  test.each([1, 3, 257, 8.5, Number.NaN])('%d levels are refused', async (levels) => {
    await expect(compressImages(toyModel(), toyImages(5), { levels })).rejects.toThrow(
      `compressImages: levels is ${levels}, expected an integer from 4 to 256.`,
    );
  });

  test('images that are too large are refused', async () => {
    const spec = {
      type: 'autoencoder',
      inputShape: [2 ** 22 + 1],
      encoder: [{ type: 'relu' }],
      decoder: [{ type: 'relu' }],
    } as const;
    const images = { shape: [1, 2 ** 22 + 1], data: new Float32Array(2 ** 22 + 1) };
    await expect(compressImages(new Autoencoder({ spec }), images)).rejects.toThrow(
      new DataError(
        'got images of 4194305 numbers and codes of 4194305, expected at most 4194304 and 16384.',
      ),
    );
  });

  test('images of another shape are refused', async () => {
    const images = { shape: [2, 5, 5], data: new Uint8Array(50), normalization: DIVIDED_BY_255 };
    await expect(compressImages(toyModel(), images)).rejects.toThrow(ShapeError);
  });

  test('codes that are NaN or infinite are refused', async () => {
    const model = toyModel();
    model.parameters.values.fill(3e38);
    await expect(compressImages(model, toyImages(5))).rejects.toThrow(
      /^the model's codes of these images hold \S+, expected finite numbers\.$/,
    );
  });

  test('a lossy file has no original', async () => {
    const { bytes } = await compressImages(toyModel(), toyImages(5));
    await expect(bytesOf((await CompressedFile.open(bytes)).originalBytes(toyModel()))).rejects.toThrow(
      'the file is a lossy one, expected one that was compressed with lossless.',
    );
  });

  test('what reading stored images fails with is passed on', async () => {
    const failing = storedSamples(toyImages(5), { onRead: () => Promise.reject(new Error('gone')) });
    await expect(compressImages(toyModel(), failing)).rejects.toThrow('gone');
  });
});

test('the public functions do it all in memory, as in a browser', async () => {
  const model = readModel(writeModel(toyModel())).autoencoder;
  const array = toyImages(12);
  const images = transform({ ...array, dtype: 'u1' }, DIVIDED_BY_255);
  const { bytes, quality } = await compression.compressImages(model, images, {
    lossless: true,
    model: writeModel(model),
  });
  const { data } = await compression.decompressImages(bytes);
  expectSameBytes(data, array.data);
  expect(quality.psnr).toBeGreaterThan(0);
});
