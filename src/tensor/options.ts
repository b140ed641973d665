/**
 * What a caller without types may get wrong: the name of an option, or the kind of a value. Each check throws one sentence
 * that says who found it, what came and what was expected.
 */

import { inWords, nearestName, plural } from './words.ts';

/** The names of the options in an interface. TypeScript refuses a list that lacks one or has one too much. */
export type OptionNames<Options> = Readonly<Record<NamesIn<Options>, true>>;

/** Of a union, the names in any of its members. */
type NamesIn<Options> = Options extends unknown ? keyof Options : never;

/**
 * @param who - Named in errors.
 * @param advice - What to write instead, for names that people bring from elsewhere.
 * @param elsewhere - Other names, which the caller refuses with a reason.
 * @throws {TypeError} If the options are not an object, or one of them has an unknown name.
 */
export function requireOptions(
  who: string,
  options: unknown,
  known: Readonly<Record<string, true>>,
  advice: Readonly<Record<string, string>> = {},
  elsewhere: readonly string[] = [],
): void {
  const names = Object.keys(known);
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(
      `${who}: the options are ${inWords(options)}, expected an object with ${names.length === 1 ? names[0] : `some of: ${names.join(', ')}`}.`,
    );
  }
  const unknown = Object.keys(options).find(
    (name) => !Object.hasOwn(known, name) && !elsewhere.includes(name),
  );
  if (unknown === undefined) return;
  const near = nearestName(unknown, names);
  const expected = Object.hasOwn(advice, unknown) ? advice[unknown] : near && `'${near}'`;
  throw new TypeError(
    `${who}: there is no option '${unknown}', expected ${expected ?? (names.length === 1 ? `'${names[0]}'` : `one of: ${names.join(', ')}`)}.`,
  );
}

/**
 * @param what - The option, in the words of the message.
 * @param expected - The range in words: `0 <= rate < 1`.
 * @throws {TypeError} If the value is not a number.
 * @throws {RangeError} If it is not in the range.
 */
export function requireNumber(
  who: string,
  what: string,
  value: unknown,
  expected: string,
  isInRange: (value: number) => boolean,
): asserts value is number {
  const isNumber = typeof value === 'number';
  if (isNumber && isInRange(value)) return;
  const Refusal = isNumber ? RangeError : TypeError;
  throw new Refusal(`${who}: ${what} is ${inWords(value)}, expected ${expected}.`);
}

/**
 * @throws {TypeError} If the value is not a number.
 * @throws {RangeError} If it is not an integer from `minimum` on.
 */
export function requireInteger(
  who: string,
  what: string,
  value: unknown,
  minimum: number,
): asserts value is number {
  const isInRange = (number: number) => Number.isSafeInteger(number) && number >= minimum;
  requireNumber(who, what, value, `an integer >= ${minimum}`, isInRange);
}

/** @throws {TypeError} If the value is neither true nor false. */
export function requireBoolean(who: string, what: string, value: unknown): asserts value is boolean {
  if (typeof value === 'boolean') return;
  throw new TypeError(`${who}: ${what} is ${inWords(value)}, expected true or false.`);
}

/**
 * @throws {TypeError} If the value is not text.
 * @throws {RangeError} If it is not one of these words.
 */
export function requireOneOf(who: string, what: string, value: unknown, words: readonly string[]): void {
  if (words.some((word) => word === value)) return;
  const expected =
    words.length === 2 ? words.map((word) => `'${word}'`).join(' or ') : `one of: ${words.join(', ')}`;
  const Refusal = typeof value === 'string' ? RangeError : TypeError;
  throw new Refusal(`${who}: ${what} is ${inWords(value)}, expected ${expected}.`);
}

/**
 * By its methods, not by its class: an object may come from another copy of the package.
 *
 * @param expected - What to write: `an optimizer such as new Adam()`.
 * @throws {TypeError} If the value is not an object with these methods.
 */
export function requireMethods(
  who: string,
  what: string,
  value: unknown,
  methods: readonly string[],
  expected: string,
): void {
  const isObject = typeof value === 'object' && value !== null;
  if (isObject && methods.every((name) => typeof Reflect.get(value, name) === 'function')) return;
  throw new TypeError(`${who}: ${what} is ${inWords(value)}, expected ${expected}.`);
}

/** @throws {TypeError} If the value is no list and no typed array. */
export function requireList(who: string, what: string, value: unknown): asserts value is ArrayLike<unknown> {
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)) return;
  throw new TypeError(`${who}: ${what} are ${inWords(value)}, expected a list.`);
}

/**
 * @param one - What there should be one of for each of the others: `score`.
 * @throws {RangeError} If two lists about the same samples differ in length.
 */
export function requireAsMany(who: string, count: number, one: string, others: number, other: string): void {
  if (count === others) return;
  throw new RangeError(`${who}: got ${plural(count, one)} and ${plural(others, other)}, expected as many.`);
}

/** @throws {TypeError} If these are not bytes: a path, for instance. */
export function requireBytes(who: string, bytes: unknown): asserts bytes is Uint8Array {
  if (ArrayBuffer.isView(bytes) && 'length' in bytes) return;
  throw new TypeError(`${who}: the bytes are ${inWords(bytes)}, expected a Uint8Array with those of a file.`);
}

/** @throws {TypeError} If it is no model: its name or its path, for instance. */
export function requireModel(who: string, model: unknown): void {
  requireMethods(who, 'the model', model, ['spec', 'namedParameters'], 'an Autoencoder or a GAN');
}
