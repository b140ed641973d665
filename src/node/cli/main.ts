#!/usr/bin/env node
/**
 * The program `isthmus`: what a process needs around a command, which is in commands.ts. It enters the user's folder,
 * survives a reader that closes the pipe, and ends with the command's exit code.
 */

import * as nodeModule from 'node:module';
import { FAILED, main } from './commands.ts';
import { say } from './terminal/output.ts';

/** `npm run` works in the package's folder, but paths are meant from where the user stands. */
function enterUserFolder(): void {
  const { INIT_CWD, npm_package_name } = process.env;
  // In another package's script, its author means that package's folder.
  if (INIT_CWD && npm_package_name === 'isthmus') process.chdir(INIT_CWD);
}

/** From Node 22.8 on: what is compiled of a command is kept in the system's temporary folder; the next one starts faster. */
function keepCompiledCode(): void {
  (nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
}

let isOutputLost = false;

// A reader that has seen enough (`| head`) closes the pipe: that is no failure, and what goes to files still does.
process.stdout.on('error', (error: { code?: string }) => {
  if (error.code === 'EPIPE' || isOutputLost) return;
  isOutputLost = true;
  say(`isthmus: can't write to stdout: ${error.code === 'ENOSPC' ? 'no space is left' : error.code}.`);
});
process.stderr.on('error', () => {}); // nobody listens
process.on('exit', () => {
  if (isOutputLost) process.exitCode = FAILED;
});

keepCompiledCode();
enterUserFolder();
process.exitCode = await main(process.argv.slice(2));
