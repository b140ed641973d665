/**
 * The types of the package: of all declarations that the compiler writes, those that a public name leads to, in one file.
 * An internal class in a user's list of suggestions would only be in the way, and the package would be twice as large.
 *
 * It relies on how the compiler writes: what stands at the top of a file begins in the first column, after its comment.
 */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What begins in the first column, with the comment above it: what follows is indented or only closes brackets. */
const STATEMENT = /(?:^\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^(?![/ })\]]).*\n(?:^[ })\]].*\n)*/gm;
const DECLARATION = /^(?:export )?(?:declare )?(?:abstract )?(?:class|interface|type|const|function) (\w+)/m;
const RE_EXPORT = /^export (?:type )?\{([^}]*)\} from '(.*)';/m;
const IMPORT = /^import [^;]* from '(.*)';/m;

const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '');

/** A file as statements: where it leads to, and what it declares, by name. */
function readDeclarations(path) {
  const statements = readFileSync(path, 'utf8').match(STATEMENT) ?? [];
  const leadsTo = [];
  const declared = [];
  for (const statement of statements) {
    const code = withoutComments(statement).trimStart();
    const [, from] = IMPORT.exec(code) ?? [];
    const [, , reExported] = RE_EXPORT.exec(code) ?? [];
    const [, name] = DECLARATION.exec(code) ?? [];
    if (name !== undefined) declared.push({ name, path, statement, code });
    else if (from !== undefined || reExported !== undefined) leadsTo.push(from ?? reExported);
    else if (code !== 'export {};\n') throw new Error(`declarations: not understood in ${path}:\n${code}`);
  }
  return { leadsTo, declared };
}

/** All declarations that these files import, directly or not, in the order in which they need each other. */
function reachableDeclarations(entries) {
  const seen = new Set();
  const found = [];
  const visit = (path) => {
    if (seen.has(path)) return;
    seen.add(path);
    const { leadsTo, declared } = readDeclarations(path);
    for (const target of leadsTo) {
      if (target.startsWith('.')) visit(join(dirname(path), target.replace(/\.ts$/, '.d.ts')));
    }
    found.push(...declared);
  };
  entries.forEach(visit);
  return found;
}

/** The names that an entry point exports. */
function publicNames(path) {
  const code = withoutComments(readFileSync(path, 'utf8'));
  const lists = [...code.matchAll(new RegExp(RE_EXPORT, 'gm'))].map(([, list]) => list);
  return lists
    .flatMap((list) => list.split(',').map((name) => name.replace(/\btype\b/, '').trim()))
    .filter(Boolean);
}

/** No type is made of a function: its name in one is that of a field. */
const isFunction = ({ code }) => /^(?:export )?(?:declare )?function /.test(code);

/**
 * @param entries - The entry points as the compiler declared them: paths of `.d.ts` files.
 * @returns `shared`, the text of the file of all types, and for each entry point the names that it exports of them.
 * @throws {Error} If two public declarations have one name: this would need more. A type that comes from a package would,
 *   too: it is left out, and test/package/types.long.test.ts says that it is missing.
 */
export function collectDeclarations(entries) {
  const declarations = reachableDeclarations(entries);
  const byName = new Map();
  for (const one of declarations) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  const names = new Map(entries.map((path) => [path, publicNames(path)]));
  const needed = new Set();
  const open = [...names.values()].flat();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    const [first, ...others] = byName.get(name) ?? [];
    if (!first) throw new Error(`declarations: the public name ${name} is not declared.`);
    const other = others.find(({ path }) => path !== first.path);
    if (other) throw new Error(`declarations: ${name} is declared in ${first.path} and in ${other.path}.`);
    for (const { code } of [first, ...others])
      open.push(...code.match(/\w+/g).filter((word) => byName.has(word) && !isFunction(byName.get(word)[0])));
  }
  const exported = new Set([...names.values()].flat());
  const isInternalClass = ({ name, code }) =>
    !exported.has(name) && /\bclass \w/.test(code.split('\n', 1)[0]);
  const texts = declarations
    .filter(({ name }) => needed.has(name))
    .map((one) => (isInternalClass(one) ? withoutCommentLines(one.statement) : shortened(one.statement)));
  return { shared: withTabs(withoutDeclare(texts.join(''))), names };
}

/** Without what docs/api.md has and would be a tenth of the file: examples, and TypeErrors, which the compiler finds. */
function shortened(statement) {
  const example = /^( *) \* @example\n(?:\1 \* (?!@).*\n|\1 \*\n)*/gm;
  const typeError = /^( *)(?: \*|\/\*\*) @throws \{TypeError\}.*\n(?:\1 \* {3}.*\n)*/gm;
  return statement
    .replace(example, '')
    .replace(typeError, '')
    .replace(/(?:^ *\*\n)+(?= *\*\/)/gm, '')
    .replace(/\/\*\*(?:(?!\*\/)[\s\S])*\*\//g, onFewLines);
}

/** Each paragraph of a comment on one line: editors break lines by themselves. A formula, which is indented, keeps its lines. */
function onFewLines(comment) {
  const isFormula = (paragraph) => /^ *\* {5}/.test(paragraph);
  const paragraphs = comment.split(/(?<=\n *\*\n)/);
  const joined = paragraphs.map((one) =>
    isFormula(one) ? one : one.replace(/(?<!\*)\n *\* (?![@\-|]| *- ) */g, ' '),
  );
  return paragraphs.some(isFormula) ? joined.join('') : withoutStars(joined.join(''));
}

/** The stars before lines and the blank line before tags are for readers of the source: editors show the same without them. */
function withoutStars(comment) {
  return comment
    .replace(/\n *\*(?=\n *\* @)/g, '')
    .replace(/\n *\*(?=\n)/g, '\n')
    .replace(/\n( *) \*(?!\/) /g, '\n$1')
    .replace(/^\/\*\*\n */, '/** ')
    .replace(/\n *\*\/$/, ' */');
}

/** What an internal class does is nothing to a user, who can't import it. */
function withoutCommentLines(statement) {
  return statement.replace(/^ *\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n/gm, '');
}

/** In a file of types, what is exported is declared. */
function withoutDeclare(text) {
  return text.replace(/^export declare /gm, 'export ');
}

/** The compiler indents by four blanks, which would be a tenth of the file. */
function withTabs(text) {
  return text.replace(/^(?: {4})+/gm, (blanks) => '\t'.repeat(blanks.length / 4));
}
