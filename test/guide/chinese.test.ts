/** The Chinese pages say what the English ones say: the same headings, code, commands, pictures, links, formulas and numbers. */

import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fencesOf, withoutFences } from '../../scripts/markdown.mjs';
import { anchorsOf, PAGES, proseOf } from '../helpers/docs.ts';
import { CHAPTERS } from './notebook.ts';

const PAIRS = [
  { english: 'README.md', chinese: 'README.zh-CN.md' },
  { english: 'docs/guide/README.md', chinese: 'docs/guide/zh-CN/README.md' },
  ...CHAPTERS.map(({ name }) => ({ english: `docs/guide/${name}`, chinese: `docs/guide/zh-CN/${name}` })),
];

/** Comments in code may be Chinese: their numbers count. */
const codeOf = (page: string) =>
  fencesOf(page).map(({ language, text }) => ({
    language,
    text: text
      .replace(/(?:^|\s)(?:\/\/|#) .*$/gm, (comment) => ` ${numbersIn(comment).join(' ')}`)
      .replace(/[ \t]+$/gm, ''),
  }));

interface Section {
  readonly level: number;
  /** In the prose below the heading. */
  readonly numbers: readonly string[];
  readonly formulas: readonly string[];
  /** Code within sentences. */
  readonly codes: readonly string[];
}

/** A page by its headings: the level of each, and what stands below it that is the same in all languages. */
function sectionsOf(page: string): Section[] {
  const parts = withoutFences(page)
    .split(/^(#+) /m)
    .slice(1);
  return parts.flatMap((part, i) => {
    const below = parts[i + 1];
    if (i % 2 === 1) return [];
    return [
      { level: part.length, numbers: numbersIn(below), formulas: formulasIn(below), codes: codesIn(below) },
    ];
  });
}

/** In any order: languages put them in different ones. */
const numbersIn = (text: string): string[] =>
  (
    proseOf(text)
      .replace(/\]\([^)]*\)/g, ']')
      .match(/\d+(?:[.,]\d+)*/g) ?? []
  ).sort();

const FORMULA = /\$\$[\s\S]*?\$\$|\$[^$\n]*\$/g;

/** Each once: a language may name a thing again where the other one has a pronoun. */
const formulasIn = (text: string): string[] => {
  const formulas = (text.match(FORMULA) ?? []).map((formula) =>
    formula.replace(/\\text\{[^}]*\}/g, '\\text').replace(/\s+/g, ' '),
  );
  return [...new Set(formulas)].sort();
};

const codesIn = (text: string): string[] =>
  [...new Set(text.replace(FORMULA, '').match(/`[^`\n]*`/g) ?? [])].sort();

/** What a page's links lead to, from the repository's root, a Chinese page as its English one. */
function targetsOf(page: string, path: string): string[] {
  const links = [...withoutFences(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
  return links
    .map((link) => {
      if (/^https?:/.test(link)) return link;
      const [file, anchor] = link.split('#');
      const target = file === '' ? path : posix.join(posix.dirname(path), file);
      const english = target
        .replace('docs/guide/zh-CN/', 'docs/guide/')
        .replace('README.zh-CN.md', 'README.md');
      // headings have other words: their place in the page counts
      const isPage = anchor !== undefined && target.endsWith('.md');
      const place = isPage ? anchorsOf(PAGES.get(target) ?? '').indexOf(anchor) : anchor;
      return `${english}#${place}`;
    })
    .filter(
      (target) => !/^(README\.md|docs\/guide\/README\.md|docs\/guide\/glossary\.md)#undefined$/.test(target),
    )
    .sort();
}

/** Commas and the like of half a character's width beside Chinese characters, with what stands around them. */
function halfWidthMarks(page: string): string[] {
  const prose = proseOf(page).replace(/\]\([^)]*\)/g, ']');
  return prose.match(/.{0,8}(?:\p{Script=Han}[,;:!?(]|[,;!?)]\p{Script=Han}).{0,8}/gu) ?? [];
}

describe.each(PAIRS)('$chinese', ({ english, chinese }) => {
  const read = (path: string) => readFileSync(path, 'utf8');

  test('has the same code, commands and output', () => {
    expect(codeOf(read(chinese))).toEqual(codeOf(read(english)));
  });

  test('has the same headings, and below each the same numbers, formulas and names', () => {
    expect(sectionsOf(read(chinese))).toEqual(sectionsOf(read(english)));
  });

  test('has the same links and pictures', () => {
    expect(targetsOf(read(chinese), chinese)).toEqual(targetsOf(read(english), english));
  });

  test('has the punctuation of Chinese', () => {
    expect(halfWidthMarks(read(chinese))).toEqual([]);
  });

  test('is Chinese', () => {
    const characters = proseOf(read(chinese)).match(/\p{Script=Han}/gu) ?? [];
    expect(characters.length).toBeGreaterThan(100);
  });
});

test('a page that says something else is found', () => {
  const english = '# A\n\nIt takes 3.5 s for 10 images of `size`.\n\n## B\n\n$x^2$\n';
  const chinese = '# 甲\n\n10 张 `size` 的图像需要 3.5 秒。\n\n## 乙\n\n$x^2$\n';
  expect(sectionsOf(chinese)).toEqual(sectionsOf(english));
  const others = [
    ['3.5', '3.4'],
    ['size', 'sizes'],
    ['x^2', 'x^3'],
    ['##', '###'],
    ['$x^2$\n', ''],
  ];
  for (const [from, to] of others)
    expect(sectionsOf(chinese.replace(from, to))).not.toEqual(sectionsOf(english));
});

test('code that does something else is found, and a comment that has another number', () => {
  const block = (text: string) => codeOf(`\`\`\`ts\n${text}\n\`\`\`\n`);
  expect(block('f(1); // 得 2')).toEqual(block('f(1); // gives 2'));
  expect(block('f(1); // 得 3')).not.toEqual(block('f(1); // gives 2'));
  expect(block('f(2); // 得 2')).not.toEqual(block('f(1); // gives 2'));
});

test('punctuation of half a width is found', () => {
  expect(halfWidthMarks('一，二（三） a, b 10,000 个')).toEqual([]);
  expect(halfWidthMarks('一,二')).toEqual(['一,二']);
});
