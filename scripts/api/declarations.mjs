/**
 * The public names with what the comments above them say: what the API reference is made of (page.mjs).
 *
 * This reads the declarations that the compiler writes (dist/src, .d.ts), which have the comments and no bodies, and relies
 * on how the compiler writes them: a statement begins in the first column, a member of a class four blanks further.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The entry points, and the file of each that lists its names. */
export const ENTRIES = {
  isthmus: 'src/index.ts',
  'isthmus/io': 'src/io/index.ts',
  'isthmus/node': 'src/node/index.ts',
  'isthmus/compression': 'src/compression/index.ts',
};

const read = (path) => readFileSync(join(ROOT, path), 'utf8');

/** A comment and the code below it; `indent` is what the code begins with. */
const partsAt = (indent) =>
  new RegExp(
    `(?:^${indent}/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n)?^(${indent}(?![ /})\\]]).*\\n(?:^${indent}(?: |[})\\]]).*\\n)*)`,
    'gm',
  );

const DECLARATION = /^(?:export )?(?:declare )?(?:abstract )?(class|interface|type|const|function) (\w+)/;

/** @returns What a comment says: its text, and its tags. */
export function parseComment(comment = '') {
  const text = comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
  const [head, ...tags] = text.split(/(?:^|(?<=\s))@(?=(?:param|returns|throws|default|example|see)\b)/m);
  const doc = { text: head.trim(), params: [], throws: [], examples: [] };
  for (const tag of tags) {
    const [, name, rest] = /^(\w+)\s*([\s\S]*)$/.exec(tag.trim());
    if (name === 'param') {
      const [, param, what] = /^([\w.]+)\s*-?\s*([\s\S]*)$/.exec(rest);
      doc.params.push({ name: param, text: what });
    } else if (name === 'throws') {
      const [, type = '', when] = /^(?:\{(\w+)\}\s*)?([\s\S]*)$/.exec(rest);
      doc.throws.push({ type, text: when });
    } else if (name === 'example') doc.examples.push(rest);
    else doc[name] = rest;
  }
  return doc;
}

/** The members of a class or an interface: name, code, comment. Of the protected ones those that a subclass must have. */
function membersOf(code) {
  const body = code.slice(code.indexOf('{\n') + 2);
  return [...body.matchAll(partsAt('    '))].flatMap(([, comment, member]) => {
    const signature = member.trim().replace(/;$/, '');
    if (/^(protected (?!abstract )|private|#|static (override )?readonly name)/.test(signature)) return [];
    const [, name] =
      /^(?:(?:static|protected|readonly|abstract|override|get|set) )*(\w+|\[)/.exec(signature) ?? [];
    return [{ name, signature: signature.replace(/^abstract /, ''), doc: parseComment(comment) }];
  });
}

const files = new Map();

/** The declarations of a source file, by name, and the files of those that it imports. */
function fileOf(path) {
  if (!files.has(path)) {
    const text = read(`dist/${path.replace(/\.ts$/, '.d.ts')}`);
    files.set(path, { declarations: declarationsOf(path, text), imports: importsOf(path, text) });
  }
  return files.get(path);
}

function importsOf(path, text) {
  return new Map(
    [...text.matchAll(/^import (?:type )?\{([^}]*)\} from '(\.[^']*)';/gm)].flatMap(([, list, from]) =>
      list.split(',').map((word) => [word.replace(/\btype\b/, '').trim(), join(path, '..', from)]),
    ),
  );
}

/** What a name means in a file: its declaration, there or where the file imports it from; undefined for others. */
function declarationOf(name, path) {
  const { declarations, imports } = fileOf(path);
  return declarations.get(name) ?? (imports.has(name) ? declarationOf(name, imports.get(name)) : undefined);
}

function declarationsOf(path, text) {
  const declarations = new Map();
  for (const [, comment, code] of text.matchAll(partsAt(''))) {
    const [, kind, name] = DECLARATION.exec(code) ?? [];
    if (name === undefined) continue;
    const hasMembers = (kind === 'class' || kind === 'interface') && code.includes('{\n');
    const signature = code
      .trim()
      .replace(/;$/, '')
      .replace(/^(export )?(declare )?/, '');
    const earlier = declarations.get(name); // an overload
    declarations.set(name, {
      name,
      kind,
      path,
      doc: earlier?.doc ?? parseComment(comment),
      signature: [earlier?.signature, hasMembers ? signature.slice(0, signature.indexOf(' {')) : signature]
        .filter(Boolean)
        .join('\n'),
      // that an error's name is its class's goes without saying
      members: hasMembers
        ? membersOf(code).filter((member) => !/ extends Error\b/.test(signature) || member.name !== 'name')
        : [],
    });
  }
  return declarations;
}

/** @returns Every public name: its kind, file, comment, signature, members, and the entry points that export it. */
export function publicApi() {
  const names = new Map();
  for (const [entry, list] of Object.entries(ENTRIES)) {
    for (const [, onlyTypes, exported, from] of read(list).matchAll(
      /^export (type )?\{([^}]*)\} from '([^']*)';/gm,
    )) {
      const path = join(list, '..', from);
      const { declarations } = fileOf(path);
      for (const word of exported.split(',').map((one) => one.trim())) {
        if (word === '') continue;
        const name = word.replace(/^type /, '');
        const declared = declarations.get(name);
        if (!declared) throw new Error(`docs:api: ${name} is not declared in ${path}.`);
        // a class that is exported as a type can't be constructed
        const isOnlyType = declared.kind === 'class' && (onlyTypes !== undefined || word.startsWith('type '));
        const kind = isOnlyType ? 'interface' : declared.kind;
        const members = declared.members.filter((member) => !isOnlyType || member.name !== 'constructor');
        names.set(name, {
          ...declared,
          kind,
          members,
          entries: [...(names.get(name)?.entries ?? []), entry],
        });
      }
    }
  }
  const whole = new Map([...names].map(([name, one]) => [name, completed(one, names)]));
  return [...whole.values()].map((one) => ({
    ...one,
    members: one.members.map((member) => inherited(one, member, whole)),
  }));
}

