/** Builds dist/isthmus.min.js, the whole engine in one file, for pages without a bundler: a part of `npm run build`. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export async function buildOneFile() {
  const { license, name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  await build({
    entryPoints: [join(ROOT, 'src/index.ts')],
    outfile: join(ROOT, `dist/${name}.min.js`),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    banner: { js: `/*! ${name} ${version}, ${license} license */` },
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildOneFile();
