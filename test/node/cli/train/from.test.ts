/** `train --from MODEL`: a new run from the weights of a model, and what is recommended after a divergence or early stopping. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readCheckpoint } from '../../../../src/io/checkpoint.ts';
import { readAnyModel } from '../../../../src/io/model.ts';
import { npyBytes } from '../../../helpers/bytes/npyBytes.ts';
import { type CliResult, folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { imagesNpy, modelBytes, TINY } from '../fixtures.ts';
import { expectRefusal } from '../refusals.ts';

afterAll(removeFolders);

const images = imagesNpy();
const others = imagesNpy([8, 8], 60).map((byte, i) => (i < 128 ? byte : 255 - byte));
/** Integers of another type that are scaled as those of uint8 are. */
const wide = npyBytes({ descr: '<i4', shape: [20, 8, 8], values: [...others.subarray(128, 128 + 1280)] });

const FILES = {
  'images.npy': images,
  'others.npy': others,
  'wide.npy': wide,
  'flat.npy': imagesNpy([64]),
  'narrow.npy': images.map((byte, i) => (i < 128 ? byte : byte >> 1)),
  'noisy.npy': images.map((byte, i) => (i < 128 ? byte : Math.min(255, byte + 30 * (i % 3)))),
  'small.npy': imagesNpy([7, 7]),
  'model.safetensors': modelBytes(),
};

interface Folder {
  readonly cwd: string;
  /** Runs a command; the words are separated by spaces. */
  readonly run: (words: string) => Promise<CliResult>;
  /** Runs a command that must succeed. */
  readonly ok: (words: string) => Promise<CliResult>;
  readonly read: (name: string) => Uint8Array;
  readonly model: (run: string) => ReturnType<typeof readAnyModel>;
}

function newFolder(): Folder {
  const cwd = folderWith(FILES);
  const run = (words: string) => isthmus(words.split(' '), { cwd });
  const read = (name: string) => new Uint8Array(readFileSync(join(cwd, name)));
  return {
    cwd,
    run,
    ok: async (words) => {
      const result = await run(words);
      expect(result).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/^isthmus/m) });
      return result;
    },
    read,
    model: (name) => readAnyModel(read(`${name}/model.safetensors`)),
  };
}

const TRAIN = `train --data images.npy ${TINY.join(' ')}`;

/** The command that a line recommends: what follows "isthmus" up to where the sentence goes on. */
function recommendedIn(stderr: string, pattern: RegExp): string {
  const [, command] = pattern.exec(stderr) ?? [];
  expect(command).toBeDefined();
  return command;
}

