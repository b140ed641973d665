/**
 * `npm run bench:page`: the page in Chromium beside the command line. Its speed in training, in turns with that of `train`
 * on the same digits; whether it stays responsive meanwhile; and how soon after a click the loss falls.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { servePage } from '../demo/serve.mjs';
import { median } from '../dist/bench/harness/contest.js';
import { environment, formatEnvironment } from '../dist/bench/harness/report.js';

const HELP = `\
Usage: npm run bench:page -- [options]

Trains the default network on the built-in digits, in turns on the page and with 'train', and watches the
page for long tasks. It takes about three minutes.

  --rounds N   how often each trains with each number of threads. [3]
  --seconds S  how long it trains each time. [8]
  --trace S    how long the main thread is traced. [30]
  --help       show this and exit

CHROMIUM names a browser. [/usr/bin/chromium]

Exit codes: 0 all goals are reached, 1 one is missed or something failed, 2 wrong usage.`;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = join(ROOT, 'dist/src/node/cli/main.js');
const PAGE = join(ROOT, 'dist/demo');

/** What both train on by default. */
const DIGITS = 6000;
/** Of the speed of the command line. */
const MIN_SHARE = { 1: 0.9, 2: 0.8 };
/** A longer task makes a page feel stuck (W3C Long Tasks). */
const MAX_TASK_MS = 50;
const MAX_FIRST_MS = 1000;
/** Before it is measured: code is compiled, helper threads find out whether they help. */
const WARM_UP_MS = 2000;

function readOptions() {
  const number = (fallback) => ({ type: 'string', default: String(fallback) });
  const options = { rounds: number(3), seconds: number(8), trace: number(30), help: { type: 'boolean' } };
  try {
    const { values } = parseArgs({ options });
    const { help, ...numbers } = values;
    const entries = Object.entries(numbers).map(([name, text]) => [name, Number(text)]);
    const wrong = entries.find(([, value]) => !(Number.isInteger(value) && value >= 1));
    if (wrong) throw new Error(`--${wrong[0]} is '${numbers[wrong[0]]}', expected an integer >= 1.`);
    return { help, ...Object.fromEntries(entries) };
  } catch (error) {
    console.error(`bench:page: ${error.message} --help lists the options.`);
    process.exit(2);
  }
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Samples a second of `train`, after its warm-up, from the times of its epochs. */
async function speedOfCommandLine(threads, ms, folder) {
  const options = ['--epochs', '100000', '--threads', String(threads), '--out', folder, '--overwrite'];
  const child = spawn(process.execPath, [MAIN, 'train', ...options, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await sleep(WARM_UP_MS + ms);
  child.kill('SIGINT');
  await new Promise((resolve) => child.once('exit', resolve));
  const events = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const epochs = events.filter(({ event, seconds }) => event === 'epoch' && seconds * 1000 > WARM_UP_MS);
  const [first, last] = [epochs[0], epochs.at(-1)];
  return (DIGITS * (last.epoch - first.epoch)) / (last.seconds - first.seconds);
}

/** A page that keeps what its worker reports: `progress`, with the time. */
async function openPage(browser, address) {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
  await page.addInitScript(() => {
    globalThis.reports = [];
    const Original = Worker;
    globalThis.Worker = class extends Original {
      constructor(...args) {
        super(...args);
        this.addEventListener('message', ({ data }) => {
          if (data.event === 'progress') globalThis.reports.push({ at: performance.now(), ...data });
        });
      }
    };
  });
  await page.goto(address);
  await page.waitForFunction(() => document.querySelectorAll('#sliders input').length > 0);
  return page;
}

const clickTrain = (page) => page.getByRole('button', { name: 'Train', exact: true }).click();

/** Samples a second of the page, by its steps and the clock. */
async function speedOfPage(browser, address, threads, ms) {
  const page = await openPage(browser, address);
  if (threads === 1) await page.locator('select[name=threads]').selectOption('1');
  await clickTrain(page);
  await sleep(WARM_UP_MS);
  const now = () => page.evaluate(() => globalThis.reports.at(-1));
  const first = await now();
  await sleep(ms);
  const last = await now();
  const said = await page.locator('#figure-kernels').textContent();
  await page.context().close();
  if (!said.includes(`${threads} thread`))
    throw new Error(`The page computes with ${said}, expected ${threads} threads.`);
  // By epochs, as their last batch is smaller.
  const epochs = (last.step - first.step) / last.stepsPerEpoch;
  return (1000 * DIGITS * epochs) / (last.at - first.at);
}

/** Milliseconds from a click to the first point that lies below the one before it, drawn. */
async function firstFall(browser, address) {
  const page = await openPage(browser, address);
  await page.evaluate(() => {
    document.getElementById('train').addEventListener('click', () => {
      globalThis.clickedAt = performance.now();
    });
  });
  await clickTrain(page);
  const ms = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const look = () => {
          const losses = globalThis.reports.flatMap((report) =>
            report.losses.flatMap(({ values }) => values.training ?? []),
          );
          const hasFallen = losses.some((loss, i) => i > 0 && loss < losses[i - 1]);
          // The frame after the next one shows it.
          if (hasFallen)
            requestAnimationFrame(() =>
              requestAnimationFrame(() => resolve(performance.now() - globalThis.clickedAt)),
            );
          else setTimeout(look, 5);
        };
        look();
      }),
  );
  await page.context().close();
  return ms;
}

