/**
 * Options of commands as typed tables: a row has the name of an option, how its value is read, and its text in `--help`.
 * parseArgs of node:util splits the words; numbers, choices and suggestions are added here.
 */

import { parseArgs } from 'node:util';
import { OptionError } from '../../../io/errors.ts';
import { nearestName } from '../../../tensor/words.ts';

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** One row of a table. `T` is the type of the parsed value. */
export interface Option<T> {
  /** What stands for the value in the help. A switch has none, as it takes no value. */
  readonly placeholder?: string;
  /** Whether the value may be left out: then '' is read. */
  readonly mayBeBare?: boolean;
  readonly help: string;
  readonly fallback: T;
  /** Turns the text into the value, or throws a UsageError that names the option. */
  readonly read: (text: string, name: string) => T;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;
export type Values<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never;
};

/** A switch: false unless it is given. */
export function flag(help: string): Option<boolean> {
  return { help, fallback: false, read: () => true };
}

export function text(placeholder: string, help: string): Option<string | undefined> {
  return { placeholder, help, fallback: undefined, read: (value) => value };
}

/** An option whose value may be left out: `--resume`, `--resume FOLDER`. */
export function optionalText(placeholder: string, help: string): Option<string | undefined> {
  return { ...text(placeholder, help), mayBeBare: true };
}

/** An option whose text is read by this function. */
export function parsed<T>(
  placeholder: string,
  read: (text: string, name: string) => T,
  help: string,
): Option<T | undefined> {
  return { placeholder, help, fallback: undefined, read };
}

export function choice<const T extends string, const F extends T | undefined>(
  choices: readonly T[],
  fallback: F,
  help: string,
): Option<T | F> {
  const read = (value: string, name: string) => {
    const chosen = choices.find((one) => one === value);
    if (chosen === undefined)
      throw new UsageError(`--${name} is '${value}', expected one of: ${choices.join(', ')}.`);
    return chosen;
  };
  return { placeholder: choices.join('|'), help, fallback, read };
}

interface Range {
  readonly minimum?: number;
  readonly maximum?: number;
  /** Whether the number must be above `minimum`. */
  readonly exclusive?: boolean;
  readonly integer?: boolean;
}

export function number<const F extends number | undefined>(
  fallback: F,
  range: Range,
  help: string,
): Option<number | F> {
  return { placeholder: 'N', help, fallback, read: (value, name) => readNumber(value, name, range) };
}

/** A number that may be left out: `--anomalies`, `--anomalies 20`. `bare` stands for it then. */
export function optionalNumber(bare: number, range: Range, help: string): Option<number | undefined> {
  const option = number(undefined, range, help);
  const read = (value: string, name: string) => (value === '' ? bare : option.read(value, name));
  return { ...option, mayBeBare: true, read };
}

/** A number or this word. */
export function numberOr<const W extends string>(
  word: W,
  range: Range,
  help: string,
): Option<number | W | undefined> {
  const read = (value: string, name: string) => {
    if (value === word) return word;
    try {
      return readNumber(value, name, range);
    } catch (error) {
      throw new UsageError((error as Error).message.replace(/\.$/, `, or ${word}.`));
    }
  };
  return { placeholder: `N|${word}`, help, fallback: undefined, read };
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** An amount of memory in bytes, such as `500MB` or `1.5GB`; 1 KB is 1000 bytes. */
export function bytes(help: string): Option<number | undefined> {
  const read = (value: string, name: string) => {
    const [, amount, unit] = /^(\d+|\d*\.\d+) ?([KMGT]?B)$/i.exec(value === '0' ? '0B' : value) ?? [];
    if (amount === undefined) {
      throw new UsageError(`--${name} is '${value}', expected a size such as 500MB, 2GB or 0.`);
    }
    return Number(amount) * 1000 ** UNITS.indexOf(unit.toUpperCase());
  };
  return { placeholder: 'SIZE', help, fallback: undefined, read };
}

/** A list such as `64,32`; the word `none` is the empty list. */
export function integers<const F extends readonly number[] | undefined>(
  fallback: F,
  help: string,
): Option<readonly number[] | F> {
  const read = (value: string, name: string) =>
    value === 'none'
      ? []
      : value.split(',').map((part) => readNumber(part, name, { minimum: 1, integer: true }));
  return { placeholder: 'N,N,…', help, fallback, read };
}

function readNumber(value: string, name: string, { minimum, maximum, exclusive, integer }: Range): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  const tooLittle = minimum !== undefined && (exclusive ? number <= minimum : number < minimum);
  const tooMuch = maximum !== undefined && number > maximum;
  if (!Number.isFinite(number) || tooLittle || tooMuch || (integer && !Number.isSafeInteger(number))) {
    const bounds = [
      minimum !== undefined && `${exclusive ? 'more than' : 'at least'} ${minimum}`,
      maximum !== undefined && `at most ${maximum}`,
    ].filter(Boolean);
    const kind = integer ? 'an integer' : 'a number';
    const expected = bounds.length > 0 ? `${kind}, ${bounds.join(' and ')}` : kind;
    throw new UsageError(`--${name} is '${value}', expected ${expected}.`);
  }
  return number;
}

