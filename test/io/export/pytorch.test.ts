import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { readPyTorch, writePyTorch } from '../../../src/io/export/pytorch.ts';
import { readPyTorchOptimizer } from '../../../src/io/export/pytorchOptimizer.ts';
import { writeModel } from '../../../src/io/model.ts';
import { readSafetensors, writeSafetensors } from '../../../src/io/safetensors.ts';
import { Adam, AdamW } from '../../../src/optim/adam.ts';
import type { OptimizerState } from '../../../src/optim/optimizer.ts';
import { SGD } from '../../../src/optim/sgd.ts';
import { kernels, setKernels } from '../../../src/tensor/kernels/active.ts';
import { KERNEL_NAMES } from '../../../src/tensor/kernels/kernels.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import {
  bytesOf,
  FOLDER,
  largestDifference,
  momentError,
  NETWORK_BATCH,
  optimizerOf,
  outputsOf,
  PLAIN,
  PYTHON,
  readAutoencoder,
  runTorch,
  tenSteps,
  weightError,
} from '../../helpers/pytorch.ts';

const fastest = kernels().name;
afterEach(() => {
  setKernels(fastest);
});

/** A model trained for three steps, and its optimizer's state. */
async function trained(optimizer = new Adam()): Promise<{ autoencoder: Autoencoder; state: OptimizerState }> {
  const autoencoder = new Autoencoder({ inputShape: [2, 3], hidden: [5], encodingDim: 2, seed: 1 });
  autoencoder.compile({ optimizer });
  const data = Uint8Array.from({ length: 24 }, (_, i) => (37 * i) % 256);
  const normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 } as const;
  await autoencoder.fit({ shape: [4, 2, 3], data, normalization }, { epochs: 3 });
  return { autoencoder, state: optimizer.state() };
}

/** Weights of a folder with other tensors or metadata. */
function changed(
  bytes: Uint8Array,
  change: (tensors: Map<string, Tensor>, metadata: Record<string, string>) => void,
): Uint8Array {
  const { tensors, metadata } = readSafetensors(bytes);
  change(tensors, metadata);
  return writeSafetensors(
    Array.from(tensors, ([name, tensor]) => ({ name, tensor })),
    metadata,
  );
}

