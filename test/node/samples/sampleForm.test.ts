import { describe, expect, test } from '@jest/globals';
import { columnNamesOf } from '../../../src/node/samples/featureNames.ts';
import type { SampleForm } from '../../../src/node/samples/sampleForm.ts';
import { describeForm, sampleFormOf } from '../../../src/node/samples/sampleForm.ts';

const TABLE = { kind: 'table', delimiter: ';', decimal: ',' } as const;
const SOUND = { kind: 'sound', frame: 64, sampleRate: 16_000, encoding: 's16' } as const;
const of = (form: unknown, sample?: readonly number[]) => sampleFormOf({ data: { form } }, sample);

describe('sampleFormOf', () => {
  test.each<[SampleForm, readonly number[]]>([
    [TABLE, [2]],
    [{ ...TABLE, means: [1, 2.5], columns: ['a', 'b'] }, [2]],
    [{ ...TABLE, byteOrderMark: true, positions: [3, 1], labelColumn: '2' }, [2]],
    [{ kind: 'pictures' }, [28, 28]],
    [{ kind: 'pictures', resize: [28, 20], gray: true, background: [255, 0, 9] }, [28, 20]],
    [{ kind: 'pictures', resize: [28, 20] }, [28, 20, 3]],
    [{ kind: 'pictures', patches: { size: [8, 9], count: 5, seed: 1 } }, [8, 9, 3]],
    [SOUND, [64]],
  ])('gives %j back', (form, sample) => {
    expect(of(form, sample)).toEqual(form);
  });

  test.each([
    undefined,
    null,
    'table',
    {},
    { kind: 'toString' },
    { kind: 'later' },
    { ...TABLE, delimiter: 1 },
    { ...TABLE, decimal: ':' },
    { ...TABLE, means: [1, null] },
    { ...TABLE, columns: [1, 2] },
    { ...TABLE, byteOrderMark: 'yes' },
    { ...TABLE, positions: [0, 1] },
    { ...TABLE, labelColumn: 2 },
    { kind: 'pictures', resize: [28] },
    { kind: 'pictures', resize: [0, 28] },
    { kind: 'pictures', patches: { size: [8], count: 5 } },
    { kind: 'pictures', patches: { size: [8, 8], count: 0.5 } },
    { kind: 'pictures', gray: 'yes' },
    { kind: 'pictures', background: [1, 2] },
    { ...SOUND, frame: 0.5 },
    { ...SOUND, sampleRate: -1 },
    { ...SOUND, encoding: 'mp3' },
  ])('takes no %j', (form) => {
    expect(of(form)).toBeUndefined();
  });

  // A model file that was changed by hand must not make the reader take memory.
  test.each<[unknown, readonly number[]]>([
    [{ ...TABLE, means: [1, 2] }, [3]],
    [{ ...TABLE, columns: ['a'] }, [3]],
    [{ ...TABLE, positions: [1] }, [3]],
    [{ kind: 'pictures', resize: [100_000, 100_000] }, [28, 28]],
    [{ kind: 'pictures', patches: { size: [9, 9], count: 5 } }, [8, 8]],
    [{ ...SOUND, frame: 2 ** 50 }, [64]],
  ])('takes no %j for samples of %j', (form, sample) => {
    expect(of(form)).toBeDefined();
    expect(of(form, sample)).toBeUndefined();
  });

  test('finds none where there is none', () => {
    expect(sampleFormOf({})).toBeUndefined();
    expect(sampleFormOf({ data: 'images.npy' })).toBeUndefined();
  });
});

test.each<[SampleForm, string | undefined]>([
  [TABLE, undefined],
  [{ ...TABLE, means: [1] }, 'missing cells filled in with the means of their columns'],
  [{ kind: 'pictures' }, undefined],
  [{ kind: 'pictures', resize: [28, 20], gray: true }, 'resized to 28×20, gray'],
  [{ kind: 'pictures', background: [255, 128, 0] }, 'transparent ones laid on #ff8000'],
  [SOUND, 'frames of 64 at 16,000 Hz'],
])('%j in words is %s', (form, words) => {
  expect(describeForm(form)).toBe(words);
});

test('columns are found by the names of the header, or else by those of the features', () => {
  const featureNames = ['x', 'y'];
  const named = { data: { featureNames, form: TABLE } };
  expect(columnNamesOf(named, [2])).toEqual(['x', 'y']);
  const renamed = { data: { featureNames, form: { ...TABLE, columns: ['a', 'b'] } } };
  expect(columnNamesOf(renamed, [2])).toEqual(['a', 'b']);
  expect(columnNamesOf({}, [2])).toBeUndefined();
});
