import { describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../src/autoencoder/autoencoder.ts';
import type { AutoencoderSpec } from '../../src/autoencoder/spec.ts';
import type { FeatureNormalization, Normalization } from '../../src/data/samples.ts';
import { FormatError } from '../../src/io/errors.ts';
import { type LoadedModel, readModel, writeModel } from '../../src/io/model.ts';
import { type NamedTensor, readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { GaussianDistribution } from '../../src/latent/gaussian.ts';
import '../../src/layers/convolutions.ts';
import type { LayerSpec } from '../../src/layers/spec.ts';
import { Random } from '../../src/tensor/random.ts';
import { ShapeError } from '../../src/tensor/shape.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { resealed } from '../helpers/mutations/resealed.ts';
import { uniformArray, uniformTensor } from '../helpers/randomArrays.ts';

const dense = (inFeatures: number, outFeatures: number, bias = true): LayerSpec => ({
  type: 'dense',
  inFeatures,
  outFeatures,
  bias,
});

/** Every type of layer, with and without bias, and a layer of layers. */
const EVERY_LAYER: AutoencoderSpec = {
  type: 'autoencoder',
  inputShape: [3, 2],
  encoder: [
    dense(6, 4, false),
    { type: 'leakyRelu', slope: 0.3 },
    { type: 'sequential', layers: [dense(4, 3), { type: 'silu' }] },
    dense(3, 2),
  ],
  decoder: [dense(2, 4), { type: 'tanh' }, dense(4, 6), { type: 'relu' }, { type: 'sigmoid' }],
};

const NORMALIZATION: Normalization = { kind: 'standard', dtype: 'u2', shift: 0.1, scale: 1 / 3 };
const byFeature = (shift = [0.1, 2, -3, 4, 5, 6]): FeatureNormalization => ({
  kind: 'standard',
  dtype: 'f8',
  shift,
  scale: shift.map((_, j) => 1 / (3 + j)),
});
const TRAINING = { epochs: 3, loss: { train: [0.5, 0.25, 1 / 3] }, note: 'naïve "quoted" \u2028 text' };

/** Random weights and biases, all different. */
function model(spec: AutoencoderSpec = EVERY_LAYER): Autoencoder {
  const autoencoder = new Autoencoder({ spec });
  autoencoder.parameters.values.set(uniformArray(autoencoder.parameters.size, new Random(5)));
  autoencoder.normalization = NORMALIZATION;
  return autoencoder;
}

/** The smallest file that has everything: few bytes, so that mutations hit what matters. */
const SMALL: AutoencoderSpec = {
  type: 'autoencoder',
  inputShape: [2],
  encoder: [dense(2, 1)],
  decoder: [dense(1, 2), { type: 'leakyRelu', slope: 0.3 }],
};

describe('a model that is written and read', () => {
  const original = model();
  const bytes = writeModel(original, { training: TRAINING });
  const { autoencoder, training } = readModel(bytes);

  test('has the same spec, normalization and training facts', () => {
    expect(autoencoder.spec()).toEqual(EVERY_LAYER);
    expect(autoencoder.summary()).toBe(original.summary());
    expect(autoencoder.normalization).toEqual(NORMALIZATION);
    expect(training).toEqual(TRAINING);
  });

  test('has the same normalization by feature, to the last bit', () => {
    const another = model();
    another.normalization = byFeature([0.1, 1e-300, -1e300, 2 ** -1074, 1 / 3, -0.5]);
    expect(readModel(writeModel(another)).autoencoder.normalization).toEqual(another.normalization);
  });

  test('may have a hundred thousand features: its header grows by some 4 MB of the 100 MB that are allowed', () => {
    const features = 100_000;
    const wide = new Autoencoder({ inputShape: [features], hidden: [], encodingDim: 1 });
    const random = new Random(7);
    const list = () =>
      Array.from({ length: features }, () => random.uniform(1, 2) * 10 ** random.uniform(-9, 9));
    wide.normalization = { kind: 'standard', dtype: 'f8', shift: list(), scale: list() };
    const file = writeModel(wide);
    expect(Number(new DataView(file.buffer).getBigUint64(0, true))).toBeLessThan(4.5e6);
    expect(readModel(file).autoencoder.normalization).toEqual(wide.normalization);
  });

  test('has the same weights, to the last bit, under the same names', () => {
    expect(autoencoder.parameters.values).toEqual(original.parameters.values);
    expect(autoencoder.namedParameters().map(([name]) => name)).toEqual([
      'encoder.0.weight',
      'encoder.2.0.weight',
      'encoder.2.0.bias',
      'encoder.3.weight',
      'encoder.3.bias',
      'decoder.0.weight',
      'decoder.0.bias',
      'decoder.2.weight',
      'decoder.2.bias',
    ]);
  });

  test('gives the same codes and outputs', () => {
    const samples = uniformTensor([5, 3, 2], 1);
    expect(autoencoder.encode(samples)).toEqual(original.encode(samples));
    expect(autoencoder.predict(samples)).toEqual(original.predict(samples));
  });

  test('is written again as the same bytes', () => {
    expect(writeModel(autoencoder, { training })).toEqual(bytes);
  });

  test('does not share memory with the bytes', () => {
    const copy = bytes.slice();
    const again = readModel(copy).autoencoder;
    copy.fill(0);
    expect(again.parameters.values).toEqual(original.parameters.values);
  });

  test('is read from the middle of a larger buffer, at any alignment', () => {
    const buffer = new Uint8Array(bytes.length + 7);
    buffer.set(bytes, 3);
    const again = readModel(buffer.subarray(3, 3 + bytes.length)).autoencoder;
    expect(again.parameters.values).toEqual(original.parameters.values);
  });

  test('can be trained on', async () => {
    const again = readModel(bytes).autoencoder;
    const { epochs } = await again.fit(uniformTensor([8, 3, 2], 2, 0, 1), { epochs: 2 });
    expect(epochs[1].loss).toBeLessThan(epochs[0].loss);
  });
});

test('what a file holds: named float32 tensors [in, out], and metadata that other programs can read', () => {
  const { tensors, metadata } = readSafetensors(writeModel(model(SMALL), { training: { epochs: 2 } }));
  expect([...tensors].map(([name, { shape }]) => [name, shape])).toEqual([
    ['encoder.0.weight', [2, 1]],
    ['encoder.0.bias', [1]],
    ['decoder.0.weight', [1, 2]],
    ['decoder.0.bias', [2]],
  ]);
  expect(metadata).toEqual({
    checksum: expect.stringMatching(/^[0-9a-f]{8}$/),
    format: 'isthmus',
    version: '2',
    model: JSON.stringify(SMALL),
    normalization: JSON.stringify(NORMALIZATION),
    training: '{"epochs":2}',
  });
});

test.each([Number.NaN, -Infinity])('a weight that is %d is not written', (value) => {
  const broken = model(SMALL);
  const [[name, parameter]] = broken.namedParameters();
  parameter.value.data[1] = value;
  expect(() => writeModel(broken)).toThrow(
    new RangeError(`writeModel: '${name}' holds NaN or infinity, expected finite weights.`),
  );
});

test('without training facts there are none', () => {
  expect(readModel(writeModel(model(SMALL))).training).toEqual({});
});

test('a distribution of codes of another length is refused', () => {
  expect(() => writeModel(model(SMALL), { codes: GaussianDistribution.standard(2) })).toThrow(
    new ShapeError('writeModel: the distribution is of codes of length 2, expected 1.'),
  );
});

test('weights of any kind survive: -0, the smallest and the largest float32', () => {
  const original = model(SMALL);
  original.parameters.values.set([-0, 1e-45, 3.4e38, -1e-38]);
  expect(readModel(writeModel(original)).autoencoder.parameters.values).toEqual(original.parameters.values);
});

test('tensors in another order are found by their names', () => {
  const original = model(SMALL);
  const { tensors, metadata } = readSafetensors(writeModel(original));
  const reversed = [...tensors].map(([name, tensor]) => ({ name, tensor })).reverse();
  const { autoencoder } = readModel(resealed(writeSafetensors(reversed, metadata)));
  expect(autoencoder.parameters.values).toEqual(original.parameters.values);
});

test('a file that is cut off anywhere is refused', () => {
  const bytes = writeModel(model(SMALL), { training: { epochs: 2 } });
  for (let length = 0; length < bytes.length; length++) {
    expect(() => readModel(bytes.subarray(0, length))).toThrow(FormatError);
  }
  expect(readModel(bytes).training).toEqual({ epochs: 2 });
});

/** The small model's file with other metadata or tensors. */
function altered({
  metadata = {},
  without = [],
  tensors = [],
}: {
  metadata?: Readonly<Record<string, string>>;
  without?: readonly string[];
  tensors?: readonly NamedTensor[];
}): Uint8Array {
  const file = readSafetensors(writeModel(model(SMALL)));
  const all = { ...file.metadata, ...metadata };
  const replaced = new Map([...file.tensors, ...tensors.map(({ name, tensor }) => [name, tensor] as const)]);
  const kept = <Value>(entries: Iterable<[string, Value]>) =>
    [...entries].filter(([name]) => !without.includes(name));
  const changed = writeSafetensors(
    kept(replaced).map(([name, tensor]) => ({ name, tensor })),
    Object.fromEntries(kept(Object.entries(all))),
  );
  return resealed(changed);
}

/** A spec as text, so that it can hold what TypeScript refuses. */
const withSpec = (spec: unknown) => altered({ metadata: { model: JSON.stringify(spec) } });

/** The message when these bytes are read: it must be of a FormatError, without words of a JavaScript engine. */
function refusal(bytes: Uint8Array): string {
  let result: LoadedModel;
  try {
    result = readModel(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    const { message } = error as Error;
    expect(message).not.toMatch(
      /undefined \(reading|null \(reading|is not a function|is not iterable|call stack|typed array|allocation/,
    );
    expect(message).toMatch(/\.$/);
    return message;
  }
  throw new Error(`the file was read as ${JSON.stringify(result.autoencoder.spec())}`);
}

/** Every layer for images, on images that are neither square nor gray. */
const IMAGES: AutoencoderSpec = {
  type: 'autoencoder',
  inputShape: [5, 4, 3],
  encoder: [
    { type: 'reshape', shape: [5, 4, 3] },
    { type: 'conv2d', inChannels: 3, outChannels: 2, kernelSize: 3, stride: 2, padding: 1, bias: true },
    { type: 'relu' },
    { type: 'maxPool2d', kernelSize: 2, stride: 1, padding: 1 },
    { type: 'flatten' },
    dense(24, 2),
  ],
  decoder: [
    dense(2, 8),
    { type: 'reshape', shape: [4, 1, 2] },
    { type: 'upsample2d', factor: 2 },
    {
      type: 'convTranspose2d',
      inChannels: 2,
      outChannels: 3,
      kernelSize: 2,
      stride: 1,
      padding: 1,
      outputPadding: [0, 0],
      bias: false,
    },
    { type: 'flatten' },
    dense(21, 60),
  ],
};

describe('a model with convolutions', () => {
  test('is written and read: the same spec, weights, outputs and bytes', () => {
    const before = model(IMAGES);
    const bytes = writeModel(before, { training: TRAINING });
    const { autoencoder } = readModel(bytes);
    expect(autoencoder.spec()).toEqual(IMAGES);
    const shapes = autoencoder.namedParameters().map(([name, { value }]) => `${name} ${value.shape}`);
    expect(shapes).toContain('encoder.1.weight 3,3,3,2');
    expect(shapes).toContain('decoder.3.weight 2,2,3,2');
    expect(autoencoder.parameters.values).toEqual(before.parameters.values);
    const x = uniformTensor([3, 5, 4, 3], 2);
    expect(autoencoder.predict(x).data).toEqual(before.predict(x).data);
    expect(writeModel(autoencoder, { training: TRAINING })).toEqual(bytes);
  });

  const refusalOf = (change: (spec: Record<'encoder' | 'decoder', Record<string, unknown>[]>) => void) => {
    const spec = structuredClone(IMAGES);
    change(spec as never);
    return refusal(resealed(writeModel(model(IMAGES)), { model: JSON.stringify(spec) }));
  };

  test('the control: it is read as it is', () => {
    expect(() => refusalOf(() => {})).toThrow('the file was read as');
  });

  const FIELDS: readonly ['encoder' | 'decoder', number, string][] = [
    ...['inChannels', 'outChannels', 'kernelSize', 'stride', 'padding', 'bias'].map(
      (field) => ['encoder', 1, field] as ['encoder', number, string],
    ),
    ...['inChannels', 'outChannels', 'kernelSize', 'stride', 'padding', 'outputPadding', 'bias'].map(
      (field) => ['decoder', 3, field] as ['decoder', number, string],
    ),
    ...['kernelSize', 'stride', 'padding'].map(
      (field) => ['encoder', 3, field] as ['encoder', number, string],
    ),
    ['decoder', 2, 'factor'],
    ['decoder', 1, 'shape'],
  ];

  test.each(FIELDS)('%s.%d is refused with another %s', (network, at, field) => {
    for (const value of [undefined, null, -1, 0.5, '2', [], {}, [[1]], 2 ** 53]) {
      const sentence = refusalOf((spec) => {
        spec[network][at][field] = value;
      });
      expect(sentence).toContain("the model's description can't be used");
      expect(sentence).toMatch(field === 'shape' ? /reshape|Reshape/ : field);
    }
  });

  test.each<[string, Parameters<typeof refusalOf>[0], RegExp]>([
    [
      'larger kernels than the file holds',
      ({ encoder }) => Object.assign(encoder[1], { kernelSize: 2 ** 20, padding: 2 ** 19 }),
      /it asks for 6\d{12} weights, the file holds \d+ numbers\.$/,
    ],
    [
      'more channels than the file holds',
      ({ decoder }) => Object.assign(decoder[3], { outChannels: 2 ** 40 }),
      /it asks for \d{13} weights/,
    ],
    [
      'upsampling to images of any size, and back',
      ({ decoder }) => {
        Object.assign(decoder[2], { factor: 2 ** 15 });
        decoder.splice(3, 0, { type: 'maxPool2d', kernelSize: 2 ** 14, stride: 2 ** 14, padding: 0 });
      },
      /its layers up to 'upsample2d' make 8589934608 numbers of a sample in 0 steps, expected at most 134217728 in 68719476736\.$/,
    ],
    [
      'many layers, each of which may be',
      ({ decoder }) => {
        const back = { type: 'maxPool2d', kernelSize: 1000, stride: 1000, padding: 0 };
        const turns = Array.from({ length: 5 }, () => [{ type: 'upsample2d', factor: 1000 }, back]).flat();
        decoder.splice(3, 0, { type: 'sequential', layers: turns });
      },
      /its layers up to 'upsample2d' make 160000176 numbers of a sample in 128000000 steps, /,
    ],
    [
      'windows that take hours',
      ({ decoder }) => {
        Object.assign(decoder[2], { factor: 1000 });
        const pool = { type: 'maxPool2d', kernelSize: 500, stride: 500, padding: 0 };
        decoder.splice(3, 0, { ...pool, kernelSize: 1000, stride: 1, padding: 500 }, pool);
      },
      /its layers up to 'maxPool2d' make \d{8} numbers of a sample in 8\d{12} steps, /,
    ],
    [
      'the same inside of a sequential',
      ({ decoder }) => {
        const layers = [
          { type: 'upsample2d', factor: 2 ** 15 },
          { type: 'maxPool2d', kernelSize: 2 ** 14, stride: 2 ** 14, padding: 0 },
        ];
        decoder[2] = { type: 'sequential', layers };
      },
      /its layers up to 'upsample2d' make 8589934608 numbers of a sample/,
    ],
    [
      'a padding as large as its kernel',
      ({ encoder }) => Object.assign(encoder[1], { padding: 3 }),
      /padding is 3, expected at most 2 with a kernel of 3 x 3\.$/,
    ],
    [
      'an output padding as large as its stride',
      ({ decoder }) => Object.assign(decoder[3], { outputPadding: 1 }),
      /outputPadding is 1, expected less than the stride 1\.$/,
    ],
    [
      'an output padding of three numbers',
      ({ decoder }) => Object.assign(decoder[3], { outputPadding: [0, 0, 0] }),
      /outputPadding has 3 numbers, expected one, or two for rows and columns\.$/,
    ],
    [
      'windows that do not fit into the images',
      ({ encoder }) => Object.assign(encoder[3], { kernelSize: 9, padding: 0 }),
      /images of 3 x 2 pixels are too small for it\.$/,
    ],
    [
      'a shape of another size',
      ({ decoder }) => Object.assign(decoder[1], { shape: [4, 3, 1] }),
      /the input is \[8\], which can't become \[4, 3, 1\]\.$/,
    ],
    [
      'images for a code',
      ({ encoder }) => encoder.splice(4, 2),
      /the encoder ends with \[4, 3, 2\] for each sample, expected a flatten layer behind it\.$/,
    ],
    [
      'no images for its convolution',
      ({ encoder }) => encoder.splice(0, 1),
      /the input is \[60\], expected \[height, width, 3\]\.$/,
    ],
  ])('is refused with %s', (_, change, sentence) => {
    expect(refusalOf(change)).toMatch(sentence);
  });
});

describe('refused with a sentence', () => {
  test('the control: the file as it is', () => {
    expect(readModel(altered({})).autoencoder.spec()).toEqual(SMALL);
    expect(readModel(withSpec(SMALL)).autoencoder.spec()).toEqual(SMALL);
  });

  test('a file without a checksum, or with another', () => {
    const { tensors, metadata } = readSafetensors(writeModel(model(SMALL)));
    const list = [...tensors].map(([name, tensor]) => ({ name, tensor }));
    const { checksum, ...rest } = metadata;
    expect(refusal(writeSafetensors(list, rest))).toMatch(/^the model is damaged: its checksum/);
    expect(refusal(writeSafetensors(list, { checksum: '0badcafe', ...rest }))).toMatch(
      /^the model is damaged: its checksum is not that of its contents\.$/,
    );
    // The right checksum at another place is refused: only one place is read.
    expect(refusal(writeSafetensors(list, { ...rest, checksum }))).toMatch(/^the model is damaged/);
  });

  test('tensors without a model', () => {
    const other = writeSafetensors([{ name: 'weight', tensor: Tensor.zeros([2]) }], { format: 'pt' });
    expect(refusal(other)).toMatch(/not an isthmus model/);
    expect(refusal(altered({ without: ['format'] }))).toMatch(/not an isthmus model/);
  });

  test('a layer tied to what is not there, or to another width', () => {
    const spec = (tiedTo: unknown, inFeatures = 1) => ({
      ...SMALL,
      decoder: [{ type: 'transposedDense', tiedTo, inFeatures, outFeatures: 2, bias: true }],
    });
    const tied = (changed: unknown) => refusal(altered({ metadata: { model: JSON.stringify(changed) } }));
    expect(tied(spec('encoder.1'))).toMatch(/a layer is tied to "encoder\.1", which is no dense layer\.$/);
    expect(tied(spec(null))).toMatch(/a layer is tied to null, which is no dense layer\.$/);
    expect(tied(spec('encoder.0', 7))).toMatch(
      /from 7 to 2 is tied to encoder\.0, which goes from 2 to 1\.$/,
    );
    // The decoder's weight in the file is then one too many.
    expect(tied(spec('encoder.0'))).toMatch(/the file holds 4 tensors, expected the 3 of/);
  });

  test('another version', () => {
    expect(refusal(altered({ metadata: { version: '1' } }))).toBe(
      'the model has format version 1, expected 2.',
    );
    expect(refusal(altered({ metadata: { version: '3' } }))).toBe(
      'the model has format version 3, expected 2: a later isthmus wrote it.',
    );
    expect(refusal(altered({ without: ['version'] }))).toMatch(/version/);
  });

  test.each(['model', 'normalization', 'training'])(
    'no %s in the metadata, or one that is no JSON',
    (key) => {
      expect(refusal(altered({ without: [key] }))).toMatch(`'${key}'`);
      expect(refusal(altered({ metadata: { [key]: '{"type":' } }))).toMatch(`'${key}'`);
      expect(refusal(altered({ metadata: { [key]: '' } }))).toMatch(`'${key}'`);
    },
  );

  test.each(['null', '5', '"text"', '[]', 'true', '{}'])('a spec that is %s', (json) => {
    refusal(altered({ metadata: { model: json } }));
  });

  test.each(['null', '5', '"text"', '[]', 'true'])('training facts that are %s', (json) => {
    refusal(altered({ metadata: { training: json } }));
  });

  const { encoder, decoder } = SMALL;

  test.each<[string, object]>([
    ['another type of model', { type: 'transformer' }],
    ['no type', { type: undefined }],
    ['no encoder', { encoder: undefined }],
    ['no decoder', { decoder: undefined }],
    ['an encoder that is text', { encoder: 'dense' }],
    ['an encoder that is an object', { encoder: {} }],
    ['an encoder that is null', { encoder: null }],
    ['an empty encoder', { encoder: [] }],
    ['an empty decoder', { decoder: [] }],
    ['a layer that is null', { encoder: [null] }],
    ['a layer that is text', { encoder: ['dense'] }],
    ['a layer without type', { encoder: [{ inFeatures: 2, outFeatures: 1 }] }],
    ['an unknown layer', { decoder: [...decoder, { type: 'softmax' }] }],
    ['a layer named like a method', { decoder: [...decoder, { type: 'toString' }] }],
    ['a slope below 0', { decoder: [decoder[0], { type: 'leakyRelu', slope: -1 }] }],
    ['a slope that is text', { decoder: [decoder[0], { type: 'leakyRelu', slope: 'steep' }] }],
    ['a sequential without layers', { encoder: [{ type: 'sequential' }] }],
    ['a sequential of nothing', { encoder: [...encoder, { type: 'sequential', layers: [] }] }],
    ['no input shape', { inputShape: undefined }],
    ['an input shape that is a number', { inputShape: 2 }],
    ['an input shape that is text', { inputShape: '2' }],
    ['an empty input shape', { inputShape: [] }],
    ['an input shape of text', { inputShape: ['2'] }],
    ['an input shape with negative lengths', { inputShape: [-1, -2] }],
    ['an input shape with fractions', { inputShape: [0.5, 4] }],
    ['an input shape of another size', { inputShape: [3] }],
    ['an input shape of zero', { inputShape: [0] }],
    ['an input shape of null', { inputShape: [null] }],
    ['an encoder for other samples', { encoder: [dense(3, 1)] }],
    ['a decoder for other codes', { decoder: [dense(2, 2)] }],
    ['a decoder to other samples', { decoder: [dense(1, 3)] }],
    ['a width of 0', { encoder: [dense(2, 0)] }],
    ['a negative width', { encoder: [dense(2, -1)] }],
    ['two negative widths', { encoder: [dense(-2, -1)] }],
    ['a broken width', { encoder: [dense(2, 0.5)] }],
    ['a width of NaN, which JSON writes as null', { encoder: [dense(2, Number.NaN)] }],
    ['a width that is text', { encoder: [{ ...dense(2, 1), outFeatures: '1' }] }],
    ['a width that is a list', { encoder: [{ ...dense(2, 1), outFeatures: [1] }] }],
    ['no width', { encoder: [{ type: 'dense', inFeatures: 2 }] }],
    ['a bias that the file does not hold', { encoder: [dense(2, 1), dense(1, 1)] }],
    ['a bias less than the file holds', { encoder: [dense(2, 1, false)] }],
    ['a bias that is text', { encoder: [{ ...dense(2, 1), bias: 'yes' }] }],
  ])('%s', (_what, changes) => {
    refusal(withSpec({ ...SMALL, ...changes }));
  });

  const LARGE = 2 ** 40;

  test.each<[string, readonly unknown[]]>([
    ['one large layer', [dense(2, LARGE), dense(LARGE, 1)]],
    ['a large layer, and one of negative size that makes up for it', [dense(2, LARGE), dense(-2, LARGE)]],
    ['a large layer, and one whose size is no number', [dense(2, LARGE), { type: 'dense', inFeatures: 'x' }]],
    ['a large bias', [dense(2, LARGE), { ...dense(1, 1), inFeatures: -LARGE, outFeatures: 2 }]],
    ['layers of layers', [{ type: 'sequential', layers: [dense(2, LARGE)] }, dense(LARGE, 1)]],
  ])('more weights than the file holds, before anything is allocated: %s', (_what, layers) => {
    expect(refusal(withSpec({ ...SMALL, encoder: layers }))).toMatch(/weights|integer/);
  });

  test.each([100, 101, 3_000, 30_000])('a layer within a layer, %d deep', (depth) => {
    const layers = `${'{"type":"sequential","layers":['.repeat(depth)}{"type":"relu"}${']}'.repeat(depth)}`;
    const json = JSON.stringify({ ...SMALL, decoder: [...SMALL.decoder, 'HERE'] }).replace('"HERE"', layers);
    const file = altered({ metadata: { model: json } });
    if (depth > 100) expect(refusal(file)).toMatch(/nested more than \d+ deep\.$/);
    else expect(readModel(file).autoencoder.predict(Tensor.zeros([1, 2])).shape).toEqual([1, 2]);
  });

  test('a missing tensor', () => {
    expect(refusal(altered({ without: ['decoder.0.bias'] }))).toMatch(/3 tensors.*expected the 4/);
  });

  test('a tensor that nothing asks for', () => {
    const extra = { name: 'decoder.9.bias', tensor: Tensor.zeros([1]) };
    expect(refusal(altered({ tensors: [extra] }))).toMatch(/5 tensors.*expected the 4/);
  });

  test('a tensor under another name', () => {
    const renamed = { name: 'decoder.0.b', tensor: Tensor.zeros([2]) };
    expect(refusal(altered({ without: ['decoder.0.bias'], tensors: [renamed] }))).toMatch(
      /'decoder\.0\.bias' is missing, expected \[2\]/,
    );
  });

  test.each([[[1, 2]], [[2]], [[2, 1, 1]], [[3, 1]]])('a weight [2, 1] that is stored as %j', (shape) => {
    const tensor = Tensor.zeros(shape);
    expect(refusal(altered({ tensors: [{ name: 'encoder.0.weight', tensor }] }))).toMatch(
      `'encoder.0.weight' is [${shape.join(', ')}], expected [2, 1]`,
    );
  });

  test.each([Number.NaN, Infinity])('a weight that is %d', (value) => {
    const tensor = Tensor.from([1, value], [2, 1]);
    expect(refusal(altered({ tensors: [{ name: 'encoder.0.weight', tensor }] }))).toMatch(
      "tensor 'encoder.0.weight' holds NaN or infinity, expected finite weights.",
    );
  });

  test.each<[string, unknown]>([
    ['none, and yet scaled', { kind: 'none', dtype: 'f4', shift: 0, scale: 5 }],
    ['of a negative scale', { ...NORMALIZATION, kind: 'minmax', scale: -2 }],
    ['null', null],
    ['a number', 3],
    ['text', 'none'],
    ['a list', []],
    ['empty', {}],
    ['of an unknown kind', { ...NORMALIZATION, kind: 'log' }],
    ['of an unknown type', { ...NORMALIZATION, dtype: 'f16' }],
    ['without a type', { ...NORMALIZATION, dtype: undefined }],
    ['with a type that is a list', { ...NORMALIZATION, dtype: ['u1'] }],
    ['without a shift', { ...NORMALIZATION, shift: undefined }],
    ['with a shift that is text', { ...NORMALIZATION, shift: '0' }],
    ['with a scale of 0', { ...NORMALIZATION, scale: 0 }],
    ['by feature, of too few', byFeature([0.1, 2, -3, 4, 5])],
    ['by feature, of too many', byFeature([0.1, 2, -3, 4, 5, 6, 7])],
    ['by feature, of none', byFeature([])],
    ['by feature only in its shift', { ...byFeature(), scale: 2 }],
    ['by feature only in its scale', { ...byFeature(), shift: 2 }],
    ['by feature with a scale of 0', { ...byFeature(), scale: [1, 1, 0, 1, 1, 1] }],
    ['by feature with a negative scale', { ...byFeature(), scale: [1, 1, 1, 1, 1, -1] }],
    ['by feature with a shift of null', { ...byFeature(), shift: [0, 0, null, 0, 0, 0] }],
    ['by feature with a shift that is text', { ...byFeature(), shift: [0, 0, '0', 0, 0, 0] }],
    ['by feature with lists in it', { ...byFeature(), scale: [1, 1, 1, 1, 1, [1]] }],
    ['a division by feature', { ...byFeature(), kind: 'divide' }],
    ['none by feature', { ...byFeature([0, 0, 0, 0, 0, 0]), kind: 'none', scale: [1, 1, 1, 1, 1, 1] }],
    ['with a scale of NaN, which JSON writes as null', { ...NORMALIZATION, scale: Number.NaN }],
  ])('a normalization that is %s', (_what, normalization) => {
    const file = altered({ metadata: { normalization: JSON.stringify(normalization) } });
    expect(refusal(file)).toMatch(/normalization/);
  });

  test('an infinite scale, which JSON can hold as 1e999', () => {
    const json = JSON.stringify({ ...NORMALIZATION, scale: 'HERE' }).replace('"HERE"', '1e999');
    expect(refusal(altered({ metadata: { normalization: json } }))).toMatch(/its scale Infinity/);
  });

  test.each([
    ['normalization', (deep: string) => deep],
    ['model', (deep: string) => deep],
    ['model', (deep: string) => `{"type":${deep}}`],
    ['normalization', (deep: string) => `{"kind":${deep}}`],
    ['training', (deep: string) => `{"note":${deep}}`],
  ])('a %s of fifty thousand lists within each other, none of which is written out', (key, json) => {
    const deep = '['.repeat(5e4) + ']'.repeat(5e4);
    expect(refusal(altered({ metadata: { [key]: json(deep) } })).length).toBeLessThan(200);
  });
});
