/** The frame of every page: title, contents beside it, the switch between the languages. */

import { escapeHtml } from './render.mjs';

/**
 * @param page - `href` turns a path of the site into an address relative to the page, `here` is the page's own path, `other`
 *   that of the same page in the other language, if there is one, `previous` and `next` are links, if the page ends with any.
 */
export function pageTemplate(page) {
  const { title, body, isWide, isChinese, href, here, contents, other, previous, next } = page;
  const link = ({ title: name, path }) => {
    const current = path === here ? ' aria-current="page"' : '';
    return `<li><a href="${href(path)}"${current}>${escapeHtml(name)}</a></li>`;
  };
  const lists = contents.map(
    ({ title: name, links }) => `<h2>${name}</h2>\n<ul>\n${links.map(link).join('\n')}\n</ul>`,
  );
  const along = [
    previous && `<a rel="prev" href="${href(previous.path)}">← ${escapeHtml(previous.title)}</a>`,
    next && `<a rel="next" href="${href(next.path)}">${escapeHtml(next.title)} →</a>`,
  ].filter(Boolean);
  const toOther = other ?? (isChinese ? 'docs/guide/index.html' : 'docs/guide/zh-CN/index.html');
  const language = isChinese ? ['en', 'English'] : ['zh-CN', '中文'];
  return `<!doctype html>
<html lang="${isChinese ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · isthmus</title>
<link rel="icon" href="${href('style/icon.svg')}">
<link rel="stylesheet" href="${href('style/katex.css')}">
<link rel="stylesheet" href="${href('style/site.css')}">
</head>
<body>
<a class="skip" href="#content">${isChinese ? '跳到正文' : 'Skip to the text'}</a>
<header>
<a class="name" href="${href(isChinese ? 'docs/guide/zh-CN/index.html' : 'docs/guide/index.html')}">isthmus</a>
<a lang="${language[0]}" href="${href(toOther)}">${language[1]}</a>
</header>
<div class="frame">
<details class="contents">
<summary>${isChinese ? '目录' : 'Contents'}</summary>
<nav aria-label="${isChinese ? '目录' : 'Contents'}">
${lists.join('\n')}
</nav>
</details>
<main id="content"${isWide ? ' class="wide"' : ''}>
${body}
${along.length > 0 ? `<nav class="along" aria-label="${isChinese ? '前后页' : 'Previous and next'}">${along.join('\n')}</nav>\n` : ''}</main>
</div>
<script>
const contents = document.querySelector('.contents');
if (matchMedia('(min-width: 64rem)').matches) contents.open = true;
const current = contents.querySelector('[aria-current]');
if (current) contents.scrollTop = current.offsetTop - contents.clientHeight / 2;
// the keyboard scrolls what is wider than its place
const reachWide = () => {
  for (const box of document.querySelectorAll('pre, .scroll, .katex-display')) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  }
};
reachWide();
addEventListener('resize', reachWide);
addEventListener('toggle', reachWide, true);
</script>
</body>
</html>
`;
}
