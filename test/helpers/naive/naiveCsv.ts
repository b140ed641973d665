/**
 * Reads a CSV file character by character, from RFC 4180 and the rules in docs: slow, and without any code of src/io. It
 * knows nothing of options, comments or a first line `sep=;`, and throws wherever it isn't sure.
 */

export interface NaiveTable {
  readonly names: readonly string[] | undefined;
  readonly rows: readonly (readonly number[])[];
  /** The cells of the column of classes. */
  readonly classes: readonly string[] | undefined;
}

const MISSING =
  /^(|na|n\/a|#n\/a|#n\/a n\/a|#na|<na>|-?nan|null|\\n|none|\?|-{1,3}|\.{1,2}|\*{1,3}|#(null!|div\/0!|value!|ref!|num!|name\?)|-?1\.#ind|-?1\.#qnan)$/i;
const MISSING_CLASS = /^(|na|n\/a|#n\/a|<na>|nan|\\n)$/i;
const NUMBER = /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?$/i;
/** The letters from 128 to 159, where windows-1252 is not latin1. */
const WINDOWS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const CLASSES = [
  'label',
  'labels',
  'labeles',
  'class',
  'classs',
  'classes',
  'species',
  'speciess',
  'specieses',
  'target',
  'targets',
  'targetes',
];

export function naiveCsv(bytes: Uint8Array): NaiveTable {
  const text = decoded(bytes).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  if (text.includes('\0')) throw new Error('no text');
  const lines = text.split('\n').map((line) => line.trim());
  const top = lines.find((line) => line !== '') ?? '';
  if (top.startsWith('#') || /^"?sep=/i.test(top)) throw new Error('not read here');
  const delimiter = delimiterOf(text);
  const all = rowsOf(text, delimiter);
  const hasComma = delimiter !== ',' && has(all, /^[-+]?[0-9]+,[0-9]+(e[-+]?[0-9]+)?$/i);
  const decimal = hasComma && !has(all, /^[-+]?[0-9]*\.[0-9]+(e[-+]?[0-9]+)?$/i) ? ',' : '.';
  const numberOf = (cell: string): number | undefined => {
    const plain = decimal === '.' ? cell.trim() : cell.trim().replace('.', 'x').replace(',', '.');
    return NUMBER.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : undefined;
  };
  const isMissing = (cell: string) => MISSING.test(cell.trim());
  const isWord = (cell: string) => !isMissing(cell) && numberOf(cell) === undefined;
  const firstOf = (rows: readonly string[][], j: number) =>
    rows.map((row) => row[j]).find((cell) => !isMissing(cell));

  const [first, ...below] = all;
  const noNumber = first.every((cell) => numberOf(cell) === undefined);
  const isAbove = (j: number) => {
    const value = firstOf(below, j);
    return isWord(first[j]) && value !== undefined && !isWord(value);
  };
  const hasHeader = first.some(isWord) && (noNumber || first.some((_, j) => isAbove(j)));
  if (!hasHeader && mayBeNames(first)) throw new Error('numbers that may be names');
  const rows = hasHeader ? below : all;
  if (rows.length === 0) throw new Error('no rows');
  const given = first.map((name, j) => (hasHeader && name.trim()) || String(j + 1));
  if (new Set(given).size < given.length) throw new Error('names are there twice');

  function mayBeNames(cells: readonly string[]): boolean {
    const numbers = cells.flatMap((cell) => numberOf(cell) ?? []);
    const isAboveWords = cells.some(
      (cell, j) => numberOf(cell) !== undefined && below.every((row) => isWord(row[j]) || isMissing(row[j])),
    );
    const areYears = numbers.every((value) => value >= 1700 && value <= 2200);
    return isAboveWords || areYears || numbers.every((value, i) => value === numbers[0] + i);
  }

  const classAt = hasHeader
    ? first.findIndex((name, j) =>
        isClasses(
          name,
          rows.map((row) => row[j]),
        ),
      )
    : -1;
  function isClasses(name: string, cells: readonly string[]): boolean {
    if (!CLASSES.includes(name.trim().toLowerCase())) return false;
    const values = cells.map((cell) => cell.trim()).filter((cell) => !MISSING_CLASS.test(cell));
    if (values.some((cell) => numberOf(cell) === undefined)) return new Set(values).size <= 500;
    return values.length > 0 && values.every((cell) => Number.isSafeInteger(numberOf(cell)));
  }
  const mayCount = hasHeader && first[0].trim() === '' && rows.every((row) => /^[0-9]+$/.test(row[0].trim()));
  const isCounter = mayCount && new Set(rows.map((row) => row[0].trim())).size === rows.length;
  if (mayCount && !isCounter) throw new Error('numbers of rows that may begin again');
  const features = given
    .map((_, j) => j)
    .filter((j) => j !== classAt && !(j === 0 && isCounter))
    .filter((j) => {
      const value = firstOf(rows, j);
      return value !== undefined && !isWord(value);
    });
  if (features.length === 0) throw new Error('no numbers');
  const values = rows.map((row) =>
    features.map((j) => {
      const value = numberOf(row[j]);
      if (value === undefined) throw new Error('no number');
      return value;
    }),
  );
  const classes = classAt < 0 ? undefined : rows.map((row) => row[classAt].trim());
  if (classes?.some((cell) => MISSING_CLASS.test(cell))) throw new Error('no class');
  return { names: hasHeader ? features.map((j) => given[j]) : undefined, rows: values, classes };
}

function has(rows: readonly string[][], pattern: RegExp): boolean {
  return rows.some((row) => row.some((cell) => pattern.test(cell.trim())));
}

function decoded(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Not by a TextDecoder: that of Node 20 takes windows-1252 for latin1 in some cases.
    return Array.from(bytes, (byte) =>
      byte >> 5 === 4 ? WINDOWS[byte & 31] : String.fromCharCode(byte),
    ).join('');
  }
}

/** The first delimiter that makes rows of one width, of which the first two hold a number. */
function delimiterOf(text: string): string {
  const even: string[] = [];
  for (const delimiter of ['\t', ';', '|', ',', ' ']) {
    try {
      const [first, second = []] = rowsOf(text, delimiter);
      if (first.length < 2) continue;
      even.push(delimiter);
      const isNumber = (cell: string) =>
        NUMBER.test(delimiter === ',' ? cell.trim() : cell.trim().replace(',', '.'));
      if ([...first, ...second].some(isNumber)) return delimiter;
    } catch {}
  }
  if (even.length > 0 || /[\t;| ,]/.test(text)) throw new Error('not sure');
  return ',';
}

/** Rows of the same number of cells, without empty ones. */
function rowsOf(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length; ) {
    const [cell, end] = cellAt(text, at, delimiter);
    row.push(cell);
    at = end + 1;
    if (text[end] === delimiter && end + 1 < text.length) continue;
    if (text[end] === delimiter) row.push('');
    rows.push(delimiter === ' ' ? withoutBlanks(row) : row);
    row = [];
  }
  const full = rows.filter((cells) => cells.some((cell) => cell.trim() !== ''));
  if (full.length === 0) throw new Error('empty');
  if (full.some((cells) => cells.length !== full[0].length)) throw new Error('ragged');
  return full;
}

/** Between aligned columns are several blanks. */
function withoutBlanks(row: readonly string[]): string[] {
  return row.filter((cell) => cell !== '');
}

/** A cell, and where the delimiter or line end behind it is. */
function cellAt(text: string, start: number, delimiter: string): [cell: string, end: number] {
  const isEnd = (at: number) => at >= text.length || text[at] === delimiter || text[at] === '\n';
  let at = start;
  if (text[at] !== '"') {
    while (!isEnd(at)) at++;
    return [text.slice(start, at), at];
  }
  let cell = '';
  for (at++; ; at++) {
    if (at >= text.length) throw new Error('a quote never closes');
    if (text[at] === '"' && text[at + 1] !== '"') break;
    if (text[at] === '"') at++;
    cell += text[at];
  }
  for (at++; !isEnd(at); at++) if (text[at].trim() !== '') throw new Error('text behind a quote');
  return [cell, at];
}
