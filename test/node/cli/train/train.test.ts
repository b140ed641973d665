import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type LoadedModel, readModel } from '../../../../src/io/model.ts';
import { decodePng } from '../../../../src/node/pictures/png.ts';
import { kernels } from '../../../../src/tensor/kernels/active.ts';
import {
  type CliResult,
  contentsOf,
  type Files,
  folderWith,
  isthmus,
  isthmusProcess,
  jsonLines,
  removeFolders,
} from '../../../helpers/cli.ts';
import { floatsNpy, imagesIdx, imagesNpy, npz, pixels, pngs, TINY } from '../fixtures.ts';

const RUN_FILES = [
  'checkpoint.safetensors',
  'config.json',
  'history.csv',
  'loss.svg',
  'model.safetensors',
  'reconstructions.png',
];

interface Run extends CliResult {
  /** The folder that the command was called in. */
  readonly cwd: string;
  /** Everything in the run folder. */
  readonly files: Record<string, string>;
}

/** `isthmus train --out run WORDS`, in a folder with these files. */
async function train(words: string, files: Files = { 'images.npy': imagesNpy() }): Promise<Run> {
  const cwd = folderWith(files);
  const result = await isthmus(['train', '--out', 'run', ...TINY, ...words.split(' ')], { cwd });
  if (result.code !== 0) throw new Error(result.stderr);
  return { ...result, cwd, files: contentsOf(join(cwd, 'run')) };
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function modelOf({ files }: Run): LoadedModel {
  return readModel(bytesOf(files['model.safetensors']));
}

/** The rows of history.csv as objects. */
function historyOf({ files }: Run): Record<string, number>[] {
  const [header, ...rows] = files['history.csv'].trimEnd().split('\n');
  const names = header.split(',');
  return rows.map((row) => {
    const cells = row.split(',').map((cell) => (cell === '' ? Number.NaN : Number(cell)));
    return Object.fromEntries(names.map((name, i) => [name, cells[i]]));
  });
}

/** Each is run by the first test that asks for it. */
function runsOnce<Name extends string>(
  runs: Readonly<Record<Name, () => Promise<Run>>>,
): (name: Name) => Promise<Run> {
  const started = new Map<Name, Promise<Run>>();
  afterAll(removeFolders);
  return (name) => {
    const run = started.get(name) ?? runs[name]();
    started.set(name, run);
    return run;
  };
}

describe('the run folder', () => {
  const runs = runsOnce({
    one: () => train('--data images.npy --epochs 3 --seed 7'),
    same: () => train('--data images.npy --epochs 3 --seed 7'),
    other: () => train('--data images.npy --epochs 3 --seed 8'),
  });

  test('holds exactly these files, and nothing is written beside it', async () => {
    const { cwd, files, stdout } = await runs('one');
    expect(Object.keys(files)).toEqual(RUN_FILES);
    expect(Object.keys(contentsOf(cwd)).filter((path) => !path.startsWith('run'))).toEqual(['images.npy']);
    expect(stdout).toMatch(/^3 epochs in /);
    expect(stdout).toMatch(/^training +0\.\d{5} +0\.\d{5} +\d+\.\d\d dB$/m);
    expect(stdout).toMatch(/^written to run:\n {2}model\.safetensors, /m);
  });

  test('has a row of history for every epoch, and the loss falls', async () => {
    const history = historyOf(await runs('one'));
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(history[2].loss).toBeLessThan(history[0].loss);
    expect(history.map((row) => [row.validation_loss, row.learning_rate])).toEqual(
      Array(3).fill([Number.NaN, 0.001]),
    );
    const seconds = history.map((row) => row.seconds);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
  });

  test('has a configuration with all options, the data and the result', async () => {
    const run = await runs('one');
    const config = JSON.parse(run.files['config.json']);
    expect(config.options).toMatchObject({
      data: 'images.npy',
      epochs: 3,
      seed: 7,
      hidden: [8],
      'batch-size': 20,
      optimizer: 'adam',
      loss: 'mse',
      output: 'linear',
      'learning-rate': 0.001,
      kernels: kernels().name,
    });
    // Neither what has no effect on the training nor the digits' number, with images of one's own.
    for (const name of ['help', 'json', 'overwrite', 'count'])
      expect(config.options).not.toHaveProperty(name);
    expect(config.normalization).toEqual(modelOf(run).autoencoder.normalization);
    expect(config.data).toEqual({ source: 'images.npy', shape: [40, 8, 8], dtype: 'u1' });
    expect(config.model).toEqual(modelOf(run).autoencoder.spec());
    expect(config.results).toMatchObject({ stopped: 'epochs', epochs: 3 });
    expect(config.results.training.mse).toBeGreaterThan(0);
    expect(run.stdout).toContain(config.results.training.mse.toFixed(5));
  });

  test('has a model that reads back, with how it was trained', async () => {
    const { autoencoder, training } = modelOf(await runs('one'));
    expect(autoencoder.inputShape).toEqual([8, 8]);
    expect(autoencoder.encodingDim).toBe(2);
    expect(autoencoder.normalization).toEqual({ kind: 'divide', dtype: 'u1', shift: 0, scale: 255 });
    expect(training).toMatchObject({
      epochs: 3,
      seed: 7,
      optimizer: 'adam',
      learningRate: 0.001,
      loss: 'mse',
    });
  });

  test('has a well-formed chart and a picture that decodes', async () => {
    const { files } = await runs('one');
    const open: string[] = [];
    for (const [, slash, name, rest] of files['loss.svg'].matchAll(/<(\/?)([a-z]+)([^<>]*)>/gi)) {
      if (slash) expect(open.pop()).toBe(name);
      else if (!rest.endsWith('/')) open.push(name);
    }
    expect(open).toEqual([]);
    expect(files['loss.svg'].match(/<svg /g)).toHaveLength(1);
    expect(files['loss.svg'].match(/<polyline /g)).toHaveLength(1);
    const { width, height } = decodePng(bytesOf(files['reconstructions.png']));
    expect(Math.min(width, height)).toBeGreaterThan(100);
  });

  test('says on stderr what it found, built and did', async () => {
    const { stderr } = await runs('one');
    expect(stderr).toMatch(/^40 images of 8×8, uint8 from 0 to 255, divided by 255 \(images\.npy\)$/m);
    expect(stderr).toMatch(/^encoder\.0 Dense +\[batch, 8\] +520$/m);
    expect(stderr).toMatch(/^Total +1,138$/m);
    expect(stderr).toMatch(
      /^adam, learning rate 0\.001, mse, seed 7, \w+ kernels, \d+ threads?\n3 epochs, batches of 20$/m,
    );
    expect(
      stderr.match(/^epoch \d\/3 {2}loss 0\.\d{5} {2}[\d,]+ samples\/s( {2}\d+ s left)?$/gm),
    ).toHaveLength(3);
    expect(stderr).toMatch(/^originals$/m);
    expect(stderr).not.toContain('\x1b');
  });

  test('has the same model for the same seed, byte for byte, and another for another', async () => {
    const [one, same, other] = await Promise.all([runs('one'), runs('same'), runs('other')]);
    const name = 'model.safetensors';
    expect(same.files[name] === one.files[name]).toBe(true);
    expect(other.files[name] === one.files[name]).toBe(false);
  });
});

describe('options of train', () => {
  const withTest = { 'images.npy': imagesNpy(), 'test.npy': imagesNpy([8, 8, 1], 10) };
  const runs = runsOnce({
    json: () => train('--data images.npy --epochs 2 --json --test-data test.npy', withTest),
    patience: () => train('--data images.npy --epochs 50 --patience 2 --min-delta 9 --validation-split 0.5'),
    minmax: () =>
      train(
        '--data f.npy --epochs 2 --normalize minmax --loss mae --output sigmoid --optimizer sgd --momentum 0.9 --nesterov',
        {
          'f.npy': floatsNpy((pixel) => 3 * pixel - 100),
        },
      ),
    standard: () =>
      train('--data images.npy --epochs 2 --normalize standard --optimizer adamw --overwrite', {
        'images.npy': imagesNpy(),
        'run/config.json': '{}',
        'run/loss.svg': 'old',
        'run/notes.txt': 'mine',
      }),
    bce: () =>
      train('--data rgb.npy --epochs 2 --loss bce --activation silu --clip-norm 1', {
        'rgb.npy': imagesNpy([8, 8, 3]),
      }),
    schedule: () =>
      train(
        '--data f.npy --epochs 4 --schedule cosine --warmup-epochs 1 --learning-rate 0.01 --validation-split 0.25',
        { 'f.npy': floatsNpy() },
      ),
  });

  test('--json prints one object a line: the start, each epoch, the end', async () => {
    const { stdout, stderr } = await runs('json');
    const lines = jsonLines(stdout);
    expect(lines.map(({ event }) => event)).toEqual(['start', 'epoch', 'epoch', 'end']);
    expect(lines[0]).toMatchObject({
      folder: 'run',
      data: { testSource: 'test.npy' },
      options: { epochs: 2 },
    });
    expect(lines[2]).toMatchObject({
      epoch: 2,
      loss: expect.any(Number),
      validationLoss: expect.any(Number),
      learningRate: 0.001,
      seconds: expect.any(Number),
    });
    expect(lines[3]).toMatchObject({
      folder: 'run',
      stopped: 'epochs',
      epochs: 2,
      training: { mse: expect.any(Number), mae: expect.any(Number), psnr: expect.any(Number) },
      test: { mse: expect.any(Number) },
    });
    expect([...(lines[3].files as string[])].sort()).toEqual(RUN_FILES);
    expect(stderr).toMatch(/^epoch 2\/2 {2}loss/m);
  });

  test('--test-data is measured after every epoch and in the end', async () => {
    const run = await runs('json');
    const [, , last, { test: scores }] = jsonLines(run.stdout) as {
      validationLoss: number;
      test: { mse: number };
    }[];
    expect(historyOf(run).map((row) => row.validation_loss)[1]).toBe(last.validationLoss);
    expect(scores.mse).toBeCloseTo(last.validationLoss, 6); // summed in another order
    expect(modelOf(run).training.testMse).toBe(scores.mse);
    expect(run.stderr).toContain('10 test images of 8×8×1, uint8 from');
  });

  test('--validation-split keeps a part for validation', async () => {
    const run = await runs('schedule');
    for (const { validation_loss: loss } of historyOf(run)) expect(loss).toBeGreaterThan(0);
    expect(run.stderr).toMatch(/epoch 1\/4 {2}loss 0\.\d+ {2}validation 0\.\d+ {2}/);
    expect(run.files['loss.svg'].match(/<polyline /g)).toHaveLength(2);
    // Both parts are scored, each alone.
    const { results } = JSON.parse(run.files['config.json']);
    const last = historyOf(run).at(-1)?.validation_loss;
    expect(results.validation.mse).toBeCloseTo(last ?? 0, 6);
    expect(run.stdout).toMatch(new RegExp(`^training +${results.training.mse.toFixed(5)} `, 'm'));
    expect(run.stdout).toMatch(new RegExp(`^validation +${results.validation.mse.toFixed(5)} `, 'm'));
  });

  test('--patience stops early, keeps the best weights and says so', async () => {
    const run = await runs('patience');
    expect(historyOf(run)).toHaveLength(3);
    expect(run.stdout).toMatch(
      /^3 epochs in .*, stopped: no better loss; the weights are those of epoch 1, the best one$/m,
    );
    expect(JSON.parse(run.files['config.json']).results).toMatchObject({ stopped: 'patience', bestEpoch: 1 });
    expect(modelOf(run).training.epochs).toBe(3);
  });

  test('--normalize minmax takes floats of any range; sgd and mae train on them', async () => {
    const run = await runs('minmax');
    const { autoencoder, training } = modelOf(run);
    expect(autoencoder.normalization).toEqual({ kind: 'minmax', dtype: 'f4', shift: -100, scale: 765 });
    expect(training).toMatchObject({ optimizer: 'sgd', loss: 'mae', learningRate: 0.01 });
    expect(run.stderr).toContain('float32 from -100 to 665, (x + 100) / 765, from 0 to 1 (f.npy)');
    expect(run.files['loss.svg']).toContain('mean absolute error');
  });

  test('--normalize standard makes mean 0 and deviation 1; adamw trains on them', async () => {
    const run = await runs('standard');
    const { kind, dtype, shift, scale } = modelOf(run).autoencoder.normalization;
    const values = pixels();
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect({ kind, dtype }).toEqual({ kind: 'standard', dtype: 'u1' });
    expect(shift).toBeCloseTo(mean, 9);
    expect(scale).toBeCloseTo(Math.sqrt(variance), 9);
    expect(historyOf(run)[0].loss).toBeGreaterThan(0.5); // of variance 1
  });

  test('--loss bce trains with a sigmoid at the end', async () => {
    const run = await runs('bce');
    expect(modelOf(run).autoencoder.spec().decoder.at(-1)).toEqual({ type: 'sigmoid' });
    expect(modelOf(run).autoencoder.spec().encoder[1]).toEqual({ type: 'silu' });
    expect(historyOf(run)[0].loss).toBeCloseTo(Math.LN2, 1); // what guessing one half costs
  });

  test('floats in [0, 1] are used as they are, colours as three numbers', async () => {
    const [floats, colors] = await Promise.all([runs('schedule'), runs('bce')]);
    const note = 'float32 from 0 to 1, used as they are (already in [0, 1]) (f.npy)';
    expect(floats.stderr).toContain(`40 images of 8×8, ${note}`);
    expect(colors.stderr).toContain('40 images of 8×8×3, uint8 from 0 to 255, divided by 255 (rgb.npy)');
    expect(modelOf(colors).autoencoder.inputShape).toEqual([8, 8, 3]);
  });

  test('--schedule cosine with --warmup-epochs climbs and falls', async () => {
    const rates = historyOf(await runs('schedule')).map((row) => row.learning_rate);
    // 30 of the 40 images are trained on, so two steps an epoch: the climb's last, then steps 1, 3 and 5 of a cosine of 6.
    const expected = [0.01, ...[1, 3, 5].map((step) => 0.005 * (1 + Math.cos((Math.PI * step) / 6)))];
    rates.forEach((rate, i) => {
      expect(rate).toBeCloseTo(expected[i], 12);
    });
    expect((await runs('schedule')).stderr).toContain('learning rate 0.01, cosine');
  });

  test('--output sigmoid ends the network with one', async () => {
    expect(
      modelOf(await runs('minmax'))
        .autoencoder.spec()
        .decoder.at(-1),
    ).toEqual({ type: 'sigmoid' });
  });

  test('--overwrite replaces the files of a run and leaves others', async () => {
    const { files } = await runs('standard');
    expect(Object.keys(files)).toEqual([...RUN_FILES, 'notes.txt'].sort());
    expect(files['notes.txt']).toBe('mine');
    expect(files['loss.svg']).toMatch(/^<svg /);
  });
});

describe('what train reads', () => {
  const two = npz({ y_train: imagesNpy([]), x_train: imagesNpy([10]), x_test: imagesNpy([10], 10) });
  const runs = runsOnce({
    npz: () => train('--data a.npz --test-data a.npz --epochs 1', { 'a.npz': two }),
    keys: () =>
      train('--data a.npz --key x_test --test-data a.npz --test-key x_train --epochs 1', { 'a.npz': two }),
    gz: () => train('--data a.idx.gz --epochs 1', { 'a.idx.gz': gzipSync(imagesIdx()) }),
    pngs: () =>
      train('--data ./pictures/ --epochs 1', {
        ...pngs('pictures', 12, true),
        'pictures/notes.txt': 'no PNG',
      }),
    digits: () => train('--count 50 --epochs 1 --validation-split 0.1', {}),
  });

  test.each([
    ['npz', '40 samples of 10 numbers, uint8 from 0 to 255, divided by 255 (a.npz, x_train)'],
    ['npz', '10 test samples of 10 numbers, uint8 from 0 to 255, divided by 255 (a.npz, x_test)'],
    ['keys', '10 samples of 10 numbers, uint8 from 0 to 255, divided by 255 (a.npz, x_test)'],
    ['keys', '40 test samples of 10 numbers, uint8 from 0 to 255, divided by 255 (a.npz, x_train)'],
    ['gz', '40 images of 8×8, uint8 from 0 to 255, divided by 255 (a.idx.gz)'],
    ['pngs', '12 images of 8×8×3, uint8 from'],
    ['pngs', 'divided by 255 (12 PNGs in pictures)'],
    ['digits', '50 images of 28×28, uint8 from 0 to 25'],
  ] as const)('%s: %s', async (name, words) => {
    const { stderr, files } = await runs(name);
    expect(stderr).toContain(words);
    const isPictures = !words.includes('10 numbers');
    const names = RUN_FILES.map((file) => (isPictures ? file : file.replace('.png', '.csv')));
    expect(Object.keys(files)).toEqual(names);
  });

  test('draws colours in colour', async () => {
    const { data } = decodePng(bytesOf((await runs('pngs')).files['reconstructions.png']));
    expect(data.some((value, i) => i % 4 === 0 && value !== data[i + 1])).toBe(true);
  });
});

describe('paths', () => {
  afterAll(removeFolders);
  const words = ['train', '--data', 'images.npy', '--epochs', '1', '--hidden', 'none', '--encoding-dim', '2'];

  test('without --out, the run folder is runs/NAME-1, then -2; with --hidden none the model has no hidden layer', async () => {
    const cwd = folderWith({ 'images.npy': imagesNpy() });
    const first = await isthmus(words, { cwd });
    const second = await isthmus(words, { cwd });
    expect([first.code, second.code]).toEqual([0, 0]);
    const files = RUN_FILES.flatMap((file) => [`runs/images-1/${file}`, `runs/images-2/${file}`]);
    expect(Object.keys(contentsOf(cwd))).toEqual(
      ['images.npy', 'runs/', 'runs/images-1/', 'runs/images-2/', ...files].sort(),
    );
    expect(second.stdout).toMatch(/^written to runs\/images-2:$/m);
    const { autoencoder } = readModel(
      new Uint8Array(readFileSync(join(cwd, 'runs/images-1/model.safetensors'))),
    );
    expect(autoencoder.spec().encoder).toEqual([
      { type: 'dense', inFeatures: 64, outFeatures: 2, bias: true },
    ]);
  });

  test('are meant from where npm was called, in a script of this package', async () => {
    const user = folderWith({ 'images.npy': imagesNpy() });
    const cwd = folderWith();
    const env = { INIT_CWD: user, npm_package_name: 'isthmus' };
    expect(await isthmusProcess(words, { cwd, env })).toMatchObject({ code: 0 });
    expect(contentsOf(cwd)).toEqual({});
    expect(Object.keys(contentsOf(user))).toContain('runs/images-1/model.safetensors');
  });

  test("are meant from the folder of another package, in that package's script", async () => {
    const user = folderWith();
    const cwd = folderWith({ 'images.npy': imagesNpy() });
    const env = { INIT_CWD: user, npm_package_name: 'theirs' };
    expect(await isthmusProcess(words, { cwd, env })).toMatchObject({ code: 0 });
    expect(contentsOf(user)).toEqual({});
  });
});

describe('interruption', () => {
  afterAll(removeFolders);

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: Ctrl-C ends training, writes what is there and exits with 130',
    async (signal) => {
      const cwd = folderWith({ 'images.npy': imagesNpy() });
      const words = ['train', '--data', 'images.npy', '--out', 'run', '--epochs', '1000000', ...TINY];
      const { code, stdout, stderr } = await isthmusProcess(words, {
        cwd,
        onStart: (child) => {
          let said = '';
          child.stderr?.on('data', (text: string) => {
            said += text;
            if (child.killed || !/^epoch 1\//m.test(said)) return; // a second signal would end it at once
            child.kill(signal);
          });
        },
      });
      expect(code).toBe(130);
      expect(stderr).not.toMatch(/^ {4}at |^isthmus/m);
      const files = contentsOf(join(cwd, 'run'));
      expect(Object.keys(files)).toEqual(RUN_FILES);
      const epochs = files['history.csv'].trimEnd().split('\n').length - 1;
      expect(epochs).toBeGreaterThanOrEqual(1);
      expect(epochs).toBeLessThan(1000000);
      expect(stdout).toMatch(
        new RegExp(`^${epochs} epochs? in .*, interrupted; the weights are those of the last step$`, 'm'),
      );
      expect(JSON.parse(files['config.json']).results).toMatchObject({ stopped: 'signal', epochs });
    },
  );

  test('options that npm kept for itself are asked back', async () => {
    const env = { npm_package_name: 'isthmus', npm_config_data: 'images.npy' };
    const { code, stderr } = await isthmus(['train', '--epochs', '1'], { cwd: folderWith(), env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/: npm kept --data for itself, expected: npm run train -- --data images\.npy\./);
    // What `npm run train --data images.npy` leaves: a flag.
    const flag = { ...env, npm_config_data: 'true' };
    const lost = await isthmus(['train', '--epochs', '1'], { cwd: folderWith(), env: flag });
    expect(lost.stderr).toMatch(/: npm kept --data for itself, expected: npm run train -- --data …\./);
  });

  test('Ctrl-C before the first epoch is over also leaves a whole run folder', async () => {
    const cwd = folderWith({ 'images.npy': imagesNpy([8, 8], 5000) });
    const words = ['train', '--data', 'images.npy', '--out', 'run', '--hidden', '512,512'];
    words.push('--batch-size', '1', '--json');
    const { code, stdout } = await isthmusProcess(words, {
      cwd,
      onStart: (child) => {
        // It listens before its first words. An epoch takes many seconds: this comes in the midst of it, even if late.
        child.stdout?.once('data', () => setTimeout(() => child.kill('SIGINT'), 100));
      },
    });
    expect(code).toBe(130);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ event: 'end', stopped: 'signal', epochs: 0 });
    const files = contentsOf(join(cwd, 'run'));
    expect(Object.keys(files)).toEqual(RUN_FILES);
    expect(files['history.csv'].trimEnd().split('\n')).toHaveLength(1);
    expect(files['loss.svg']).toContain('no epochs yet');
  });

  test('a reader that closes the pipes does not keep the run folder from being written', async () => {
    const cwd = folderWith({ 'images.npy': imagesNpy() });
    const { code } = await isthmusProcess(
      ['train', '--data', 'images.npy', '--out', 'run', '--epochs', '20', '--json', ...TINY],
      {
        cwd,
        onStart: (child) => {
          child.stdout?.destroy();
          child.stderr?.destroy();
        },
      },
    );
    expect(code).toBe(0);
    const files = contentsOf(join(cwd, 'run'));
    expect(Object.keys(files)).toEqual(RUN_FILES);
    expect(files['history.csv'].trimEnd().split('\n')).toHaveLength(21);
  });
});
