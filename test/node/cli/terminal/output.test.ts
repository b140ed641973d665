import { describe, expect, test } from '@jest/globals';
import {
  countOf,
  formatBytes,
  formatDecibels,
  formatDuration,
  formatElapsed,
  timesShape,
} from '../../../../src/node/cli/terminal/output.ts';

describe('words for numbers', () => {
  test.each([
    [countOf(1, 'epoch'), '1 epoch'],
    [countOf(2000, 'epoch'), '2,000 epochs'],
    [formatDecibels(18.364), '18.36 dB'],
    [formatDecibels(Infinity), '∞ dB'],
    [formatElapsed(0.36), '0.4 s'],
    [formatElapsed(9.94), '9.9 s'],
    [formatElapsed(9.96), '10 s'],
    [formatElapsed(3900), '1 h 05 min'],
    [formatDuration(59.4), '59 s'],
    [formatDuration(59.6), '1 min 00 s'],
    [formatDuration(3900), '1 h 05 min'],
    [formatBytes(0), '0 bytes'],
    [formatBytes(999), '999 bytes'],
    [formatBytes(999_960), '1.0 MB'],
    [formatBytes(2_940_000_000), '2.9 GB'],
    [timesShape([28, 28]), '28×28'],
    [timesShape([5000]), '5,000 numbers'],
  ])('%s', (words, expected) => {
    expect(words).toBe(expected);
  });
});
