#!/usr/bin/env node
/** The command line's front door: finds the command, runs it, turns errors into one sentence and an exit code. */

import type { Command } from './command.ts';
import { decodeCommand } from './decode.ts';
import { encodeCommand } from './encode.ts';
import { evaluateCommand } from './evaluate.ts';
import { formatHelp } from './help.ts';
import { infoCommand } from './info.ts';
import { suggest } from './options.ts';
import { print, say } from './output.ts';
import { trainCommand } from './train.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  train: trainCommand,
  evaluate: evaluateCommand,
  encode: encodeCommand,
  decode: decodeCommand,
  info: infoCommand,
};

/** What a user can mend, by the names of the errors; anything else is a fault of ours. */
const EXPECTED_ERRORS = new Set(['FileError', 'FormatError', 'DataError', 'ShapeError', 'DivergenceError']);

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === 'help') {
    const topic = name === 'help' ? COMMANDS[rest[0] ?? ''] : undefined;
    print(topic ? formatHelp(topic.help).trimEnd() : overview());
    return name === undefined ? WRONG_USAGE : DONE;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    say(
      `isthmus: there is no command '${name}'.${suggest(name, Object.keys(COMMANDS), '')} See isthmus --help.`,
    );
    return WRONG_USAGE;
  }
  const command = COMMANDS[name];
  if (rest.includes('--help') || rest.includes('-h')) {
    print(formatHelp(command.help).trimEnd());
    return DONE;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    return explain(name, error as Error);
  }
}

function explain(command: string, error: Error): number {
  if (error.name === 'UsageError') {
    say(`isthmus ${command}: ${error.message} See isthmus ${command} --help.`);
    return WRONG_USAGE;
  }
  if (EXPECTED_ERRORS.has(error.name)) {
    say(`isthmus ${command}: ${error.message}`);
    return FAILED;
  }
  say(`isthmus ${command}: unexpected error, please report it: ${error.message}`);
  if (process.env.ISTHMUS_DEBUG) say(error.stack);
  return FAILED;
}

function overview(): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`);
  return [
    'Usage: isthmus COMMAND [options]',
    '',
    'Trains and uses autoencoders: networks that squeeze an image into a short code and restore it.',
    '',
    'Commands:',
    ...rows,
    '',
    'isthmus COMMAND --help explains one. Data goes to stdout, talk to stderr.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.',
  ].join('\n');
}

/** `npm run` works in the package's folder, but paths are meant from where the user stands. */
function enterUserFolder(): void {
  const { INIT_CWD, npm_package_name } = process.env;
  // In another package's script, its author means that package's folder.
  if (INIT_CWD && npm_package_name === 'isthmus') process.chdir(INIT_CWD);
}

// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
process.stdout.on('error', (error: { code?: string }) => {
  if (error.code === 'EPIPE') process.exit(DONE);
  throw error;
});

enterUserFolder();
process.exitCode = await main(process.argv.slice(2));
