/** Weights as PyTorch's users have them: of other types, with wrappers around the model. test/golden/pytorch/make_types.py made them. */

import { existsSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { readPyTorch, writePyTorch } from '../../../src/io/export/pytorch.ts';
import { readPyTorchOptimizer } from '../../../src/io/export/pytorchOptimizer.ts';
import { readModel, writeModel } from '../../../src/io/model.ts';
import { readSafetensors, writeSafetensors } from '../../../src/io/safetensors.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { folderWith, isthmus, removeFolders } from '../../helpers/cli.ts';
import { bytesOf, FOLDER } from '../../helpers/pytorch.ts';

afterAll(removeFolders);

const file = (name: string) => bytesOf(`${FOLDER}/types/${name}.safetensors`);
const like = new Autoencoder({ inputShape: [6], hidden: [4], encodingDim: 2, outputActivation: 'linear' });
const read = (bytes: Uint8Array) => readPyTorch(bytes, { like });
const plain = read(file('float32'));

/** The same tensors under other names. */
function renamed(bytes: Uint8Array, rename: (name: string, i: number) => string): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes);
  const named = Array.from(tensors, ([name, tensor], i) => ({ name: rename(name, i), tensor }));
  return writeSafetensors(named, metadata);
}

describe('weights of other types', () => {
  test('are said, those of float32 are not', () => {
    expect(plain).toMatchObject({ convertedFrom: [], leftOut: [] });
  });

  test.each([
    ['float16', 'float16-as-float32'],
    ['bfloat16', 'bfloat16-as-float32'],
    ['float64', 'float32'],
  ])('%s: the model is that of the same weights as float32', (name, right) => {
    const { model, convertedFrom, leftOut } = read(file(name));
    expect(writeModel(model)).toEqual(writeModel(read(file(right)).model));
    expect({ convertedFrom, leftOut }).toEqual({ convertedFrom: [name], leftOut: [] });
  });

  test.each([
    ['float16', 2, [0, 0x7c], "tensor 'decoder.0.bias' holds NaN or infinity, expected finite weights."],
    ['bfloat16', 2, [0xc0, 0x7f], "tensor 'decoder.0.bias' holds NaN or infinity, expected finite weights."],
    [
      'float64',
      8,
      [0, 0, 0, 0, 0, 0, 0xf0, 0x47],
      "the safetensors tensor 'decoder.0.bias' holds 3.402823669209385e+38, which is beyond float32, expected at most 3.4e38.",
    ],
  ])('%s: what is no finite float32 is refused', (name, _size, bits, message) => {
    const bytes = file(name);
    bytes.set(bits, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))); // the first value
    expect(() => read(bytes)).toThrow(message);
  });

  test('are not those of a model file', () => {
    const [sound, other] = [writeModel(like), writeModel(like)];
    const at = new TextDecoder('latin1').decode(sound).indexOf('"F32"');
    other.set(new TextEncoder().encode('"F16"'), at);
    expect(() => readModel(other)).toThrow('has dtype "F16", expected "F32".');
    expect(writeModel(readModel(sound).autoencoder)).toEqual(sound);
  });

  test('integers are refused', () => {
    const bytes = renamed(file('float32'), (name) => name);
    const at = new TextDecoder('latin1').decode(bytes).indexOf('"F32"');
    bytes.set(new TextEncoder().encode('"I32"'), at);
    expect(() => read(bytes)).toThrow('has dtype "I32", expected one of "F32", "F16", "BF16", "F64".');
  });
});

