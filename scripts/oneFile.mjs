/** Builds dist/isthmus.min.js, the whole engine in one file, for pages without a bundler. A part of `npm run build`. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { license, name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

await build({
  absWorkingDir: ROOT,
  entryPoints: ['src/index.ts'],
  outfile: `dist/${name}.min.js`,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022', // what Node 20 and browsers of the same age understand
  platform: 'browser', // it knows no Node modules: importing one is an error
  banner: { js: `/*! ${name} ${version}, ${license} license */` },
  logLevel: 'warning',
});
