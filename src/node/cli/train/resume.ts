/**
 * Going on with a run. Its checkpoint says how it was started, and what is given now must agree with that: the model must
 * be the same as if the run had never been interrupted. Read options.ts and io/checkpoint.ts first.
 */

import { resolve } from 'node:path';
import { isModelFingerprint } from '../../../compression/modelFingerprint.ts';
import { DataError } from '../../../data/samples.ts';
import type { Checkpoint } from '../../../io/checkpoint.ts';
import { FormatError } from '../../../io/errors.ts';
import { isObject } from '../../../io/json.ts';
import { kernels } from '../../../tensor/kernels/active.ts';
import { formatShape, type Shape } from '../../../tensor/shape.ts';
import type { TrainingState } from '../../../training/trainingState.ts';
import { FileError } from '../../files/files.ts';
import { parseOptions, UsageError, wordsOf } from '../terminal/options.ts';
import { countOf } from '../terminal/output.ts';
import { refuseContradictions } from './contradictions.ts';
import type { TrainingData } from './data/trainingData.ts';
import { TRAIN_OPTIONS, type TrainOptions, type TrainValues } from './options.ts';
import { effectiveOptions, keepOf } from './settings.ts';

/** What a checkpoint keeps beside the model and the state of its training. */
export interface RunRecord {
  /** The options that were given, as text by name, '' for switches. Paths are absolute. */
  readonly options: Readonly<Record<string, string>>;
  readonly kernels: string;
  readonly data: DataRecord;
  /** The fingerprint of the model whose weights it started with, if there was one. */
  readonly from?: string | undefined;
  /** Since training began, at the end of each epoch. */
  readonly seconds: readonly number[];
  /** In seconds, since training began. */
  readonly elapsed: number;
}

/** What the data was: with other data a run can't be resumed. */
export interface DataRecord {
  readonly shape: Shape;
  readonly fingerprint: string;
  /** What the model file says about it: source, shape, type. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly testShape?: Shape | undefined;
  readonly testFingerprint?: string | undefined;
  readonly targetFingerprint?: string | undefined;
  readonly testTargetFingerprint?: string | undefined;
}

export function dataRecordOf({
  images,
  testImages,
  fingerprint,
  testFingerprint,
  targetFingerprint,
  testTargetFingerprint,
  facts,
}: TrainingData): DataRecord {
  const test = testImages && { testShape: testImages.shape, testFingerprint };
  const targets = targetFingerprint !== undefined && { targetFingerprint, testTargetFingerprint };
  return { shape: images.shape, fingerprint, facts, ...test, ...targets };
}

/** Options that change neither the weights nor what is written into the model: they may differ when a run is resumed. */
const FREE: ReadonlySet<string> = new Set([
  ...[
    'resume',
    'out',
    'overwrite',
    'json',
    'help',
    'threads',
    'checkpoint-every',
    'samples-every',
    'in-memory',
  ],
  // The fingerprint identifies the data, wherever the file is.
  ...['data', 'key', 'test-data', 'test-key'],
  ...['target', 'target-key', 'test-target', 'test-target-key'],
  // The names are compared, wherever they come from.
  'feature-names',
]);

/** The options that name files. */
const FILES = ['data', 'test-data', 'target', 'test-target', 'from'];

/** The options that a checkpoint remembers: all that were given, except where the run is and what it prints. */
export function optionsToKeep({ given }: TrainOptions): Record<string, string> {
  const { resume, out, overwrite, json, ...kept } = Object.fromEntries(given);
  for (const name of FILES) if (name in kept) kept[name] = resolve(kept[name]);
  if (kept['feature-names']?.toLowerCase().endsWith('.txt'))
    kept['feature-names'] = resolve(kept['feature-names']);
  return kept;
}

/** @throws {FormatError} If the checkpoint was not written by `train`. */
export function runRecordOf({ run, state }: Checkpoint): RunRecord {
  const { options, kernels: name, data, from, seconds, elapsed } = run;
  const isOurs =
    isObject(options) &&
    Object.values(options).every((text) => typeof text === 'string') &&
    typeof name === 'string' &&
    isObject(data) &&
    isShape(data.shape) &&
    isObject(data.facts) &&
    (from === undefined || isModelFingerprint(from)) &&
    (data.testShape === undefined || isShape(data.testShape)) &&
    Array.isArray(seconds) &&
    seconds.length === state.epochs.length &&
    [...seconds, elapsed].every(Number.isFinite);
  if (!isOurs) throw new FormatError('the checkpoint is not that of a run of isthmus train.');
  return run as unknown as RunRecord;
}

function isShape(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isSafeInteger);
}

/**
 * The options to go on with: those of the run, replaced by those that are given now.
 *
 * @throws {UsageError} If an option would lead to another model; the error names all such options.
 */