/** The durations of the main thread's tasks while the page trains, in milliseconds, longest first. */
async function traceTasks(browser, address, ms) {
  const page = await openPage(browser, address);
  await clickTrain(page);
  await browser.startTracing(page, {
    categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'],
  });
  // A visitor looks around.
  for (let y = 0; y < ms; y += 1000) {
    await page.mouse.wheel(0, y % 6000 < 3000 ? 300 : -300);
    await sleep(1000);
  }
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  await page.context().close();
  const main = traceEvents
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(({ pid, tid }) => `${pid} ${tid}`);
  const steps = traceEvents.filter(
    ({ name, pid, tid }) => name === 'RunTask' && main.includes(`${pid} ${tid}`),
  );
  return steps.map(({ dur = 0 }) => dur / 1000).sort((a, b) => b - a);
}

async function main() {
  const { help, rounds, seconds, trace } = readOptions();
  if (help) {
    console.log(HELP);
    return true;
  }
  console.log(formatEnvironment(environment()));
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const server = await servePage(PAGE);
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-'));
  try {
    console.log(`Chromium ${browser.version()}, headless\n`);
    const address = `http://localhost:${server.address().port}/`;
    const goals = [];
    for (const threads of [1, 2]) {
      const speeds = { page: [], commandLine: [] };
      for (let round = 0; round < rounds; round++) {
        speeds.page.push(await speedOfPage(browser, address, threads, 1000 * seconds));
        speeds.commandLine.push(await speedOfCommandLine(threads, 1000 * seconds, folder));
      }
      const [page, commandLine] = [median(speeds.page), median(speeds.commandLine)];
      console.log(
        `${threads} ${threads === 1 ? 'thread ' : 'threads'}: page ${count(page)} samples/s, train ${count(commandLine)}`,
      );
      goals.push([`speed with ${threads}`, page / commandLine, '>=', MIN_SHARE[threads]]);
    }
    const falls = [];
    for (let round = 0; round < rounds; round++) falls.push(await firstFall(browser, address));
    goals.push(['ms from click to a falling loss', median(falls), '<', MAX_FIRST_MS]);
    const [longest, ...others] = await traceTasks(browser, address, 1000 * trace);
    console.log(`${count(others.length + 1)} tasks of the main thread in ${trace} s of training`);
    goals.push(['ms of its longest task', longest, '<=', MAX_TASK_MS]);
    console.log();
    const isReached = ([, value, sign, goal]) => (sign === '>=' ? value >= goal : value <= goal);
    for (const goal of goals) {
      const [name, value, sign, bound] = goal;
      console.log(
        `${isReached(goal) ? 'ok    ' : 'FAILED'} ${name}: ${value.toPrecision(3)} (goal ${sign} ${bound})`,
      );
    }
    return goals.every(isReached);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    server.close();
    await browser.close();
  }
}

const count = (value) => Math.round(value).toLocaleString('en-US');

process.exitCode = (await main()) ? 0 : 1;
