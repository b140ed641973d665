/** Every block of code in the guide has the types it should have, runs, and prints what stands below it. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { blocksOf } from '../helpers/docs.ts';
import { findPython, runPython } from '../helpers/python.ts';
import { CHAPTERS, codeBlocksOf, programOf, runBlocks } from './notebook.ts';

const PROGRAMS = CHAPTERS.map(({ name, page }) => ({
  name: name.replace(/\.md$/, ''),
  blocks: codeBlocksOf(page),
}));

test.each(PROGRAMS)('the blocks of $name print what stands below them', async ({ name, blocks }) => {
  expect(blocks.length).toBeGreaterThan(0);
  expect(await runBlocks(name, blocks)).toEqual(blocks.map(({ shown }) => shown));
});

describe('the types', () => {
  /** What the compiler says of programs. */
  function typeErrors(name: string, programs: readonly string[]): string {
    const folder = resolve('dist/guide', name);
    mkdirSync(folder, { recursive: true });
    const files = programs.map((program, i) => {
      const path = `${folder}/${i}.ts`;
      writeFileSync(path, program.includes('import ') ? program : `export {};\n${program}`);
      return path;
    });
    const options = { noUnusedLocals: false, noUnusedParameters: false };
    writeFileSync(
      `${folder}/tsconfig.json`,
      JSON.stringify({ extends: resolve('tsconfig.json'), compilerOptions: options, files, include: [] }),
    );
    const compiler = 'node_modules/typescript/bin/tsc';
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    return stdout;
  }

  test('are those of the engine', () => {
    const programs = PROGRAMS.map(({ blocks }) => programOf(blocks));
    expect(typeErrors('types', programs)).toBe('');
  });

  test('are checked: a wrong one is found', () => {
    const wrong = "import { Dense } from 'isthmus';\nnew Dense('2', 3);\n";
    expect(typeErrors('wrong', [wrong])).toContain("'string' is not assignable");
  });
});

test('a block that prints something else is found', async () => {
  const blocks = [
    { code: 'console.log(1 + 1);', shown: '2\n' },
    { code: 'const three: number = 3;', shown: '' },
    { code: 'console.log(three);', shown: '4\n' },
  ];
  expect(await runBlocks('wrong', blocks)).toEqual(['2\n', '', '3\n']);
});

describe('the Python of the guide', () => {
  const programs = CHAPTERS.map(({ name, page }) => ({ name, program: blocksOf(page, 'python').join('\n') }));
  const pages = programs.filter(({ program }) => program !== '');
  const anyPython = findPython('sys');
  const python = findPython('tensorflow');

  (anyPython ? test : test.skip).each(pages)('$name has no wrong syntax', ({ program }) => {
    const compile = `compile(${JSON.stringify(program)}, 'guide', 'exec')`;
    expect(runPython(anyPython ?? '', ['-c', compile])).toEqual({ status: 0, stderr: '' });
  });

  // TensorFlow is large: few have it, and CI does not
  const note = python ? '' : ' (skipped: no python3 with tensorflow here, PYTHON can name one)';
  (python ? test : test.skip).each(pages)(`$name runs with TensorFlow${note}`, ({ program }) => {
    const folder = resolve('dist/guide/python');
    mkdirSync(folder, { recursive: true });
    // 60 images in place of images.npy, and two epochs
    execFileSync(process.execPath, [resolve('dist/examples/writeDigits.js'), 'images.npy', '60'], {
      cwd: folder,
    });
    const short = `import os\nos.chdir(${JSON.stringify(folder)})\n${program.replace(/epochs=100/g, 'epochs=2')}`;
    const { status, stderr } = runPython(python ?? '', ['-c', short]);
    rmSync(folder, { recursive: true });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  });
});
