/** Which engines take part in which works, and how their processes are started. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the others are compared with. */
export const YARDSTICK = 'isthmus';

const PYTHON = process.env.PYTHON || 'python3';

const LIBRARIES = /^(OMP|KMP|GOMP|MKL|OPENBLAS|BLIS|ATEN)_/;

function enginePath(file) {
  return fileURLToPath(new URL(`engines/${file}`, import.meta.url));
}

export function node(name, file, words, groups, more = {}) {
  return { name, command: [process.execPath, enginePath(file), ...words], groups, kind: 'peer', ...more };
}

export function python(name, words, groups, more = {}) {
  const command = [PYTHON, enginePath('pytorch.py'), ...words];
  return { name, command, groups, kind: 'pytorch', ...more };
}

const TRAINING = ['article', 'wide'];
const ALL_TRAINING = [...TRAINING, 'conv'];

/**
 * `only`: its name for --only. `note`: its footnote in table.mjs. `images`: the number of images that a slow engine trains
 * on. `check: 'falls'`: its loss can't be compared and only has to fall. `isSlower`: known to be slower than another way
 * of the same engine, and left out of a quick run. `isCompiled`: it needs torch.compile, which a quick run leaves out.
 */
export const CONTESTANTS = [
  node('isthmus', 'isthmus.mjs', ['1'], ['products', ...ALL_TRAINING, 'predict'], { kind: 'own' }),
  node('isthmus matmul()', 'isthmus.mjs', ['1', 'matmul'], ['products'], { kind: 'own', only: 'isthmus' }),
  node('isthmus, 2 threads', 'isthmus.mjs', ['2'], [...ALL_TRAINING, 'predict'], {
    kind: 'own',
    only: 'isthmus',
  }),
  node('tfjs wasm', 'tfjs.mjs', ['wasm'], ['products', ...ALL_TRAINING], { only: 'tfjs', note: 'tfjs' }),
  node('tfjs wasm, flags', 'tfjs.mjs', ['wasm', 'flags'], ['products'], {
    only: 'tfjs',
    note: 'tfjs',
    isSlower: true,
  }),
  node('tfjs cpu', 'tfjs.mjs', ['cpu'], ['products', ...TRAINING], { only: 'tfjs', note: 'tfjs' }),
  node('tfjs cpu', 'tfjs.mjs', ['cpu'], ['conv'], {
    only: 'tfjs',
    note: 'tfjs conv',
    images: 8,
    check: 'falls',
  }),
  node('jax-js wasm', 'jax.mjs', [], ['products', ...TRAINING], { only: 'jax-js', note: 'jax-js' }),
  node('jax-js wasm', 'jax.mjs', [], ['conv'], {
    only: 'jax-js',
    note: 'jax-js conv',
    images: 128,
    check: 'falls',
  }),
  node('ml-matrix', 'ml-matrix.mjs', [], ['products'], { note: 'ml-matrix' }),
  node('brain.js', 'brain.mjs', [], TRAINING, { images: 128, check: 'falls', note: 'brain.js' }),
  ...[1, 2].map((threads) =>
    node(`ort-web, ${plural(threads)}`, 'onnxruntime.mjs', [`${threads}`], ['predict'], {
      only: 'ort-web',
      note: 'ort-web',
    }),
  ),
  python('PyTorch', ['1'], ['products']),
  ...[1, 2].flatMap((threads) => [
    python(`PyTorch, ${plural(threads)}`, [`${threads}`], ['predict']),
    python(`PyTorch, ${plural(threads)}`, [`${threads}`], TRAINING, { isSlower: true }),
    python(`PyTorch fused, ${plural(threads)}`, [`${threads}`, 'fused'], TRAINING),
    python(`PyTorch compiled, ${plural(threads)}`, [`${threads}`, 'compiled'], TRAINING, {
      isCompiled: true,
    }),
    ...['', ' NHWC'].flatMap((layout) => {
      const order = layout ? ['channels-last'] : [];
      return [
        python(`PyTorch fused${layout}, ${plural(threads)}`, [`${threads}`, 'fused', ...order], ['conv']),
        python(
          `PyTorch compiled${layout}, ${plural(threads)}`,
          [`${threads}`, 'compiled', ...order],
          ['conv'],
          { isCompiled: true },
        ),
      ];
    }),
  ]),
].map((contestant) => ({ only: contestant.kind === 'pytorch' ? 'pytorch' : contestant.name, ...contestant }));

export function plural(threads) {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

export const ENGINE_NAMES = [...new Set(CONTESTANTS.map(({ only }) => only))];

/** The environment without what other programs set to tune a numeric library: each runs as it comes. */
export function plainEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !LIBRARIES.test(name)));
}

/** PyTorch's version, or undefined if there is no Python with it. */
export function findPyTorch() {
  const { status, stdout } = runPython('import torch; print(torch.__version__)');
  return status === 0 ? stdout.trim() : undefined;
}

const COMPILE_SOMETHING = `
import torch
try:
    torch.compile(lambda x: x * x + 1)(torch.ones(4))
except Exception as error:
    print(f'{type(error).__name__}: {str(error).strip().splitlines()[0]}')`;

/** Why torch.compile does not work here, which writes C++ and needs a compiler for it; empty if it works. */
export function whyNotCompiled() {
  const { status, signal, stdout } = runPython(COMPILE_SOMETHING);
  return status === 0 ? stdout.trim() : `Python ended with ${signal ?? `exit code ${status}`}`;
}

function runPython(program) {
  const env = plainEnvironment();
  return spawnSync(PYTHON, ['-c', program], { encoding: 'utf8', timeout: 90_000, env });
}
