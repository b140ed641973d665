/** The site that `npm run docs` builds: every link in it leads somewhere, nothing comes from elsewhere, formulas are set. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSite } from '../../scripts/site/build.mjs';
import { renderCode, renderMarkdown } from '../../scripts/site/render.mjs';

const same = (link: string) => link;

describe('the site', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-site-'));
  const pages = new Map<string, string>();

  beforeAll(() => {
    buildSite(folder);
    for (const name of readdirSync(folder, { recursive: true }) as string[]) {
      if (name.endsWith('.html')) pages.set(name, readFileSync(join(folder, name), 'utf8'));
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('has a page for each Markdown file', () => {
    const names = ['index.html', 'README.zh-CN.html', 'docs/api.html', 'docs/guide/index.html'];
    expect([...pages.keys()]).toEqual(expect.arrayContaining(names));
    const markdown = (readdirSync('docs', { recursive: true }) as string[]).filter((name) =>
      name.endsWith('.md'),
    );
    const missing = markdown
      .map((name) => `docs/${name.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html')}`)
      .filter((name) => !pages.has(name));
    expect(missing).toEqual([]);
  });

  test('has links, pictures and styles that are there, anchors too', () => {
    const broken = new Set<string>();
    for (const [path, html] of pages) {
      for (const [, address] of html.matchAll(/ (?:href|src)="([^"]*)"/g)) {
        if (/^https?:/.test(address)) continue;
        const [file, anchor] = address.split('#');
        const target = file === '' ? path : posix.join(posix.dirname(path), file);
        const isThere = !file.startsWith('/') && existsSync(join(folder, target));
        const hasAnchor =
          anchor === undefined || pages.get(target)?.includes(` id="${decodeURIComponent(anchor)}"`);
        if (!isThere || !hasAnchor) broken.add(`${path}: ${address}`);
      }
    }
    expect(pages.size).toBeGreaterThan(100);
    expect([...broken]).toEqual([]);
  });

  test('has each anchor once in a page', () => {
    const twice = [...pages].flatMap(([path, html]) => {
      const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
      return ids.filter((id, i) => ids.indexOf(id) < i).map((id) => `${path}: ${id}`);
    });
    expect(twice).toEqual([]);
  });

  test('leaves no formula as it was typed', () => {
    const typed = [...pages]
      .filter(([path]) => !path.startsWith('code/'))
      .map(([path, html]) => ({ path, text: html.replace(/<(code|annotation|script)\b.*?<\/\1>/gs, '') }))
      .filter(({ text }) => text.includes('$'));
    expect(typed.map(({ path }) => path)).toEqual([]);
  });

  test('leads from page to page: each has the contents, and those of the reference the one before and after', () => {
    for (const html of pages.values())
      expect(html.match(/<nav aria-label="(?:Contents|目录)">/g)).toHaveLength(1);
    expect(pages.get('docs/math.html')).toMatch(
      /<a rel="prev" href="library\.html">.*<a rel="next" href="page\.html">/s,
    );
    expect(pages.get('docs/guide/03-one-layer-by-hand.html')).not.toContain('rel="next"'); // it has its own
  });

  test('fetches nothing from elsewhere', () => {
    const foreign = [...pages].flatMap(([path, html]) =>
      [...html.matchAll(/<(?:script|link|img|iframe)[^>]*(?:src|href)="https?:[^"]*"/g)].map(
        ([tag]) => `${path}: ${tag}`,
      ),
    );
    expect(foreign).toEqual([]);
    const css = readFileSync(join(folder, 'style/katex.css'), 'utf8');
    const fonts = [...css.matchAll(/url\(([^)]*)\)/g)].map(([, address]) => address);
    expect(fonts.length).toBeGreaterThan(10);
    expect(fonts.filter((address) => !existsSync(join(folder, 'style', address)))).toEqual([]);
  });

  test('leads from each page of the guide to the same one in the other language', () => {
    const chapters = [...pages.keys()].filter((path) => /^docs\/guide\/\d\d-/.test(path));
    expect(chapters.length).toBe(13);
    const switchOf = (path: string) => /<a (lang="[^"]*" href="[^"]*")>/.exec(pages.get(path) ?? '')?.[1];
    for (const path of chapters) {
      const name = posix.basename(path);
      const chinese = `docs/guide/zh-CN/${name}`;
      expect({ path, to: switchOf(path) }).toEqual({ path, to: `lang="zh-CN" href="zh-CN/${name}"` });
      expect({ path, back: switchOf(chinese) }).toEqual({ path, back: `lang="en" href="../${name}"` });
      expect(pages.get(chinese)?.includes('<html lang="zh-CN">')).toBe(true);
    }
  });
});

describe('Markdown', () => {
  test('has formulas, also in folds', () => {
    const html = renderMarkdown(
      'a $x_1$ b\n\n<details>\n<summary>Answer</summary>\n\n$$y = x^2$$\n\n</details>\n',
      same,
    );
    expect(html.match(/class="katex"/g)).toHaveLength(2);
    expect(html).not.toContain('$');
  });

  test('refuses a formula that is wrong', () => {
    expect(() => renderMarkdown('$$\\frac{1$$', same)).toThrow();
  });

  test('keeps short formulas, and the punctuation that follows a formula, on one line', () => {
    expect(renderMarkdown('If $x$, then **$y$**.', same)).toMatch(
      /^<p>If <span class="joined"><span class="katex">.*<\/span>&NoBreak;,<\/span> then <strong><span class="joined"><span class="katex">/,
    );
    const long = 'a + b + c + d + e + f';
    expect(renderMarkdown(`If $${long}$: $${long}$ it is.`, same)).toMatch(
      /^<p>If <span class="joined long"><span class="katex">.*&NoBreak;:<\/span> <span class="katex">/,
    );
  });

  test('tells captions from emphasis', () => {
    expect(renderMarkdown('*A caption.*\n\n*One* word.\n', same)).toBe(
      '<p class="caption"><em>A caption.</em></p>\n<p><em>One</em> word.</p>\n',
    );
  });

  test('has anchors as GitHub makes them, and coloured code', () => {
    expect(renderMarkdown('## The `x` of it: 1 & 2\n', same)).toContain('<h2 id="the-x-of-it-1--2">');
    expect(renderMarkdown('```ts\nconst x = 1;\n```\n', same)).toContain('hljs-keyword');
  });
});

test('code has numbered lines, and colours that go over several lines begin anew in each', () => {
  const html = renderCode('a.ts', '/* one\ntwo */\nlet x;\n');
  expect(html.match(/ id="L\d+"/g)).toEqual([' id="L1"', ' id="L2"', ' id="L3"']);
  expect(html.match(/<span class="hljs-comment">/g)).toHaveLength(2);
});
