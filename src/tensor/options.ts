/**
 * What a caller without types may get wrong: the name of an option, or the kind of a value. Each check throws one sentence
 * that says who found it, what came and what was expected.
 */

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

/** @throws {TypeError} If these are not bytes: a path, for instance. */
export function requireBytes(who: string, bytes: unknown): asserts bytes is Uint8Array {
  if (ArrayBuffer.isView(bytes) && 'length' in bytes) return;
  throw new TypeError(`${who}: the bytes are ${inWords(bytes)}, expected a Uint8Array with those of a file.`);
}

/** @throws {TypeError} If it is no model: its name or its path, for instance. */
export function requireModel(who: string, model: unknown): void {
  requireMethods(who, 'the model', model, ['spec', 'namedParameters'], 'an Autoencoder or a GAN');
}

/** Characters of a text in a message. */
const LONGEST = 40;

/** A value as a message names it: `'adam'`, `0.1`, `[1, 2]`, `an array of 3 arrays`, `a Float32Array`, `missing`. */
export function inWords(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (typeof value !== 'object') return value === undefined ? 'missing' : String(value);
  if (value === null) return 'null';
  if (Array.isArray(value)) return arrayInWords(value);
  const { name = 'Object' } = value.constructor ?? {};
  if (name === 'Object') return 'a plain object';
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

function arrayInWords(values: readonly unknown[]): string {
  if (values.length <= 4 && values.every((value) => typeof value === 'number')) {
    return `[${values.join(', ')}]`;
  }
  const kinds = new Set(values.map((value) => (Array.isArray(value) ? 'array' : typeof value)));
  const [kind] = kinds;
  const one = kinds.size === 1 ? kind : 'value';
  return `an array of ${values.length} ${one}${values.length === 1 ? '' : 's'}`;
}

/** The known name that a wrong one is most like, if any is near: a third of its letters may differ. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const letters = name.toLowerCase();
  const distanceTo = (candidate: string) => editDistance(letters, candidate.toLowerCase());
  const distances = known.map((candidate) => ({ candidate, distance: distanceTo(candidate) }));
  const nearest = distances.sort((a, b) => a.distance - b.distance)[0];
  return nearest && nearest.distance <= Math.ceil(name.length / 3) ? nearest.candidate : undefined;
}

/** How many letters to insert, delete or change (Levenshtein 1966; the row-by-row form of Wagner & Fischer 1974). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(change, previous[j] + 1, current[j - 1] + 1);
    }
    previous = current;
  }
  return previous[b.length];
}
