/** Markdown and source files as HTML, as GitHub shows them: formulas, tables, folds, anchors of headings, colours in code. */

import katex from '@vscode/markdown-it-katex';
import hljs from 'highlight.js/lib/common';
import MarkdownIt from 'markdown-it';
import { anchorOf } from '../markdown.mjs';

/** The languages of code blocks, and of source files by their ending. */
const LANGUAGES = {
  ts: 'typescript',
  mjs: 'javascript',
  mts: 'typescript',
  js: 'javascript',
  py: 'python',
  html: 'xml',
};

export const escapeHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function highlight(code, name) {
  const language = LANGUAGES[name] ?? name;
  if (language === 'console' || !hljs.getLanguage(language)) return escapeHtml(code);
  return hljs.highlight(code, { language }).value;
}

const markdown = new MarkdownIt({ html: true, highlight });
markdown.use(katex.default ?? katex, { throwOnError: false }); // renderMarkdown throws, with the page's words

// a wide table scrolls by itself, not the page
markdown.renderer.rules.table_open = () => '<div class="scroll"><table>\n';
markdown.renderer.rules.table_close = () => '</table></div>\n';

markdown.renderer.rules.heading_open = (tokens, i, options, _env, self) => {
  tokens[i].attrSet('id', anchorOf(tokens[i + 1].content));
  return self.renderToken(tokens, i, options);
};

/** Turns the links of a page, and its pictures' addresses, into those of the site. */
markdown.core.ruler.push('addresses', ({ tokens, env }) => {
  for (const token of tokens.flatMap((one) => one.children ?? [])) {
    const name = { link_open: 'href', image: 'src' }[token.type];
    if (name === undefined) continue;
    token.attrSet(name, env.hrefOf(decodeURI(token.attrGet(name))));
    if (name === 'src') token.attrSet('loading', 'lazy');
  }
});

/** Marks paragraphs that are set in italics from end to end: what stands below pictures, and above a chapter. */
markdown.core.ruler.push('captions', ({ tokens }) => {
  for (const [i, { children }] of tokens.entries()) {
    const closing = children?.findIndex((token) => token.type === 'em_close');
    const isCaption = children?.[0]?.type === 'em_open' && closing === children.length - 1;
    if (isCaption && tokens[i - 1].type === 'paragraph_open') tokens[i - 1].attrSet('class', 'caption');
  }
});

/** So many characters of TeX are one line on a phone, such as `\sigma = 0.5`. */
const SHORT_FORMULA = 20;

/** Short formulas stay on one line, and no line begins with the punctuation that follows a formula. */
markdown.core.ruler.push('formulas', ({ tokens, Token }) => {
  const tag = (content) => Object.assign(new Token('html_inline', '', 0), { content });
  for (const { children } of tokens) {
    for (let i = (children?.length ?? 0) - 1; i >= 0; i--) {
      if (children[i].type !== 'math_inline') continue;
      const next = children[i + 1];
      const [, mark = ''] =
        (next?.type === 'text' && /^([,.;:!?)\]，。、；：！？）]+)/.exec(next.content)) || [];
      if (mark !== '') next.content = next.content.slice(mark.length);
      const isShort = children[i].content.length <= SHORT_FORMULA;
      if (mark === '' && !isShort) continue;
      const end = tag(`${mark && `&NoBreak;${mark}`}</span>`);
      children.splice(i, 1, tag(`<span class="joined${isShort ? '' : ' long'}">`), children[i], end);
    }
  }
});

/**
 * @param {(link: string) => string} hrefOf - Where a link of the page leads in the site.
 * @throws {Error} If a formula is wrong.
 */
export function renderMarkdown(text, hrefOf) {
  const html = markdown.render(text, { hrefOf });
  const [, problem] = /class=["']katex-error["'] title=["']([^"']*)/.exec(html) ?? [];
  if (problem !== undefined) throw new Error(problem);
  return html;
}

/** A source file with numbered lines, each with its anchor: #L12. */
export function renderCode(path, text) {
  const lines = linesOf(highlight(text.replace(/\n$/, ''), path.split('.').at(-1)));
  const rows = lines.map(
    (line, i) => `<span id="L${i + 1}" class="line"><a href="#L${i + 1}">${i + 1}</a>${line}\n</span>`,
  );
  return `<h1>${escapeHtml(path)}</h1>\n<div class="scroll"><pre class="source"><code>${rows.join('')}</code></pre></div>`;
}

/** Highlighted lines: what is coloured over several lines begins anew in each. */
function linesOf(html) {
  const open = [];
  return html.split('\n').map((line) => {
    const before = open.join('');
    for (const [tag] of line.matchAll(/<\/?span[^>]*>/g)) {
      if (tag === '</span>') open.pop();
      else open.push(tag);
    }
    return before + line + '</span>'.repeat(open.length);
  });
}

/** The files of a folder. */
export function renderListing(path, names, hrefOf) {
  const rows = names.map((name) => `<li><a href="${hrefOf(name)}">${escapeHtml(name)}</a></li>`);
  return `<h1>${escapeHtml(path)}</h1>\n<ul>${rows.join('\n')}</ul>`;
}
