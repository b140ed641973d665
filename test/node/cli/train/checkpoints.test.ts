import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readCheckpoint } from '../../../../src/io/checkpoint.ts';
import { UsageError } from '../../../../src/node/cli/terminal/options.ts';
import {
  type CheckpointInterval,
  Checkpoints,
  describeProgress,
  readInterval,
} from '../../../../src/node/cli/train/checkpoints.ts';
import { FileError } from '../../../../src/node/files/files.ts';
import type { RunFolder } from '../../../../src/node/runs/runFolder.ts';
import type { TrainingState } from '../../../../src/training/trainingState.ts';
import { model } from '../fixtures.ts';

describe('readInterval', () => {
  test.each<[string, CheckpointInterval]>([
    ['5', { epochs: 5 }],
    ['1', { epochs: 1 }],
    ['0.5s', { seconds: 0.5 }],
    ['90s', { seconds: 90 }],
    ['10min', { seconds: 600 }],
    ['2h', { seconds: 7200 }],
    ['1.5h', { seconds: 5400 }],
  ])('reads %s', (text, interval) => {
    expect(readInterval(text, 'checkpoint-every')).toEqual(interval);
  });

  test.each([
    '0',
    '0s',
    '1.5',
    '-1',
    '-1s',
    '10x',
    '10 min',
    '10m',
    's',
    '',
    '1e3',
    'Infinity',
    '5.s',
    '٥',
    '99999999999999999999',
  ])("refuses '%s'", (text) => {
    expect(() => readInterval(text, 'checkpoint-every')).toThrow(
      new UsageError(
        `--checkpoint-every is '${text}', expected a number of epochs such as 5, or a time such as 90s, 10min or 2h.`,
      ),
    );
  });
});

/** The clock, in seconds, and what stands on stderr: both are the test's. */
let now: number;
let said: string;

