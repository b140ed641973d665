import { describe, expect, test } from '@jest/globals';
import { isAmount } from '../../../src/io/table/cells.ts';
import { chooseColumns } from '../../../src/io/table/columns.ts';

const HEADER = ['time', 'temp', 'vibration', 'label'];
const ROWS = [
  ['2026-01-01', '17.6', '0.1', 'bad'],
  ['2026-01-02', '18.2', '0.2', 'ok'],
];

const choose = (
  options: Parameters<typeof chooseColumns>[3],
  header: readonly string[] | null = HEADER,
  rows: readonly (readonly string[])[] = ROWS,
) => chooseColumns(header ?? undefined, rows, '.', options);
const namesOf = ({ features, names }: ReturnType<typeof choose>) => features.map((j) => names[j]);

describe('the features', () => {
  test('are the columns of numbers; the others are named', () => {
    const choice = choose({});
    expect(namesOf(choice)).toEqual(['temp', 'vibration']);
    expect(choice.classes).toBe(3);
    expect(choice.notes).toEqual(["column 'time' was left out: it holds no numbers ('2026-01-01')"]);
  });

  test('are chosen and ordered by their names, or by numbers without a header', () => {
    expect(namesOf(choose({ columns: ['vibration', 'temp'] }))).toEqual(['vibration', 'temp']);
    expect(choose({ columns: ['3', '2'] }, null).features).toEqual([2, 1]);
  });

  test('of a trained model are found by their names, in its order', () => {
    const choice = choose({ featureNames: ['vibration'] });
    expect(namesOf(choice)).toEqual(['vibration']);
    expect(choice.notes).toEqual(["columns 'time', 'temp' were left out: the model has no such feature"]);
    expect(namesOf(choose({ featureNames: ['vibration'], columns: ['temp'] }))).toEqual(['temp']);
    expect(choose({ featureNames: ['a', 'b'] }, null).features).toEqual([1, 2]);
  });

  test('do not include the numbers of rows that pandas and R write, also of drawn and shuffled rows', () => {
    const rows = [0, 1, 2].map((i) => [String(i), '5']);
    for (const from of [rows, rows.slice(1), rows.toReversed()]) {
      for (const name of ['', 'Unnamed: 0']) {
        const choice = choose({}, [name, 'a'], from);
        expect(namesOf(choice)).toEqual(['a']);
        expect(choice.notes).toEqual(['the first column was left out: it has no name and numbers the rows']);
      }
    }
    expect(namesOf(choose({}, ['', 'a'], [...rows, ...rows]))).toEqual(['1', 'a']);
    expect(namesOf(choose({}, ['', 'a'], [['0.5', '5']]))).toEqual(['1', 'a']);
    expect(namesOf(choose({}, ['id', 'a'], rows))).toEqual(['id', 'a']);
    expect(namesOf(choose({ columns: ['1', 'a'] }, ['', 'a'], rows))).toEqual(['1', 'a']);
    expect(namesOf(choose({}, ['', '1'], rows))).toEqual(['1']);
    expect(namesOf(choose({ columns: ['Unnamed: 0'] }, ['', '1'], rows))).toEqual(['Unnamed: 0']);
  });

  test('with a name may count the rows, which is said of ten and more', () => {
    const rows = Array.from({ length: 10 }, (_, i) => [String(1001 + i), String(i % 2)]);
    const choice = choose({}, ['id', 'a'], rows);
    expect(namesOf(choice)).toEqual(['id', 'a']);
    expect(choice.notes).toEqual(["column 'id' counts the rows, and is a feature as others are"]);
    expect(
      choose(
        {},
        ['id', 'number'],
        rows.map(([id]) => [id, id]),
      ).notes,
    ).toEqual(["columns 'id', 'number' count the rows, and are features as others are"]);
    expect(choose({}, ['id', 'a'], rows.slice(1)).notes).toEqual([]);
    expect(choose({ columns: ['id'] }, ['id', 'a'], rows).notes).toEqual([]);
    expect(choose({}, ['id', 'a'], [...rows, ['7', '1']]).notes).toEqual([]);
  });

  test('of a table without a header are those that the model was trained on', () => {
    const form = { kind: 'table', delimiter: ',', decimal: '.', positions: [3, 1] } as const;
    const rows = [
      ['1', '2', '3'],
      ['4', '5', '6'],
    ];
    const choice = choose({ form }, null, rows);
    expect(choice.features).toEqual([2, 0]);
    expect(choice.notes).toEqual(["column '2' was left out: the model has no such feature"]);
    expect(choose({ form, columns: ['2', '3'] }, null, rows).features).toEqual([1, 2]);
    expect(choose({ form }, ['a', 'b', 'c'], rows).features).toEqual([0, 1, 2]);
    // A table of these columns alone.
    expect(choose({ form }, null, [['1', '2']]).features).toEqual([0, 1]);
  });

  test('of classes are those that an option named at the training', () => {
    const form = { kind: 'table', delimiter: ',', decimal: '.', labelColumn: 'vibration' } as const;
    const rows = [
      ['1', 'low', '2'],
      ['3', 'high', '4'],
    ];
    const header = ['a', 'vibration', 'label'];
    expect(choose({ form, featureNames: ['a'] }, header, rows).classes).toBe(1);
    expect(choose({ form, labelColumn: 'label' }, header, rows).classes).toBe(2);
    expect(choose({ form, columns: ['a', 'vibration'] }, header, rows).classes).toBe(2);
    expect(choose({ form }, ['a', 'b', 'label'], rows).classes).toBe(2);
    expect(choose({ form }, ['a', 'b', 'c'], rows).classes).toBeUndefined();
  });

  test('do not include columns of missing cells', () => {
    const choice = choose(
      {},
      ['a', 'b', 'c'],
      [
        ['1', '', 'NA'],
        ['2', '', ''],
      ],
    );
    expect([namesOf(choice), choice.empty]).toEqual([['a'], [1, 2]]);
    expect(choice.notes).toEqual(["columns 'b', 'c' were left out: all cells are missing"]);
  });

  test('get different names, as from pandas', () => {
    const choice = choose({}, ['a', 'a', 'a.1', '', 'a'], [['1', '2', '3', '4', '5']]);
    expect(namesOf(choice)).toEqual(['a', 'a.2', 'a.1', '4', 'a.3']);
  });

  test('of amounts and percentages are left out, and the note says why', () => {
    const rows = [
      ['1', '$1,234.50', '5%', '-'],
      ['2', '($3.00)', '12.5 %', 'n/a'],
      ['4', '$ -7', '0', '€ 5'],
    ];
    const choice = choose({}, ['n', 'sales', 'discount', 'cost'], rows);
    expect(namesOf(choice)).toEqual(['n']);
    expect(choice.notes).toEqual([
      "columns 'sales', 'discount', 'cost' were left out: they hold amounts or percentages, which are numbers only without their signs ('$1,234.50', '5%', '€ 5')",
    ]);
    expect(isAmount('12,50 €', ',')).toBe(true);
    for (const word of ['$', '(a)', '12', '1 2 x', '100% of it', '$1,2'])
      expect(isAmount(word, '.')).toBe(false);
  });

  test('that rise from row to row are features, which is said', () => {
    const rows = Array.from({ length: 12 }, (_, i) => [String(1.7e9 + 60 * i + (i % 3)), String(i % 11)]);
    expect(choose({}, ['time', 'b'], rows).notes).toEqual([
      "column 'time' rises from row to row, and is a feature as others are",
    ]);
    expect(choose({}, ['time', 'b'], rows.slice(0, 9)).notes).toEqual([]);
  });

  test('may have signs between their thousands, which is said', () => {
    const rows = [
      ['1,234', '7'],
      ['5', '1,000,000'],
    ];
    expect(choose({}, ['a', 'b'], rows).notes).toEqual(["commas between thousands in columns 'a', 'b'"]);
  });

  test.each([
    [['1.498', '950', '', 'defekt', '12.000', '7'], true],
    [['1.498', '0.950', '1.200', '1.300'], false],
    [['1.498', '12.5', '1.200', '1.300'], false],
    [['1.498', '950,5', '1.200', '1.300'], false],
    [['1.498', '1498', '1.200', '1.300'], false],
    [['01.03.2024', '02.03.2024', '03.03.2024', '1.300'], false],
  ])('of whole numbers have points between thousands beside decimal commas: %j %j', (cells, areWhole) => {
    const rows = cells.map((cell) => ['0,5', cell]);
    const choice = chooseColumns(['a', 'n'], rows, ',', {});
    expect(choice.whole).toEqual(areWhole ? [1] : []);
    expect(namesOf(choice)).toEqual(areWhole ? ['a', 'n'] : ['a']);
    if (areWhole) expect(choice.notes).toEqual(["points between thousands in column 'n'"]);
  });

  test('do not include row names, if they are numbers', () => {
    const rows = [
      ['7', '5'],
      ['3', '5'],
    ];
    for (const name of ['rownames', 'row.names', 'Row Name']) {
      const choice = choose({}, [name, 'a'], rows);
      expect(namesOf(choice)).toEqual(['a']);
      expect(choice.notes).toEqual([`column '${name}' was left out: it names the rows`]);
    }
    expect(namesOf(choose({}, ['...1', 'a'], rows))).toEqual(['a']);
    const named = [...rows, ['2b', '5']];
    expect(namesOf(choose({}, ['rownames', 'a'], named))).toEqual(['a']);
    expect(namesOf(choose({ columns: ['rownames'] }, ['rownames', 'a'], rows))).toEqual(['rownames']);
  });

  test('do not include a column without a name that begins again with 0, where tables were joined', () => {
    const from = (...counts: number[]) =>
      counts.flatMap((count) => Array.from({ length: count }, (_, i) => [String(i), '5']));
    expect(namesOf(choose({}, ['', 'a'], from(12, 3)))).toEqual(['a']);
    expect(namesOf(choose({}, ['', 'a'], from(2, 2, 2, 2, 2, 2)))).toEqual(['1', 'a']); // values of 0 and 1
  });

  test('do not include columns that hold numbers and words', () => {
    const tickets = ['113803', '17463', 'A/5 21171', 'PC 17599', 'C.A. 29'];
    const rows = Array.from({ length: 20 }, (_, i) => ['7', tickets[i % tickets.length]]);
    const choice = choose({}, ['fare', 'ticket'], rows);
    expect(namesOf(choice)).toEqual(['fare']);
    expect(choice.notes).toEqual([
      "column 'ticket' was left out: it holds words beside numbers ('A/5 21171')",
    ]);
  });

  test('include those in which a few words are slips, which are refused with their line later', () => {
    const withWords = (count: number, words: number) =>
      Array.from({ length: count }, (_, i) => ['1', i < words ? 'unknown' : String(i)]);
    const isTaken = (count: number, words: number) =>
      choose({}, ['a', 'b'], withWords(count, words)).features.includes(1);
    expect([isTaken(2, 1), isTaken(10, 2), isTaken(100, 5)]).toEqual([true, true, true]);
    expect([isTaken(1, 1), isTaken(3, 2), isTaken(10, 3), isTaken(100, 6)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('of which there are many are not all listed', () => {
    const names = Array.from({ length: 500 }, (_, i) => `word${i}`);
    const { notes } = choose({}, [...names, 'x'], [[...names, '1']]);
    expect(notes[0]).toMatch(/^columns 'word0', .*'word9' and 490 more were left out: .* and 490 more\)$/);
  });
});

describe('the classes', () => {
  test.each(['label', 'Labels', 'CLASS', 'classes', 'species', 'target'])('stand in a column %s', (name) => {
    expect(
      choose(
        {},
        ['a', name],
        [
          ['1', '2'],
          ['3', '4'],
        ],
      ).classes,
    ).toBe(1);
  });

  test('do not stand in a column of fractions, or of names', () => {
    expect(
      choose(
        {},
        ['a', 'target'],
        [
          ['1', '2.5'],
          ['3', '4'],
        ],
      ).features,
    ).toEqual([0, 1]);
    const names = Array.from({ length: 501 }, (_, i) => ['1', `name ${i}`]);
    expect(choose({}, ['a', 'label'], names)).toMatchObject({ classes: undefined, features: [0] });
  });

  test('stand where an option says', () => {
    expect(choose({ labelColumn: 'temp' })).toMatchObject({
      classes: 1,
      features: [2],
      isClassColumnNamed: true,
    });
    expect(choose({ labelColumn: '4' }, null).classes).toBe(3);
  });

  test('do not stand in a column that is asked for as a feature', () => {
    const choice = choose({ columns: ['a', 'target'] }, ['a', 'target'], [['1', '2']]);
    expect(choice).toMatchObject({ features: [0, 1], classes: undefined });
    expect(choose({ featureNames: ['target'] }, ['a', 'target'], [['1', '2']])).toMatchObject({
      features: [1],
      classes: undefined,
    });
  });
});

describe('what is refused', () => {
  test.each([
    [
      { columns: ['tmp'] },
      "columns: there is no column 'tmp' (did you mean 'temp'?), expected some of: time, temp, vibration, label.",
    ],
    [
      { labelColumn: 'xyz' },
      "labelColumn: there is no column 'xyz', expected one of: time, temp, vibration, label.",
    ],
    [{ columns: ['temp', 'temp'] }, "columns names column 'temp' twice, expected each once."],
    [{ columns: [] }, 'columns names no column, expected some of: time, temp, vibration, label.'],
    [
      { columns: ['label', 'temp'], labelColumn: 'label' },
      "column 'label' is named in both columns and labelColumn",
    ],
    [
      { featureNames: ['temp', 'pressure'] },
      "the model takes the 2 features temp, pressure, but the table has no column 'pressure'; it has time, temp, vibration, label: say with columns which ones to take, in the model's order.",
    ],
  ])('%j: %s', (options, message) => {
    expect(() => choose(options)).toThrow(message);
  });

  test('a name that is there twice, if it is asked for', () => {
    const ask = () => choose({ columns: ['a'] }, ['a', 'a'], [['1', '2']]);
    expect(ask).toThrow(
      "the header names more than one column 'a', expected one: give them different names.",
    );
  });

  test('a table without numbers, showing what stands there instead', () => {
    expect(() => choose({}, ['a', 'b'], [['1 kg', 'x']])).toThrow(
      "no column holds numbers ('a' holds '1 kg', 'b' holds 'x'), expected at least one.",
    );
  });
});
