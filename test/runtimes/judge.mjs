/**
 * What is wrong with what a runtime did, and its line of the table. Read program.mjs first, whose results these are,
 * beside those of the core tests and the command line.
 */

/** The same in every runtime: computed by WebAssembly, or with sums, products and square roots only. */
const SAME = ['digits', 'one thread', 'two threads', 'tanh and sigmoid', 'convolutions'];
/** The same as far as Math.log, Math.exp and Math.tanh are, which JavaScript engines may round differently. */
const OTHERS = ['variational autoencoder', 'GAN', 'plain kernels', 'plain kernels, tanh and sigmoid'];

const THREADS = 2;
/** 500 dropped networks have 450 MB. */
const MAX_GROWN_BYTES = 200 * 2 ** 20;

const same = (a, b) => a !== undefined && JSON.stringify(a) === JSON.stringify(b);
const falls = (losses) =>
  losses.length > 1 && losses.every((loss, i) => loss > 0 && !(loss >= losses[i - 1]));
const differing = (names, program, reference) =>
  names.filter((name) => !same(program.bits[name], reference.bits[name]));

function faultsOfProgram(program, reference) {
  const { kernels, threads, warning, losses, bits, files, grownBytes } = program;
  const grown = Math.round(grownBytes / 2 ** 20);
  return [
    kernels !== 'simd' && `the kernels in use are ${kernels}, expected simd`,
    threads !== THREADS && `${threads} of ${THREADS} threads started: ${warning}`,
    !falls(losses) && `the loss does not fall: ${losses.join(', ')}`,
    !same(bits['one thread'], bits['two threads']) && 'two threads do not train the same bits as one',
    files.codesOfFile !== files.codes && 'a model that was written and read gives other codes',
    files.codesOfNpy !== files.codes && 'a .npy that was written and read holds other numbers',
    !(grownBytes < MAX_GROWN_BYTES) && `500 dropped networks leave ${grown} MiB behind`,
    ...differing(SAME, program, reference).map((name) => `other bits than the reference: ${name}`),
  ];
}

function faultsOfCore({ passed, failed, failures }) {
  return [passed === 0 && 'no core test ran', ...(failed > 0 ? failures : [])];
}

function faultsOfCommandLine({ losses, model }, reference) {
  return [
    !falls(losses) && `the command line's loss does not fall: ${losses.join(', ')}`,
    model !== reference.model && "the command line's model has other bytes than the reference",
  ];
}

/**
 * Each fault of a runtime as a sentence.
 *
 * @param result - With `skipped`, `failed`, or `program`, `commandLine` and, unless they were not run, `core`.
 * @param reference - The result of the runtime that the others are compared with.
 */
export function faultsOf({ skipped, failed, program, core, commandLine }, reference) {
  if (skipped) return [];
  if (failed) return [failed];
  return [
    ...faultsOfProgram(program, reference.program),
    ...(core ? faultsOfCore(core) : []),
    ...faultsOfCommandLine(commandLine, reference.commandLine),
  ].filter(Boolean);
}

/** One if all runtimes have the same core tests: none may be lost on the way. */
export function coreTotals(results) {
  const ran = results.filter(({ core }) => core);
  return new Set(ran.map(({ core: { passed, failed, leftOut } }) => passed + failed + leftOut)).size;
}

export const HEAD = [
  'runtime',
  'engine',
  'kernels',
  'threads',
  'core tests passed',
  'same bits',
  'samples/s, 1 and 2 threads',
  'command line',
];

function coreCell(core) {
  if (!core) return 'not run';
  const { passed, failed, leftOut } = core;
  return `${passed}${failed > 0 ? `, failed ${failed}` : ''}${leftOut > 0 ? `, left out ${leftOut}` : ''}`;
}

/** The cells of the runtime's line. */
export function cellsOf(result, reference) {
  const { title, version, skipped, failed, program, core, commandLine } = result;
  const name = version ? `${title} ${version}` : title;
  if (skipped || failed) {
    const reason = skipped ? `skipped: ${skipped}` : 'failed, see below';
    return [name, reason, ...HEAD.slice(2).map(() => '')];
  }
  const other = differing([...SAME, ...OTHERS], program, reference.program);
  return [
    name,
    program.engine,
    program.kernels,
    String(program.threads),
    coreCell(core),
    other.length === 0 ? 'all' : `all but: ${other.join('; ')}`,
    program.rates.map((rate) => rate.toLocaleString('en-US')).join(' and '),
    faultsOfCommandLine(commandLine, reference.commandLine).some(Boolean) ? 'other bytes' : 'same model',
  ];
}

/** The table as Markdown, readable as it is. */
export function table(rows) {
  const widths = HEAD.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(HEAD), rule, ...rows.map(line)].join('\n');
}
