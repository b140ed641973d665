import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CountProgress } from '../../../../src/node/cli/terminal/statusLine.ts';

describe('CountProgress', () => {
  let written: string[] = [];
  let now = 1000;
  const isTTY = process.stderr.isTTY;
  beforeEach(() => {
    written = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.stderr.isTTY = isTTY;
  });

  test('draws one line over and over on a terminal, ten times a second at most, and wipes it', () => {
    process.stderr.isTTY = true;
    const progress = new CountProgress('image', 60_000);
    for (const seconds of [1, 1.05, 1.2]) {
      now = 1000 * seconds;
      progress.add(700);
    }
    progress.close();
    expect(written).toEqual([
      '\r\x1b[2K700 of 60,000 images',
      '\r\x1b[2K2,100 of 60,000 images',
      '\r\x1b[2K',
    ]);
  });

  test('says nothing elsewhere', () => {
    process.stderr.isTTY = false;
    const progress = new CountProgress('sample', 10);
    progress.add(10);
    progress.close();
    expect(written).toEqual([]);
  });
});
