/**
 * What the engine adds to a page: `npm run size` bundles some of its names for browsers, minified, and prints the bytes;
 * of the smallest bundle also which folders they come from.
 * Nothing may be left over for the page to bring: a Node module or a package ends it with an error.
 *
 * `node scripts/size.mjs isthmus` measures the package that is installed in the current folder.
 */

import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const USES = {
  Autoencoder: '{ Autoencoder }',
  'with VariationalAutoencoder and GAN': '{ Autoencoder, VariationalAutoencoder, GAN }',
  everything: '*',
};

/** The bundle of a page that uses these names of `entry`. */
async function bundle(names, entry) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export ${names} from ${JSON.stringify(entry)};`, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser', // it knows no Node modules: importing one is an error
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const [{ imports, inputs }] = Object.values(metafile.outputs);
  if (imports.length > 0)
    throw new Error(`size: the bundle imports ${imports.map(({ path }) => path).join(', ')}.`);
  return { bytes: outputFiles[0].contents, inputs };
}

/** Bytes by folder, `wasm/` and `code/` with the SIMD kernels that they make; the largest first. */
function byFolder(inputs) {
  const sums = new Map();
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const folder = /src\/(tensor\/kernels\/simd|tensor\/kernels|[^/]+)\//.exec(path)?.[1];
    if (folder) sums.set(folder, (sums.get(folder) ?? 0) + bytesInOutput);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

const [entry = resolve('src/index.ts')] = process.argv.slice(2);
const line = (...columns) =>
  `${columns[0].padEnd(36)}${columns
    .slice(1)
    .map((text) => text.padStart(9))
    .join('')}`;
console.log(line('', 'bytes', 'gzip'));
const count = (bytes) => bytes.toLocaleString('en');
for (const [title, names] of Object.entries(USES)) {
  const { bytes } = await bundle(names, entry);
  console.log(line(title, count(bytes.length), count(gzipSync(bytes, { level: 9 }).length)));
}
// The installed package is bundled already: its files are no longer those of the sources.
if (process.argv.length === 2) {
  console.log('\nAutoencoder, by folder of src');
  for (const [folder, bytes] of byFolder((await bundle(USES.Autoencoder, entry)).inputs)) {
    console.log(line(folder, count(bytes)));
  }
}