describe('export and import', () => {
  test.each([
    ['adam', new Adam({ clipNorm: 2 })],
    ['adamw', new AdamW({ beta1: 0.8, epsilon: 1e-6, weightDecay: 0.1 })],
    ['sgd', new SGD()],
    ['sgd with momentum', new SGD({ momentum: 0.5, nesterov: true })],
  ])('bring the same bits back, with the state of %s', async (_, optimizer) => {
    const { autoencoder, state } = await trained(optimizer as Adam);
    const files = writePyTorch(autoencoder, state);
    const again = readPyTorch(files['weights.safetensors']).model;
    expect(writeModel(again)).toEqual(writeModel(autoencoder));
    expect(readPyTorchOptimizer(files['optimizer.safetensors'] as Uint8Array, again)).toEqual(state);
  });

  test('go on as if nothing had happened', async () => {
    const { autoencoder, state } = await trained();
    const files = writePyTorch(autoencoder, state);
    const again = readAutoencoder(files['weights.safetensors']);
    const optimizer = optimizerOf(
      readPyTorchOptimizer(files['optimizer.safetensors'] as Uint8Array, again),
      again,
    );
    expect(optimizer.steps).toBe(3);
    const original = optimizerOf(state, autoencoder);
    for (const [model, each] of [
      [again, optimizer],
      [autoencoder, original],
    ] as const) {
      model.parameters.gradients.fill(0.5);
      each.step(model.parameters);
    }
    expect(again.parameters.values).toEqual(autoencoder.parameters.values);
  });

  test("have PyTorch's names and layout", async () => {
    const { autoencoder, state } = await trained();
    const files = writePyTorch(autoencoder, state);
    const { tensors, metadata } = readSafetensors(files['weights.safetensors']);
    expect(Array.from(tensors, ([name, { shape }]) => [name, shape])).toEqual([
      ['encoder.0.weight', [5, 6]],
      ['encoder.0.bias', [5]],
      ['encoder.2.weight', [2, 5]],
      ['encoder.2.bias', [2]],
      ['decoder.0.weight', [5, 2]],
      ['decoder.0.bias', [5]],
      ['decoder.2.weight', [6, 5]],
      ['decoder.2.bias', [6]],
    ]);
    const [[, weight]] = autoencoder.namedParameters();
    expect(tensors.get('encoder.0.weight')?.data[1]).toBe(weight.value.data[5]); // row 0, column 1 of theirs
    expect(metadata.format).toBe('pt');
    const optimizer = readSafetensors(files['optimizer.safetensors'] as Uint8Array);
    expect([...optimizer.tensors.keys()].slice(0, 2)).toEqual([
      'encoder.0.weight.exp_avg',
      'encoder.0.weight.exp_avg_sq',
    ]);
    expect(JSON.parse(optimizer.metadata.optimizer)).toEqual({
      type: 'Adam',
      step: 3,
      options: { lr: 0.001, betas: [0.9, 0.999], eps: 1e-7 },
    });
  });

  test('write no optimizer where there is no state', async () => {
    const { autoencoder } = await trained();
    expect(Object.keys(writePyTorch(autoencoder))).toEqual(['weights.safetensors', 'autoencoder.py']);
  });

  test('write nested layers, missing biases, slopes and any normalization as Python', () => {
    const autoencoder = new Autoencoder({
      spec: {
        type: 'autoencoder',
        inputShape: [3],
        encoder: [
          {
            type: 'sequential',
            layers: [
              { type: 'dense', inFeatures: 3, outFeatures: 2, bias: false },
              { type: 'tanh' },
              { type: 'gelu' },
            ],
          },
        ],
        decoder: [
          { type: 'leakyRelu', slope: 0.2 },
          { type: 'dense', inFeatures: 2, outFeatures: 3, bias: true },
          { type: 'sigmoid' },
        ],
      },
    });
    autoencoder.normalization = { kind: 'standard', dtype: 'f4', shift: -1e-9, scale: 12.5 };
    const files = writePyTorch(autoencoder);
    expect(writeModel(readPyTorch(files['weights.safetensors']).model)).toEqual(writeModel(autoencoder));
    expect(files['autoencoder.py']).toContain(`
INPUT_SHAPE = (3,)
SHIFT, SCALE = -1e-9, 12.5
`);
    expect(files['autoencoder.py']).toContain(
      'return ((images.double() - SHIFT) / SCALE).float().flatten(1)\n',
    );
    expect(files['autoencoder.py']).toContain(
      'return (outputs.double() * SCALE + SHIFT).unflatten(1, INPUT_SHAPE)\n',
    );
    autoencoder.normalization = { kind: 'standard', dtype: 'f4', shift: [1, 2, 3], scale: [4, 5, 6] };
    const byFeature = writePyTorch(autoencoder)['autoencoder.py'];
    expect(byFeature).toContain(
      'return ((images.double().flatten(1) - SHIFT.to(images.device)) / SCALE.to(images.device)).float()\n',
    );
    expect(byFeature).toContain(
      'return (outputs.double() * SCALE.to(outputs.device) + SHIFT.to(outputs.device)).unflatten(1, INPUT_SHAPE)\n',
    );
    expect(files['autoencoder.py']).toContain(`
        self.encoder = nn.Sequential(
            nn.Sequential(
                nn.Linear(3, 2, bias=False),
                nn.Tanh(),
                nn.GELU(),
            ),
        )
        self.decoder = nn.Sequential(
            nn.LeakyReLU(0.2),
            nn.Linear(2, 3),
            nn.Sigmoid(),
        )
`);
  });

  test('write tied weights once, and as Python what shares them', async () => {
    const autoencoder = new Autoencoder({
      inputShape: [6],
      hidden: [5],
      encodingDim: 2,
      tied: true,
      seed: 3,
    });
    const { state } = await autoencoder.fit(NETWORK_BATCH.reshape([32, 6]), { epochs: 2 });
    const files = writePyTorch(autoencoder, state.optimizer);
    const again = readPyTorch(files['weights.safetensors']).model;
    expect(writeModel(again)).toEqual(writeModel(autoencoder));
    expect(readPyTorchOptimizer(files['optimizer.safetensors'] as Uint8Array, again)).toEqual(
      state.optimizer,
    );
    const { tensors } = readSafetensors(files['weights.safetensors']);
    expect([...tensors.keys()].filter((name) => name.startsWith('decoder'))).toEqual([
      'decoder.0.bias',
      'decoder.2.bias',
    ]);
    expect(files['autoencoder.py']).toContain(`
        self.decoder = nn.Sequential(
            Transposed(self.encoder[2]),
            nn.ReLU(),
            Transposed(self.encoder[0]),
        )
`);
  });

  test('refuse a state that is of another network or optimizer', async () => {
    const { autoencoder, state } = await trained();
    const other = new Autoencoder({ inputShape: [2, 3], hidden: [4], encodingDim: 2 });
    expect(() => writePyTorch(other, state)).toThrow(
      "writePyTorch: the state's m has 98 numbers, expected the model's 80.",
    );
    expect(() => writePyTorch(autoencoder, { ...state, name: 'lion' })).toThrow(
      "writePyTorch: the state is of 'lion', expected one of: adam, adamw, sgd.",
    );
  });
});

