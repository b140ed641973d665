import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Progress } from '../../../../src/node/cli/train/progress.ts';
import type { BatchRecord } from '../../../../src/training/fitOptions.ts';

const CLEAR_LINE = '\r\x1b[2K';

/** What stands on stderr, and the clock: both are the test's. */
let written: string[];
let now: number;

function standOn(terminal: { readonly isTTY: boolean; readonly columns: number | undefined }): void {
  Object.assign(process.stderr, terminal);
}

beforeEach(() => {
  written = [];
  now = 1000;
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});

const { isTTY, columns } = process.stderr;
afterEach(() => {
  jest.restoreAllMocks();
  standOn({ isTTY, columns });
});

/** Batch 1 of 10 samples out of 2, in epoch 1 of 4. */
function batch(change: Partial<BatchRecord> = {}): BatchRecord {
  return { epoch: 1, epochs: 4, batch: 1, batches: 2, loss: 0.25, samples: 10, ...change };
}

describe('Progress where stderr is no terminal', () => {
  beforeEach(() => standOn({ isTTY: false, columns: undefined }));

  test('writes one plain line an epoch, with speed and time left', () => {
    const progress = new Progress(4);
    now += 1000;
    progress.onBatchEnd(batch());
    now += 1000;
    progress.onBatchEnd(batch({ batch: 2, samples: 20_000 }));
    progress.onEpochEnd({ epoch: 1, loss: 0.123456789, learningRate: 0.001 });
    now += 2000;
    progress.onBatchEnd(batch({ epoch: 2, batch: 2, samples: 20_000 }));
    progress.onEpochEnd({ epoch: 2, loss: 1e-6, validationLoss: 0.5, learningRate: 0.001 });
    progress.close();
    expect(written).toEqual([
      'epoch 1/4  loss 0.12346  10,000 samples/s  6 s left\n',
      'epoch 2/4  loss 1.00e-6  validation 0.50000  10,000 samples/s  4 s left\n',
    ]);
    expect(progress.seconds).toBe(4);
    expect(progress.samplesPerSecond).toBe(10_000);
  });
});

describe('Progress on a terminal', () => {
  beforeEach(() => standOn({ isTTY: true, columns: 120 }));

  test.each([
    [
      120,
      'epoch 1/4  ████████░░░░░░░░  1/2  loss 0.25000  validation 0.50000  10,000 samples/s  11 min 40 s left',
    ],
    [90, 'epoch 1/4  1/2  loss 0.25000  validation 0.50000  10,000 samples/s  11 min 40 s left'],
    [80, 'epoch 1/4  1/2  loss 0.25000  val 0.50000  10,000 samples/s  11:40 left'],
    [70, 'epoch 1/4  1/2  loss 0.25000  val 0.50000  11:40 left'],
    [30, 'epoch 1/4  1/2  loss 0.25000 '],
  ])('keeps what matters most in %d columns', (columns, line) => {
    standOn({ isTTY: true, columns });
    const progress = new Progress(4);
    progress.onEpochEnd({ epoch: 1, loss: 1, validationLoss: 0.5, learningRate: 1 });
    now += 100_000;
    progress.onBatchEnd(batch({ samples: 1_000_000 }));
    expect(written.at(-1)).toBe(CLEAR_LINE + line);
  });

  const elbo = { loss: 248.123, parts: { reconstruction: 231.95, kl: 16.173 } };
  const game = { parts: { generator: 1.736, discriminator: 0.9615, accuracy: 0.8092, spread: 0.893 } };
  test.each([
    ['a VAE', 80, elbo, 'epoch 1/4  1/2  loss 248.123  reconstruction 231.9  KL 16.17  11:40 left'],
    ['a VAE', 60, elbo, 'epoch 1/4  1/2  loss 248.123  11:40 left'],
    ['a GAN', 80, game, 'epoch 1/4  1/2  generator 1.736  discriminator 0.9615  11:40 left'],
    ['a GAN', 50, game, 'epoch 1/4  1/2  generator 1.736  11:40 left'],
  ])(
    'shows as many parts of the loss of %s as there is room for in %d columns',
    (_, columns, change, line) => {
      standOn({ isTTY: true, columns });
      const progress = new Progress(4);
      now += 100_000;
      progress.onBatchEnd(batch({ samples: 1_000_000, ...change }));
      expect(written.at(-1)).toBe(CLEAR_LINE + line);
    },
  );

  test('does not guess the time left in the first second', () => {
    const progress = new Progress(4);
    now += 900;
    progress.onBatchEnd(batch());
    expect(written.at(-1)).not.toContain('left');
  });

  test('draws one line over and over, with the validation loss of the epoch before', () => {
    const progress = new Progress(4);
    now += 1000;
    progress.onBatchEnd(batch());
    now += 1000;
    progress.onBatchEnd(batch({ batch: 2, samples: 20, loss: 0.2 }));
    progress.onEpochEnd({ epoch: 1, loss: 0.2, validationLoss: 0.3, learningRate: 0.001 });
    now += 1000;
    progress.onBatchEnd(batch({ epoch: 2 }));
    progress.close();
    expect(written).toEqual([
      `${CLEAR_LINE}epoch 1/4  ████████░░░░░░░░  1/2  loss 0.25000  10 samples/s  7 s left`,
      `${CLEAR_LINE}epoch 1/4  ████████████████  2/2  loss 0.20000  10 samples/s  6 s left`,
      `${CLEAR_LINE}epoch 2/4  ████████░░░░░░░░  1/2  loss 0.25000  validation 0.30000  10 samples/s  5 s left`,
      CLEAR_LINE,
    ]);
  });

  test('does not draw more than ten times a second, but always the end of an epoch', () => {
    const progress = new Progress(1);
    for (let i = 1; i <= 1000; i++) {
      now += 1;
      progress.onBatchEnd(batch({ epochs: 1, batch: i, batches: 1000, samples: i }));
    }
    expect(written.length).toBeGreaterThanOrEqual(10);
    expect(written.length).toBeLessThanOrEqual(11);
    expect(written.at(-1)).toContain('1000/1000');
  });

  test.each([1, 2, 20, 40, 80, 0, undefined])('never fills a terminal of %p columns', (width) => {
    standOn({ isTTY: true, columns: width });
    const progress = new Progress(1_000_000);
    progress.onEpochEnd({ epoch: 1, loss: 1, validationLoss: 12345.6789, learningRate: 1 });
    now += 3_600_000;
    progress.onBatchEnd(batch({ epoch: 999_999, epochs: 1_000_000, batches: 1_000_000, loss: 123456.789 }));
    const [line] = written;
    expect(line.startsWith(CLEAR_LINE)).toBe(true);
    expect(line.length - CLEAR_LINE.length).toBeLessThanOrEqual((width || 80) - 1);
  });
});
