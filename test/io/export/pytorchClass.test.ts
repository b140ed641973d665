/** Models that make new samples, to PyTorch and back: variational autoencoders and GANs. pytorch.test.ts has the formats. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../src/autoencoder/autoencoder.ts';
import { GAN } from '../../../src/gan/gan.ts';
import { readPyTorch, writePyTorch } from '../../../src/io/export/pytorch.ts';
import { readPyTorchOptimizer } from '../../../src/io/export/pytorchOptimizer.ts';
import { type AnyModel, writeModel } from '../../../src/io/model.ts';
import { readSafetensors, writeSafetensors } from '../../../src/io/safetensors.ts';
import type { GaussianCode } from '../../../src/layers/gaussianCode.ts';
import type { Optimizer, OptimizerState } from '../../../src/optim/optimizer.ts';
import { kernels, setKernels } from '../../../src/tensor/kernels/active.ts';
import { KERNEL_NAMES } from '../../../src/tensor/kernels/kernels.ts';
import { Random } from '../../../src/tensor/random.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { VariationalAutoencoder } from '../../../src/vae/variationalAutoencoder.ts';
import {
  bytesOf,
  FOLDER,
  GENERATIVE,
  type GenerativeOutputs,
  largestDifference,
  momentError,
  NETWORK_BATCH,
  NOISE_SEED,
  objectiveOf,
  optimizerOf,
  PYTHON,
  runTorch,
  tenNoisySteps,
  weightError,
} from '../../helpers/pytorch.ts';

const fastest = kernels().name;
afterEach(() => {
  setKernels(fastest);
});

const SMALL = { inputShape: [2, 3], encodingDim: 2, seed: 1 };
const vae = () => new VariationalAutoencoder({ ...SMALL, hidden: [5] });
const gan = () => new GAN({ ...SMALL, generatorHidden: [4], discriminatorHidden: [3] });

/** A model after three epochs. */
async function trained(model: AnyModel): Promise<{ model: AnyModel; state: OptimizerState }> {
  const data = Uint8Array.from({ length: 24 }, (_, i) => (37 * i) % 256);
  const normalization = { kind: 'divide', dtype: 'u1', shift: 0, scale: 255 } as const;
  const { state } = await model.fit({ shape: [4, 2, 3], data, normalization }, { epochs: 3 });
  return { model, state: state.optimizer };
}

/** The model and the optimizer of a folder. */
function loaded(folder: string): { model: AnyModel; state: OptimizerState; optimizer: Optimizer } {
  const { model } = readPyTorch(bytesOf(`${folder}/weights.safetensors`));
  const state = readPyTorchOptimizer(bytesOf(`${folder}/optimizer.safetensors`), model);
  return { model, state, optimizer: optimizerOf(state, model) };
}

function writeTo(folder: string, files: object): void {
  mkdirSync(folder);
  for (const [file, contents] of Object.entries(files)) writeFileSync(join(folder, file), contents);
}

describe('export and import', () => {
  test.each([
    ['a variational autoencoder', vae],
    ['a GAN', gan],
  ])('bring the same bits of %s back, with the state of its optimizer', async (_, make) => {
    const { model, state } = await trained(make());
    const files = writePyTorch(model, state);
    const again = readPyTorch(files['weights.safetensors']).model;
    expect(again.constructor).toBe(model.constructor);
    expect(writeModel(again)).toEqual(writeModel(model));
    expect(readPyTorchOptimizer(files['optimizer.safetensors'] as Uint8Array, again)).toEqual(state);
  });

  test("have PyTorch's names and layout", () => {
    const shapes = (model: AnyModel) => {
      const { tensors } = readSafetensors(writePyTorch(model)['weights.safetensors']);
      return Array.from(tensors, ([name, { shape }]) => [name, shape]);
    };
    expect(shapes(vae()).slice(2, 6)).toEqual([
      ['encoder.2.mean.weight', [2, 5]],
      ['encoder.2.mean.bias', [2]],
      ['encoder.2.logVariance.weight', [2, 5]],
      ['encoder.2.logVariance.bias', [2]],
    ]);
    expect(shapes(gan())).toEqual([
      ['generator.0.weight', [4, 2]],
      ['generator.0.bias', [4]],
      ['generator.2.weight', [6, 4]],
      ['generator.2.bias', [6]],
      ['discriminator.0.weight', [3, 6]],
      ['discriminator.0.bias', [3]],
      ['discriminator.2.weight', [1, 3]],
      ['discriminator.2.bias', [1]],
    ]);
  });

  test('name the Python module by the kind of model', () => {
    expect(Object.keys(writePyTorch(vae()))).toEqual(['weights.safetensors', 'autoencoder.py']);
    expect(Object.keys(writePyTorch(gan()))).toEqual(['weights.safetensors', 'gan.py']);
  });

  test('take the layers of a bare file from a model of the same kind', () => {
    const model = gan();
    expect(writeModel(readPyTorch(bare(model), { like: model }).model)).toEqual(writeModel(model));
  });
});

