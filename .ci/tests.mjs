// node .ci/tests.mjs REPORT.json: the ten slowest tests of a run of Jest with --json, and how the run ended.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const tests = report.testResults.flatMap(({ name: file, assertionResults }) =>
  assertionResults.map(({ fullName, duration }) => ({ file, fullName, seconds: (duration ?? 0) / 1000 })),
);
const slowest = tests.sort((a, b) => b.seconds - a.seconds).slice(0, 10);

console.log('\nthe ten slowest tests:');
for (const { file, fullName, seconds } of slowest) {
  console.log(`${seconds.toFixed(1).padStart(6)} s  ${relative('.', file)}: ${fullName}`);
}
const { numPassedTests, numFailedTests, numPendingTests } = report;
console.log(`\n${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
