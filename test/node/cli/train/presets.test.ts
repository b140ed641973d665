/** `train --preset`: what it sets, what wins over it, and how such a run goes on. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Autoencoder } from '../../../../src/autoencoder/autoencoder.ts';
import { PRESETS, preset } from '../../../../src/autoencoder/presets.ts';
import { normalize } from '../../../../src/data/normalization.ts';
import { readModel } from '../../../../src/io/model.ts';
import { parseOptions, wordsOf } from '../../../../src/node/cli/terminal/options.ts';
import { TRAIN_OPTIONS } from '../../../../src/node/cli/train/options.ts';
import { addedByPreset, PRESET_NAMES, presetOptions } from '../../../../src/node/cli/train/presets.ts';
import { folderWith, isthmus, jsonLines, removeFolders } from '../../../helpers/cli.ts';
import { COUNT, imagesNpy, pixels } from '../fixtures.ts';

afterAll(removeFolders);

const { best } = PRESETS;

/** What best adds to these options. */
const added = (given: Readonly<Record<string, string>>) =>
  addedByPreset('autoencoder', 'best', new Map(Object.entries(given)));

const without = (...names: readonly string[]) =>
  Object.fromEntries(
    Object.entries(presetOptions('autoencoder', 'best')).filter(([name]) => !names.includes(name)),
  );

describe('what a preset sets', () => {
  test('article: nothing, for it is what the defaults are', () => {
    expect(PRESET_NAMES).toEqual(['article', 'small', 'best', 'conv-small', 'conv-best']);
    expect(presetOptions('autoencoder', 'article')).toEqual({});
    expect(parseOptions(TRAIN_OPTIONS, []).values).toMatchObject({
      preset: 'article',
      hidden: PRESETS.article.hidden,
      activation: PRESETS.article.activation,
      epochs: PRESETS.article.epochs,
      'batch-size': PRESETS.article.batchSize,
      optimizer: 'adam',
      schedule: PRESETS.article.schedule,
      start: PRESETS.article.start,
    });
  });

  test.each(['small', 'best', 'conv-small', 'conv-best'] as const)(
    '%s: its settings, as options that can be read',
    (name) => {
      const { values } = parseOptions(TRAIN_OPTIONS, wordsOf(presetOptions('autoencoder', name)));
      const settings = PRESETS[name];
      expect(values).toMatchObject({
        conv: settings.conv,
        hidden: settings.hidden,
        'decoder-hidden': settings.decoderHidden,
        activation: settings.activation,
        epochs: settings.epochs,
        'batch-size': settings.batchSize,
        optimizer: 'adamw',
        'weight-decay': settings.weightDecay,
        'learning-rate': settings.learningRate,
        schedule: settings.schedule,
        'warmup-epochs': settings.warmUpEpochs,
        start: settings.start,
      });
    },
  );
});

describe('what wins over a preset', () => {
  test('every option that is given', () => {
    for (const name of Object.keys(presetOptions('autoencoder', 'best')))
      expect(added({ [name]: '3' })).not.toHaveProperty(name);
    expect(added({})).toEqual(presetOptions('autoencoder', 'best'));
    expect(added({ seed: '3', 'encoding-dim': '8' })).toEqual(presetOptions('autoencoder', 'best'));
  });

  test('other hidden layers or tied weights also win over the widths of the decoder', () => {
    expect(added({ hidden: '99' })).toEqual(without('hidden', 'decoder-hidden'));
    expect(added({ hidden: best.hidden.join() })).toEqual(without('hidden'));
    expect(added({ tied: '' })).toEqual(without('decoder-hidden'));
  });

  test('another optimizer also wins over the learning rate and the weight decay', () => {
    expect(added({ optimizer: 'sgd' })).toEqual(without('optimizer', 'learning-rate', 'weight-decay'));
    expect(added({ optimizer: 'adamw' })).toEqual(without('optimizer'));
  });

  test('few epochs leave no room for a warm-up', () => {
    expect(added({ epochs: '1' })).toEqual(without('epochs', 'warmup-epochs'));
    expect(added({ epochs: '2' })).toEqual(without('epochs'));
  });
});

