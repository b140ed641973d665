/** Callers without types: each wrong call is answered with one sentence that says what to write. */

import { describe, expect, test } from '@jest/globals';

type Wrong = readonly [call: () => unknown, message: string | RegExp];
type Right = readonly [call: () => unknown, result?: unknown];
// The path is no literal, so that TypeScript does not ask for the types of a file that is meant to have none.
const path: string = './plainJavaScript.mjs';
const calls = (await import(path)) as {
  readonly wrongCalls: () => Readonly<Record<string, readonly Wrong[]>>;
  readonly rightCalls: () => Readonly<Record<string, Right>>;
};

/** What a program says that did not expect the value: it names no argument. */
const STACK_WORDS =
  /Cannot (read|destructure|convert|mix)|is not (a function|iterable|a constructor)|undefined/;

/** What a message lacks that should be one sentence about the caller's mistake. */
function faultsOf(message: string): string[] {
  return [
    ...(message.endsWith('.') ? [] : ['no full stop']),
    ...(STACK_WORDS.test(message) ? ["a program's words"] : []),
    ...(/^[\w. ,]+: /.test(message) ? [] : ['does not say who']),
    ...(message.includes('\n') ? ['more than a line'] : []),
  ];
}

async function errorOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was refused');
}

describe.each(Object.entries(calls.wrongCalls()))('%s', (_, wrong) => {
  test.each(wrong.map(([call, message]) => [String(call).replace('() => ', ''), call, message] as const))(
    '%s',
    async (_, call, message) => {
      const error = await errorOf(call);
      if (typeof message === 'string') expect(error.message).toBe(message);
      else expect(error.message).toMatch(message);
      expect(faultsOf(error.message)).toEqual([]);
    },
  );
});

test.each(Object.entries(calls.rightCalls()))('right: %s', async (_, [call, result]) => {
  expect(await call()).toEqual(result);
});

test('the check finds a message that is no sentence', async () => {
  expect(faultsOf("Cannot read properties of undefined (reading 'shape')")).toEqual([
    'no full stop',
    "a program's words",
    'does not say who',
  ]);
  await expect(errorOf(() => 1)).rejects.toThrow('nothing was refused');
});
