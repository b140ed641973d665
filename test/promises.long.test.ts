/** What commands recommend when they have read or computed something, and the snippets of Python. promises.test.ts has the rest. */

import { afterAll, describe, expect, test } from '@jest/globals';
import { removeFolders } from './helpers/cli.ts';
import { findPython } from './helpers/python.ts';
import { CONTRADICTIONS } from './promises/contradictions.ts';
import { keep, keepSnippet } from './promises/keep.ts';
import { READING } from './promises/reading.ts';
import { SNIPPETS } from './promises/snippets.ts';
import { USAGE } from './promises/usage.ts';
import { WORK } from './promises/work.ts';

afterAll(removeFolders);

describe('what commands recommend', () => {
  test.each(
    [...USAGE, ...CONTRADICTIONS, ...WORK, ...READING].map((promise) => [promise[0], promise] as const),
  )('%s', (_, promise) => keep(promise));
});

const python = findPython('numpy');
if (!python) console.log('no Python with numpy: the snippets in messages are not run');

(python ? describe : describe.skip)('what NumPy is told to do', () => {
  test.each(SNIPPETS.map((promise) => [promise.says.at(-1), promise.bad, promise] as const))(
    '%s: %s',
    (_, __, promise) => keepSnippet(promise, python as string),
  );

  test('fails if a snippet does not run', async () => {
    const [first] = SNIPPETS;
    await expect(
      keepSnippet({ ...first, snippet: /expected (numbers)/ }, python as string),
    ).rejects.toThrow();
    await expect(
      keepSnippet({ ...first, snippet: /nothing like (this)/ }, python as string),
    ).rejects.toThrow();
    expect(first.says.length).toBeGreaterThan(0);
  });
});
