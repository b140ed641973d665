/**
 * Builds dist/src as `npm pack` packs it, in place of the build that tests and commands use: npm runs this file before it
 * packs (`prepack`), and `npm run build`, which brings the other build back, when it has packed (`postpack`). Two things:
 *
 * - The modules, as bundles of few files. The engine keeps the names of its functions and classes, and short lines, so that
 *   stack traces can be read; what only files and the command line need is minified. All of it takes less than 1 MB.
 * - The types that the entry points lead to, with their comments, in one file: declarations.mjs.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import swc from '@swc/core';
import { build, transform } from 'esbuild';
import { collectDeclarations } from './declarations.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'dist/src');
const LIBRARY = ['index', 'compression/index', 'io/index', 'node/index'];
const ENGINE = 'index';
const COMMAND_LINE = 'node/cli/main';

/** The language that Node 20 and browsers of the same age understand. */
const TARGET = { format: 'esm', target: 'es2022' };

async function buildModules() {
  const { outputFiles, metafile } = await build({
    ...TARGET,
    absWorkingDir: ROOT,
    entryPoints: [...LIBRARY, COMMAND_LINE].map((name) => `src/${name}.ts`),
    outdir: OUT,
    outbase: 'src',
    bundle: true,
    splitting: true, // one copy of what entry points share
    platform: 'node',
    packages: 'external',
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 100,
    metafile: true,
    write: false,
  });
  const engine = filesOfEngine(metafile.outputs);
  for (const { path, text } of outputFiles) {
    const isEngine = engine.has(relative(ROOT, path));
    await write(path, isEngine ? withClassNames(await withShortLocals(text)) : await minified(text));
  }
}

/**
 * A class that mentions itself is bundled as `var Tensor = class _Tensor`: stack traces and messages would name it so. Inside
 * the class both names mean the same.
 */
function withClassNames(text) {
  const names = [...text.matchAll(/\bclass _(\w+)/g)].map(([, name]) => name);
  return names.reduce((result, name) => result.replace(new RegExp(`\\b_${name}\\b`, 'g'), name), text);
}

async function minified(text) {
  return (await transform(text, { ...TARGET, minify: true })).code;
}

/** Local variables get names of a letter or two, which esbuild can't do while it keeps the others. */
async function withShortLocals(text) {
  const mangle = { toplevel: false, keep_classnames: true, keep_fnames: true };
  const { code } = await swc.minify(text, { module: true, compress: false, mangle });
  return (await transform(code, { ...TARGET, minifyWhitespace: true, lineLimit: 100 })).code;
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
async function buildDeclarations() {
  const compiled = mkdtempSync(join(tmpdir(), 'isthmus-types-'));
  try {
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const options = ['-p', 'tsconfig.package.json', '--outDir', compiled];
    execFileSync(process.execPath, [compiler, ...options], { cwd: ROOT, stdio: 'inherit' });
    const entries = LIBRARY.map((name) => join(compiled, `${name}.d.ts`));
    const { shared, names } = collectDeclarations(entries);
    await write(join(OUT, 'declarations.d.ts'), shared);
    for (const [i, name] of LIBRARY.entries()) {
      const from = name.includes('/') ? '../declarations.js' : './declarations.js';
      const list = names.get(entries[i]).map((one) => `  ${one},\n`);
      await write(join(OUT, `${name}.d.ts`), `export {\n${list.join('')}} from '${from}';\n`);
    }
  } finally {
    rmSync(compiled, { recursive: true });
  }
}

async function write(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

rmSync(OUT, { recursive: true, force: true });
await Promise.all([buildModules(), buildDeclarations()]);
