import { describe, expect, test } from '@jest/globals';
import { ARTICLE, BIG, layersOf } from '../../../bench/contests/models.ts';
import { kernelNames } from '../../../bench/profile/instrument.ts';
import { formatProfile, PROFILE_LEGEND, profileRecords } from '../../../bench/profile/profileTable.ts';
import { profileSteps } from '../../../bench/profile/stepProfile.ts';
import { kernels } from '../../../src/tensor/kernels/active.ts';

const PROFILE = {
  usPerStep: 500,
  samplesPerStep: 32,
  operations: [
    { label: 'gather 32x784', work: { amount: 125_440, unit: 'B' }, callsPerStep: 1, usPerStep: 12.54 },
    { label: 'matmulBias 32x32x32', work: { amount: 65_536, unit: 'FLOP' }, callsPerStep: 2, usPerStep: 200 },
  ],
} as const;

describe('the table', () => {
  test('has a line for each operation, for the rest and for the step', () => {
    expect(`\n${formatProfile(PROFILE)}\n`).toBe(`
operation                       calls  µs a step   share                                      rate
──────────────────────────────────────────────────────────────────────────────────────────────────
gather 32x784                       1       12.5    2.5%  █                              10.0 GB/s
matmulBias 32x32x32                 2        200   40.0%  ██████████████              0.66 GFLOP/s
outside of kernels                           287   57.5%  ████████████████████
──────────────────────────────────────────────────────────────────────────────────────────────────
a step                                       500  100.0%                          64,000 samples/s
`);
  });

  test('fits into 100 columns', () => {
    const work = { amount: 1e12, unit: 'FLOP' } as const;
    const long = { label: 'matmulTransposeA 1024x1024x1024', work, callsPerStep: 12, usPerStep: 1_234_567 };
    const text = formatProfile({ usPerStep: 2e6, samplesPerStep: 128, operations: [long] });
    for (const line of `${text}\n${PROFILE_LEGEND}`.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});

test('the records of --json hold the same, and add up', () => {
  const records = JSON.parse(JSON.stringify(profileRecords(PROFILE)));
  expect(records).toHaveLength(4);
  expect(records[1]).toEqual({
    operation: 'matmulBias 32x32x32',
    callsPerStep: 2,
    usPerStep: 200,
    share: 0.4,
    rate: expect.closeTo(0.655, 3),
    unit: 'GFLOP/s',
  });
  const shares = records.slice(0, -1).map(({ share }: { share: number }) => share);
  expect(shares.reduce((a: number, b: number) => a + b)).toBeCloseTo(records[3].share, 12);
});

test('finds all operations of a step, and leaves the kernels as they were', async () => {
  const set = kernels();
  const before = { ...set };
  const model = { name: 'article', hidden: [6], encodingDim: 3, batch: 4 } as const;
  const { operations, usPerStep, samplesPerStep } = await profileSteps(model, 3);
  for (const name of kernelNames(set)) expect(set[name]).toBe(before[name]);
  expect(samplesPerStep).toBe(4);
  expect(operations.map(({ label, callsPerStep }) => `${callsPerStep} ${label}`)).toEqual([
    '1 gather 4x784',
    '1 zero 10243',
    '1 matmulBias 4x6x784',
    '2 relu 24',
    '1 matmulBias 4x3x6',
    '1 matmulBias 4x6x3',
    '1 matmulBias 4x784x6',
    '1 meanSquaredError 3136',
    '1 matmulTransposeA 6x784x4',
    '1 addColumnSums 4x784',
    '1 matmulTransposeB 4x6x784',
    '2 reluBackward 24',
    '1 matmulTransposeA 3x6x4',
    '2 addColumnSums 4x6',
    '1 matmulTransposeB 4x3x6',
    '1 matmulTransposeA 6x3x4',
    '1 addColumnSums 4x3',
    '1 matmulTransposeB 4x6x3',
    '1 matmulTransposeA 784x6x4',
    '1 adam 10243',
  ]);
  const sum = operations.reduce((total, one) => total + one.usPerStep, 0);
  expect(sum).toBeLessThan(usPerStep);
});

test('the models are the ones of the issue', () => {
  expect(layersOf(ARTICLE)).toBe('784-64-32-32-32-64-784');
  expect(layersOf(BIG)).toBe('784-512-256-64-256-512-784');
});