describe('the golden folders', () => {
  test.each(PLAIN)('%s: what is written is theirs, byte for byte', (name) => {
    const weights = bytesOf(`${FOLDER}/${name}/weights.safetensors`);
    const optimizer = bytesOf(`${FOLDER}/${name}/optimizer.safetensors`);
    const autoencoder = readAutoencoder(weights);
    expect(writePyTorch(autoencoder, readPyTorchOptimizer(optimizer, autoencoder))).toEqual({
      'weights.safetensors': weights,
      'optimizer.safetensors': optimizer,
      'autoencoder.py': readFileSync(`${FOLDER}/${name}/autoencoder.py`, 'utf8'),
    });
  });

  const rows = KERNEL_NAMES.flatMap((kernels) => PLAIN.map((name) => [kernels, name] as const));
  test.each(rows)(
    '%s kernels, %s: PyTorch computed the same, and so did ten further steps',
    (kernels, name) => {
      setKernels(kernels);
      expectAgreement(`${FOLDER}/${name}`, `${FOLDER}/${name}/after`);
    },
  );

  test('would show an optimizer that forgot everything', () => {
    const folder = `${FOLDER}/adam`;
    const autoencoder = readAutoencoder(bytesOf(`${folder}/weights.safetensors`));
    const state = readPyTorchOptimizer(bytesOf(`${folder}/optimizer.safetensors`), autoencoder);
    const zeros = new Float32Array(autoencoder.parameters.size);
    tenSteps(autoencoder, optimizerOf({ ...state, steps: 0, moments: { m: zeros, v: zeros } }, autoencoder));
    const after = readAutoencoder(bytesOf(`${folder}/after/weights.safetensors`));
    expect(weightError(autoencoder, after)).toBeGreaterThan(1000);
  });

  test('would show a bias correction that is one step off', () => {
    const folder = `${FOLDER}/adam`;
    const autoencoder = readAutoencoder(bytesOf(`${folder}/weights.safetensors`));
    const state = readPyTorchOptimizer(bytesOf(`${folder}/optimizer.safetensors`), autoencoder);
    tenSteps(autoencoder, optimizerOf({ ...state, steps: state.steps + 1 }, autoencoder));
    const after = readAutoencoder(bytesOf(`${folder}/after/weights.safetensors`));
    expect(weightError(autoencoder, after)).toBeGreaterThan(100);
  });
});

/** Outputs within 1e-5 of the network's units, and after ten steps weights, moments and count. */
function expectAgreement(exported: string, after: string): void {
  const autoencoder = readAutoencoder(bytesOf(`${exported}/weights.safetensors`));
  const optimizer = optimizerOf(
    readPyTorchOptimizer(bytesOf(`${exported}/optimizer.safetensors`), autoencoder),
    autoencoder,
  );
  const { codes, restored } = outputsOf(after);
  expect(largestDifference(autoencoder.encode(NETWORK_BATCH).data, codes)).toBeLessThan(1e-5);
  const inNetworkUnits = restored.map((value) => value / 255);
  expect(largestDifference(autoencoder.predict(NETWORK_BATCH).data, inNetworkUnits)).toBeLessThan(1e-5);
  tenSteps(autoencoder, optimizer);
  const theirs = readAutoencoder(bytesOf(`${after}/weights.safetensors`));
  expect(weightError(autoencoder, theirs)).toBeLessThanOrEqual(1);
  const state = readPyTorchOptimizer(bytesOf(`${after}/optimizer.safetensors`), theirs);
  const ours = optimizer.state();
  expect(state.settings).toEqual(ours.settings);
  if (ours.name !== 'sgd') expect(state.steps).toBe(ours.steps); // PyTorch's SGD doesn't count
  expect(momentError(ours, state)).toBeLessThan(1);
}

