/** The words of messages: numbers of things, values that came, names that were meant. Shapes are in shape.ts. */

/** "1 byte", "3 bytes": for messages. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Characters of a text in a message. */
const LONGEST = 40;

/** A value as a message names it: `'adam'`, `0.1`, `[1, 2]`, `an array of 3 arrays`, `a Float32Array`, `missing`. */
export function inWords(value: unknown): string {
  if (typeof value === 'string')
    return `'${visible(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (typeof value !== 'object') return value === undefined ? 'missing' : String(value);
  if (value === null) return 'null';
  if (Array.isArray(value)) return arrayInWords(value);
  const { name = 'Object' } = value.constructor ?? {};
  if (name === 'Object') return 'a plain object';
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** A text that stands in a file, without control characters, which would break a line or move a terminal's cursor. */
export function visible(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return text.replaceAll(/\p{Cc}/gu, (letter) => escapes[letter] ?? '�');
}

function arrayInWords(values: readonly unknown[]): string {
  if (values.length <= 4 && values.every((value) => typeof value === 'number')) {
    return `[${values.join(', ')}]`;
  }
  const kinds = new Set(values.map((value) => (Array.isArray(value) ? 'array' : typeof value)));
  const [kind = 'value'] = kinds.size === 1 ? kinds : [];
  return `an array of ${plural(values.length, kind)}`;
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
