/**
 * Makes each file of the core tests a program that any runtime can import: TypeScript compiled, the engine's sources inside,
 * so that each file has an engine of its own, as with Jest. Read jestGlobals.mjs first; runTests.mjs runs the programs.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The engine as it computes and trains. Files, pictures and the command line are left to `npm test`. */
export const CORE = [
  'test/tensor',
  'test/layers',
  'test/losses',
  'test/optim',
  'test/training',
  'test/autoencoder',
  'test/latent',
  'test/vae',
  'test/gan',
];

/** The tests of `npm test` in these folders, not those of `npm run test:all`. */
function testFiles() {
  const namesIn = (folder) => readdirSync(join(ROOT, folder), { recursive: true });
  return CORE.flatMap((folder) => namesIn(folder).map((name) => join(folder, name))).filter(
    (path) => path.endsWith('.test.ts') && !path.endsWith('.long.test.ts'),
  );
}

const plugin = {
  name: 'tests',
  setup(build) {
    const path = fileURLToPath(new URL('jestGlobals.mjs', import.meta.url));
    build.onResolve({ filter: /^@jest\/globals$/ }, () => ({ path, external: true }));
    // Golden files are found beside the source, not beside the bundle.
    build.onLoad({ filter: /\/test\/.*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', `'${pathToFileURL(path)}'`),
    }));
  },
};

/** Writes the programs into a folder, which must be in the repository, where they find packages. */
export async function bundleTests(outdir) {
  await build({
    absWorkingDir: ROOT,
    entryPoints: testFiles(),
    outdir,
    outbase: 'test',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'esnext',
    keepNames: true, // messages name classes
    inject: ['test/helpers/sameCases.ts', 'test/helpers/endThreads.ts'], // as jest.config.mjs sets up
    plugins: [plugin],
    logLevel: 'warning',
  });
}