describe('a file that is not what it should be', () => {
  const read = (bytes: Uint8Array) => () => readPyTorch(bytes);
  const GOLDEN = bytesOf(`${FOLDER}/adam/weights.safetensors`);
  const withChange = (...args: Parameters<typeof changed> extends [unknown, ...infer Rest] ? Rest : never) =>
    read(changed(GOLDEN, ...args));

  test('is refused if it is no safetensors file, or cut off', () => {
    expect(read(new Uint8Array(3))).toThrow('not a safetensors file');
    expect(read(GOLDEN.subarray(0, 1000))).toThrow('cut off');
  });

  test('is refused if it is a model of ours: square weights would be turned', async () => {
    const { autoencoder } = await trained();
    expect(() => readPyTorch(writeModel(autoencoder), { like: autoencoder })).toThrow(
      "the file is an isthmus file, with weights [in, out], expected one of PyTorch's, with weights [out, in].",
    );
  });

  test('is refused if it says nothing of its model, unless another model is given', () => {
    const bare = changed(GOLDEN, (_, metadata) => {
      for (const key of Object.keys(metadata)) delete metadata[key];
    });
    expect(read(bare)).toThrow(
      "the file doesn't describe its model (it has no metadata 'model'), expected a model with the same layers (like).",
    );
    const like = readPyTorch(GOLDEN).model;
    expect(writeModel(readPyTorch(bare, { like }).model)).toEqual(writeModel(like));
  });

  test('is refused if its model is another than the one to be like', () => {
    const like = new Autoencoder({ inputShape: [3, 4], hidden: [8, 5], encodingDim: 3 }); // relu, not silu
    expect(() => readPyTorch(GOLDEN, { like })).toThrow(
      'has other layers, another input shape or another kind than like, expected the same.',
    );
  });

  test.each<[string, Parameters<typeof changed>[1], string]>([
    [
      'a tensor is missing',
      (tensors) => tensors.delete('encoder.0.weight'),
      "tensor 'encoder.0.weight' is missing, expected [8, 12].",
    ],
    [
      'a weight is not turned',
      (tensors) => tensors.set('encoder.0.weight', Tensor.zeros([12, 8])),
      "tensor 'encoder.0.weight' is [12, 8], expected [8, 12] ([out, in]).",
    ],
    [
      'a bias has another length',
      (tensors) => tensors.set('decoder.0.bias', Tensor.zeros([6])),
      "tensor 'decoder.0.bias' is [6], expected [5].",
    ],
    [
      'there is a tensor too many',
      (tensors) => tensors.set('encoder.7.weight', Tensor.zeros([1])),
      "tensor 'encoder.7.weight' belongs to no layer of the model, expected only its 12 tensors.",
    ],
    [
      'a weight is NaN',
      (tensors) => tensors.get('encoder.2.weight')?.data.fill(Number.NaN, 3, 4),
      "tensor 'encoder.2.weight' holds NaN or infinity, expected finite weights.",
    ],
    [
      'its layout is of another version',
      (_, metadata) => Object.assign(metadata, { isthmus: '2' }),
      "the file's layout has version 2, expected 1 (metadata 'isthmus').",
    ],
    [
      'its description is no JSON',
      (_, metadata) => Object.assign(metadata, { model: '{' }),
      "the file's metadata 'model' is \"{\", expected JSON.",
    ],
    [
      'its description is none',
      (_, metadata) => Object.assign(metadata, { model: '{"type":"autoencoder","inputShape":[1]}' }),
      'the model\'s description can\'t be used: it is not one of type "autoencoder" or "vae" or "gan" with an input shape and layers.',
    ],
    [
      'its description asks for more than the file holds',
      (_, metadata) =>
        Object.assign(metadata, { model: metadata.model.replace('"outFeatures":8', '"outFeatures":1e9') }),
      "tensor 'encoder.0.weight' is [8, 12], expected [1000000000, 12] ([out, in]).",
    ],
    [
      'its description has an unknown layer',
      (_, metadata) => Object.assign(metadata, { model: metadata.model.replace('silu', 'swish') }),
      'the model\'s description can\'t be used: buildLayer: "swish" is not a type of layer.',
    ],
    [
      'its normalization is none',
      (_, metadata) => Object.assign(metadata, { normalization: '{"kind":"divide","scale":0}' }),
      'the model\'s normalization can\'t be used: its kind is "divide", its dtype missing, its shift missing, its scale 0.',
    ],
    [
      'its normalization is missing',
      (_, metadata) => delete metadata.normalization,
      "the file's metadata 'normalization' is missing, expected JSON.",
    ],
  ])('is refused if %s', (_, change, message) => {
    expect(withChange(change)).toThrow(message);
    expect(withChange(change)).toThrow(expect.objectContaining({ name: 'FormatError' }));
  });
});

