/** Pages of Markdown as scripts and tests see them: their fenced blocks, their commands, and their links to lines of code. */

const FENCE = /^( *)```(\w*)\n(.*?)^ *```$/gms;

/** A page's fenced blocks in order: the language, the text, and where in the page the block begins. */
export function fencesOf(page) {
  return [...page.matchAll(FENCE)].map(({ 1: indent, 2: language, 3: text, index }) => ({
    language,
    text: indent === '' ? text : text.replace(new RegExp(`^${indent}`, 'gm'), ''),
    index,
  }));
}

/** The page without its fenced blocks. */
export function withoutFences(page) {
  return page.replace(FENCE, '');
}

/** The anchor of a heading, as GitHub makes it. */
export function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** The commands of a shell block, without comments. */
export function commandsIn(block) {
  const lines = block.split('\n').map((line) => line.replace(/(^| +)#.*/, ''));
  return lines.flatMap((line) => line.split(' && ')).filter((command) => command !== '');
}

const CODE_LINK = /\[`([^`\n]+)`\]\(((?:\.\.\/)+)([\w./-]+)#L(\d+)\)/g;

/** Links such as [`Dense.forward`](../../src/layers/dense.ts#L74): the name, the path from the repository's root, the line. */
export function codeLinksOf(page) {
  return [...page.matchAll(CODE_LINK)].map(([, name, , path, line]) => ({ name, path, line: Number(line) }));
}

/** The page with each of these links leading to the line that `lineOf(name, path)` gives. */
export function withCodeLines(page, lineOf) {
  return page.replace(CODE_LINK, (link, name, up, path) => {
    const line = lineOf(name, path);
    return line === undefined ? link : `[\`${name}\`](${up}${path}#L${line})`;
  });
}

/**
 * The line, counted from 1, that declares a name such as `Adam`, `Dense.forward` or `rowsOf()`; undefined if none does.
 * It relies on how code is formatted here.
 */
export function declarationLine(source, name) {
  const lines = source.split('\n');
  let at = -1;
  let end = lines.length;
  for (const part of name.replace(/\(.*\)$/, '').split('.')) {
    const found = declarationBetween(lines, at, end, part);
    if (found === undefined) return undefined;
    if (at < 0) end = lines.findIndex((line, i) => i > found && /^\}[;)]*$/.test(line)); // a method is one of its own class
    at = found;
  }
  return at + 1;
}

function declarationBetween(lines, after, end, name) {
  const word = name.replace(/[$]/g, '\\$&');
  const modifiers = '(?:(?:public|private|protected|static|override|readonly|async|get|set|abstract)\\s+)*';
  const forms = [
    `^\\s*(?:export\\s+)?(?:default\\s+)?(?:abstract\\s+)?(?:async\\s+)?(?:function\\*?|class|const|let|interface|type)\\s+${word}\\b`,
    `^\\s+${modifiers}\\*?#?${word}\\s*(?:<[^>]*>)?\\((?:.*(?:\\{|\\(|,))?$`, // a method
    `^\\s+${modifiers}#?${word}\\??\\s*[:=]`, // a field, or an option
    `^\\s+abstract\\s+${modifiers}${word}\\b`,
  ].map((form) => new RegExp(form));
  for (const form of forms) {
    const found = lines.findIndex((line, i) => i > after && i < end && form.test(line));
    if (found >= 0) return found;
  }
  return undefined;
}
