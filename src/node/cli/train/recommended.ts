/** The commands that a run recommends at its end: to go on, or to start again. Each of them runs as it is printed. */

import type { LastCheckpoint } from './checkpoints.ts';
import { isDecidedByModel } from './from.ts';
import type { TrainOptions } from './options.ts';
import { defaultLearningRate, learningRateOf } from './settings.ts';

/** The command that goes on with the run in a folder. */
export function resumeCommand(folder: string, options: Readonly<Record<string, string>> = {}): string {
  return trainCommandLine({ resume: folder, ...options });
}

/** Weights whose loss is this many times that of the mean sample are of no use: the loss has begun to rise without bound. */
const USEFUL = 1.5;

/**
 * What a run that diverged leaves, and the command that helps: with a lower learning rate from the checkpoint, or from the
 * beginning if the checkpoint is of no use.
 *
 * @param path - Of the run folder.
 * @param meanSampleLoss - What weights must not be far above to be of use.
 */
export function afterDivergence(
  { where, loss }: LastCheckpoint,
  path: string,
  options: TrainOptions,
  meanSampleLoss = Infinity,
): string {
  const isUseful = loss !== undefined && loss <= USEFUL * meanSampleLoss;
  const rate = learningRateOf(options.values);
  const lower = Math.min(Number((rate / 10).toPrecision(2)), defaultLearningRate(options.values));
  const command = restartCommand(isUseful ? path : undefined, options, {
    'learning-rate': String(lower < rate ? lower : rate / 10),
  });
  const from = isUseful ? 'its weights' : 'the beginning';
  return `The checkpoint ${where} stays in ${path}: ${command} starts from ${from} with a lower rate.`;
}

/** Options of which a new run has its own. */
const NOT_AGAIN: ReadonlySet<string> = new Set(['resume', 'out', 'overwrite', 'json', 'from']);

/**
 * The command of a new run like this one.
 *
 * @param folder - That of a run from whose weights it starts; undefined: it starts as this one did.
 * @param changed - Options that differ, as text by name; undefined: the new run is without this option.
 */
export function restartCommand(
  folder: string | undefined,
  { given, values }: TrainOptions,
  changed: Readonly<Record<string, string | undefined>>,
): string {
  const again = [...given].filter(
    ([name]) => !NOT_AGAIN.has(name) && !(folder !== undefined && isDecidedByModel(name)),
  );
  const { from } = values;
  // Into the folder of this run: a beginning that came to nothing need not stay.
  const place: Record<string, string> =
    folder === undefined && values.out !== undefined ? { out: values.out, overwrite: '' } : {};
  const start = folder ?? from;
  return trainCommandLine({
    ...(start !== undefined && { from: start }),
    ...Object.fromEntries(again),
    ...changed,
    ...place,
  });
}

/** In the way that the user started this run. */
function trainCommandLine(options: Readonly<Record<string, string | undefined>>): string {
  const isScript = process.env.npm_lifecycle_event === 'train' && process.env.npm_package_name === 'isthmus';
  const words = Object.entries(options).flatMap(([name, text]) => {
    if (text === undefined) return [];
    return text === '' ? [`--${name}`] : [`--${name}`, quoted(text)];
  });
  return [isScript ? 'npm run train --' : 'isthmus train', ...words].join(' ');
}

/** As a shell reads it as one word. */
function quoted(word: string): string {
  return /^[\w./:,=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
