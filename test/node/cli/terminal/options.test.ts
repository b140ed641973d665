import { describe, expect, test } from '@jest/globals';
import {
  bytes,
  choice,
  flag,
  integers,
  number,
  parseOptions,
  refusePositionals,
  suggest,
  text,
  UsageError,
} from '../../../../src/node/cli/terminal/options.ts';

const TABLE = {
  file: text('FILE', 'A file.'),
  color: choice(['red', 'green'], 'red', 'A colour.'),
  count: number(10, { minimum: 1, integer: true }, 'A count.'),
  rate: number(undefined, { minimum: 0, exclusive: true, maximum: 1 }, 'A rate.'),
  shift: number(0, {}, 'Any number.'),
  widths: integers([64, 32], 'Some widths.'),
  force: flag('A switch.'),
};

const parse = (...words: string[]) => parseOptions(TABLE, words);
const valuesOf = (...words: string[]) => Object.values(parse(...words).values);
const refuses = (words: string[], message: string) => {
  expect(() => parse(...words)).toThrow(new UsageError(message));
};

describe('parseOptions', () => {
  test('gives every option its default', () => {
    const { values, positionals, given } = parse();
    expect(values).toEqual({
      file: undefined,
      color: 'red',
      count: 10,
      rate: undefined,
      shift: 0,
      widths: [64, 32],
      force: false,
    });
    expect(positionals).toEqual([]);
    expect(given.size).toBe(0);
  });

  test('reads every kind, with a space or an equals sign', () => {
    const expected = {
      file: 'a b.npy',
      color: 'green',
      count: 3,
      rate: 0.5,
      shift: -2.5,
      widths: [8],
      force: true,
    };
    const words = Object.entries(expected).flatMap(([name, value]) =>
      value === true ? [`--${name}`] : [`--${name}`, String(value)],
    );
    const joined = Object.entries(expected).map(([name, value]) =>
      value === true ? `--${name}` : `--${name}=${value}`,
    );
    expect(parse(...words).values).toEqual(expected);
    expect(parse(...joined).values).toEqual(expected);
    expect([...parse(...words).given.keys()]).toEqual(Object.keys(TABLE));
  });

  test('keeps the words that belong to no option', () => {
    const { positionals, given } = parse('one', '--force', 'two', '--count', '3', '--', '--file');
    expect(positionals).toEqual(['one', 'two', '--file']);
    expect([...given]).toEqual([
      ['force', ''],
      ['count', '3'],
    ]);
  });

  test('knows given from default, even where they are equal', () => {
    expect(parse('--count', '10').given.has('count')).toBe(true);
  });

  test.each([
    ['--widths', 'none', []],
    ['--widths', '1,2,3', [1, 2, 3]],
    ['--rate', '1', 1],
    ['--rate', '1e-3', 0.001],
    ['--shift', '-1', -1],
    ['--file', '-', '-'],
    ['--file', '-1', '-1'],
  ])('%s %s is %j', (option, value, expected) => {
    expect(valuesOf(option, value)).toContainEqual(expected);
    expect(valuesOf(`${option}=${value}`)).toContainEqual(expected);
  });

  test('takes a name that begins with a dash behind an equals sign', () => {
    expect(valuesOf('--file=--force')).toContain('--force');
  });

  test.each([
    [['--fiel', 'x'], 'there is no option --fiel. Did you mean --file?'],
    [['--unheard-of'], 'there is no option --unheard-of.'],
    [['-f', 'x'], 'there is no option -f.'],
    [['--constructor', 'x'], 'there is no option --constructor.'],
    [['--__proto__', 'x'], 'there is no option --__proto__.'],
    [['--file'], '--file needs a value: --file FILE.'],
    [['--file='], '--file needs a value: --file FILE.'],
    [['--file', ''], '--file needs a value: --file FILE.'],
    [['--file', '--force'], '--file needs a value: --file FILE.'],
    [['--file', '-x'], '--file needs a value: --file FILE.'],
    [['--force=true'], "--force takes no value, got 'true'."],
    [['--force', '--force'], '--force is given twice, expected once.'],
    [['--file', 'a', '--file', 'a'], '--file is given twice, expected once.'],
    [['--color', 'blue'], "--color is 'blue', expected one of: red, green."],
    [['--color', 'Red'], "--color is 'Red', expected one of: red, green."],
    [['--count', '0'], "--count is '0', expected an integer, at least 1."],
    [['--count', '2.5'], "--count is '2.5', expected an integer, at least 1."],
    [['--count', '1e16'], "--count is '1e16', expected an integer, at least 1."],
    [['--count', 'ten'], "--count is 'ten', expected an integer, at least 1."],
    [['--count', ' '], "--count is ' ', expected an integer, at least 1."],
    [['--rate', '0'], "--rate is '0', expected a number, more than 0 and at most 1."],
    [['--rate', '1.1'], "--rate is '1.1', expected a number, more than 0 and at most 1."],
    [['--rate', 'NaN'], "--rate is 'NaN', expected a number, more than 0 and at most 1."],
    [['--shift', 'Infinity'], "--shift is 'Infinity', expected a number."],
    [['--shift', '1,5'], "--shift is '1,5', expected a number."],
    [['--widths', '8,'], "--widths is '', expected an integer, at least 1."],
    [['--widths', '8,-8'], "--widths is '-8', expected an integer, at least 1."],
    [['--widths', 'None'], "--widths is 'None', expected an integer, at least 1."],
  ])('refuses %j', (words, message) => {
    refuses(words, message);
  });
});

test('refusePositionals names the first word that belongs to no option', () => {
  expect(() => refusePositionals(parse('--force'))).not.toThrow();
  expect(() => refusePositionals(parse('a.npy', 'b.npy'))).toThrow(
    new UsageError("'a.npy' belongs to no option."),
  );
});

describe('suggest', () => {
  const known = ['data', 'epochs', 'encoding-dim', 'learning-rate'];

  test.each([
    ['dat', 'data'],
    ['dta', 'data'],
    ['epoch', 'epochs'],
    ['encodingdim', 'encoding-dim'],
    ['lerning-rate', 'learning-rate'],
    ['learning_rates', 'learning-rate'],
  ])('finds that %s means %s', (name, meant) => {
    expect(suggest(name, known)).toBe(` Did you mean --${meant}?`);
    expect(suggest(name, known, '')).toBe(` Did you mean ${meant}?`);
  });

  test.each(['', 'x', 'rows', 'batch-size'])('finds nothing near %j', (name) => {
    expect(suggest(name, known)).toBe('');
  });

  test('finds nothing where nothing is known', () => {
    expect(suggest('data', [])).toBe('');
  });
});

describe('bytes', () => {
  const read = (value: string) => parseOptions({ size: bytes('A size.') }, ['--size', value]).values.size;

  test.each([
    ['0', 0],
    ['0B', 0],
    ['12b', 12],
    ['64KB', 64_000],
    ['500MB', 500_000_000],
    ['1.5 gb', 1_500_000_000],
    ['.5TB', 500_000_000_000],
  ])('%s is %d', (value, expected) => {
    expect(read(value)).toBe(expected);
  });

  test.each(['500', 'MB', '1.GB', '1e3MB', '2GiB', ' 1GB', '1GB2'])('%p is refused', (value) => {
    expect(() => read(value)).toThrow(
      new UsageError(`--size is '${value}', expected a size such as 500MB, 2GB or 0.`),
    );
  });
});
