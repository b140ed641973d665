/**
 * README and docs keep their word: links lead somewhere, names are those of the code, examples print what stands below
 * them, and the README's commands work (docs.long.test.ts: those of docs).
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  anchorsOf,
  blocksOf,
  commandsOf,
  PAGES,
  proseOf,
  repositoryFiles,
  testCommandsOf,
} from './helpers/docs.ts';

const README = PAGES.get('README.md') ?? '';
const FILES = repositoryFiles();

testCommandsOf('README.md');

test('README has the commands of a first hour', () => {
  expect(commandsOf(README).length).toBeGreaterThan(10);
});

test('README is a page that a newcomer reads to its end', () => {
  expect(Buffer.byteLength(README)).toBeLessThanOrEqual(12_288);
});

describe('the examples', () => {
  const sources = new Map(
    readdirSync('examples')
      .filter((name) => name.endsWith('.ts'))
      .map((name) => [readFileSync(join('examples', name), 'utf8'), name.replace(/\.ts$/, '')]),
  );
  // those of the guide run chapter by chapter (test/guide/code.test.ts), Chinese pages have the same (chinese.test.ts)
  const pages = [...PAGES].filter(([path]) => !/^docs\/guide\/|zh-CN/.test(path));
  const shown = pages.flatMap(([path, page]) =>
    blocksOf(page, 'ts')
      .filter((block) => /^import /m.test(block)) // the others are parts that don't run by themselves
      .map((block) => ({ path, page, block })),
  );

  test('are two or more', () => {
    expect(shown.length).toBeGreaterThanOrEqual(2);
  });

  test.each(shown)('in $path are those of examples/ and print what it says', ({ page, block }) => {
    expect([...sources.keys()]).toContain(block);
    const program = `dist/examples/${sources.get(block)}.js`;
    const env = { PATH: process.env.PATH }; // no colours
    const { stdout, stderr } = spawnSync(process.execPath, [program], { env, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(blocksOf(page, 'text')).toContain(stdout);
  });
});

describe.each([...PAGES])('%s', (path, page) => {
  test('has links that lead somewhere', () => {
    const links = [...proseOf(page).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target]) => target);
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [file, anchor] = link.split('#');
      const target = file === '' ? path : posix.join(posix.dirname(path), file);
      if (!existsSync(target)) return true;
      if (anchor === undefined) return false;
      if (/^L\d+$/.test(anchor)) {
        // which line it should be: test/guide/chapters.test.ts
        return readFileSync(target, 'utf8').split('\n').length < Number(anchor.slice(1));
      }
      return !anchorsOf(PAGES.get(target) ?? '').includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('has headings of different names', () => {
    const anchors = anchorsOf(page);
    expect(anchors).toEqual([...new Set(anchors)]);
  });

  test('names files and folders that are there', () => {
    const files = [...page.matchAll(/(?<![\w./*-])(?:\.\.?\/)*([\w./-]+\.(?:ts|mjs))\b/g)].map(
      ([, name]) => name,
    );
    const missing = files.filter((name) => !FILES.some((file) => file === name || file.endsWith(`/${name}`)));
    const places = [
      ...page.matchAll(/`((?:src|demo|bench|scripts|test|examples|docs)(?:\/[\w./-]*)?)`/g),
    ].map(([, name]) => name);
    expect([...missing, ...places.filter((place) => !existsSync(place))]).toEqual([]);
  });

  test('names npm scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const names = [...page.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name]) => name);
    expect(names.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

describe('every folder of the sources', () => {
  const folders = readdirSync('src', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `src/${name}`);

  test.each(['README.md', 'docs/architecture.md'])('has its line in %s', (path) => {
    const page = PAGES.get(path) ?? '';
    expect(folders.length).toBeGreaterThan(8);
    expect(folders.filter((folder) => !new RegExp(`\`${folder}[/\`]`).test(page))).toEqual([]);
  });
});

test('the sections of docs/math.md that others cite are there', () => {
  const sections = [...(PAGES.get('docs/math.md') ?? '').matchAll(/^##+ (\d+(?:\.\d+)?) /gm)].map(
    ([, number]) => number,
  );
  expect(sections).toEqual([...new Set(sections)]);
  const code = FILES.filter((file) => file.endsWith('.ts')).map(
    (file) => [file, readFileSync(file, 'utf8')] as const,
  );
  const cited = [...PAGES, ...code].flatMap(([path, text]) =>
    [
      ...text
        .replace(/\n *\*? ?/g, ' ')
        .matchAll(/math\.md\)?,? sections? (\d+(?:\.\d+)?)(?: (?:and|to) (\d+\.\d+))?/g),
    ].flatMap(([, one, other]) =>
      [one, ...(other === undefined ? [] : [other])].map((section) => ({ path, section })),
    ),
  );
  expect(cited.length).toBeGreaterThan(40);
  expect(cited.filter(({ section }) => !sections.includes(section))).toEqual([]);
});
