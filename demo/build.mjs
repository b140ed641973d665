/** Builds the page: `npm run demo:build [FOLDER]` makes a folder of static files, dist/demo if none is named. */

import { copyFile, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildSite } from '../scripts/site/build.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** Three programs: the page, the worker with the engine, and the service worker that gives a static host its headers. */
const PROGRAMS = { page: 'page/main.ts', worker: 'worker/main.ts', isolation: 'isolation.ts' };
const STATIC = ['index.html', 'style.css', 'icon.svg'];

export async function buildPage(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Promise.all(STATIC.map((name) => copyFile(join(here, name), join(folder, basename(name)))));
  await build({
    entryPoints: Object.fromEntries(Object.entries(PROGRAMS).map(([name, path]) => [name, join(here, path)])),
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    logLevel: 'warning',
  });
  buildSite(join(folder, 'guide')); // the page links to it
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage(process.argv[2] ?? join(here, '../dist/demo'));
}
