/** How `evaluate` answers: files, a report, a few pictures. */

import { rm } from 'node:fs/promises';
import { writeFileAtomically } from '../../files/files.ts';
import { showComparison } from '../shared/pictures.ts';
import { print, printJson, say } from '../terminal/output.ts';
import type { Answer, EvaluateValues, OutputFile, Section } from './options.ts';

/** Writes the files, prints the report, and shows a few pictures. */
export async function present({ sections, files, pictures }: Answer, values: EvaluateValues): Promise<void> {
  await writeAll(files, values.overwrite);
  report(sections, values.json);
  if (values.json) return;
  if (files.length > 0) say();
  for (const { path, what } of files) say(`${what}: ${path}`);
  say();
  const shown = pictures();
  if (shown) showComparison(shown);
}

/** Writes all files, or none; with `overwrite`, those that were replaced before an error stay replaced. */
async function writeAll(files: readonly OutputFile[], overwrite: boolean): Promise<void> {
  const written: string[] = [];
  try {
    for (const { path, contents } of files) {
      await writeFileAtomically(path, contents);
      written.push(path);
    }
  } catch (error) {
    if (!overwrite) for (const path of written) await rm(path, { force: true });
    throw error;
  }
}

function report(sections: readonly Section[], json: boolean): void {
  if (json) {
    printJson(Object.assign({}, ...sections.map((section) => section.json)));
    return;
  }
  sections.forEach((section, i) => {
    if (i > 0) print('');
    section.print();
  });
}
