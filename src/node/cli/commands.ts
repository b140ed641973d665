/** The commands by their names: finds the one that is called, runs it, turns errors into one sentence and an exit code. */

import { OptionError } from '../../io/errors.ts';
import type { Command } from './terminal/help.ts';
import { formatHelp } from './terminal/help.ts';
import { asOption, suggest } from './terminal/options.ts';
import { print, say } from './terminal/output.ts';
import { packageVersion } from './version.ts';

interface Entry {
  /** One line for the list of commands. */
  readonly summary: string;
  /** A command is loaded when it is called: the formats need packages that the engine does without. */
  readonly load: () => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  train: {
    summary: 'trains an autoencoder on images, a table or sound',
    load: async () => (await import('./train/train.ts')).trainCommand,
  },
  evaluate: {
    summary: 'measures a model on images',
    load: async () => (await import('./evaluate/evaluate.ts')).evaluateCommand,
  },
  encode: {
    summary: 'turns images into codes',
    load: async () => (await import('./encode.ts')).encodeCommand,
  },
  decode: {
    summary: 'turns codes back into images',
    load: async () => (await import('./decode.ts')).decodeCommand,
  },
  reconstruct: {
    summary: 'encodes and decodes images: what a model restores',
    load: async () => (await import('./reconstruct.ts')).reconstructCommand,
  },
  generate: {
    summary: 'makes new images of random codes',
    load: async () => (await import('./generate/generate.ts')).generateCommand,
  },
  interpolate: {
    summary: 'shows what lies between two images',
    load: async () => (await import('./generate/interpolate.ts')).interpolateCommand,
  },
  manifold: {
    summary: 'draws the images of a plane of codes',
    load: async () => (await import('./generate/manifold.ts')).manifoldCommand,
  },
  traverse: {
    summary: 'draws what each number of a code does',
    load: async () => (await import('./generate/traverse.ts')).traverseCommand,
  },
  compress: {
    summary: 'turns images into a small file',
    load: async () => (await import('./compress/compress.ts')).compressCommand,
  },
  decompress: {
    summary: 'turns such a file back into images',
    load: async () => (await import('./compress/decompress.ts')).decompressCommand,
  },
  export: {
    summary: 'writes a model for ONNX or PyTorch',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  import: {
    summary: 'reads a model that PyTorch trained',
    load: async () => (await import('./import.ts')).importCommand,
  },
  info: {
    summary: 'shows what a model file holds',
    load: async () => (await import('./info.ts')).infoCommand,
  },
};

/** What a user can mend, by the names of the errors; anything else is a fault of ours. */
const EXPECTED_ERRORS = new Set(['FileError', 'FormatError', 'DataError', 'ShapeError', 'DivergenceError']);

/** The packages that every command needs; others are for some kinds of files. */
const ALWAYS_NEEDED = ['npyjs', 'ndarray', 'pngjs'];

/** How V8 refuses an array that is too large. */
const OUT_OF_MEMORY = /^(Invalid typed array length|Array buffer allocation failed)/;

const DONE = 0;
export const FAILED = 1;
const WRONG_USAGE = 2;

/**
 * The command line: `main(['train', '--count', '100'])` is what `isthmus train --count 100` does, in this process.
 *
 * @returns The exit code. Errors of the command are said on stderr, not thrown.
 */
export async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words[0] === 'help' ? [words[1], '--help'] : words;
  if (name === undefined || name === '--help' || name === '-h') {
    print(overview());
    return words.length === 0 ? WRONG_USAGE : DONE;
  }
  if (name === '--version') {
    print(await packageVersion());
    return DONE;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    say(
      `isthmus: there is no command '${name}'.${suggest(name, Object.keys(COMMANDS), '')} See isthmus --help.`,
    );
    return WRONG_USAGE;
  }
  try {
    const command = await COMMANDS[name].load();
    if (rest.includes('--help') || rest.includes('-h')) {
      print(formatHelp(command.help).trimEnd());
      return DONE;
    }
    return await command.run(rest);
  } catch (error) {
    return explain(name, error as Error & { code?: string });
  }
}

function explain(command: string, error: Error & { code?: string }): number {
  if (error.name === 'UsageError') {
    say(`isthmus ${command}: ${error.message} See isthmus ${command} --help.`);
    return WRONG_USAGE;
  }
  if (EXPECTED_ERRORS.has(error.name)) {
    const message = error instanceof OptionError ? error.messageWith(asOption) : error.message;
    say(`isthmus ${command}: ${message}`);
    return FAILED;
  }
  const missing = error.code === 'ERR_MODULE_NOT_FOUND' && /package '([^']+)'/.exec(error.message);
  if (missing) {
    const [, name] = missing;
    const packages = ALWAYS_NEEDED.includes(name) ? ALWAYS_NEEDED.join(' ') : name;
    say(`isthmus ${command}: the package '${name}' is missing: npm install ${packages}.`);
    return FAILED;
  }
  if (error.name === 'RangeError' && OUT_OF_MEMORY.test(error.message)) {
    say(`isthmus ${command}: not enough memory (${error.message}), expected fewer images or smaller layers.`);
    return FAILED;
  }
  say(`isthmus ${command}: unexpected error, please report it: ${error.message}`);
  if (process.env.ISTHMUS_DEBUG) say(error.stack);
  return FAILED;
}

function overview(): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(13)}${summary}`);
  return [
    'Usage: isthmus COMMAND [options]',
    '',
    'Trains and uses autoencoders: networks that squeeze an image into a short code',
    'and restore it.',
    '',
    'Commands:',
    ...rows,
    '',
    'isthmus COMMAND --help explains one, isthmus --version prints the version.',
    'Data goes to stdout, messages to stderr.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.',
  ].join('\n');
}
