import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { GAN } from '../../../src/gan/gan.ts';
import { type OnnxPart, writeOnnx } from '../../../src/io/export/onnx.ts';
import { readPyTorch, writePyTorch } from '../../../src/io/export/pytorch.ts';
import { readPyTorchOptimizer } from '../../../src/io/export/pytorchOptimizer.ts';
import { type AnyModel, writeModel } from '../../../src/io/model.ts';
import { readSafetensors, writeSafetensors } from '../../../src/io/safetensors.ts';
import { loadCheckpoint, loadModel } from '../../../src/node/files/modelFile.ts';
import { VariationalAutoencoder } from '../../../src/vae/variationalAutoencoder.ts';
import { contentsOf, type Files, folderWith, isthmus, removeFolders } from '../../helpers/cli.ts';
import { DIVIDED, imagesNpy, model, modelBytes, TINY } from './fixtures.ts';
import { type Refusal, testRefusals } from './refusals.ts';

afterAll(removeFolders);

const bytesAt = (...path: string[]): Uint8Array => new Uint8Array(readFileSync(join(...path)));
const MODEL = modelBytes();
const EXPORTED = writePyTorch(model());
const SMALL = { inputShape: [8, 8], encodingDim: 2, seed: 3 };
const VAE = withPixels(new VariationalAutoencoder({ ...SMALL, hidden: [8] }));
const SMALL_GAN = withPixels(new GAN({ ...SMALL, generatorHidden: [8], discriminatorHidden: [4] }));
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

function withPixels<T extends AnyModel>(model: T): T {
  model.normalization = DIVIDED;
  return model;
}

async function runIn(cwd: string, line: string): Promise<string> {
  const { code, stdout, stderr } = await isthmus(line.split(' '), { cwd });
  expect({ code, stdout, ...(code !== 0 && { stderr }) }).toEqual({ code: 0, stdout: '' });
  return stderr;
}

describe('export --format onnx', () => {
  const onnx = (part: OnnxPart, of: AnyModel = model()) =>
    Buffer.from(writeOnnx(of, part, { producerVersion: version })).toString('latin1');

  test('writes encoder and decoder into a new folder', async () => {
    const cwd = folderWith({ 'm.safetensors': MODEL });
    const said = await runIn(cwd, 'export --model m.safetensors --format onnx --out serving');
    expect(said).toBe(
      `serving/encoder.onnx: images of 8×8 (uint8) to codes of 2 numbers
serving/decoder.onnx: codes of 2 numbers to restored images of 8×8
`,
    );
    const { 'm.safetensors': _, ...written } = contentsOf(cwd);
    expect(written).toEqual({
      'serving/': '',
      'serving/encoder.onnx': onnx('encoder'),
      'serving/decoder.onnx': onnx('decoder'),
    });
  });

  test('writes one part into a folder that is there, and leaves what else is in it', async () => {
    const cwd = folderWith({ 'm.safetensors': MODEL, 'serving/mine.txt': 'mine' });
    await runIn(cwd, 'export --model m.safetensors --format onnx --out serving --part encoder');
    const { 'm.safetensors': _, ...written } = contentsOf(cwd);
    expect(written).toEqual({
      'serving/': '',
      'serving/encoder.onnx': onnx('encoder'),
      'serving/mine.txt': 'mine',
    });
  });

  test('writes one file: all of the autoencoder, or a part', async () => {
    const cwd = folderWith({ 'm.safetensors': MODEL, 'old.onnx': 'old' });
    const said = await runIn(cwd, 'export --model m.safetensors --format onnx --out all.onnx');
    expect(said).toBe('all.onnx: images of 8×8 (uint8) to restored images of 8×8\n');
    await runIn(cwd, 'export --model m.safetensors --format onnx --out old.onnx --part decoder --overwrite');
    expect(contentsOf(cwd)).toMatchObject({ 'all.onnx': onnx('autoencoder'), 'old.onnx': onnx('decoder') });
  });

  test('writes the networks of a variational autoencoder, with the log-variance', async () => {
    const cwd = folderWith({ 'm.safetensors': writeModel(VAE) });
    const said = await runIn(cwd, 'export --model m.safetensors --format onnx --out serving');
    expect(said).toBe(
      `serving/encoder.onnx: images of 8×8 (uint8) to codes of 2 numbers and their log-variance
serving/decoder.onnx: codes of 2 numbers to restored images of 8×8
`,
    );
    const { 'm.safetensors': _, ...written } = contentsOf(cwd);
    expect(written).toEqual({
      'serving/': '',
      'serving/encoder.onnx': onnx('encoder', VAE),
      'serving/decoder.onnx': onnx('decoder', VAE),
    });
  });

  test('writes the networks of a GAN into a folder, its generator into a file', async () => {
    const cwd = folderWith({ 'm.safetensors': writeModel(SMALL_GAN) });
    const said = await runIn(cwd, 'export --model m.safetensors --format onnx --out serving');
    expect(said).toBe(
      `serving/generator.onnx: codes of 2 numbers to generated images of 8×8
serving/discriminator.onnx: images of 8×8 (uint8) to the probability that they are real
`,
    );
    await runIn(cwd, 'export --model m.safetensors --format onnx --out g.onnx');
    await runIn(cwd, 'export --model m.safetensors --format onnx --out d.onnx --part discriminator');
    const { 'm.safetensors': _, ...written } = contentsOf(cwd);
    expect(written).toEqual({
      'serving/': '',
      'serving/generator.onnx': onnx('generator', SMALL_GAN),
      'serving/discriminator.onnx': onnx('discriminator', SMALL_GAN),
      'g.onnx': onnx('generator', SMALL_GAN),
      'd.onnx': onnx('discriminator', SMALL_GAN),
    });
  });
});