/** A file as PyTorch's own save_file writes it. */
function bare(model: AnyModel): Uint8Array {
  const { tensors } = readSafetensors(writePyTorch(model)['weights.safetensors']);
  return writeSafetensors(
    Array.from(tensors, ([name, tensor]) => ({ name, tensor })),
    {},
  );
}

describe('a file is refused', () => {
  const autoencoder = new Autoencoder({ ...SMALL, hidden: [5] });

  test('if it says that it is of another kind than the model to be like', () => {
    const read = (model: AnyModel, like: AnyModel) => () =>
      readPyTorch(writePyTorch(model)['weights.safetensors'], { like });
    const message = 'has other layers, another input shape or another kind than like, expected the same.';
    expect(read(gan(), autoencoder)).toThrow(message);
    expect(read(autoencoder, gan())).toThrow(message);
    expect(read(vae(), autoencoder)).toThrow(message);
  });

  test.each<[string, AnyModel, AnyModel, string]>([
    [
      'a GAN, like an autoencoder',
      gan(),
      autoencoder,
      "tensor 'encoder.0.weight' is missing, the file has 'generator.0.weight', expected [5, 6].",
    ],
    [
      'an autoencoder, like a variational one',
      autoencoder,
      vae(),
      "tensor 'encoder.2.mean.weight' is missing, the file has 'encoder.2.weight', expected [2, 5].",
    ],
    [
      'a GAN, like one with other layers',
      gan(),
      new GAN({ ...SMALL, generatorHidden: [4], discriminatorHidden: [7] }),
      "tensor 'discriminator.0.weight' is [3, 6], expected [7, 6] ([out, in]).",
    ],
  ])('if it holds the weights of %s', (_, model, like, message) => {
    const read = () => readPyTorch(bare(model), { like });
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ name: 'FormatError' }));
  });

  test.each([
    ['lacks the variance', '', "tensor 'encoder.2.logVariance.bias' is missing, expected [2]."],
    [
      'asks for more than it holds',
      '"outFeatures":1e9',
      "tensor 'encoder.2.mean.weight' is [2, 5], expected [1000000000, 5] ([out, in]).",
    ],
  ])('if it %s', (_, claim, message) => {
    const { tensors, metadata } = readSafetensors(writePyTorch(vae())['weights.safetensors']);
    if (claim === '') tensors.delete('encoder.2.logVariance.bias');
    else metadata.model = metadata.model.replace('"outFeatures":2', claim);
    const named = Array.from(tensors, ([name, tensor]) => ({ name, tensor }));
    expect(() => readPyTorch(writeSafetensors(named, metadata))).toThrow(message);
  });

  test("if it holds an optimizer's state of another kind of model", async () => {
    const { model, state } = await trained(gan());
    const bytes = writePyTorch(model, state)['optimizer.safetensors'] as Uint8Array;
    expect(() => readPyTorchOptimizer(bytes, vae())).toThrow(
      "tensor 'encoder.0.weight.exp_avg' is missing, expected [5, 6].",
    );
    expect(() => writePyTorch(vae(), state)).toThrow("writePyTorch: the state's m has");
  });
});

describe('the golden folders', () => {
  test.each(GENERATIVE)('%s: what is written is theirs, byte for byte', (name) => {
    const folder = `${FOLDER}/${name}`;
    const { model, state } = loaded(folder);
    const files = Object.entries(writePyTorch(model, state));
    expect(files.map(([file]) => file).sort()).toEqual(
      readdirSync(folder).filter((file) => file !== 'after'),
    );
    for (const [file, contents] of files) {
      expect(Buffer.from(contents).equals(readFileSync(`${folder}/${file}`))).toBe(true);
    }
  });

  const rows = KERNEL_NAMES.flatMap((kernels) => GENERATIVE.map((name) => [kernels, name] as const));
  test.each(rows)(
    '%s kernels, %s: PyTorch computed the same, and so did ten further steps',
    (kernels, name) => {
      setKernels(kernels);
      expectAgreement(`${FOLDER}/${name}`, `${FOLDER}/${name}/after`);
    },
  );

  test('would show a KL divergence of another weight', () => {
    const { model, optimizer } = loaded(`${FOLDER}/vae`);
    tenNoisySteps(model, optimizer, objectiveOf(model, 0.51));
    expect(weightError(model, loaded(`${FOLDER}/vae/after`).model)).toBeGreaterThan(100);
  });

  test('would show a gradient of the generator with the other sign', () => {
    const { model, optimizer } = loaded(`${FOLDER}/gan`);
    const game = objectiveOf(model);
    const learn = (x: Tensor) => {
      const losses = game.learn(x, x);
      for (const { gradient } of (model as GAN).generator.parameters()) {
        gradient.data.set(gradient.data.map((value) => -value));
      }
      return losses;
    };
    tenNoisySteps(model, optimizer, { learn });
    expect(weightError(model, loaded(`${FOLDER}/gan/after`).model)).toBeGreaterThan(100);
  });
});

