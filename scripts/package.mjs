/**
 * Makes of dist/src, as `npm run build` leaves it for tests and commands, what `npm pack` packs: npm runs both before it packs
 * (`prepack`), and the build again when it has packed (`postpack`). Three things:
 *
 * - The modules, as bundles of few files. The engine keeps the names of its functions and classes, and short lines, so that
 *   stack traces can be read; what only files and the command line need is minified. All of it takes less than 1.1 MB.
 * - The types that the entry points lead to, with their comments, in one file: declarations.mjs.
 * - The one file for pages, smaller.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import swc from '@swc/core';
import { build } from 'esbuild';
import { withClassNames } from './classNames.mjs';
import { collectDeclarations } from './declarations.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'dist/src');
const LIBRARY = ['index', 'compression/index', 'io/index', 'node/index'];
const ENGINE = 'index';
const COMMAND_LINE_FOLDER = 'node/cli';
const COMMAND_LINE = `${COMMAND_LINE_FOLDER}/main`;

/** The language that Node 20 and browsers of the same age understand. */
const TARGET = { format: 'esm', target: 'es2022' };
/** Lists of names as swc writes them: `import{a,b as c}from"./file.js"`, `export{a,b as c}`. */
const IMPORT = /\b(import|export)\{([^}]*)\}from"(\..*?)"/g;
const EXPORT = /\bexport\{([^}]*)\};?\s*$/;
const SHORT = 3; // letters of a name that needs no shorter one
const SYNTAX = { syntax: 'ecmascript', target: 'es2022' };

async function modules() {
  const { outputFiles, metafile } = await build({
    ...TARGET,
    absWorkingDir: ROOT,
    // Convolutions have an effect when they are loaded: in a file of their own, bundlers leave them out if nothing names them.
    entryPoints: [...LIBRARY, COMMAND_LINE, 'convolutions'].map((name) => `dist/src/${name}.js`),
    outdir: OUT,
    outbase: 'dist/src',
    bundle: true,
    splitting: true, // one copy of what entry points share
    platform: 'node',
    packages: 'external',
    minifySyntax: true,
    metafile: true,
    write: false,
    plugins: [commandsInOneFile],
  });
  const engine = filesOfEngine(metafile.outputs);
  const isEngine = (path) => engine.has(relative(ROOT, path));
  // Files of lines that lead to the engine's files share nothing but these: they come out empty.
  const full = outputFiles.filter(({ text }) => text !== '');
  const isFull = (path) => full.some((file) => file.path === path);
  const shortened = async ({ path, text }) => {
    const code = text.replace(/^import "(\..*)";\n/gm, (line, to) =>
      isFull(join(dirname(path), to)) ? line : '',
    );
    return { path, text: await (isEngine(path) ? withShortNames(code) : minified(code)) };
  };
  const files = withShortImports(await Promise.all(full.map(shortened)));
  return Promise.all(
    files.map(async ({ path, text }) => ({ path, text: isEngine(path) ? await withLines(text) : text })),
  );
}

/**
 * Each set of entry points that have modules in common makes a file of these modules. If every command were one of them, most
 * would load dozens of files: half a millisecond each.
 */
const commandsInOneFile = {
  name: 'commands-in-one-file',
  setup({ onLoad, onResolve }) {
    const importer = join(ROOT, `dist/src/${COMMAND_LINE_FOLDER}/commands.js`);
    const imports = readFileSync(importer, 'utf8').matchAll(/await import\('(.*)'\)\)\.(\w+)/g);
    const contents = Array.from(imports, ([, path, name]) => `export { ${name} } from '${path}';\n`).join('');
    onResolve({ filter: /./ }, ({ kind, importer: from }) =>
      kind === 'dynamic-import' && from === importer ? { path: 'commands', namespace: 'all' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'all' }, () => ({ contents, resolveDir: dirname(importer) }));
  },
};

async function minified(text) {
  return (await swc.minify(text, { module: true, ecma: 2022, compress: true, mangle: true })).code;
}

/** Variables get names of a letter or two; functions and classes, which stack traces name, keep theirs. */
async function withShortNames(text) {
  const { body } = await swc.parse(text, SYNTAX);
  const named = body
    .flatMap(({ declarations = [] }) => declarations)
    .filter(({ init }) => /^(Class|Function|ArrowFunction)Expression$/.test(init?.type));
  const mangle = { keep_classnames: true, keep_fnames: true, reserved: named.map(({ id }) => id.value) };
  const { code } = await swc.minify(text, { module: true, ecma: 2022, compress: false, mangle });
  return withClassNames(code);
}

