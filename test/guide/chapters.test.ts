/** What every chapter of the guide has: an idea with its formula, a picture that can be made anew, code, exercises. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  codeLinksOf,
  commandsIn,
  declarationLine,
  fencesOf,
  withoutFences,
} from '../../scripts/markdown.mjs';
import { proseOf } from '../helpers/docs.ts';
import { CHAPTERS, CHINESE_CHAPTERS } from './notebook.ts';

const PICTURE = /!\[[^\]]+\]\((?:\.\.\/)+images\/guide\/([\w.-]+)\)/g;

test('there are thirteen chapters in each language', () => {
  expect(CHAPTERS).toHaveLength(13);
  expect(CHINESE_CHAPTERS.map(({ name }) => name)).toEqual(CHAPTERS.map(({ name }) => name));
});

describe.each(CHAPTERS)('$name', ({ name, page }) => {
  const commands = fencesOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => commandsIn(text));
  const pictures = [...page.matchAll(PICTURE)].map(([, file]) => file);

  test('begins with its number and has a formula', () => {
    expect(page.split('\n')[0]).toMatch(new RegExp(`^# ${Number(name.slice(0, 2))} \\S`));
    expect(page).toMatch(/\$\$[\s\S]+?\$\$/);
  });

  test('has pictures, each made by a command that it shows', () => {
    expect(pictures.length).toBeGreaterThan(0);
    const unmade = pictures.filter(
      (file) => !commands.some((command) => command.includes(`docs/images/guide/${file}`)),
    );
    expect(unmade).toEqual([]);
    expect(pictures.filter((file) => !existsSync(`docs/images/guide/${file}`))).toEqual([]);
  });

  test('leads to code', () => {
    expect(codeLinksOf(page).length).toBeGreaterThanOrEqual(2);
  });

  test('has three exercises with folded answers', () => {
    const [, exercises = ''] = page.split(/^## Exercises$/m);
    expect([...exercises.matchAll(/^(\d)\. /gm)].map(([, number]) => number)).toEqual(['1', '2', '3']);
    expect(exercises.match(/<details>/g)).toHaveLength(3);
    expect(exercises.match(/<summary>Answer<\/summary>/g)).toHaveLength(3);
    expect(exercises.match(/<\/details>/g)).toHaveLength(3);
  });
});

describe.each([...CHAPTERS, ...CHINESE_CHAPTERS.map(({ name, page }) => ({ name: `zh-CN/${name}`, page }))])(
  '$name',
  ({ page }) => {
    test('links to the lines that declare what it names (npm run docs:lines sets them)', () => {
      const wrong = codeLinksOf(page).flatMap((link) => {
        const line = declarationLine(readFileSync(link.path, 'utf8'), link.name);
        return line === link.line ? [] : [{ ...link, expected: line }];
      });
      expect(wrong).toEqual([]);
    });

    test('names what stands in the lines that it links to', () => {
      expect(withoutFences(page).match(/\]\([^)\s]*#L\d/g)).toHaveLength(codeLinksOf(page).length);
    });

    test('has only blocks that a test runs, or compares with what is printed', () => {
      expect(blocksWithoutTest(page)).toEqual([]);
    });

    test('shows where its numbers come from', () => {
      expect(numbersWithoutSource(page)).toEqual([]);
    });
  },
);

test('every picture is shown', () => {
  const shown = CHAPTERS.flatMap(({ page }) => [...page.matchAll(PICTURE)].map(([, file]) => file));
  expect(readdirSync('docs/images/guide').filter((file) => !shown.includes(file))).toEqual([]);
});

/**
 * A page's blocks that nothing runs or compares: in another language, text below something else than code, and what is shown
 * below something else than a command. Sessions, which begin with `$`, are those of another page, whose tests run them.
 */
function blocksWithoutTest(page: string): string[] {
  const fences = fencesOf(page);
  const others = fences.filter(({ language, text }, i) => {
    const above = fences[i - 1]?.language;
    if (language === 'text') return above !== 'ts';
    if (language === 'console') return above !== 'sh' && !/^\$ /.test(text);
    return !['ts', 'python', 'sh'].includes(language);
  });
  const marks = withoutFences(page).match(/^.*(?:```|~~~).*$/gm) ?? []; // what isn't understood as a block
  return [...others.map(({ text }) => text), ...marks];
}

const NUMBER = /(?<![\w.,])(\d+(?:,\d{3})*(?:\.\d+)?)(?![.,]?\d)( ?%| per cent)?/g;

/**
 * The numbers of a page's prose, with decimals or in thousands, that none of its blocks has: neither as they stand, nor
 * rounded, nor as a fraction where per cent are meant.
 */
function numbersWithoutSource(page: string): string[] {
  const known = fencesOf(page)
    .flatMap(({ text }) => text.match(/\d+(?:[,_]\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?/g) ?? [])
    .map((text) => Number(text.replace(/[,_]/g, '')));
  const prose = proseOf(page)
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/https?:\S+|arXiv:\S+|\bsections? [\d.]+|[\d.]+ 节/g, '');
  return [...prose.matchAll(NUMBER)].flatMap(([, text, percent]) => {
    if (!/[.,]/.test(text)) return [];
    const decimals = text.split('.')[1]?.length ?? 0;
    const value = text.replace(/,/g, '');
    const isKnown = known.some(
      (one) =>
        one.toFixed(decimals) === value || (percent !== undefined && (100 * one).toFixed(decimals) === value),
    );
    return isKnown ? [] : [text];
  });
}

test('a number without a source is found', () => {
  const block = '\n\n```text\n0.03412 6000 0.859\n```\n';
  const wrong = (prose: string) => numbersWithoutSource(prose + block);
  expect(wrong('The loss is 0.0341 after 6,000 images, 85.9 % are right, and 3.7 dB.')).toEqual(['3.7']);
  expect(wrong('3.4 times, at -0.7 dB, 2.5x as fast, 1.5s')).toEqual(['3.4', '0.7', '2.5', '1.5']);
  expect(wrong('3.4 % or 3.4 per cent')).toEqual([]);
});

test('a block that nothing runs or compares is found', () => {
  const block = (language: string, text = '') => `\`\`\`${language}\n${text}\n\`\`\`\n`;
  expect(blocksWithoutTest(block('ts') + block('text') + block('sh') + block('console'))).toEqual([]);
  for (const page of ['text', 'console', 'js', ''].map((language) => block(language, '1')))
    expect(blocksWithoutTest(page)).toEqual(['1\n']);
  expect(blocksWithoutTest(block('ts') + block('text') + block('text', '2'))).toEqual(['2\n']);
  expect(blocksWithoutTest('```ts twoslash\n1;\n```\n')).not.toEqual([]);
});

test('the line of a name is where it is declared', () => {
  const source =
    'import { Layer } from "x";\nclass Layer {\n  forward() {\n    forward(1);\n  }\n}\nclass Dense extends Layer {\n  override forward(x: Tensor): Tensor {\n  }\n  backward() {\n  }\n}\n';
  expect(
    ['Layer', 'Layer.forward', 'Dense.forward()', 'Sparse', 'Layer.backward'].map((name) =>
      declarationLine(source, name),
    ),
  ).toEqual([2, 3, 8, undefined, undefined]);
});
