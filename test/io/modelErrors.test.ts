/** What a model file says of the errors of its training data, and files that don't, or that are damaged. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { modelFingerprint } from '../../src/compression/modelFingerprint.ts';
import { ErrorDistribution, type ErrorDistributions } from '../../src/evaluation/errorDistribution.ts';
import { FormatError } from '../../src/io/errors.ts';
import { readAnyModel, readModel, writeModel } from '../../src/io/model.ts';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { resealed } from '../helpers/mutations/resealed.ts';
import { ganModel, model, variationalModel } from '../node/cli/fixtures.ts';

const training = ErrorDistribution.of([0.3, 0.1, 0.2]);
const many = ErrorDistribution.of(Array.from({ length: 5000 }, (_, i) => i / 7));
const BOTH: ErrorDistributions = { rankedBy: 'mse', training, heldOut: many };

describe('the errors in a model file', () => {
  test('come back as they were written, with and without held-out ones', () => {
    for (const errors of [BOTH, { rankedBy: 'mse', training: many } as const]) {
      const bytes = writeModel(model(), { errors });
      const loaded = readModel(bytes);
      expect(loaded.errors).toEqual(errors);
      expect(loaded.errors?.training.threshold(0.99)).toEqual(errors.training.threshold(0.99));
      const { autoencoder, ...extras } = loaded;
      expect(writeModel(autoencoder, extras)).toEqual(bytes);
    }
    const errors = { rankedBy: 'excess', training } as const;
    expect(readAnyModel(writeModel(variationalModel(), { errors })).errors).toEqual(errors);
  });

  test('are tensors beside the weights, which the fingerprint does not count', () => {
    const bytes = writeModel(model(), { errors: BOTH });
    const { tensors, metadata } = readSafetensors(bytes);
    expect(tensors.get('errors.training')?.data).toEqual(Float32Array.of(0.1, 0.2, 0.3));
    expect(tensors.get('errors.heldOut')?.shape).toEqual([1001]);
    expect(JSON.parse(metadata.errors)).toEqual({ rankedBy: 'mse', counts: { training: 3, heldOut: 5000 } });
    expect(modelFingerprint(readModel(bytes).autoencoder)).toBe(modelFingerprint(model()));
  });

  test('are missing in files of before, which are read as they were', () => {
    const { autoencoder, errors, codes, training } = readModel(
      new Uint8Array(readFileSync('test/golden/anomalies/before.safetensors')),
    );
    expect(errors).toBeUndefined();
    expect(codes?.mean.shape).toEqual([2]);
    expect(autoencoder.inputShape).toEqual([4]);
    expect(training.trainingMse).toBeCloseTo(0.92249, 5);
    expect(readModel(writeModel(model())).errors).toBeUndefined();
  });

  test('facts in the place of extras, as earlier versions took them, are refused', () => {
    const facts = { epochs: 3 } as object;
    expect(() => writeModel(model(), facts)).toThrow(
      new TypeError("writeModel: there is no option 'epochs', expected one of: training, codes, errors."),
    );
  });

  test('of a GAN are refused', () => {
    expect(() => writeModel(ganModel(), { errors: BOTH })).toThrow(
      new TypeError('writeModel: got errors of a GAN, which restores nothing, expected none.'),
    );
  });
});

/** A file with errors, in which these tensors or metadata are replaced, or taken out. */
function damaged({ tensors = {}, shape, errors }: Damage): Uint8Array {
  const file = readSafetensors(writeModel(model(), { errors: BOTH }));
  const all = new Map(file.tensors);
  for (const [name, values] of Object.entries(tensors)) {
    if (values) all.set(name, Tensor.from(values, shape ?? [values.length]));
    else all.delete(name);
  }
  const { errors: old, ...others } = file.metadata;
  const metadata = errors === null ? others : { ...others, errors: errors ?? old };
  return resealed(
    writeSafetensors(
      [...all].map(([name, tensor]) => ({ name, tensor })),
      metadata,
    ),
  );
}

interface Damage {
  readonly tensors?: Readonly<Record<string, readonly number[] | undefined>>;
  /** Of those tensors. @default [m] */
  readonly shape?: readonly number[];
  /** null takes it out. */
  readonly errors?: string | null;
}

describe('damaged errors are refused with a sentence', () => {
  test('the control: as they are', () => {
    expect(readModel(damaged({})).errors).toEqual(BOTH);
  });

  test.each<[Damage, RegExp]>([
    [
      { tensors: { 'errors.training': [0.1, 0.3, 0.2] } },
      /'errors\.training' can't be used: .* ascending order\.$/,
    ],
    [{ tensors: { 'errors.training': [0.1, 0.2, Number.NaN] } }, /not finite numbers/],
    [{ tensors: { 'errors.training': [0.1, 0.2, Infinity] } }, /not finite numbers/],
    [
      { tensors: { 'errors.training': [0.1, 0.2] } },
      /got 2 points of 3 errors, expected all of them, or 1001/,
    ],
    [{ tensors: { 'errors.heldOut': [1] } }, /'errors\.heldOut' can't be used: .*got 1 point of 5000 errors/],
    [
      { tensors: { 'errors.training': undefined } },
      /'errors\.training' is missing, and the number of its samples 3, expected \[m\] and a number\.$/,
    ],
    [{ tensors: { 'errors.training': [0.1, 0.2, 0.3] }, shape: [3, 1] }, /'errors\.training' is \[3, 1\]/],
    [{ errors: null }, /metadata 'errors'/],
    [{ errors: '{}' }, /metadata 'errors' is .*expected rankedBy "mse" or "excess", and counts\.$/],
    [{ errors: '{"rankedBy":"mae","counts":{"training":3,"heldOut":5000}}' }, /expected rankedBy "mse"/],
    [{ errors: '{"rankedBy":"mse","counts":{"training":0,"heldOut":5000}}' }, /got 3 points of 0 errors/],
    [
      { errors: '{"rankedBy":"mse","counts":{"training":"x","heldOut":5000}}' },
      /'errors\.training' is \[3\], and the number of its samples "x"/,
    ],
    [
      { errors: '{"rankedBy":"mse","counts":{"training":3}}' },
      /'errors\.heldOut' is \[1001\], and the number of its samples missing/,
    ],
    [{ errors: 'x' }, /metadata 'errors'/],
    [
      {
        errors: '{"rankedBy":"mse","counts":{}}',
        tensors: { 'errors.training': undefined, 'errors.heldOut': undefined },
      },
      /the tensor 'errors\.training' is missing\.$/,
    ],
  ])('%j', (damage, says) => {
    const read = () => readModel(damaged(damage));
    expect(read).toThrow(FormatError);
    expect(read).toThrow(says);
  });
});