export function resumedOptions(
  now: TrainOptions,
  { options }: RunRecord,
  state: TrainingState,
): TrainOptions {
  if (now.given.has('data') && !('data' in options)) {
    throw new UsageError('the run was trained on the built-in digits, expected no --data.');
  }
  if (now.given.has('from') && !('from' in options)) {
    throw new UsageError('the run did not start from a model, expected no --from.');
  }
  const stored = parseOptions(TRAIN_OPTIONS, wordsOf(options));
  // The patience of a run that had none would change what it keeps by default.
  const keep = now.given.has('patience') ? { keep: keepOf(stored.values) } : {};
  const given = { ...options, ...keep, ...Object.fromEntries(now.given) };
  const merged = parseOptions(TRAIN_OPTIONS, wordsOf(given));
  // With another kind nearly all options would contradict each other: the error names the kind.
  if (merged.values.kind === stored.values.kind) refuseContradictions(merged);
  const [before, after] = [stored.values, merged.values].map(decidingOptions);
  const differing = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .filter((name) => name !== 'epochs' || !mayGoOn(stored.values, merged.values))
    .filter((name) => name !== 'patience')
    .map((name) => {
      const falls = name === 'epochs' && stored.values.schedule !== 'constant';
      const why = falls ? ', over which its learning rate falls' : '';
      return `--${name} is ${textOf(after[name])}, the run has ${textOf(before[name])}${why}`;
    });
  if (differing.length > 0) {
    throw new UsageError(
      `a run is resumed with the options it was started with, but ${differing.join('; ')}.`,
    );
  }
  if (merged.values.patience !== stored.values.patience) requirePatienceLeft(merged.values, state);
  return merged;
}

/**
 * With another patience the model is that of a run which had it from the start, unless that one would have ended before.
 *
 * @throws {UsageError} If it would have.
 */
function requirePatienceLeft(
  { patience = Infinity, 'min-delta': minDelta = 0 }: TrainValues,
  state: TrainingState,
): void {
  const waited = longestWait(state, minDelta);
  if (waited < patience) return;
  throw new UsageError(
    `--patience is ${patience}, but the run has waited ${countOf(waited, 'epoch')} for a better loss already: expected more than ${waited}.`,
  );
}

/** The largest number of epochs in a row that were no improvement. */
function longestWait({ epochs }: TrainingState, minDelta: number): number {
  let [best, waited, longest] = [Infinity, 0, 0];
  for (const { loss, validationLoss = loss } of epochs) {
    // As BestWeights of training/earlyStopping.ts counts.
    const isBetter = best === Infinity || validationLoss < best - minDelta;
    if (isBetter) best = validationLoss;
    waited = isBetter ? 0 : waited + 1;
    longest = Math.max(longest, waited);
  }
  return longest;
}

/** More epochs give the same bits as if they had been planned from the start, if the learning rate is constant. */
function mayGoOn(before: TrainValues, after: TrainValues): boolean {
  return after.schedule === 'constant' && after.epochs > before.epochs;
}

function decidingOptions(values: TrainValues): Record<string, unknown> {
  const { kernels: _, ...options } = effectiveOptions(values) as Record<string, unknown>;
  const { from } = values;
  const all = { ...options, ...(from !== undefined && { from: resolve(from) }) };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !FREE.has(name)));
}

function textOf(value: unknown): string {
  return value === undefined ? 'none' : Array.isArray(value) ? value.join(',') || 'none' : String(value);
}

/** @throws {FileError} If other kernels are in use than those of the run: the last bits would differ. */
export function requireSameKernels(record: RunRecord): void {
  if (kernels().name === record.kernels) return;
  throw new FileError(
    `the run was computed by the ${record.kernels} kernels, but now the ${kernels().name} kernels are in use: expected --kernels ${record.kernels}, on a machine that has them.`,
  );
}

/** @throws {DataError} If the data is not that of the run. */
export function requireSameData(folder: string, was: DataRecord, is: DataRecord): void {
  const [before, after] = [was.facts.dtype, is.facts.dtype].map(String);
  const differences = [
    difference('data', [was.shape, was.fingerprint, before], [is.shape, is.fingerprint, after]),
    difference('target', targetOf(was), targetOf(is)),
    JSON.stringify(was.facts.featureNames) !== JSON.stringify(is.facts.featureNames)
      ? 'its features had other names'
      : undefined,
    difference('test data', [was.testShape, was.testFingerprint], [is.testShape, is.testFingerprint]),
    difference('test target', testTargetOf(was), testTargetOf(is)),
  ].filter((text) => text !== undefined);
  if (differences.length === 0) return;
  throw new DataError(`the run in ${folder} can't be resumed with other data: ${differences.join('; ')}.`);
}

type Identity = readonly [shape: Shape | undefined, fingerprint: string | undefined, dtype?: string];

function targetOf({ shape, targetFingerprint: fingerprint, facts }: DataRecord): Identity {
  return [fingerprint === undefined ? undefined : shape, fingerprint, String(facts.targetDtype)];
}

function testTargetOf({ testShape, testTargetFingerprint: fingerprint }: DataRecord): Identity {
  return [fingerprint === undefined ? undefined : testShape, fingerprint];
}

function difference(noun: string, was: Identity, is: Identity): string | undefined {
  if (was[1] === is[1]) return undefined;
  const [before, after] = [was, is].map(([shape, , dtype]) =>
    shape ? [formatShape(shape), dtype].filter(Boolean).join(' ') : 'none',
  );
  if (before !== after) return `its ${noun} was ${before}, this is ${after}`;
  return `its ${noun} had the same shape and type, ${before}, but other values (${was[1]}, now ${is[1]})`;
}
