/** Runs the programs of bundleTests.mjs in this runtime: `RUNTIME runTests.mjs FOLDER`. The last line is JSON. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getState, resetState, run } from './jestGlobals.mjs';

/** Each starts Node with a flag of Node's: they say nothing about another runtime. */
const LEFT_OUT = ['tensor/kernels/simd/collected.test.mjs'];

const [folder] = process.argv.slice(2);
const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.test.mjs'));
const counts = { passed: 0, failed: 0, leftOut: 0 };
const failures = [];

for (const file of files.sort()) {
  resetState();
  try {
    await import(pathToFileURL(join(folder, file)).href);
    if (LEFT_OUT.includes(file)) getState().testNamePattern = /(?!)/; // counted as skipped
    const { testResults, unhandledErrors } = await run();
    if (unhandledErrors.length > 0) throw new Error(unhandledErrors.join('\n'));
    for (const { errors, status, testPath } of testResults) {
      if (errors.length > 0) failures.push(`${file}: ${testPath.slice(1).join(' > ')}\n${errors[0]}`);
      counts[errors.length > 0 ? 'failed' : status === 'done' ? 'passed' : 'leftOut']++;
    }
  } catch (error) {
    counts.failed++;
    failures.push(`${file}\n${error}`);
  }
}
console.log(JSON.stringify({ ...counts, failures }));
process.exit(0); // tests may have left threads