/** A member without a comment says what the member of the same name in the next base class that has it says. */
function inherited(one, member, names) {
  if (member.doc.text !== '' || member.name === 'constructor') return member;
  const baseOf = ({ signature }) => names.get(/^(?:abstract )?class \w+ extends (\w+)/.exec(signature)?.[1]);
  for (let base = baseOf(one); base !== undefined; base = baseOf(base)) {
    const same = base.members.find(({ name }) => name === member.name);
    if (same !== undefined && same.doc.text !== '') return { ...member, doc: same.doc };
  }
  return member;
}

/** A declaration as a reader needs it who does not know the names that no entry point exports. */
function completed(one, names) {
  const isInternal = (declared) => declared !== undefined && !names.has(declared.name);

  /** `(typeof KINDS)[number]` as what it stands for, and in place of an internal class the one that it extends. */
  const spelledOut = (signature, path) =>
    signature
      .replace(/\(typeof (\w+)\)\[number\]/g, (all, name) => {
        const [, list] = /: readonly \[(.*)\]$/s.exec(declarationOf(name, path)?.signature ?? '') ?? [];
        return list === undefined ? all : list.replaceAll('"', "'").replace(/,\s*/g, ' | ');
      })
      .replace(/(?<=^(?:abstract )?class \w+ extends )\w+$/, (name) => {
        const base = declarationOf(name, path);
        return isInternal(base) ? spelledOut(base.signature, base.path).replace(/.* extends /, '') : name;
      });

  const baseOf = ({ signature, path }) => {
    const [, name] = /^(?:abstract )?class \w+ extends (\w+)$/.exec(signature) ?? [];
    return name === undefined ? undefined : declarationOf(name, path);
  };

  /** The members of a class, and what the internal classes that it extends add to the public one behind them. */
  const allMembers = (declared) => {
    const members = [...declared.members];
    let base = baseOf(declared);
    const added = [];
    for (; isInternal(base); base = baseOf(base)) added.push(...base.members);
    const known = new Set(['constructor', ...members.map(({ name }) => name)]);
    for (; base !== undefined; base = baseOf(base)) for (const { name } of base.members) known.add(name);
    for (const member of added) {
      if (!known.has(member.name) && !member.signature.startsWith('protected ')) members.push(member);
      known.add(member.name);
    }
    return members;
  };

  const withTypes = (declared) => ({
    ...declared,
    signature: spelledOut(declared.signature, declared.path),
    members: declared.members.map((member) => ({
      ...member,
      signature: spelledOut(member.signature, declared.path),
    })),
  });

  const whole = withTypes({ ...one, members: allMembers(one) });
  const inner = new Map();
  const visit = (declared) => {
    for (const word of wordsOf(declared)) {
      const found = declarationOf(word, declared.path);
      if (!isInternal(found) || !['interface', 'type'].includes(found.kind) || inner.has(word)) continue;
      inner.set(word, withTypes(found));
      visit(inner.get(word));
    }
  };
  visit(whole);
  return { ...whole, inner: [...inner.values()] };
}

/** The names of types in what is shown of a declaration. */
export function wordsOf({ name, signature, members }) {
  const code = [signature, ...members.map((member) => member.signature)].join('\n').replace(/'[^']*'/g, '');
  return [...new Set(code.match(/\b[A-Z]\w+/g) ?? [])].filter((word) => word !== name);
}

const isCode = ({ kind }) => kind === 'class' || kind === 'function';

const isMethod = ({ name, signature }) =>
  name !== 'constructor' && /^(?:static )?\w+(?:<[^(]*>)?\(/.test(signature);

/** What lacks a comment, or an example where there should be one, and comments on parameters that are not there. */
export function undocumented(api) {
  return api.flatMap((one) => {
    const methods = one.members
      .filter(isMethod)
      .map((member) => ({ ...member, name: `${one.name}.${member.name}` }));
    const constructors = one.members.filter(({ name }) => name === 'constructor');
    return [
      ...[one, ...methods].flatMap(({ name, doc }) => (doc.text === '' ? [`${name} has no comment`] : [])),
      ...(isCode(one) && one.doc.examples.length === 0 ? [`${one.name} has no example`] : []),
      ...[one, ...methods, ...constructors].flatMap(({ name, signature, doc }) =>
        doc.params
          .filter((param) => !new RegExp(`\\b${param.name}\\b`).test(signature))
          .map((param) => `${name} has no parameter ${param.name}`),
      ),
    ];
  });
}
