import { afterEach, expect, jest, test } from '@jest/globals';
import { epochContest } from '../../../bench/contests/epoch.ts';
import type { Measured } from '../../../bench/harness/contest.ts';
import { kernelsNamed } from '../../../bench/harness/setting.ts';
import { kernelNames } from '../../../bench/profile/instrument.ts';
import { normalize } from '../../../src/data/normalization.ts';

const MODEL = { name: 'article', hidden: [5], encodingDim: 3, batch: 4 } as const;
const DATA = Uint8Array.from({ length: 10 * 784 }, (_, i) => (i * 37) % 256);
const IMAGES = normalize({ shape: [10, 28, 28], data: DATA, dtype: 'u1' });
const simd = kernelsNamed('simd');

afterEach(() => {
  jest.restoreAllMocks();
});

test('accepts an epoch that is watched, and leaves the kernels as they were', async () => {
  const before = { ...simd };
  await epochContest(MODEL, IMAGES).verify();
  for (const name of kernelNames(simd)) expect(simd[name]).toBe(before[name]);
});

test('a contest that is held again is checked again, from the first epoch', async () => {
  const { baseline, verify } = epochContest(MODEL, IMAGES);
  await verify();
  await (baseline as Measured).measure();
  await verify();
});

test('catches a training that is not the same when it is watched', async () => {
  let batches = 0;
  const { gather } = simd;
  jest.spyOn(simd, 'gather').mockImplementation((features, rows, data, shift, scale, out) => {
    gather(features, rows, data, shift, scale, out);
    if (++batches > 3) out[0] += 0.5; // three batches an epoch, and the plain one comes first
  });
  await expect(epochContest(MODEL, IMAGES).verify()).rejects.toThrow('epoch, article, losses: element 0 is');
});

test('both times are of one epoch: its kernels, and all of it', async () => {
  const { baseline, contestants } = epochContest(MODEL, IMAGES);
  const kernelsMs = await (baseline as Measured).measure();
  const epochMs = await (contestants[0] as Measured).measure();
  expect(kernelsMs).toBeGreaterThan(0);
  expect(epochMs).toBeGreaterThan(kernelsMs);
  expect(await (contestants[0] as Measured).measure()).toBe(epochMs);
});

test('the kernels are put back when training fails', async () => {
  const { baseline } = epochContest(MODEL, IMAGES);
  const failing = jest.spyOn(simd, 'adam').mockImplementation(() => {
    throw new Error('out of paper');
  });
  const before = { ...simd };
  await expect(async () => (baseline as Measured).measure()).rejects.toThrow('out of paper');
  expect(simd.adam).toBe(failing);
  for (const name of kernelNames(simd)) expect(simd[name]).toBe(before[name]);
});
