/** Tests that need a separate process: helpers do not keep it alive, and hosts may lack what the SIMD kernels need. */

import { describe, expect, test } from '@jest/globals';
import { builtFile, runScript } from '../../../helpers/script.ts';

const IMPORT_ACTIVE = `const { kernels, setKernels, supportedKernels, threads, useThreads } =
  await import('${builtFile('tensor/kernels/active.js')}');`;

/** Square products; of 300 x 300 numbers and more, helpers are offered a share. */
const products = (size: number, times: number) => `{
  const size = ${size};
  const [a, b, c] = [1, 2, 0].map((x) => new Float32Array(size * size).fill(x));
  for (let i = 0; i < ${times}; i++) kernels().matmul(size, size, size, a, b, false, c);
  if (!c.every((x) => x === 2 * size)) throw new Error('wrong product');
}`;
const WORK = products(300, 20);

const pause = (ms: number) => `await new Promise((resolve) => setTimeout(resolve, ${ms}));`;

const DONE = { code: 0, stdout: 'done\n', stderr: '' };

describe('a process whose helpers run ends by itself', () => {
  // A process that is kept alive is ended by force after two minutes: its code is a signal's name then.
  test.each([
    ['right after they started', ''],
    ['right after work', WORK],
    ['while they sleep', `${WORK} ${pause(50)}`],
    ['after work that woke them', `${WORK} ${pause(50)} ${WORK}`],
    ['after fewer were wanted', `${WORK} await useThreads(1);`],
  ])('%s', async (_name, work) => {
    const program = `${IMPORT_ACTIVE} await useThreads(3); ${work} console.log('done');`;
    expect(await runScript(program)).toEqual(DONE);
  });

  test.each([
    ['while they look for work', ''],
    ['while they sleep', pause(50)],
  ])('by process.exit %s, with its code', async (_name, before) => {
    const program = `${IMPORT_ACTIVE} await useThreads(3); ${WORK} ${before} process.exit(7);`;
    expect(await runScript(program)).toEqual({ code: 7, stdout: '', stderr: '' });
  });

  test('by an uncaught error', async () => {
    const { code, stderr } = await runScript(
      `${IMPORT_ACTIVE} await useThreads(3); throw new Error('so it goes');`,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch('so it goes');
  });

  test('negative control: a worker that is not made for it keeps its process alive', async () => {
    const program = `
      const { Worker } = require('node:worker_threads');
      new Worker('setTimeout(() => console.log("late"), 300)', { eval: true });
      console.log('done');`;
    expect((await runScript(program)).stdout).toBe('done\nlate\n');
  });
});

// Node hands its flags down to workers: their program is a module then, and has no `require`.
test('helpers start in a program that is given to Node as text of a module', async () => {
  const program = `${IMPORT_ACTIVE} console.log(JSON.stringify(await useThreads(2)));`;
  expect((await runScript(program, ['--input-type=module'])).stdout).toBe('{"threads":2}\n');
});

describe('a helper that does not start', () => {
  /** Replaces Node's Worker by what the body of that class says. */
  const withWorker = (body: string) => `
    const { getBuiltinModule } = process;
    const { Worker } = getBuiltinModule('node:worker_threads');
    let count = 0;
    class Broken extends Worker { ${body} }
    process.getBuiltinModule = (name) =>
      name === 'node:worker_threads' ? { Worker: Broken } : getBuiltinModule.call(process, name);
    ${IMPORT_ACTIVE}
    console.log(JSON.stringify(await useThreads(3)), threads());
    ${WORK}`;

  const throwing = `constructor(program, options) { if (CONDITION) throw new Error('no thread for you'); super(program, options); }`;
  const failing = `constructor(program, options) { super(CONDITION ? 'throw new Error("no thread for you")' : program, options); }`;
  const leaving = `constructor(program, options) { super(CONDITION ? 'process.exit()' : program, options); }`;

  test.each([
    ['its constructor throws', throwing, 'no thread for you'],
    ['it throws', failing, 'no thread for you'],
    ['it leaves at once', leaving, 'the thread ended before it was ready'],
  ])('leaves a warning and one thread where %s', async (_name, body, reason) => {
    const warning = `useThreads: 1 of 3 threads started: ${reason}.`;
    expect(await runScript(withWorker(body.replace('CONDITION', 'true')))).toEqual({
      code: 0,
      stdout: `${JSON.stringify({ threads: 1, warning })} 1\n`,
      stderr: '',
    });
  });

  test('leaves those before it: two threads of three', async () => {
    const warning = 'useThreads: 2 of 3 threads started: no thread for you.';
    expect(await runScript(withWorker(throwing.replace('CONDITION', '++count === 2')))).toEqual({
      code: 0,
      stdout: `${JSON.stringify({ threads: 2, warning })} 2\n`,
      stderr: '',
    });
  });

  test('is tried again by the next call', async () => {
    const program = `${withWorker(throwing.replace('CONDITION', '++count === 1'))}
      console.log(JSON.stringify(await useThreads(3)));
      ${WORK}`;
    const { code, stdout } = await runScript(program);
    expect(code).toBe(0);
    expect(stdout.split('\n')[1]).toBe('{"threads":3}');
  });
});

describe('without what the SIMD kernels need, the blocked ones compute, and nothing is said', () => {
  const REPORT = `${IMPORT_ACTIVE}
    ${products(50, 1)}
    const { threads: started, warning } = await useThreads(2);
    console.log(kernels().name, supportedKernels().length, setKernels('simd'), started, warning ?? 'silent');`;
  const BLOCKED = { code: 0, stdout: 'blocked 2 blocked 1 silent\n', stderr: '' };

  test.each([
    ['WebAssembly', 'delete globalThis.WebAssembly;'],
    [
      'its SIMD',
      `
      const { validate } = WebAssembly;
      WebAssembly.validate = (bytes) => !bytes.includes(0xfd) && validate(bytes); // what SIMD instructions begin with
      WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError('invalid value type v128'); } };`,
    ],
    [
      'leave to compile',
      `
      WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError('blocked by CSP'); } };`,
    ],
    [
      'its shared memory',
      `
      const { Memory } = WebAssembly;
      WebAssembly.Memory = class {
        constructor(limits) {
          if (limits.shared) throw new TypeError('shared memory is not enabled');
          return new Memory(limits);
        }
      };`,
    ],
    [
      'room for its memory',
      `WebAssembly.Memory = class { constructor() { throw new RangeError('no room'); } };`,
    ],
  ])('a host without %s', async (_name, before) => {
    expect(await runScript(before + REPORT)).toEqual(BLOCKED);
  });

  test('Node with --jitless', async () => {
    const { code, stdout } = await runScript(REPORT, ['--jitless']);
    expect({ code, stdout }).toEqual({ code: BLOCKED.code, stdout: BLOCKED.stdout });
  });

  test('negative control: this host lacks nothing', async () => {
    expect((await runScript(REPORT)).stdout).toMatch(/^simd [34] simd 2 silent\n$/); // with simd-fma or without
  });

  test('without relaxed SIMD, simd takes the place of simd-fma', async () => {
    const program = (bytes: string) => `
      const { validate } = WebAssembly;
      WebAssembly.validate = (module) => !module.join().includes('${bytes}') && validate(module);
      ${IMPORT_ACTIVE}
      console.log(setKernels('simd-fma'), kernels().name, (await useThreads(2)).threads, threads());`;
    expect(await runScript(program('253,133,2'))).toEqual({ code: 0, stdout: 'simd simd 2 2\n', stderr: '' });
    // The control: the host has it, unless it is Node 20, or a processor without.
    const has = process.version.startsWith('v20.') ? 'simd' : 'simd-fma';
    expect((await runScript(program('none'))).stdout).toBe(`${has} ${has} 2 2\n`);
  });

  test('a network is trained there', async () => {
    const result = await runScript(`
      delete globalThis.WebAssembly;
      const { Adam, Autoencoder } = await import('${builtFile('index.js')}');
      const autoencoder = new Autoencoder({ inputShape: [8], encodingDim: 2, hidden: [4], seed: 1 });
      autoencoder.compile({ optimizer: new Adam(), loss: 'mse' });
      const data = Float32Array.from({ length: 8 * 16 }, (_, i) => (i % 7) / 7);
      await autoencoder.fit({ data, shape: [16, 8] }, { epochs: 2 });
      console.log('done');`);
    expect(result).toEqual(DONE);
  });
});
