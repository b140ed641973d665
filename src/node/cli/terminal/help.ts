/** What a command is, and its `--help`: one page, made from the tables by which its options are parsed. */

import type { OptionTable } from './options.ts';

/** One of the words that may follow `isthmus`. */
export interface Command {
  readonly help: CommandHelp;
  /** Runs the command with the words that follow its name; returns the exit code. */
  readonly run: (words: readonly string[]) => Promise<number>;
}

export interface CommandHelp {
  /** What to type: `isthmus train [--data FILE] [options]`. */
  readonly usage: string;
  /** Paragraphs before the options. */
  readonly description: readonly string[];
  readonly groups: readonly (readonly [title: string, options: OptionTable])[];
  /** Titled lines after the options, printed as they are. */
  readonly sections: readonly (readonly [title: string, lines: readonly string[]])[];
}

const WIDTH = 80;
const INDENT = 2;
const HELP_COLUMN = 28;

export function formatHelp({ usage, description, groups, sections }: CommandHelp): string {
  const parts = [`Usage: ${usage}`, ...description.map((paragraph) => wrap(paragraph, WIDTH).join('\n'))];
  for (const [title, options] of groups) {
    parts.push([`${title}:`, ...Object.entries(options).flatMap(optionLines)].join('\n'));
  }
  for (const [title, lines] of sections) {
    parts.push([`${title}:`, ...lines.map((line) => ' '.repeat(INDENT) + line)].join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

function optionLines([name, option]: [string, OptionTable[string]]): string[] {
  const left = `${' '.repeat(INDENT)}--${name}${option.placeholder ? ` ${option.placeholder}` : ''}`;
  const fallback = formatFallback(option.fallback);
  const [first, ...rest] = wrap(option.help + fallback, WIDTH - HELP_COLUMN);
  const indent = ' '.repeat(HELP_COLUMN);
  const lines = rest.map((line) => indent + line);
  if (left.length > HELP_COLUMN - 2) return [left, indent + first, ...lines];
  return [left.padEnd(HELP_COLUMN) + first, ...lines];
}

function formatFallback(fallback: unknown): string {
  if (fallback === undefined || fallback === false) return '';
  return ` [${Array.isArray(fallback) ? fallback.join(',') : String(fallback)}]`;
}

/** Lines of at most this many characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
}