beforeEach(() => {
  now = 1000;
  said = '';
  jest.spyOn(performance, 'now').mockImplementation(() => now * 1000);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

const AUTOENCODER = model();

function stateAt(epoch: number, batch = 0, loss = 0.5): TrainingState {
  return {
    epoch,
    batch,
    lossSum: 0,
    learningRate: 0.1,
    random: [1, 2, 3, 4],
    weights: AUTOENCODER.parameters.values.slice(),
    optimizer: { name: 'sgd', steps: 3, learningRate: 0.1, settings: {}, moments: {} },
    epochs: Array.from({ length: epoch - 1 }, (_, i) => ({ epoch: i + 1, loss, learningRate: 0.1 })),
    ...(epoch > 1 && { best: { epoch: 1, loss, waited: epoch - 2 } }),
  };
}

/** What is written goes into `written`, as positions; `fail` may throw first. */
function checkpoints(interval?: CheckpointInterval, fail: () => void = () => {}) {
  const written: string[] = [];
  const runs: unknown[] = [];
  const folder = {
    write: async (name: string, contents: Uint8Array) => {
      fail();
      expect(name).toBe('checkpoint.safetensors');
      const { state, run } = readCheckpoint(contents);
      runs.push(run);
      written.push(describeProgress(state));
    },
  } as unknown as RunFolder;
  return { written, runs, points: new Checkpoints(folder, AUTOENCODER, interval, () => ({ mine: now })) };
}

describe('Checkpoints', () => {
  test('every other epoch', async () => {
    const { written, points } = checkpoints({ epochs: 2 });
    for (let epoch = 1; epoch <= 5; epoch++) {
      now += 1000;
      await points.afterBatch(() => stateAt(epoch, 1));
      points.afterEpoch(epoch, () => stateAt(epoch + 1));
    }
    expect(written).toEqual(['after epoch 2', 'after epoch 4']);
    expect(points.last?.where).toBe('after epoch 4');
  });

  test('every ten seconds, whatever the epoch', async () => {
    const { written, points } = checkpoints({ seconds: 10 });
    for (let batch = 1; batch <= 7; batch++) {
      now += 4;
      await points.afterBatch(() => stateAt(3, batch));
      points.afterEpoch(3, () => stateAt(4));
    }
    expect(written).toEqual(['after epoch 3, batch 3', 'after epoch 3, batch 6']);
  });

  test('by default after an epoch, at most once in half a minute', async () => {
    const { written, points } = checkpoints();
    for (let epoch = 1; epoch <= 7; epoch++) {
      now += 12;
      await points.afterBatch(() => stateAt(epoch, 1));
      points.afterEpoch(epoch, () => stateAt(epoch + 1));
    }
    expect(written).toEqual(['after epoch 3', 'after epoch 6']);
  });

  test('asks for the state only if one is due', () => {
    const { points } = checkpoints({ epochs: 2 });
    points.afterEpoch(1, () => {
      throw new Error('not due');
    });
  });

  /** An epoch, and the step behind it that shows that training can go on. */
  async function epochAndStep(points: Checkpoints, epoch: number, state = stateAt(epoch + 1)): Promise<void> {
    points.afterEpoch(epoch, () => state);
    await points.afterBatch(() => stateAt(epoch + 1, 1));
  }

  test('is written once the next step has shown that training can go on from there', async () => {
    const { written, runs, points } = checkpoints({ epochs: 1 });
    points.afterEpoch(1, () => stateAt(2));
    expect(written).toEqual([]);
    now += 5; // what the caller says of the run is of the moment of the state
    await points.afterBatch(() => stateAt(2, 1));
    expect(written).toEqual(['after epoch 1']);
    expect(runs).toEqual([{ mine: 1000 }]);
  });

  test('one that cannot be written is said once, and training goes on; later ones may succeed', async () => {
    let isFull = true;
    const { written, points } = checkpoints({ epochs: 1 }, () => {
      if (isFull) throw new FileError("can't write it: no space is left on the device.");
    });
    await epochAndStep(points, 1);
    await epochAndStep(points, 2);
    expect(said).toBe(
      "\nnote: no checkpoint could be written: can't write it: no space is left on the device.\n",
    );
    expect(points.last).toBeUndefined();
    isFull = false;
    await epochAndStep(points, 3);
    expect(written).toEqual(['after epoch 3']);
    isFull = true;
    await epochAndStep(points, 4);
    expect(said.match(/note: /g)).toHaveLength(2);
    expect(points.last?.where).toBe('after epoch 3');
  });

  test('the next attempt on a full disk is made when the next one is due, not with the next batch', async () => {
    let attempts = 0;
    const { points } = checkpoints({ seconds: 10 }, () => {
      attempts++;
      throw new FileError('full.');
    });
    for (let batch = 1; batch <= 25; batch++) {
      now += 1;
      await points.afterBatch(() => stateAt(1, batch));
    }
    expect(attempts).toBe(2);
  });

  test('weights that are not finite are not written, and the last checkpoint stays', async () => {
    const { written, points } = checkpoints({ epochs: 1 });
    await epochAndStep(points, 1);
    const state = stateAt(3);
    state.weights[0] = Number.NaN;
    await epochAndStep(points, 2, state);
    expect(written).toEqual(['after epoch 1']);
    expect([points.last?.where, said]).toEqual(['after epoch 1', '']);
    await expect(points.require(state)).rejects.toThrow(/holds NaN or infinity/);
  });

  test('one that must be there fails if it cannot be written; faults of ours are never hidden', async () => {
    const full = checkpoints({ epochs: 1 }, () => {
      throw new FileError('full.');
    });
    await expect(full.points.require(stateAt(1))).rejects.toThrow(new FileError('full.'));
    const broken = checkpoints({ epochs: 1 }, () => {
      throw new TypeError('mine');
    });
    await expect(broken.points.write(stateAt(1))).rejects.toThrow(new TypeError('mine'));
  });
});