describe("an optimizer's file", () => {
  const GOLDEN = bytesOf(`${FOLDER}/adam/optimizer.safetensors`);
  const autoencoder = readPyTorch(bytesOf(`${FOLDER}/adam/weights.safetensors`)).model;
  const withOptions =
    (options: Record<string, unknown>, more = {}) =>
    (_: unknown, metadata: Record<string, string>) => {
      const saved = JSON.parse(metadata.optimizer);
      metadata.optimizer = JSON.stringify({ ...saved, ...more, options: { ...saved.options, ...options } });
    };

  test('of an optimizer that has not stepped has zeros', () => {
    const bytes = changed(GOLDEN, (tensors, metadata) => {
      tensors.clear();
      withOptions({}, { step: 0 })(tensors, metadata);
    });
    const { steps, moments } = readPyTorchOptimizer(bytes, autoencoder);
    expect(steps).toBe(0);
    expect(moments.v).toEqual(new Float32Array(autoencoder.parameters.size));
  });

  test.each<[string, Parameters<typeof changed>[1], string]>([
    [
      'holds weights',
      (_, metadata) => delete metadata.optimizer,
      "doesn't hold an optimizer's state, expected the metadata 'optimizer'.",
    ],
    [
      'is no JSON',
      (_, metadata) => Object.assign(metadata, { optimizer: '[1]' }),
      'the metadata \'optimizer\' is "[1]", expected a JSON object.',
    ],
    [
      'is of another optimizer',
      withOptions({}, { type: 'Lion' }),
      'the optimizer is "Lion", expected one of: Adam, AdamW, SGD.',
    ],
    [
      'has no steps',
      withOptions({}, { step: 1.5 }),
      'the optimizer took 1.5 steps, expected an integer >= 0.',
    ],
    ['uses amsgrad', withOptions({ amsgrad: true }), "Adam's amsgrad is true, expected it to be off"],
    [
      'decays within the gradient',
      withOptions({ weight_decay: 0.1 }),
      "Adam's weight_decay is 0.1, expected it to be off",
    ],
    ['has no learning rate', withOptions({ lr: undefined }), "Adam's lr is missing, expected a number."],
    [
      'has one beta',
      withOptions({ betas: [0.9] }),
      "Adam's betas is a list, expected a list of two numbers.",
    ],
    [
      'lacks a moment',
      (tensors) => tensors.delete('decoder.0.bias.exp_avg_sq'),
      "tensor 'decoder.0.bias.exp_avg_sq' is missing, expected [5].",
    ],
    [
      'has one that is not turned',
      (tensors) => tensors.set('encoder.0.weight.exp_avg', Tensor.zeros([12, 8])),
      "tensor 'encoder.0.weight.exp_avg' is [12, 8], expected [8, 12].",
    ],
    [
      'has another tensor',
      (tensors) => tensors.set('encoder.0.weight.max_exp_avg_sq', Tensor.zeros([8, 12])),
      "tensor 'encoder.0.weight.max_exp_avg_sq' is not part of this optimizer's state, expected the moments of the model's parameters.",
    ],
  ])('is refused if it %s', (_, change, message) => {
    const read = () => readPyTorchOptimizer(changed(GOLDEN, change), autoencoder);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ name: 'FormatError' }));
  });
});

const live = PYTHON
  ? { test, note: '' }
  : { test: test.skip, note: ' (skipped: no python3 with torch here, PYTHON can name one)' };