describe('export --format pytorch', () => {
  test("writes a finished run's weights, with the state of its optimizer", async () => {
    const cwd = folderWith({ 'images.npy': imagesNpy() });
    const words = ['train', '--data', 'images.npy', '--epochs', '2', '--out', 'run', ...TINY];
    expect((await isthmus(words, { cwd })).code).toBe(0);
    const said = await runIn(cwd, 'export --model run --format pytorch --out out');
    expect(said).toBe('out: 1,138 weights, the state of adam after 4 steps\n');
    const { autoencoder } = await loadModel(join(cwd, 'run'));
    const { state } = await loadCheckpoint(join(cwd, 'run'));
    expect(readPyTorch(bytesAt(cwd, 'out/weights.safetensors')).model.parameters.values).toEqual(
      autoencoder.parameters.values,
    );
    const optimizer = bytesAt(cwd, 'out/optimizer.safetensors');
    expect(readPyTorchOptimizer(optimizer, autoencoder)).toEqual(state.optimizer);

    // The same model with other weights than the checkpoint: its state would belong to others.
    const other = folderWith({
      'run/model.safetensors': MODEL,
      'run/checkpoint.safetensors': bytesAt(cwd, 'run/checkpoint.safetensors'),
    });
    expect(await runIn(other, 'export --model run --format pytorch --out out')).toBe(
      "out: 1,138 weights, without an optimizer's state: run/checkpoint.safetensors has other weights (--model run/checkpoint.safetensors exports those, with its state)\n",
    );
    await runIn(other, 'export --model run/checkpoint.safetensors --format pytorch --out last');
    expect(bytesAt(other, 'last/optimizer.safetensors')).toEqual(optimizer);
    expect(bytesAt(other, 'last/weights.safetensors')).toEqual(bytesAt(cwd, 'out/weights.safetensors'));
  });

  test('leaves no state of an earlier export beside other weights', async () => {
    const files: Files = {
      'm.safetensors': MODEL,
      'out/optimizer.safetensors': 'old',
      'out/mine.txt': 'mine',
    };
    const cwd = folderWith(files);
    const said = await runIn(cwd, 'export --model m.safetensors --format pytorch --out out --overwrite');
    expect(said).toBe(
      "out: 1,138 weights, without an optimizer's state: there is no checkpoint.safetensors\n",
    );
    const names = Object.keys(contentsOf(cwd));
    expect(names).toEqual([
      'm.safetensors',
      'out/',
      'out/autoencoder.py',
      'out/mine.txt',
      'out/weights.safetensors',
    ]);
  });
});