export interface Parsed<Table> {
  readonly values: Values<Table>;
  readonly positionals: readonly string[];
  /** The options that were given, with their text, which is '' for a switch. Those left at their defaults are missing. */
  readonly given: ReadonlyMap<string, string>;
}

/** @throws {UsageError} For an unknown, repeated or incomplete option, or a value that can't be read. */
export function parseOptions<Table extends OptionTable>(
  table: Table,
  words: readonly string[],
): Parsed<Table> {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, { placeholder }]) => [
      name,
      { type: placeholder ? ('string' as const) : ('boolean' as const) },
    ]),
  );
  const args = words.map((word, i) => (isBare(table, word, words[i + 1]) ? `${word}=` : word));
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const values: Record<string, unknown> = {};
  for (const [name, { fallback }] of Object.entries(table)) values[name] = fallback;
  const given = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, value, inlineValue } = token;
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!option)
      throw new UsageError(`there is no option ${token.rawName}.${suggest(name, Object.keys(table))}`);
    if (given.has(name)) throw new UsageError(`--${name} is given twice, expected once.`);
    const text = requireValue(name, option, value, inlineValue);
    given.set(name, text);
    values[name] = option.read(text, name);
  }
  return { values: values as Values<Table>, positionals, given };
}

/** The words from which `parseOptions` reads these options, given as text by name, '' for a switch. */
export function wordsOf(options: Readonly<Record<string, string>>): string[] {
  return Object.entries(options).map(([name, text]) => (text === '' ? `--${name}` : `--${name}=${text}`));
}

/** Whether this word is an option whose value may be left out, and is. */
function isBare(table: OptionTable, word: string, next: string | undefined): boolean {
  const name = word.replace(/^--/, '');
  const isAlone = next === undefined || /^--?[a-z]/i.test(next);
  return word !== name && Object.hasOwn(table, name) && table[name].mayBeBare === true && isAlone;
}

/**
 * @param endings - What a file's name must end with, if anything.
 * @throws {UsageError} If the option was not given, or names a file of another kind.
 */
export function requireOption(
  name: string,
  value: string | undefined,
  placeholder: string,
  endings: readonly string[] = [''],
): string {
  if (value === undefined) throw new UsageError(`--${name} is missing, expected --${name} ${placeholder}.`);
  if (!endings.some((ending) => value.toLowerCase().endsWith(ending))) {
    throw new UsageError(`--${name} is '${value}', expected ${placeholder}.`);
  }
  return value;
}

type Given = Pick<Parsed<unknown>, 'given'>;

/** @throws {UsageError} If an option was given without what it needs. */
export function requireCompanion({ given }: Given, name: string, needed: string, isThere: boolean): void {
  if (given.has(name) && !isThere) throw new UsageError(`--${name} needs ${needed}.`);
}

/** @throws {UsageError} If both options were given. */
export function refuseBoth({ given }: Given, one: string, other: string): void {
  if (!given.has(one) || !given.has(other)) return;
  throw new UsageError(`--${one} and --${other} are both given, expected one of them.`);
}

/** @throws {UsageError} If there are words that belong to no option. */
export function refusePositionals({ positionals }: { readonly positionals: readonly string[] }): void {
  if (positionals.length > 0) throw new UsageError(`'${positionals[0]}' belongs to no option.`);
}

function requireValue(
  name: string,
  option: Option<unknown>,
  value: string | undefined,
  inline?: boolean,
): string {
  if (!option.placeholder) {
    if (value !== undefined) throw new UsageError(`--${name} takes no value, got '${value}'.`);
    return '';
  }
  if (option.mayBeBare && value === '') return '';
  // In `--data --seed 1` the file name is missing; in `--seed=-1` and `--min-delta -1` the value is -1.
  const isNextOption = !inline && value !== undefined && /^--?[a-z]/i.test(value);
  if (value === undefined || value === '' || isNextOption) {
    throw new UsageError(`--${name} needs a value: --${name} ${option.placeholder}.`);
  }
  return value;
}

/** " Did you mean --epochs?" if a known name is similar, else ''. */
export function suggest(name: string, known: readonly string[], prefix = '--'): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : ` Did you mean ${prefix}${nearest}?`;
}

/** `--key images`; labelColumn is `--label-column`. */
export function asOption(name: string, value?: string): string {
  const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === undefined ? option : `${option} ${value}`;
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
