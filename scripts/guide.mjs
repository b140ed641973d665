/**
 * Runs the commands that the guide shows, which print its numbers and draw its pictures.
 *
 *     npm run docs:pictures                   the commands of all chapters; their pictures go to docs/images/guide
 *     npm run docs:pictures -- 8 10           those of two chapters
 *     npm run docs:pictures -- --check        writes nothing: compares the pictures with those that are there, byte by byte,
 *                                             and what is printed with what the chapters show
 *     npm run docs:lines                      sets the line numbers of the guide's links to code
 *
 * Speeds differ from run to run: to check, the commands of `bench` are left out. test/guide/commands.long.test.ts checks.
 */

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandsIn, declarationLine, fencesOf, withCodeLines } from './markdown.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PICTURES = 'docs/images/guide';
const { scripts: NPM_SCRIPTS } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** A shown command as Node runs it from another folder, or undefined if it only builds. */
function argumentsOf(command) {
  if (/^npm (ci|run -s build)$/.test(command)) return undefined;
  const [, script, args = ''] = /^npm run ([\w:]+)(?: -- (.*))?$/.exec(command) ?? [];
  const shown = script === undefined ? command : `${NPM_SCRIPTS[script]?.split(' && ').at(-1)} ${args}`;
  const [node, program, ...rest] = shown.trim().split(/ +/);
  if (node !== 'node') throw new Error(`docs:pictures: '${command}' is not understood.`);
  return [join(ROOT, program), ...rest];
}

/** npm says where it was called from, and the command line reads and writes there: here that is another folder. */
const { INIT_CWD: _, ...env } = process.env;

const isTimed = (command) => command.startsWith('npm run bench');

/** Runs a page's shell blocks, and compares what each prints with the `console` block that stands below it. */
function runPage(page, folder, check, report) {
  const blocks = fencesOf(page).filter(({ language }) => language === 'sh' || language === 'console');
  const problems = [];
  for (const [i, block] of blocks.entries()) {
    if (block.language !== 'sh') continue;
    const commands = commandsIn(block.text);
    let printed = '';
    for (const command of commands) {
      const args = argumentsOf(command);
      if (args === undefined || (check && isTimed(command))) continue;
      const start = Date.now();
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        cwd: folder,
        env,
        encoding: 'utf8',
      });
      report(`  ${command} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
      if (status !== 0) problems.push(`${command} ended with ${status}: ${stderr.trim()}`);
      printed += stdout;
    }
    const shown = blocks[i + 1]?.language === 'console' && blocks[i + 1].text;
    if (shown && !commands.some(isTimed)) problems.push(...linesMissing(shown, printed, commands));
  }
  return problems;
}

/**
 * Whether a `console` block is what was printed, from the first line to the last: the first line of it that isn't. `…` in a
 * line stands for anything, alone for any lines. Blank lines don't count.
 */
export function linesMissing(shown, printed, commands) {
  const linesOf = (text) =>
    text
      .split('\n')
      .map((line) => line.trimEnd())
      .filter(Boolean);
  const text = linesOf(printed)
    .map((line) => `${line}\n`)
    .join('');
  const lines = linesOf(shown);
  const patterns = lines.map((line) => {
    const parts = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return line === '…' ? '(?:.*\n)*?' : `${parts.join('.*')}\n`;
  });
  const begins = (count) => new RegExp(`^${patterns.slice(0, count).join('')}`).test(text);
  const wrong = lines.findIndex((_, i) => !begins(i + 1));
  if (wrong >= 0) return [`${commands.at(-1)} does not print, in this place: ${lines[wrong]}`];
  const isWhole = new RegExp(`^${patterns.join('')}$`).test(text);
  return isWhole ? [] : [`${commands.at(-1)} prints more than is shown: a line … stands for the rest`];
}

/** Copies a chapter's pictures, or says which differ from those that are there. */
function takePictures(page, folder, check) {
  const made = readdirSync(join(folder, PICTURES));
  if (!check) {
    for (const name of made) copyFileSync(join(folder, PICTURES, name), join(ROOT, PICTURES, name));
    return [];
  }
  const read = (root, name) => readFileSync(join(root, PICTURES, name));
  const there = readdirSync(join(ROOT, PICTURES));
  const asked = fencesOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => commandsIn(text))
    .filter((command) => !isTimed(command))
    .flatMap((command) => command.match(/(?<=docs\/images\/guide\/)[\w.-]+/g) ?? []);
  const names = new Set([...made, ...asked]);
  return [...names]
    .filter(
      (name) => !made.includes(name) || !there.includes(name) || !read(ROOT, name).equals(read(folder, name)),
    )
    .map((name) => `${PICTURES}/${name} is not what its command draws`);
}

/**
 * Runs the commands of a chapter.
 *
 * @param name - Of its file.
 * @param report - Is told of each command that has ended.
 * @returns What went wrong, in sentences.
 */
export function runChapter(name, check, report = () => {}) {
  const page = readFileSync(join(ROOT, 'docs/guide', name), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-guide-'));
  try {
    mkdirSync(join(folder, PICTURES), { recursive: true });
    report(name);
    return [...runPage(page, folder, check, report), ...takePictures(page, folder, check)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function setLines() {
  const pages = readdirSync(join(ROOT, 'docs/guide'), { recursive: true }).filter((name) =>
    name.endsWith('.md'),
  );
  for (const name of pages) {
    const path = join(ROOT, 'docs/guide', name);
    const page = readFileSync(path, 'utf8');
    const lineOf = (declared, file) => declarationLine(readFileSync(join(ROOT, file), 'utf8'), declared);
    const changed = withCodeLines(page, lineOf);
    if (changed !== page) writeFileSync(path, changed);
  }
}

function main(words) {
  if (words.includes('--lines')) {
    setLines();
    return;
  }
  const numbers = words.filter((word) => /^\d+$/.test(word)).map((word) => `${word.padStart(2, '0')}-`);
  const chapters = readdirSync(join(ROOT, 'docs/guide')).filter((name) => /^\d\d-/.test(name));
  const chosen = chapters.filter((name) => numbers.length === 0 || numbers.includes(name.slice(0, 3)));
  const problems = chosen.flatMap((name) =>
    runChapter(name, words.includes('--check'), console.log).map((problem) => `${name}: ${problem}`),
  );
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