describe('import --format pytorch', () => {
  test('brings the same bits back, from a folder or a file', async () => {
    const cwd = folderWith({
      'trained/weights.safetensors': EXPORTED['weights.safetensors'],
      'trained/optimizer.safetensors': 'a state',
    });
    const said = await runIn(cwd, 'import --format pytorch --weights trained --out a.safetensors');
    expect(said).toBe(
      `a.safetensors: 1,138 weights, images of 8×8, codes of 2 numbers
note: the state of the optimizer is not imported: a model file has no room for it.
`,
    );
    await runIn(cwd, 'import --format pytorch --weights trained/weights.safetensors --out b.safetensors');
    expect(bytesAt(cwd, 'a.safetensors')).toEqual(writeModel(model(), { training: { imported: 'pytorch' } }));
    expect(bytesAt(cwd, 'b.safetensors')).toEqual(bytesAt(cwd, 'a.safetensors'));
  });

  test('takes from another model what a file does not say', async () => {
    const { tensors } = readSafetensors(EXPORTED['weights.safetensors']);
    const bare = writeSafetensors(
      Array.from(tensors, ([name, tensor]) => ({ name, tensor })),
      {},
    );
    const cwd = folderWith({ 'bare.safetensors': bare, 'run/model.safetensors': MODEL });
    await runIn(cwd, 'import --format pytorch --weights bare.safetensors --like run --out m.safetensors');
    expect(bytesAt(cwd, 'm.safetensors')).toEqual(writeModel(model(), { training: { imported: 'pytorch' } }));
  });
});

describe('export to PyTorch and import', () => {
  test.each<[string, AnyModel, string]>([
    ['a variational autoencoder', VAE, 'autoencoder.py'],
    ['a GAN', SMALL_GAN, 'gan.py'],
  ])('bring the same bits of %s back', async (_, made, module) => {
    const cwd = folderWith({ 'm.safetensors': writeModel(made) });
    await runIn(cwd, 'export --model m.safetensors --format pytorch --out pt');
    expect(Object.keys(contentsOf(cwd))).toEqual([
      'm.safetensors',
      'pt/',
      `pt/${module}`,
      'pt/weights.safetensors',
    ]);
    const said = await runIn(
      cwd,
      'import --format pytorch --weights pt --like m.safetensors --out n.safetensors',
    );
    const weights = made.parameters.size.toLocaleString('en');
    expect(said).toBe(`n.safetensors: ${weights} weights, images of 8×8, codes of 2 numbers\n`);
    expect(bytesAt(cwd, 'n.safetensors')).toEqual(writeModel(made, { training: { imported: 'pytorch' } }));
  });
});