describe('names of wrapped models', () => {
  test.each([
    ['ddp', ['module']],
    ['compile', ['_orig_mod']],
    ['compile-of-ddp', ['_orig_mod', 'module']],
    ['ddp-of-compile', ['module', '_orig_mod']],
    ['wrapped-networks', ['module', '_orig_mod']],
  ])('%s: the model is the one inside', (name, leftOut) => {
    const found = read(file(name));
    expect(writeModel(found.model)).toEqual(writeModel(plain.model));
    expect(found.leftOut).toEqual(leftOut);
  });

  test("are read in an optimizer's file, too", async () => {
    const { state } = await like.fit(Tensor.zeros([4, 6]), { epochs: 2 });
    const bytes = writePyTorch(like, state.optimizer)['optimizer.safetensors'] as Uint8Array;
    const wrapped = renamed(bytes, (name) => `_orig_mod.module.${name}`);
    expect(readPyTorchOptimizer(wrapped, like)).toEqual(state.optimizer);
  });

  test.each<[string, (name: string, i: number) => string, string]>([
    [
      'only some are wrapped',
      (name, i) => (i < 3 ? `module.${name}` : name),
      "tensor 'module.decoder.0.bias' has 'module.' in its name, tensor 'decoder.2.weight' has not, expected the same in all of them.",
    ],
    [
      'they have different wrappers',
      (name, i) => (i === 0 ? `module._orig_mod.${name}` : `module.${name}`),
      "tensor 'module._orig_mod.decoder.0.bias' has 'module._orig_mod.' in its name, tensor 'module.decoder.0.weight' has 'module.', expected the same in all of them.",
    ],
    [
      'two would get the same name',
      (name, i) => (i === 0 ? 'encoder._orig_mod.0.weight' : name),
      "tensor 'encoder._orig_mod.0.weight' has '_orig_mod.' in its name, tensor 'encoder.0.bias' has not, expected the same in all of them.",
    ],
    [
      'the wrapper is another one',
      (name) => `ema.${name}`,
      "tensor 'encoder.0.weight' is missing, the file has 'ema.decoder.0.bias', expected [4, 6].",
    ],
  ])('are refused if %s', (_, rename, message) => {
    expect(() => read(renamed(file('float32'), rename))).toThrow(message);
  });
});

describe('isthmus import', () => {
  const run = async (name: string) => {
    const cwd = folderWith({ 'w.safetensors': file(name), 'like.safetensors': writeModel(like) });
    const args =
      'import --format pytorch --weights w.safetensors --like like.safetensors --out m.safetensors';
    return { cwd, ...(await isthmus(args.split(' '), { cwd })) };
  };
  const wrote = 'm.safetensors: 80 weights, samples of 6 numbers, codes of 2 numbers\n';

  test.each([
    ['float16', 'note: its float16 weights became float32.\n'],
    [
      'ddp-of-compile',
      "note: 'module.' was left out of the names: DistributedDataParallel puts it there.\nnote: '_orig_mod.' was left out of the names: torch.compile puts it there.\n",
    ],
    ['float32', ''],
  ])('says what it changed: %s', async (name, notes) => {
    const { cwd, code, stderr } = await run(name);
    expect({ code, stderr }).toEqual({ code: 0, stderr: wrote + notes });
    const right = read(file(name)).model;
    expect(bytesOf(`${cwd}/m.safetensors`)).toEqual(writeModel(right, { training: { imported: 'pytorch' } }));
  });

  test('names its option for a file that does not describe its model', async () => {
    const cwd = folderWith({ 'w.safetensors': file('float16') });
    const args = 'import --format pytorch --weights w.safetensors --out m.safetensors';
    const { code, stderr } = await isthmus(args.split(' '), { cwd });
    expect(code).toBe(1);
    expect(stderr).toBe(
      "isthmus import: w.safetensors: the file doesn't describe its model (it has no metadata 'model'), expected a model with the same layers (--like).\n",
    );
    expect(() => readPyTorch(file('float16'))).toThrow('a model with the same layers (like).');
  });
});

const REPORTS = '../shared/reports';
const reports = existsSync(`${REPORTS}/pytorch-ddp.safetensors`) ? describe : describe.skip;

reports(
  'the files of reports (skipped where they are missing: they are too large for this repository)',
  () => {
    const large = new Autoencoder({ inputShape: [784], hidden: [128, 64], encodingDim: 32 });
    const open = (name: string) => {
      const bytes = bytesOf(`${REPORTS}/pytorch-${name}.safetensors`);
      return { bytes, ...readPyTorch(bytes, { like: large }) };
    };

    test.each([
      ['ddp', [], ['module']],
      ['compile', [], ['_orig_mod']],
      ['float16', ['float16'], []],
      ['float64', ['float64'], []],
    ])('%s is imported', (name, convertedFrom, leftOut) => {
      const found = open(name);
      expect(found).toMatchObject({ convertedFrom, leftOut });
      expect(found.model.parameters.size).toBe(222_384);
      expect(found.model.parameters.values.every(Number.isFinite)).toBe(true);
    });
  },
);
