/** What is printed: a table for each work, the notes below, and the ratios that count. Lines have at most 110 characters. */

import { formatNumber, formatTime } from '../../dist/bench/harness/report.js';
import { LOSS_TOLERANCE } from './works.mjs';

const LINE = 110;

const COLUMNS = [
  ['by', 32, 'left'],
  ['time', 8, 'right'],
  ['spread', 7, 'right'],
  ['samples', 7, 'right'],
  ['rate', 16, 'right'],
  ['isthmus is', 10, 'right'],
  ['  loss, first to last', 22, 'left'],
];

const NOTES = {
  tfjs: `TensorFlow.js 4.22, one thread (it has no more in Node). Products and gradients use transposed copies: its own
flags for transposed operands are much slower on wasm. Training is a loop with optimizer.minimize, faster
here than model.fit. Its backends compute before they return; results stay in them until the check.`,
  'jax-js':
    'jax-js 0.1.25, one thread (it has no more in Node), products and the whole training step under jit.',
  'tfjs conv': `TensorFlow.js' wasm backend can't train convolutions: it lacks the kernel that the line names (tfjs issue 8474).
On its cpu backend upsampling has a gradient of this benchmark: its own is wrong for more than one image. Its
batches have 8 images; "time" is that of 128.`,
  'jax-js conv':
    'jax-js trains the convolutions on one batch again and again; its loss after the check has to fall.',
  'ort-web':
    'onnxruntime-web 1.30, wasm, the same network as an ONNX file, 1,024 images a run: faster than all in one.',
  'ml-matrix': 'ml-matrix 6.15 computes in float64; a transposed operand is a copy.',
  'brain.js': `brain.js 2.0.0-beta.24 updates after every sample and has one activation (ReLU) for all layers: same
widths, 128 images, its own first weights and Adam, "time" is that of a batch's worth of samples; its loss only
has to fall.`,
};

const LEGEND = `\
time        of one product, one batch of training or one call: the median of the samples; spread: their median
            deviation from it. A slow engine gets fewer samples, and fewer epochs of the check
isthmus is  this many times as fast, one thread: the median of the ratios within each round
loss        all start from the same weights: each epoch's loss must be within ${100 * LOSS_TOLERANCE} % of isthmus'.
            Before, convolutions are trained on one batch, and its losses compared with those in float64`;

function formatLine(cells) {
  const padded = COLUMNS.map(([, width, align], i) =>
    align === 'left' ? cells[i].padEnd(width) : cells[i].padStart(width),
  );
  return padded.join(' ').trimEnd();
}

export function formatTable(work, results) {
  const lines = results.map((result) => {
    const { contestant, failure, medianMs, spread, samples, rate, ratio, losses } = result;
    if (failure !== undefined) return cut(`${contestant.name.padEnd(COLUMNS[0][1])} ${failure}`);
    return formatLine([
      contestant.name,
      formatTime(medianMs),
      samples > 1 ? `± ${formatNumber(100 * spread, 2)}%` : '',
      String(samples),
      `${formatNumber(rate)} ${work.unit}`,
      ratio === undefined ? '' : `${formatNumber(ratio)}x`,
      losses ? `  ${losses[0].toFixed(4)} to ${losses.at(-1).toFixed(4)} (${losses.length})` : '',
    ]);
  });
  const rule = '─'.repeat(COLUMNS.reduce((sum, [, width]) => sum + width + 1, -1));
  return [work.title, rule, formatLine(COLUMNS.map(([title]) => title)), ...lines, ''].join('\n');
}

function cut(line) {
  return line.length > LINE ? `${line.slice(0, LINE - 1)}…` : line;
}

/**
 * What is said of the engines that took part.
 *
 * @param {string} [notCompiled] - Why torch.compile is not among them; empty if it is, undefined without PyTorch.
 */
export function formatNotes(contestants, notCompiled) {
  const notes = new Set(contestants.map(({ note }) => NOTES[note]).filter(Boolean));
  if (notCompiled !== undefined) notes.add(noteOfPyTorch(contestants, notCompiled));
  return [LEGEND, ...notes].join('\n\n');
}

function noteOfPyTorch(contestants, notCompiled) {
  const ways = contestants.filter(({ kind }) => kind === 'pytorch').map(({ name }) => name);
  const compiled = notCompiled && `\ntorch.compile is not among them: ${notCompiled}.`;
  const hasOrders = ways.some((name) => name.includes('NHWC'));
  const order = hasOrders ? '\nNHWC: the channels of a pixel lie side by side (channels_last).' : '';
  const lines = wrap(`${[...new Set(ways)].join('; ')}.`);
  return `PyTorch's best is the fastest of these:\n${lines}${order}${compiled}`;
}

/** Words in lines that are no longer than the tables. */
function wrap(text) {
  return text.replace(new RegExp(`(.{1,${LINE}})(?: |$)`, 'g'), '$1\n').trimEnd();
}

/** isthmus at its best against the best of the others, by the medians of the work. */
export function compareBest(work, results) {
  const best = (kind) => {
    const timed = results.filter(
      ({ contestant, failure }) => failure === undefined && contestant.kind === kind,
    );
    return timed.toSorted((a, b) => a.medianMs - b.medianMs)[0];
  };
  const own = best('own');
  const against = ['peer', 'pytorch'].map((kind) => {
    const other = best(kind);
    if (!own || !other) return undefined;
    const ratio = (other.ratio ?? Number.NaN) / (own.ratio ?? Number.NaN);
    return { by: other.contestant.name, rate: other.rate, oneThread: other.ratio, best: ratio };
  });
  return {
    work: work.name,
    own: own?.contestant.name,
    rate: own?.rate,
    unit: work.unit,
    javascript: against[0],
    pytorch: against[1],
  };
}

/** One line a work: the goals. */
export function formatSummary(comparisons) {
  const rows = comparisons.map(({ work, own, rate, unit, javascript, pytorch }) => {
    const other = (one) =>
      one?.oneThread ? `${formatNumber(one.oneThread)}x / ${formatNumber(one.best)}x ${one.by}` : '-';
    return [work, own ? `${own} ${formatNumber(rate)} ${unit}` : '-', other(javascript), other(pytorch)];
  });
  const header = ['', 'isthmus at its best', 'than the best JavaScript', "than PyTorch's best"];
  const widths = [12, 36, 33, 30];
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join(' ')
      .trimEnd(),
  );
  return `isthmus is this many times as fast, with one thread / at its best\n${lines.join('\n')}\n`;
}

/** For --json: one object a contestant. */
export function toRecord(work, { contestant, ...result }) {
  return { work: work.name, by: contestant.name, unit: work.unit, ...result };
}
