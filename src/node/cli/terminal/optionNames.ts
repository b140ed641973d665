/** Messages of the engine whose advice is an option of a call, in the words of the command line. Read io/errors.ts first. */

import { OptionError } from '../../../io/errors.ts';

/** `--key images` */
export function asOption(name: string, value?: string): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

/**
 * For a file whose options have names of their own, such as `--test-key`.
 *
 * @param names - Of the command's options, by those of the engine.
 * @returns What `work` gives; its errors name these options.
 */
export async function withOptionNames<T>(
  names: Readonly<Record<string, string>>,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new OptionError((option) => error.messageWith((name, value) => option(names[name] ?? name, value)));
  }
}