describe('export and import refuse', () => {
  const refusal = (name: string, line: string, says: RegExp, files: Files = {}): Refusal => ({
    name,
    args: line.split(' '),
    says,
    files: { 'm.safetensors': MODEL, 'pt/weights.safetensors': EXPORTED['weights.safetensors'], ...files },
  });
  const onnx = 'export --model m.safetensors --format onnx --out';
  const pytorch = 'export --model m.safetensors --format pytorch --out';
  const bringIn = 'import --format pytorch --out new.safetensors --weights';
  testRefusals(1, [
    refusal(
      'a model that is none',
      'export --model pt/weights.safetensors --format onnx --out x',
      /pt\/weights\.safetensors: the file is not an isthmus model: .*"pt"/,
    ),
    refusal(
      'no model',
      'export --model nowhere --format onnx --out x',
      /can't read nowhere: there is no such/,
    ),
    refusal(
      'no checkpoint',
      'export --model run/checkpoint.safetensors --format pytorch --out x',
      /can't read run\/checkpoint\.safetensors: /,
    ),
    refusal(
      'a damaged checkpoint beside a model',
      'export --model run --format pytorch --out x',
      /run\/checkpoint\.safetensors: not a safetensors file/,
      { 'run/model.safetensors': MODEL, 'run/checkpoint.safetensors': '' },
    ),
    refusal(
      'to replace a file',
      `${onnx} old.onnx`,
      /old\.onnx exists already, expected a new file \(--overwrite/,
      { 'old.onnx': 'old' },
    ),
    refusal(
      'to replace a file in a folder',
      `${onnx} out`,
      /out\/decoder\.onnx exists already, expected a new file \(--overwrite/,
      { 'out/decoder.onnx': 'old' },
    ),
    refusal(
      'to leave a state beside other weights',
      `${pytorch} out`,
      /out\/optimizer\.safetensors exists already/,
      { 'out/optimizer.safetensors': 'old' },
    ),
    refusal(
      'a file as the folder',
      `${pytorch} m.safetensors/`,
      /m\.safetensors\/: a part of the path is a file/,
    ),
    refusal('a file in place of the folder', `${onnx} file`, /file is a file, expected a folder\./, {
      file: 'mine',
    }),
    refusal('a folder in no folder', `${onnx} no/out`, /can't write no\/out: there is no such/),
    refusal(
      'a folder in place of a file, and leaves the others as they were',
      `${pytorch} out --overwrite`,
      /can't write out\/weights\.safetensors: it is a folder, expected a file/,
      { 'out/weights.safetensors/': '' },
    ),
    refusal('weights that are not there', `${bringIn} nowhere`, /can't read nowhere: there is no such/),
    refusal(
      'a folder without weights',
      `${bringIn} empty`,
      /can't read empty\/weights\.safetensors: there is no such/,
      { 'empty/': '' },
    ),
    refusal('a pickle', `${bringIn} model.pt`, /model\.pt: not a safetensors file/, {
      'model.pt': 'PK\x03\x04, and so on',
    }),
    refusal(
      'a model of its own',
      `${bringIn} m.safetensors`,
      /m\.safetensors: the file is an isthmus file, with weights/,
    ),
    refusal(
      'weights of another model',
      `${bringIn} pt --like other.safetensors`,
      /pt\/weights\.safetensors: the model in the file has other layers/,
      { 'other.safetensors': writeModel(model(undefined, { hidden: [9] })) },
    ),
    refusal(
      'weights of a GAN like an autoencoder',
      `${bringIn} gan --like m.safetensors`,
      /gan\/weights\.safetensors: the model in the file has other layers, another input shape or another kind/,
      { 'gan/weights.safetensors': writePyTorch(SMALL_GAN)['weights.safetensors'] },
    ),
    refusal(
      'to replace a model',
      'import --format pytorch --weights pt --out m.safetensors',
      /m\.safetensors exists already/,
    ),
  ]);
});

describe('export refuses a part that the model does not have:', () => {
  const files = {
    'm.safetensors': MODEL,
    'vae.safetensors': writeModel(VAE),
    'gan.safetensors': writeModel(SMALL_GAN),
  };
  const refusal = (name: string, file: string, part: string, parts: string): Refusal => ({
    name,
    args: `export --model ${file} --format onnx --out x --part ${part}`.split(' '),
    says: new RegExp(`--part is '${part}', expected one of those that this model has: ${parts}\\.`),
    files,
  });
  testRefusals(2, [
    refusal('the generator of an autoencoder', 'm.safetensors', 'generator', 'encoder, decoder, autoencoder'),
    refusal('that of a variational one', 'vae.safetensors', 'discriminator', 'encoder, decoder, autoencoder'),
    refusal('the encoder of a GAN', 'gan.safetensors', 'encoder', 'generator, discriminator'),
  ]);
});
