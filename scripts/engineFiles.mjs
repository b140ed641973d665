/**
 * Puts the modules that src/index.ts leads to into four files of dist/src. Node takes half a millisecond for each file that it
 * loads, and there are some 130. In place of each module comes a line that exports its names from those files, so that tests
 * and the bench, which import modules, see the same functions and the same state. A part of `npm run build`, after the compiler.
 */

import { writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { withClassNames } from './classNames.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'dist/src');

function esbuild(options) {
  return build({
    absWorkingDir: OUT,
    outdir: OUT,
    format: 'esm',
    target: 'es2022', // what Node 20 and browsers of the same age understand
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'warning',
    ...options,
  });
}

/** The modules that one imports, directly or not, itself included: paths from dist/src. `import()` does not count. */
async function modulesOf(entry, platform) {
  const { metafile } = await esbuild({ entryPoints: [entry], bundle: true, platform });
  const found = new Set([entry]);
  for (const path of found) {
    for (const { path: target, kind, external } of metafile.inputs[path].imports) {
      if (kind === 'import-statement' && !external) found.add(target);
    }
  }
  return [...found];
}

/** For each module the names that it exports. A module of types has none, and is left as it is. */
async function exportsOf(modules) {
  const { metafile } = await esbuild({ entryPoints: modules });
  const found = Object.values(metafile.outputs).map(({ entryPoint, exports }) => [entryPoint, exports]);
  return found.filter(([, names]) => names.length > 0);
}

const list = (pairs) => `{ ${pairs.map(([name, other]) => `${name} as ${other}`).join(', ')} }`;

/** Bundles modules into one file, and writes the lines that lead there. */
async function bundle(modules, file, external) {
  // Modules may export the same name: in the file it has the module's number.
  const numbered = (await exportsOf(modules)).map(([path, names], i) => ({
    path,
    names: names.map((name) => [name, `${name}_${i}`]),
  }));
  const contents = numbered.map(({ path, names }) => `export ${list(names)} from './${path}';\n`).join('');
  const { outputFiles } = await esbuild({
    stdin: { contents, resolveDir: OUT },
    bundle: true,
    platform: 'browser', // it knows no Node modules: importing one is an error
    external,
    minifyWhitespace: true, // without comments, which takes a tenth of the time to load; names stay
    lineLimit: 100,
  });
  await writeFile(join(OUT, file), withClassNames(outputFiles[0].text));
  for (const { path, names } of numbered) {
    const from = relative(dirname(path), file);
    const lines = `export ${list(names.map((pair) => pair.toReversed()))} from '${from.startsWith('.') ? from : `./${from}`}';\n`;
    await writeFile(join(OUT, path), lines);
  }
}

const engine = await modulesOf('index.js', 'browser');
const groups = [
  // What the command line needs before it knows the command: `isthmus --help` loads no more of the engine.
  ['basics.js', await modulesOf('node/cli/main.js', 'node')],
  // Bundlers can't leave out all of a file of which they need something: a page with an Autoencoder needs nothing else.
  ['core.js', await modulesOf('autoencoder/autoencoder.js', 'browser')],
  // It has effects when it is loaded, so what needs any of the rest must not keep it (src/layers/convolutions.ts).
  ['convolutions.js', await modulesOf('layers/convolutions.js', 'browser')],
  ['others.js', engine],
];
const done = new Set();
const files = [];
for (const [file, needed] of groups) {
  const modules = engine.filter((path) => needed.includes(path) && !done.has(path));
  await bundle(modules, file, files);
  for (const path of modules) done.add(path);
  files.push(`./${file}`);
}