describe(`with PyTorch${live.note}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-pytorch-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  live.test.each(PLAIN)('%s: an export is loaded, computes the same, and ten further steps do', (name) => {
    const exported = join(folder, name);
    const after = join(folder, `${name}-after`);
    const autoencoder = readAutoencoder(bytesOf(`${FOLDER}/${name}/weights.safetensors`));
    // Into a model in the middle of another training, so that more than the golden numbers is tested.
    const optimizer = optimizerOf(
      readPyTorchOptimizer(bytesOf(`${FOLDER}/${name}/optimizer.safetensors`), autoencoder),
      autoencoder,
    );
    tenSteps(autoencoder, optimizer);
    mkdirSync(exported);
    for (const [file, contents] of Object.entries(writePyTorch(autoencoder, optimizer.state()))) {
      writeFileSync(join(exported, file), contents);
    }
    const script = `${FOLDER}/continue_training.py`;
    expect(runTorch(['-W', 'error', script, exported, `${FOLDER}/batch.json`, after])).toEqual({
      status: 0,
      stderr: '',
    });
    expectAgreement(exported, after);
  });

  live.test('a tied model is loaded, computes the same, and ten further steps do', () => {
    const exported = join(folder, 'tied');
    const options = { inputShape: [3, 4], hidden: [8], encodingDim: 3, tied: true, seed: 5 };
    const autoencoder = new Autoencoder(options);
    autoencoder.normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 };
    const optimizer = new Adam();
    optimizer.attach(autoencoder.parameters);
    tenSteps(autoencoder, optimizer);
    mkdirSync(exported);
    for (const [file, contents] of Object.entries(writePyTorch(autoencoder, optimizer.state()))) {
      writeFileSync(join(exported, file), contents);
    }
    const after = join(folder, 'tied-after');
    const script = `${FOLDER}/continue_training.py`;
    expect(runTorch(['-W', 'error', script, exported, `${FOLDER}/batch.json`, after])).toEqual({
      status: 0,
      stderr: '',
    });
    expectAgreement(exported, after);
  });

  live.test('features that are scaled on their own are there, too, and back in their units', () => {
    const autoencoder = new Autoencoder({ inputShape: [2, 3], hidden: [5], encodingDim: 2, seed: 1 });
    const shift = [1e9, -273.15, 1e-6, 13, 750, 0.1];
    const scale = [3, 20, 1e-7, 0.8, 315, 1];
    const normalization = { kind: 'standard', dtype: 'f8', shift, scale } as const;
    autoencoder.normalization = normalization;
    const data = Float64Array.from({ length: 24 }, (_, i) => shift[i % 6] + scale[i % 6] * Math.sin(i));
    const exported = join(folder, 'by-feature');
    mkdirSync(exported);
    for (const [file, contents] of Object.entries(writePyTorch(autoencoder))) {
      writeFileSync(join(exported, file), contents);
    }
    const program = `
import json, sys, torch
sys.path.insert(0, ${JSON.stringify(exported)})
import autoencoder as a
model, _ = a.load(${JSON.stringify(exported)})
x = a.to_network(torch.tensor(${JSON.stringify(Array.from(data))}, dtype=torch.float64).reshape(4, 2, 3))
restored = a.from_network(model(x))
with open(${JSON.stringify(join(exported, 'out.json'))}, "w") as f:
    json.dump({"inputs": x.flatten().tolist(), "shape": list(restored.shape), "restored": restored.flatten().tolist()}, f)
`;
    expect(runTorch(['-W', 'error', '-c', program])).toEqual({ status: 0, stderr: '' });
    const { inputs, shape, restored } = JSON.parse(readFileSync(join(exported, 'out.json'), 'utf8'));
    const networkInputs = Array.from(data, (value, i) => Math.fround((value - shift[i % 6]) / scale[i % 6]));
    expect(inputs).toEqual(networkInputs);
    expect(shape).toEqual([4, 2, 3]);
    const outputs = autoencoder.predict({ shape: [4, 2, 3], data, normalization });
    const inNetworkUnits = restored.map((value: number, i: number) => (value - shift[i % 6]) / scale[i % 6]);
    expect(largestDifference(inNetworkUnits, outputs.data)).toBeLessThan(1e-5);
  });

  live.test('what load and save do loses nothing', () => {
    const [from, to] = [`${FOLDER}/nesterov`, join(folder, 'same')];
    const program = `
import sys
sys.path.insert(0, ${JSON.stringify(from)})
import autoencoder
autoencoder.save(*autoencoder.load(${JSON.stringify(from)}), ${JSON.stringify(to)})
`;
    expect(runTorch(['-c', program])).toEqual({ status: 0, stderr: '' });
    const [before, after] = [from, to].map((path) => {
      const model = readAutoencoder(bytesOf(`${path}/weights.safetensors`));
      const state = readPyTorchOptimizer(bytesOf(`${path}/optimizer.safetensors`), model);
      return { model: writeModel(model), state };
    });
    expect(after).toEqual(before);
    expect(readFileSync(join(to, 'autoencoder.py'))).toEqual(readFileSync(join(from, 'autoencoder.py')));
  });
});