describe('train --from', () => {
  test('starts with the weights of the model: its first loss is the last one of the other run', async () => {
    const { ok, model } = newFolder();
    const first = await ok(`${TRAIN} --epochs 30 --out first --json`);
    const { training } = jsonLines(first.stdout).at(-1) as { training: { mse: number } };
    const { stdout } = await ok(
      'train --from first --data images.npy --learning-rate 1e-7 --batch-size 8 --epochs 2 --out second --json',
    );
    const [start, epoch] = jsonLines(stdout);
    expect(epoch.loss).toBeCloseTo(training.mse, 6);
    expect(start.options).toMatchObject({ kind: 'autoencoder', from: 'first' });
    expect(start.options).not.toHaveProperty('hidden');
    expect(model('second').model.spec()).toEqual(model('first').model.spec());
    const info = JSON.parse((await ok('info first --json')).stdout) as { fingerprint: string };
    expect(model('second').training.from).toBe(info.fingerprint);
    expect((await ok('info second')).stdout).toMatch(new RegExp(`^from +${info.fingerprint}$`, 'm'));
  });

  test.each([
    ['autoencoder', '--activation tanh --output sigmoid --loss bce', '--loss mae --noise gaussian:0.1'],
    ['autoencoder', '--tied --normalize minmax', '--loss mse --dropout 0.1 --optimizer sgd'],
    ['autoencoder', '--normalize standard', '--sparsity 0.0001 --schedule cosine'],
    ['vae', '--kind vae --epochs 3', '--beta 0.5'],
    ['vae', '--kind vae --loss mse --normalize standard --epochs 3', '--beta-warmup-epochs 1'],
    ['gan', '--kind gan --epochs 3', '--label-smoothing 0 --learning-rate 0.0001'],
  ])('goes on with a model of each kind, on other data: %s %s', async (kind, first, second) => {
    const { ok, model } = newFolder();
    await ok(`${TRAIN} --epochs 3 ${first} --out first`.replace(/ --epochs 3(?=.* --epochs 3)/, ''));
    await ok(`train --from first --data others.npy ${second} --epochs 3 --out second`);
    const [before, after] = [model('first').model, model('second').model];
    expect(after.spec()).toEqual(before.spec());
    expect(after.spec().type).toBe(kind);
    expect(after.normalization).toEqual(before.normalization);
    expect(after.parameters.values).not.toEqual(before.parameters.values);
  });

  test('scales other data as that of the model: integers of another type, flat samples', async () => {
    const { ok, model } = newFolder();
    await ok(`${TRAIN} --epochs 2 --out first`);
    const { stderr } = await ok('train --from first --data wide.npy --epochs 2 --out second');
    expect(stderr).toMatch(/^20 images of 8×8, int32 from 0 to 255, divided by 255 \(wide\.npy\)$/m);
    expect(model('second').model.normalization).toMatchObject({ kind: 'divide', dtype: 'i4', scale: 255 });
    await ok('train --from first --data flat.npy --epochs 2 --out third');
    expect(model('third').model.inputShape).toEqual([8, 8]);
  });

  test('learns pairs with the weights of a model that learned none', async () => {
    const { ok, model } = newFolder();
    await ok(`${TRAIN} --epochs 20 --out first`);
    const { stdout } = await ok(
      'train --from first --data noisy.npy --target images.npy --epochs 60 --out second --json',
    );
    expect(jsonLines(stdout).at(-1)).not.toHaveProperty('learnsNothing');
    expect(model('second').model.spec()).toEqual(model('first').model.spec());
  });

  test('refuses values that its binary cross-entropy does not take after the scaling of the model', async () => {
    const { ok, run } = newFolder();
    const words = '--normalize minmax --scale-by all --output sigmoid --loss bce --epochs 2 --out first';
    await ok(`${TRAIN.replace('images', 'narrow')} ${words}`);
    await ok('train --from first --data narrow.npy --loss bce --epochs 2 --out second');
    const third = 'train --from first --data images.npy --epochs 2 --out third';
    expectRefusal(
      await run(`${third} --loss bce`),
      'train',
      1,
      /images\.npy: some values lie beyond those of the training, and --loss bce takes inputs from 0 to 1/,
    );
    await ok(`${third} --loss mse`);
  });

  test('takes a model file, also one that PyTorch trained', async () => {
    const { cwd, ok, model } = newFolder();
    const { stderr } = await ok('train --from model.safetensors --data images.npy --epochs 2 --out second');
    expect(stderr).toMatch(/^starting with the weights of model\.safetensors$/m);
    for (const [name, epochs] of [
      ['adam', 2],
      ['vae', 2],
      ['gan', 2],
    ] as const) {
      const weights = resolve('test/golden/pytorch', name, 'after');
      await ok(`import --format pytorch --weights ${weights} --out ${name}.safetensors`);
      const imported = readAnyModel(new Uint8Array(readFileSync(join(cwd, `${name}.safetensors`)))).model;
      const data = npyBytes({ descr: '|u1', shape: [8, 3, 4], values: [...images.subarray(128, 128 + 96)] });
      writeFileSync(join(cwd, 'data.npy'), data);
      const words = `train --from ${name}.safetensors --data data.npy`;
      await ok(`${words} --learning-rate 1e-9 --epochs ${epochs} --out from-${name}`);
      const trained = model(`from-${name}`).model;
      expect(trained.spec()).toEqual(imported.spec());
      const moved = trained.parameters.values.map((value, i) =>
        Math.abs(value - imported.parameters.values[i]),
      );
      expect(Math.max(...moved)).toBeLessThan(1e-6);
    }
  });

  test('refuses what the model decides, and data of another shape', async () => {
    const { run, ok } = newFolder();
    await ok(`${TRAIN} --epochs 1 --out first`);
    const from = 'train --from first --data images.npy --out second';
    for (const [words, says] of [
      ['--hidden 8', /--hidden makes no sense with --from: the layers are those of the model\./],
      ['--decoder-hidden 8', /--decoder-hidden makes no sense/],
      ['--encoding-dim 2', /--encoding-dim makes no sense/],
      ['--activation relu', /--activation makes no sense/],
      ['--output linear', /--output makes no sense/],
      ['--tied', /--tied makes no sense/],
      ['--preset best', /--preset makes no sense with --from: a preset has layers of its own/],
      ['--normalize standard', /--normalize makes no sense with --from: data is scaled as that of the model/],
      ['--normalize standard --scale-by all', /--normalize makes no sense/],
      ['--scale-by all', /--scale-by makes no sense/],
      ['--image-shape 8x8', /--image-shape makes no sense/],
      ['--start mean', /--start makes no sense with --from: training starts with the weights of the model/],
      ['--kind vae', /--kind is vae, expected autoencoder, which is the kind of the model of --from/],
      ['--loss bce', /--loss bce needs a sigmoid at the end of the model, that of --from has none/],
    ] as const) {
      expectRefusal(await run(`${from} ${words}`), 'train', 2, says);
    }
    for (const [words, says] of [
      ['--from first --data small.npy', /small\.npy: the samples are 7×7, the model takes 8×8\./],
      ['--from nothing --data images.npy', /can't read nothing: there is no such file/],
      ['--from images.npy --data images.npy', /images\.npy/],
    ] as const) {
      expectRefusal(await run(`train ${words} --out second`), 'train', 1, says);
    }
  });

  test('a resumed run gives the same bits as an uninterrupted one, without the model it came from', async () => {
    const { cwd, ok, run, read } = newFolder();
    await ok(`${TRAIN} --epochs 2 --out first`);
    const second = 'train --from first --data others.npy --validation-split 0.2 --noise mask:0.1 --seed 4';
    await ok(`${second} --epochs 6 --out whole`);
    await ok(`${second} --epochs 3 --out parts`);
    const without = 'train --resume first --from model.safetensors';
    expectRefusal(await run(without), 'train', 2, /the run did not start from a model, expected no --from\./);
    const another = 'train --resume parts --from model.safetensors --epochs 6';
    expectRefusal(await run(another), 'train', 2, /--from is \S+model\.safetensors, the run has \S+first/);
    await ok(`train --resume --out parts --from first --data others.npy --epochs 4`);
    rmSync(join(cwd, 'first'), { recursive: true });
    await ok('train --resume parts --epochs 6');
    expect(read('parts/model.safetensors')).toEqual(read('whole/model.safetensors'));
    const { from } = readAnyModel(read('parts/model.safetensors')).training;
    expect(from).toMatch(/^sha256:/);
  });
});

describe('after a divergence', () => {
  const DIVERGES =
    /^isthmus train: fit: the loss became .* The checkpoint (.*) stays in (\S+): (.*) starts from/m;

  test('in its first epoch the recommended command starts from the beginning, and trains', async () => {
    const { ok, run, model } = newFolder();
    const { code, stderr } = await run(`${TRAIN} --optimizer sgd --learning-rate 1e6 --epochs 9 --out run`);
    expect(code).toBe(1);
    const [, where, folder, command] = DIVERGES.exec(stderr) ?? [];
    expect([where, folder]).toEqual(['from the beginning', 'run']);
    expect(command).toBe(
      `isthmus ${TRAIN} --optimizer sgd --learning-rate 0.01 --epochs 9 --out run --overwrite`,
    );
    await ok(command.replace('isthmus ', ''));
    expect(model('run').training.learningRate).toBe(0.01);
    expect(stderr).toMatch(/starts from the beginning with a lower rate\.$/m);
  });

  /** The learning rate rises until the loss does: after a few epochs, one checkpoint each. */
  const RISING = `${TRAIN} --optimizer sgd --learning-rate 1000 --warmup-epochs 28 --epochs 30 --checkpoint-every 1`;

  test('later it starts from the best weights that the checkpoint keeps', async () => {
    const { cwd, ok, run, model, read } = newFolder();
    await ok(`${TRAIN} --epochs 20 --out good`);
    const words = RISING.replace(TRAIN, 'train --from good --data images.npy').replace('1000', '30');
    const { code, stderr } = await run(`${words} --validation-split 0.2 --out run`);
    expect(code).toBe(1);
    const { best } = readCheckpoint(read('run/checkpoint.safetensors')).state;
    expect(best?.weights).toBeDefined();
    const command = recommendedIn(
      stderr,
      /stays in run: isthmus (.*) starts from its weights with a lower rate\.$/m,
    );
    expect(command).toMatch(/^train --from run --data images\.npy .*--learning-rate 0\.01 /);
    const again = await ok(`${command} --out again`);
    const said = `starting with the weights of the checkpoint in run, of epoch ${best?.epoch}, the best one`;
    expect(again.stderr.split('\n')).toContain(said);
    expect(model('again').training.from).toMatch(/^sha256:/);
    const { stderr: unfinished } = await isthmus(['info', 'run'], { cwd });
    expect(unfinished).toMatch(/the run in run has no model yet: isthmus train --resume run goes on with it/);
    expect(unfinished).toMatch(
      /if its loss became NaN, isthmus train --from run with its --data starts again from its weights/,
    );
  });

  test('from the beginning if its weights are of no use: their loss has begun to rise without bound', async () => {
    const { ok, run } = newFolder();
    const { code, stderr } = await run(`${RISING} --out run`);
    expect(code).toBe(1);
    const [, where, , command] = DIVERGES.exec(stderr) ?? [];
    expect(where).toMatch(/^after epoch \d+$/);
    expect(command).not.toMatch(/--from/);
    expect(stderr).toMatch(/starts from the beginning with a lower rate\.$/m);
    await ok(command.replace('isthmus ', ''));
  });
});

describe('--resume with another --patience', () => {
  const WORDS = `train --data images.npy --validation-split 0.25 ${TINY.join(' ')} --learning-rate 0.05`;

  test('goes on after early stopping, as if it had had that patience from the start', async () => {
    const { ok, run, read } = newFolder();
    const first = await ok(`${WORDS} --patience 2 --epochs 60 --out parts`);
    expect(first.stdout).toMatch(/stopped: no better loss/);
    expect(first.stderr).toMatch(/^to wait longer: isthmus train --resume parts --patience 4$/m);
    expectRefusal(
      await run('train --resume parts --patience 1'),
      'train',
      2,
      /--patience is 1, but the run has waited 2 epochs for a better loss already: expected more than 2\./,
    );
    expectRefusal(
      await run('train --resume parts --patience 4 --keep last'),
      'train',
      2,
      /--keep is last, the run has best/,
    );
    await ok(recommendedIn(first.stderr, /^to wait longer: isthmus (.*)$/m));
    await ok(`${WORDS} --patience 4 --epochs 60 --out whole`);
    expect(read('parts/model.safetensors')).toEqual(read('whole/model.safetensors'));
    const epochs = (name: string) => readAnyModel(read(`${name}/model.safetensors`)).training.epochs;
    expect(epochs('parts')).toBe(epochs('whole'));
  });

  test('keeps what the run kept, where patience would change the default', async () => {
    const { ok, read } = newFolder();
    const words = `train --data images.npy ${TINY.join(' ')} --learning-rate 0.05`;
    await ok(`${words} --epochs 4 --out parts`);
    await ok('train --resume parts --patience 3 --epochs 40');
    await ok(`${words} --patience 3 --keep last --epochs 40 --out whole`);
    expect(read('parts/model.safetensors')).toEqual(read('whole/model.safetensors'));
  });

  test('the other way to go on starts from these weights', async () => {
    const { ok, model } = newFolder();
    const { stderr } = await ok(`${WORDS} --patience 2 --epochs 60 --out run`);
    const command = recommendedIn(stderr, /^to go on from these weights with a lower rate: isthmus (.*)$/m);
    expect(command).toBe(
      'train --from run --data images.npy --validation-split 0.25 --batch-size 20 --learning-rate 0.005 --patience 2 --epochs 60',
    );
    await ok(`${command} --out again`);
    const info = JSON.parse((await ok('info run --json')).stdout) as { fingerprint: string };
    expect(model('again').training.from).toBe(info.fingerprint);
  });
});
