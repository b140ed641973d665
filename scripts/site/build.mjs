/**
 * Builds the guide, the reference and all other pages into a folder of static files: `npm run docs` makes dist/docs, and the
 * page of the demo takes one along. All links are relative, and nothing is fetched from elsewhere: the folder can lie at any
 * address, or be opened from the disk.
 *
 * The pages are the Markdown files as GitHub shows them. A link to a source file leads to a page of that source, with the
 * numbers of its lines.
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderCode, renderListing, renderMarkdown } from './render.mjs';
import { pageTemplate } from './template.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
const CHAPTER = /^docs\/guide\/(zh-CN\/)?\d\d-/;
const CHINESE = /(^docs\/guide\/zh-CN\/)|\.zh-CN\.md$/;

const read = (path) => readFileSync(join(ROOT, path), 'utf8');
const isFile = (path) => existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile();
const isFolder = (path) => existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isDirectory();

/** The Markdown files that become pages, by their paths in the repository. */
function markdownFiles() {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true }).map((name) =>
    `docs/${name}`.replaceAll('\\', '/'),
  );
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  return [...top, ...docs.filter((path) => path.endsWith('.md'))].sort();
}

/** Where a Markdown file's page lies in the site. */
export function pageOf(path) {
  return path.replace(/(^|\/)README\.md$/, '$1index.md').replace(/\.md$/, '.html');
}

const inEnglish = (path) => path.replace('/zh-CN/', '/').replace('.zh-CN.md', '.md');

/** The same page in the other language, if there is one. */
function counterpartOf(path, pages) {
  const other = CHINESE.test(path)
    ? inEnglish(path)
    : path.replace(/^docs\/guide\//, 'docs/guide/zh-CN/').replace(/^README\.md$/, 'README.zh-CN.md');
  return other !== path && pages.includes(other) ? other : undefined;
}

const titleOf = (markdown) => /^# (.+)$/m.exec(markdown)?.[1].replaceAll('`', '') ?? 'isthmus';

/** What the sidebar lists: the guide in the page's language, in English what lacks in it, then everything else. */
function contentsFor(isChinese, pages, titles) {
  const inLanguage = (path) => (isChinese && counterpartOf(path, pages)) || path;
  const [about, start] = ['README.md', 'docs/guide/README.md'].map(inLanguage);
  const chapters = pages.filter((path) => /^docs\/guide\/\d/.test(path)).map(inLanguage);
  const rest = pages.filter(
    (path) => posix.dirname(path) === posix.dirname(start) && path !== start && !CHAPTER.test(path),
  );
  const link = (path) => ({
    title: path === about ? (isChinese ? '简介' : 'About') : titles.get(path),
    path: pageOf(path),
  });
  const others = pages.filter((path) => posix.dirname(path) === 'docs');
  return [
    {
      title: isChinese ? '教程' : 'Guide',
      links: [about, start, ...chapters, ...rest].map(link),
    },
    {
      title: isChinese ? '参考（英文）' : 'Reference',
      links: [...others, 'CONTRIBUTING.md', 'CHANGELOG.md'].map(link),
    },
  ];
}

/**
 * @param {string} folder - Replaced if it exists.
 * @returns The number of pages.
 */
export function buildSite(folder) {
  rmSync(folder, { recursive: true, force: true });
  const pages = markdownFiles();
  const titles = new Map(pages.map((path) => [path, titleOf(read(path))]));
  const contents = [false, true].map((isChinese) => contentsFor(isChinese, pages, titles));
  const sources = new Set();

  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  /** Where a link of a page leads in the site, relative to that page. */
  const hrefFrom = (page) => (link) => {
    if (/^[a-z]+:|^#/i.test(link)) return link;
    const [file, anchor] = link.split('#');
    let target = posix.join(posix.dirname(page.source), file).replace(/\/$/, '');
    if (CHINESE.test(target) && !isFile(target)) target = inEnglish(target); // not translated yet
    const at = anchor === undefined ? '' : `#${anchor}`;
    if (target.endsWith('.md') && pages.includes(target)) return relative(page.path, pageOf(target)) + at;
    if (/\.(png|svg)$/.test(target) && isFile(target)) return relative(page.path, target) + at;
    if (isFile(target) || isFolder(target)) {
      sources.add(target);
      return relative(page.path, sourcePage(target)) + at;
    }
    throw new Error(`it leads to ${link}, which is not there`);
  };

  /** The pages before and after one in the contents. A chapter ends with links to them already. */
  const neighboursOf = (page, links) => {
    const at = links.findIndex(({ path }) => path === page.path);
    return at < 0 || CHAPTER.test(page.source) ? [] : [links[at - 1], links[at + 1]];
  };

  const place = (page, title, body, isWide = false) => {
    const isChinese = CHINESE.test(page.source);
    const other = counterpartOf(page.source, pages);
    const groups = contents[Number(isChinese)];
    const links = groups.flatMap((group) => group.links);
    const [previous, next] = neighboursOf(page, links);
    const href = (path) => relative(page.path, path);
    write(
      page.path,
      pageTemplate({
        title,
        body,
        isWide,
        isChinese,
        href,
        here: page.path,
        contents: groups,
        other: other && pageOf(other),
        previous,
        next,
      }),
    );
  };

  for (const source of pages) {
    const page = { source, path: pageOf(source) };
    try {
      place(page, titles.get(source), renderMarkdown(read(source), hrefFrom(page)));
    } catch (error) {
      throw new Error(`npm run docs: ${source}: ${error.message}`);
    }
  }
  // a set that grows is walked to its end: folders add their files
  for (const source of sources) {
    const page = { source: `${source}/x`, path: sourcePage(source) };
    if (isFolder(source)) {
      const names = readdirSync(join(ROOT, source)).filter(
        (name) => !['node_modules', 'dist'].includes(name),
      );
      const texts = names.filter((name) => isText(`${source}/${name}`));
      place(page, source, renderListing(source, texts, hrefFrom(page)));
    } else place(page, source, renderCode(source, read(source)), true);
  }
  cpSync(join(ROOT, 'docs/images'), join(folder, 'docs/images'), { recursive: true });
  writeStyles(folder);
  return pages.length + sources.size;
}

const sourcePage = (path) => `code/${path}.html`;

const isText = (path) => isFolder(path) || /\.(ts|mjs|mts|js|json|html|css|py|txt|md|svg)$/.test(path);

const relative = (from, to) => posix.relative(posix.dirname(from), to) || posix.basename(to);

/** The icon and the style sheets, with KaTeX's fonts in the one format that all browsers of today read. */
function writeStyles(folder) {
  const katex = dirname(require.resolve('katex/dist/katex.min.css'));
  const css = readFileSync(join(katex, 'katex.min.css'), 'utf8');
  mkdirSync(join(folder, 'style/fonts'), { recursive: true });
  writeFileSync(
    join(folder, 'style/katex.css'),
    css.replace(/,url\(fonts\/[^)]*\.(?:woff|ttf)\) format\("[^"]*"\)/g, ''),
  );
  for (const name of readdirSync(join(katex, 'fonts')).filter((one) => one.endsWith('.woff2'))) {
    cpSync(join(katex, 'fonts', name), join(folder, 'style/fonts', name));
  }
  cpSync(fileURLToPath(new URL('site.css', import.meta.url)), join(folder, 'style/site.css'));
  cpSync(join(ROOT, 'demo/icon.svg'), join(folder, 'style/icon.svg'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? join(ROOT, 'dist/docs');
  const count = buildSite(folder);
  console.log(`${count} pages: open ${join(folder, 'docs/guide/index.html')}`);
}
