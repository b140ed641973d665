/**
 * Makes of dist/src, as `npm run build` leaves it for tests and commands, what `npm pack` packs: npm runs both before it packs
 * (`prepack`), and the build again when it has packed (`postpack`). Two things:
 *
 * - The modules, as bundles of few files. The engine keeps the names of its functions and classes, and short lines, so that
 *   stack traces can be read; what only files and the command line need is minified. All of it takes less than 1 MB.
 * - The types that the entry points lead to, with their comments, in one file: declarations.mjs.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import swc from '@swc/core';
import { build, transform } from 'esbuild';
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

async function modules() {
  const { outputFiles, metafile } = await build({
    ...TARGET,
    absWorkingDir: ROOT,
    entryPoints: [...LIBRARY, COMMAND_LINE].map((name) => `dist/src/${name}.js`),
    outdir: OUT,
    outbase: 'dist/src',
    bundle: true,
    splitting: true, // one copy of what entry points share
    platform: 'node',
    packages: 'external',
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 100,
    metafile: true,
    write: false,
    plugins: [commandsInOneFile],
  });
  const engine = filesOfEngine(metafile.outputs);
  // Files of lines that lead to the engine's files share nothing but these: they come out empty.
  const full = outputFiles.filter(({ text }) => text !== '');
  const isFull = (path) => full.some((file) => file.path === path);
  const shortened = async ({ path, text }) => {
    const code = text.replace(/\bimport"(\..*?)";/g, (line, to) =>
      isFull(join(dirname(path), to)) ? line : '',
    );
    return engine.has(relative(ROOT, path)) ? withClassNames(await withShortLocals(code)) : minified(code);
  };
  return Promise.all(full.map(async (file) => ({ path: file.path, text: await shortened(file) })));
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
  return (await transform(text, { ...TARGET, minify: true })).code;
}

/** Local variables get names of a letter or two, which esbuild can't do while it keeps the others. */
async function withShortLocals(text) {
  // Names of the module keep theirs: under a short one, a local variable of that name would get a longer one.
  const { body } = await swc.parse(text, { syntax: 'ecmascript', target: TARGET.target });
  const declared = body.flatMap(({ specifiers = [], declarations = [] }) => [
    ...specifiers.map(({ local }) => local),
    ...declarations.map(({ id }) => id),
  ]);
  const reserved = [...namesIn(declared)];
  const mangle = { keep_classnames: true, keep_fnames: true, reserved };
  const { code } = await swc.minify(text, { module: true, compress: false, mangle });
  return (await transform(code, { ...TARGET, minifyWhitespace: true, lineLimit: 100 })).code;
}

/** All identifiers in a part of a syntax tree. */
function namesIn(node, names = new Set()) {
  if (node?.type === 'Identifier') names.add(node.value);
  if (typeof node === 'object' && node !== null) for (const part of Object.values(node)) namesIn(part, names);
  return names;
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
    const list = names.get(entries[i]).map((one) => `  ${one},\n`);
    return { path: entries[i], text: `export {\n${list.join('')}} from '${from}';\n` };
  });
  return [{ path: join(OUT, 'declarations.d.ts'), text: shared }, ...listed];
}

const files = [...(await modules()), ...declarations()];
rmSync(OUT, { recursive: true });
for (const { path, text } of files) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
