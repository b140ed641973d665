import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { chinese } from '../../../demo/page/chinese.ts';
import { english, type TextKey } from '../../../demo/page/english.ts';
import { fill, preferredLanguage } from '../../../demo/page/language.ts';

const keys = Object.keys(english) as TextKey[];
const valuesIn = (words: string) => (words.match(/\{\w+\}/g) ?? []).sort();
const page = readFileSync('demo/index.html', 'utf8');

describe('the texts of the page', () => {
  test('exist in both languages', () => {
    expect(Object.keys(chinese).sort()).toEqual([...keys].sort());
    expect(keys.length).toBeGreaterThan(100);
  });

  test.each(keys)('%s says something, with the same values in both', (key) => {
    expect(english[key].trim()).not.toBe('');
    expect(chinese[key].trim()).not.toBe('');
    expect(valuesIn(chinese[key])).toEqual(valuesIn(english[key]));
    // an odd one would make the rest of the text code
    for (const words of [english[key], chinese[key]]) expect(words.split('`').length % 2).toBe(1);
  });

  test('are Chinese in the Chinese table', () => {
    const untranslated = keys.filter((key) => !/[一-鿿]/.test(chinese[key]));
    expect(untranslated).toEqual(['threadsOne']);
  });

  test('are there for every name in index.html', () => {
    const names = [...page.matchAll(/data-(?:text|label|hint)="(\w+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter((name) => !(name in english))).toEqual([]);
  });

  test('are all used', () => {
    const files =
      'main language lossChart gallery network settings files latentPlane codeSliders drawing toolbar';
    const sources = files.split(' ').map((name) => readFileSync(`demo/page/${name}.ts`, 'utf8'));
    const unused = keys.filter((key) => !new RegExp(`['"]${key}['"]`).test(page + sources.join('')));
    expect(unused).toEqual([]);
  });
});

test('index.html leaves no control without a name', () => {
  const controls = [...page.matchAll(/<(button|input|select|canvas)\b[^>]*>/g)].map(([tag]) => tag);
  const unnamed = controls.filter(
    (tag) =>
      !/data-(text|label|language)=/.test(tag) && // a text, or a name in the page's language
      !/ name="/.test(tag) && // inside a label
      !/<canvas/.test(tag), // the cards name them
  );
  expect(unnamed).toEqual([]);
});

test('values take their places in a text, and what has no value stays', () => {
  expect(fill('{count} samples of {shape}', { count: 3, shape: '28 × 28' })).toBe('3 samples of 28 × 28');
  expect(fill('{count} of {more}', { count: 3 })).toBe('3 of {more}');
});

test('the page speaks the first of the visitor’s languages that it knows', () => {
  expect(preferredLanguage(['zh-CN', 'en'])).toBe('zh');
  expect(preferredLanguage(['de-DE', 'zh-TW', 'en'])).toBe('zh');
  expect(preferredLanguage(['en-GB', 'zh'])).toBe('en');
  expect(preferredLanguage(['fr'])).toBe('en');
  expect(preferredLanguage([])).toBe('en');
});
