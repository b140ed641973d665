/** What went wrong, in the words of the page: a visitor knows no calls of the engine. */

/** @param error - Of the engine or the browser. Its own words stay if they are a sentence about files or data. */
export function sentenceOf(error: unknown): string {
  const { name, message } = error as Error;
  if (name === 'DivergenceError') {
    return 'The loss is no longer a number: the learning rate is likely too high. Choose a lower one and press Reset.';
  }
  // Each browser says it with words of its own.
  if (/alloc|out of memory|array length|array size/i.test(message)) {
    return 'This network needs more memory than the browser gives: choose smaller hidden sizes, or smaller samples.';
  }
  return message;
}