/** Outputs within 1e-5 of the network's units, losses of one float32 rounding a step, and after ten steps weights, moments and count. */
function expectAgreement(exported: string, after: string): void {
  const { model, optimizer } = loaded(exported);
  const outputs: GenerativeOutputs = JSON.parse(readFileSync(`${after}/outputs.json`, 'utf8'));
  for (const [name, values] of Object.entries(ourOutputs(model))) {
    const theirs = outputs[name as keyof GenerativeOutputs] as readonly number[];
    const scale = name === 'restored' || name === 'generated' ? 255 : 1;
    expect(
      largestDifference(
        values,
        theirs.map((value) => value / scale),
      ),
    ).toBeLessThan(1e-5);
  }
  const [{ loss, parts = {} }] = tenNoisySteps(model, optimizer, objectiveOf(model));
  const losses = model instanceof GAN ? [parts.generator, parts.discriminator] : [loss];
  expect(largestDifference(losses, outputs.losses)).toBeLessThan(1e-6 * loss);
  const theirs = loaded(after);
  expect(weightError(model, theirs.model)).toBeLessThanOrEqual(1);
  const ours = optimizer.state();
  expect({ ...theirs.state, moments: {} }).toEqual({ ...ours, moments: {} });
  expect(momentError(ours, theirs.state)).toBeLessThan(1);
}

/** In the network's units. */
function ourOutputs(model: AnyModel): Readonly<Record<string, ArrayLike<number>>> {
  if (model instanceof GAN) {
    const codes = Tensor.zeros([16, model.encodingDim]);
    new Random(NOISE_SEED).fillNormal(codes.data);
    return { generated: model.decode(codes).data, probability: model.discriminate(NETWORK_BATCH).data };
  }
  const { layers } = model.encoder;
  const hidden = layers.slice(0, -1).reduce((x, layer) => layer.forward(x), NETWORK_BATCH);
  const logVariance = (layers.at(-1) as GaussianCode).logVariance.forward(hidden).data.slice();
  return {
    codes: model.encode(NETWORK_BATCH).data,
    logVariance,
    restored: model.predict(NETWORK_BATCH).data,
  };
}

const live = PYTHON
  ? { test, note: '' }
  : { test: test.skip, note: ' (skipped: no python3 with torch here, PYTHON can name one)' };

describe(`with PyTorch${live.note}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-generative-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: readonly string[]) =>
    expect(runTorch(['-W', 'error', ...args])).toEqual({ status: 0, stderr: '' });

  live.test.each(GENERATIVE)(
    '%s: an export is loaded, computes the same, and ten further steps do',
    (name) => {
      const [exported, after] = [join(folder, name), join(folder, `${name}-after`)];
      // Into a model in the middle of another training, so that more than the golden numbers is tested.
      const { model, optimizer } = loaded(`${FOLDER}/${name}`);
      tenNoisySteps(model, optimizer, objectiveOf(model));
      writeTo(exported, writePyTorch(model, optimizer.state()));
      const [script, batch, noise] = ['continue_generative.py', 'batch.json', 'noise.json'];
      run(`${FOLDER}/${script}`, exported, `${FOLDER}/${batch}`, `${FOLDER}/${noise}`, after);
      expectAgreement(exported, after);
    },
  );

  live.test('samples and noise are drawn where none are given', () => {
    const out = join(folder, 'drawn.json');
    run(
      '-c',
      `
import importlib.util, json, torch
from pathlib import Path
def drawn(folder):
    [path] = folder.glob("*.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    m = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(m)
    model, optimizer = m.load(folder)
    torch.manual_seed(1)
    samples = model.sample(5)
    torch.manual_seed(1)
    codes, x = torch.randn(5, 3), torch.rand(7, 12)
    losses = [model.backward(x)[0] if path.stem == "gan" else model.loss(x).detach() for _ in range(2)]
    shape = list(m.from_network(samples).shape)
    tensors = {"samples": samples, "codes": codes, "losses": torch.stack(losses)}
    return {"shape": shape, **{name: values.flatten().tolist() for name, values in tensors.items()}}
folders = [Path(${JSON.stringify(FOLDER)}) / name for name in ${JSON.stringify(GENERATIVE)}]
Path(${JSON.stringify(out)}).write_text(json.dumps([drawn(folder) for folder in folders]))
`,
    );
    const results = JSON.parse(readFileSync(out, 'utf8'));
    expect(results).toHaveLength(GENERATIVE.length);
    for (const [i, { shape, samples, codes, losses }] of results.entries()) {
      const { model } = loaded(`${FOLDER}/${GENERATIVE[i]}`);
      expect(shape).toEqual([5, 3, 4]);
      expect(largestDifference(model.decode(Tensor.from(codes, [5, 3])).data, samples)).toBeLessThan(1e-5);
      expect(losses[0]).not.toBe(losses[1]);
      for (const loss of losses) expect(loss).toBeGreaterThan(0);
    }
  });
});
