/** The benchmark's side of the protocol (serve.mjs): starts an engine, asks, waits, and ends it if it does not answer. */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The engine can't do this here, or did it wrong: a line in the table. */
export class EngineError extends Error {
  name = 'EngineError';
}

/** How long an engine may take to end after its input has ended. */
const FAREWELL_MS = 2000;

const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * @param {string} program
 * @param {readonly string[]} words
 * @param {NodeJS.ProcessEnv} env
 */
export function startEngine(program, words, env) {
  const child = spawn(program, words, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  running.add(child);
  let talk = '';
  child.stderr.on('data', (text) => {
    talk = `${talk}${text}`.slice(-2000);
  });
  child.stdin.on('error', () => {}); // an engine that is gone is noticed below
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(`ended (${signal ?? `exit code ${code}`}): ${lastLine(talk)}`),
    );
  }).finally(() => running.delete(child));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /**
     * Sends a command and resolves to the answer.
     *
     * @throws {EngineError} If the engine refuses, ends, or does not answer in time; it is ended then.
     */
    ask: async (command, timeoutMs) => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      const reply = await inTime(timeoutMs, lines.next());
      if (reply === undefined) {
        child.kill('SIGKILL');
        throw new EngineError(`no answer to '${command.cmd}' within ${timeoutMs / 1000} s.`);
      }
      if (reply.done) throw new EngineError(await ended);
      const { error, ...answer } = parse(reply.value);
      if (error !== undefined) throw new EngineError(error);
      return answer;
    },
    stop: async () => {
      child.stdin.end();
      if ((await inTime(FAREWELL_MS, ended)) === undefined) child.kill('SIGKILL');
    },
  };
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return { error: `said '${line.slice(0, 60)}', expected JSON.` };
  }
}

/** What the promise resolves to, or undefined if that takes longer. */
async function inTime(ms, promise) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Of a stack trace, the line that says what happened. */
function lastLine(text) {
  const lines = text.split('\n').map((line) => line.trim());
  return (
    lines.find((line) => /Error\b.*:/.test(line)) ?? lines.findLast((line) => line !== '') ?? 'no message'
  );
}
