/**
 * What the engine adds to a page: `npm run size` bundles some of its names for browsers, minified, and prints the bytes.
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
  const [{ imports }] = Object.values(metafile.outputs);
  if (imports.length > 0)
    throw new Error(`size: the bundle imports ${imports.map(({ path }) => path).join(', ')}.`);
  return outputFiles[0].contents;
}

const [entry = resolve('src/index.ts')] = process.argv.slice(2);
const line = (...columns) => `${columns[0].padEnd(36)}${columns[1].padStart(9)}${columns[2].padStart(9)}`;
console.log(line('', 'bytes', 'gzip'));
for (const [title, names] of Object.entries(USES)) {
  const bytes = await bundle(names, entry);
  const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length];
  console.log(line(title, ...sizes.map((size) => size.toLocaleString('en'))));
}