/** Runs `train` on the images of a new folder, or of this one. */
async function train(words: readonly string[], cwd = folderWith({ 'images.npy': imagesNpy() })) {
  const result = await isthmus(['train', '--data', 'images.npy', '--out', 'run', '--json', ...words], {
    cwd,
  });
  return { ...result, cwd };
}

const modelIn = (cwd: string) => readFileSync(join(cwd, 'run/model.safetensors'));

describe('train --preset', () => {
  test('says what the preset set, and writes the options as they take effect', async () => {
    const { code, stderr, stdout, cwd } = await train(['--preset', 'best', '--epochs', '2', '--hidden', '9']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^preset best: --activation silu --batch-size \d+ .*--start mean/m);
    expect(stderr).toMatch(/^adamw, learning rate 0\.\d+, linear, mse/m);
    const { options } = JSON.parse(readFileSync(join(cwd, 'run/config.json'), 'utf8'));
    expect(options).toMatchObject({
      preset: 'best',
      hidden: [9],
      epochs: 2,
      activation: 'silu',
      start: 'mean',
      'batch-size': best.batchSize,
      'weight-decay': best.weightDecay,
    });
    expect(options).not.toHaveProperty('decoder-hidden');
    expect(jsonLines(stdout)[0]).toMatchObject({ options });
  });

  test('says nothing of presets without one', async () => {
    const { stderr } = await train(['--epochs', '1']);
    expect(stderr).not.toMatch(/preset/);
  });

  test('trains the model of preset(), and not that of the defaults', async () => {
    const { cwd } = await train(['--preset', 'small']);
    const images = normalize({ shape: [COUNT, 8, 8], dtype: 'u1', data: Uint8Array.from(pixels()) });
    const { architecture, optimizer, fit } = preset('small', COUNT);
    const expected = new Autoencoder({ inputShape: [8, 8], ...architecture });
    expected.compile({ optimizer });
    await expected.fit(images, fit);
    const { autoencoder } = readModel(modelIn(cwd));
    expect(autoencoder.parameters.values).toEqual(expected.parameters.values);
    const other = readModel(modelIn((await train([])).cwd)).autoencoder;
    expect(autoencoder.parameters.values).not.toEqual(other.parameters.values);
  });

  test.each([
    [
      'none there is',
      ['--preset', 'bets'],
      /--preset is 'bets', expected one of: article, small, best, conv-small, conv-best\./,
    ],
    [
      'decoders of two kinds',
      ['--tied', '--decoder-hidden', '4'],
      /--tied gives the decoder the encoder's widths/,
    ],
  ])('refuses %s', async (_, words, says) => {
    const { code, stdout, stderr } = await train(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(says);
  });
});

describe('a run with a preset is resumed', () => {
  const words = ['--preset', 'best', '--epochs', '3', '--checkpoint-every', '1'];

  test('from its folder alone or with the same words again, to the same files', async () => {
    const { cwd } = await train(words);
    const before = modelIn(cwd);
    for (const again of [['--resume'], ['--resume', ...words]]) {
      expect(await train(again, cwd)).toMatchObject({ code: 0 });
      expect(modelIn(cwd)).toEqual(before);
    }
  });

  test('not with another preset, nor with another of the options that it set', async () => {
    const { cwd } = await train(words);
    const refusal = async (...more: string[]) => {
      const { code, stderr } = await train(['--resume', ...more], cwd);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refusal('--preset', 'small')).toMatch(/but --preset is small, the run has best\./);
    expect(await refusal('--hidden', '9')).toMatch(
      new RegExp(`but --hidden is 9, the run has ${best.hidden}\\.`),
    );
    expect(await refusal('--start', 'as-is')).toMatch(/but --start is as-is, the run has mean\./);
    expect(await refusal('--epochs', '4')).toMatch(
      /but --epochs is 4, the run has 3, over which its learning rate falls\./,
    );
  });
});
