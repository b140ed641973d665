/**
 * `npm run test:runtimes`: the engine in Node 20 to 26, Bun and Deno. Each runs program.mjs, the command line and the core
 * tests; judge.mjs compares what came out. docs/runtimes.md has a table of it.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { environment, formatEnvironment } from '../../dist/bench/harness/report.js';
import { bundleTests, CORE } from './bundleTests.mjs';
import { cellsOf, coreTotals, faultsOf, table } from './judge.mjs';
import { getRuntime, RUNTIMES } from './runtimes.mjs';

const NAMES = RUNTIMES.map(({ name }) => name);
const HELP = `\
Usage: npm run test:runtimes -- [options]

Runs the engine in other versions of Node, in Bun and in Deno, which are installed from npm the first time
(500 MB): trainings that must give the same bits in each, files, the command line, and the core tests.

  --only LIST   some of: ${NAMES.join(',')}. The first of all runs in any case: it is the reference.
  --quick       without the core tests
  --help        show this and exit

Exit codes: 0 each runtime that could be had works, 1 one does not, or none could be had, 2 wrong usage.`;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
/** Inside of the repository, where programs find its packages. */
const BUNDLES = join(ROOT, 'dist/runtimes');
const TIMEOUT_MS = 300_000; // only what hangs takes so long

/** Runs `RUNTIME WORDS` in the repository and returns what it printed. @throws {Error} If it fails. */
function run([program, ...before], words) {
  const { status, signal, stdout, stderr } = spawnSync(program, [...before, ...words], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1' },
    timeout: TIMEOUT_MS,
    maxBuffer: 2 ** 26,
  });
  if (status === 0) return stdout;
  throw new Error(`${words[0]} ended with ${signal ?? `exit code ${status}`}: ${stderr.trim().slice(-2000)}`);
}

const lastLine = (text) => JSON.parse(text.trimEnd().split('\n').at(-1));

function runCommandLine(command, folder) {
  const out = join(folder, 'run');
  run(command, ['dist/src/node/cli/main.js', 'train', '--count', '300', '--epochs', '2', '--out', out]);
  const rows = readFileSync(join(out, 'history.csv'), 'utf8').trim().split('\n').slice(1);
  const model = createHash('sha256').update(readFileSync(join(out, 'model.safetensors')));
  return { losses: rows.map((row) => Number(row.split(',')[1])), model: model.digest('hex') };
}

/** Jest itself in Node, its runner of one file elsewhere. */
function runCore(title, command, folder) {
  if (title !== 'Node') return lastLine(run(command, [file('runTests.mjs'), BUNDLES]));
  const results = join(folder, 'jest.json');
  const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'];
  const words = ['node_modules/jest/bin/jest.js', ...CORE.map((path) => `${path}/`), '--silent', '--json'];
  try {
    run([...command, ...flags], [...words, `--outputFile=${results}`]);
  } catch (error) {
    // Failed tests are in the file, too.
    if (!existsSync(results)) throw error;
  }
  const report = JSON.parse(readFileSync(results, 'utf8'));
  const bad = report.testResults.filter(({ status }) => status === 'failed');
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    leftOut: report.numPendingTests,
    failures: bad.map(({ name, message }) => `${name}\n${message}`),
  };
}

function tryRuntime(runtime, withCore) {
  const { title } = runtime;
  const { command, version, skipped } = getRuntime(runtime);
  if (skipped) return { title, skipped };
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-runtimes-'));
  try {
    const program = lastLine(run(command, [file('program.mjs'), folder]));
    const commandLine = runCommandLine(command, folder);
    const core = withCore ? runCore(title, command, folder) : undefined;
    return { title, version, program, commandLine, core };
  } catch (error) {
    return { title, version, failed: error.message };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readOptions() {
  try {
    const options = { only: { type: 'string' }, quick: { type: 'boolean' }, help: { type: 'boolean' } };
    const { only, quick, help } = parseArgs({ options }).values;
    const names = only?.split(',') ?? NAMES;
    const unknown = names.find((name) => !NAMES.includes(name));
    if (unknown !== undefined) {
      throw new Error(`--only: there is no runtime '${unknown}', expected some of: ${NAMES.join(',')}.`);
    }
    return { names, quick, help };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

const { names, quick, help } = readOptions();
if (help) {
  console.log(HELP);
  process.exit(0);
}

const chosen = RUNTIMES.filter(({ name }, i) => i === 0 || names.includes(name));
if (!quick && chosen.some(({ title }) => title !== 'Node')) {
  rmSync(BUNDLES, { recursive: true, force: true });
  await bundleTests(BUNDLES);
}
const results = chosen.map((runtime) => {
  console.error(runtime.name);
  return tryRuntime(runtime, !quick && names.includes(runtime.name));
});

const reference = results.find(({ program }) => program);
console.log(`${formatEnvironment(environment())}\n`);
console.log(table(results.map((result) => cellsOf(result, reference))));
const faults = results.flatMap((result) =>
  faultsOf(result, reference).map((fault) => `${result.title} ${result.version}: ${fault}`),
);
if (coreTotals(results) > 1) faults.push('The runtimes have different numbers of core tests.');
if (!reference) faults.push('No runtime ran, so nothing was compared.');
for (const fault of faults) console.log(`\n${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
