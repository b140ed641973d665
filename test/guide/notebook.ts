/**
 * The guide as tests see it: its chapters, and each chapter's code as one program, as in a notebook. The `ts` blocks of a
 * chapter run one after the other; the `text` block below one of them is what that block prints.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { transformSync } from '@swc/core';
import { fencesOf } from '../../scripts/markdown.mjs';
import { runNode } from '../helpers/script.ts';

export interface Chapter {
  /** The name of its file, such as 03-one-layer.md. */
  readonly name: string;
  readonly page: string;
}

const chaptersIn = (folder: string): Chapter[] =>
  readdirSync(folder)
    .filter((name) => /^\d\d-.*\.md$/.test(name))
    .map((name) => ({ name, page: readFileSync(`${folder}/${name}`, 'utf8') }));

export const CHAPTERS = chaptersIn('docs/guide');
export const CHINESE_CHAPTERS = chaptersIn('docs/guide/zh-CN');

export interface CodeBlock {
  readonly code: string;
  /** What it prints, as the page shows it: nothing, if there is no `text` block below it. */
  readonly shown: string;
}

export function codeBlocksOf(page: string): CodeBlock[] {
  const fences = fencesOf(page).filter(({ language }) => language === 'ts' || language === 'text');
  return fences.flatMap(({ language, text }, i) => {
    if (language === 'text') return [];
    const next = fences[i + 1];
    return [{ code: text, shown: next?.language === 'text' ? next.text : '' }];
  });
}

/** Between what one block prints and what the next one prints. */
const MARK = '=== next block ===';

/** The chapter's blocks as one program in TypeScript, which prints a mark after each. */
export function programOf(blocks: readonly CodeBlock[]): string {
  return blocks.map(({ code }) => `${code}\nconsole.log(${JSON.stringify(MARK)});\n`).join('');
}

/** Runs them on the built engine; the result is what each block prints. */
export async function runBlocks(name: string, blocks: readonly CodeBlock[]): Promise<string[]> {
  const folder = resolve('dist/guide'); // inside the package, so that its name is known
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/${name}.js`;
  const { code } = transformSync(programOf(blocks), {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  });
  writeFileSync(path, code);
  const { code: exit, stdout, stderr } = await runNode([path], folder);
  if (exit !== 0 || stderr !== '') throw new Error(`${name} ended with ${exit}: ${stderr}`);
  return stdout.split(`${MARK}\n`).slice(0, -1);
}
