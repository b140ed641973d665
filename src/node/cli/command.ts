import type { CommandHelp } from './help.ts';

/** One of the words that may follow `isthmus`. */
export interface Command {
  readonly help: CommandHelp;
  /** Runs it on the words behind its name; returns the exit code. */
  readonly run: (words: readonly string[]) => Promise<number>;
}