/** What a line may begin with: a statement, a member of a class, a variable, a property … */
const LISTS = [
  'body',
  'stmts',
  'consequent',
  'declarations',
  'properties',
  'elements',
  'arguments',
  'specifiers',
];
const SHORTEST_LINE = 100;

/** One line as many: a stack trace says in which of them, and where in it, an error was thrown. */
async function withLines(text) {
  const { body } = await swc.parse(text, SYNTAX);
  const bytes = Buffer.from(text);
  const offset = body[0].span.start; // spans count bytes, from the end of what was parsed before
  const lines = [];
  let from = 0;
  for (const start of startsIn(body).sort((a, b) => a - b)) {
    const to = start - offset;
    if (to - from < SHORTEST_LINE) continue;
    lines.push(bytes.subarray(from, to));
    from = to;
  }
  return `${[...lines, bytes.subarray(from)].join('\n')}\n`;
}

/** Where lines may begin in a part of a syntax tree. */
function startsIn(node) {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, part]) => [
    ...(Array.isArray(part) && LISTS.includes(key) ? part.flatMap(startOf) : []),
    ...startsIn(part),
  ]);
}

/** Only a property `key: value` begins with its key: before that of a method may stand `async`, which ends no line. */
function startOf(one) {
  const span = one?.spread ?? (one?.type === 'KeyValueProperty' ? one.key : (one?.expression ?? one))?.span;
  return span?.start ?? [];
}

/**
 * What files import from each other gets short names, too: those that it has in its file, or numbers. What an entry point
 * exports, or `import()` gives, keeps its names.
 */
function withShortImports(files) {
  const short = new Map(); // path -> name -> short name
  const entriesOf = (list) => list.split(',').map((entry) => entry.trim().split(' as '));
  const listed = (pairs) => `{${pairs.map(([one, other]) => (one === other ? one : `${one} as ${other}`))}}`;
  const exported = files.map(({ path, text }) => {
    if (!basename(path).startsWith('chunk-')) return { path, text };
    const names = new Map();
    short.set(path, names);
    const changed = text.replace(EXPORT, (_, list) => {
      const pairs = entriesOf(list).map(([local, name = local], i) => {
        names.set(name, local.length <= SHORT ? local : `_${i.toString(36)}`);
        return [local, names.get(name)];
      });
      return `export${listed(pairs)};`;
    });
    return { path, text: changed };
  });
  return exported.map(({ path, text }) => ({
    path,
    text: text.replace(IMPORT, (line, word, list, from) => {
      const names = short.get(join(dirname(path), from));
      if (!names) return line;
      const pairs = entriesOf(list).map(([name, local = name]) => [names.get(name), local]);
      return `${word}${listed(pairs)}from"${from}"`;
    }),
  }));
}

/** The outputs that the engine's entry point imports, directly or not. */
function filesOfEngine(outputs) {
  const found = new Set();
  const visit = (path) => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: target, external } of outputs[path].imports) if (!external) visit(target);
  };
  visit(`dist/src/${ENGINE}.js`);
  return found;
}

/** Each entry point names what it exports of the one file with all types. */
function declarations() {
  const entries = LIBRARY.map((name) => join(OUT, `${name}.d.ts`));
  const { shared, names } = collectDeclarations(entries);
  const listed = LIBRARY.map((name, i) => {
    const from = name.includes('/') ? '../declarations.js' : './declarations.js';
    return { path: entries[i], text: `export { ${names.get(entries[i]).join(', ')} } from '${from}';\n` };
  });
  return [{ path: join(OUT, 'declarations.d.ts'), text: shared }, ...listed];
}

/** dist/isthmus.min.js, by a minifier that also rewrites expressions, below the line with the license. */
async function oneFile() {
  const path = join(ROOT, 'dist/isthmus.min.js');
  const [, license, code] = /^(.*\n)([\s\S]*)$/.exec(readFileSync(path, 'utf8'));
  return { path, text: license + (await minified(code)) };
}

const files = [...(await modules()), ...declarations(), await oneFile()];
rmSync(OUT, { recursive: true });
for (const { path, text } of files) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
