/** What is said of a run that learns nothing, and which options may help. Read learning.ts first. */

import { formatNumber } from '../terminal/textTable.ts';
import { isDecidedByModel } from './from.ts';
import type { NothingLearned } from './learning.ts';
import type { TrainOptions, TrainValues } from './options.ts';
import { restartCommand } from './recommended.ts';
import { defaultLearningRate, learningRateOf, outputOf } from './settings.ts';

/** What the advice depends on beside the options. */
type Situation = Pick<NothingLearned, 'stall' | 'largestInput'>;

type Changes = Readonly<Record<string, string>>;

/** Inputs that are all smaller than this have too little weight in the loss. */
const SMALL_INPUT = 0.1;
const STRONG_SPARSITY = 1e-3;
const STRONG_DROPOUT = 0.3;
const DEEP = 3;

/**
 * The options to change, all together, and their values; none if there is nothing to recommend. Each is one that the run can
 * have and does not have yet.
 */
export function helpfulChanges(values: TrainValues, situation: Situation): Changes {
  const changes = changesFor(values, situation);
  if (values.from === undefined) return changes;
  return Object.fromEntries(Object.entries(changes).filter(([name]) => !isDecidedByModel(name)));
}

function changesFor(values: TrainValues, { stall, largestInput }: Situation): Changes {
  const { normalize } = values;
  const weaker = weakerRegularization(values);
  if (Object.keys(weaker).length > 0) return weaker;
  const scaling: Changes =
    normalize === undefined && largestInput < SMALL_INPUT ? { normalize: 'minmax' } : {};
  if (stall === 'slow') return { ...scaling, ...fasterSteps(values) };
  const rate = lowerRate(values);
  if (stall === 'above the mean' && Object.keys(rate).length > 0) return { ...scaling, ...rate };
  const start = betterStart(values);
  const all = { ...scaling, ...start, ...rate };
  return Object.keys(all).length > 0 ? all : fewerLayers(values);
}

/** Where a penalty, dropout or the KL divergence is so strong that codes say nothing. */
function weakerRegularization({ sparsity = 0, dropout = 0, beta = 1 }: TrainValues): Changes {
  return {
    ...(sparsity > STRONG_SPARSITY && { sparsity: '0.0001' }),
    ...(dropout > STRONG_DROPOUT && { dropout: '0.1' }),
    ...(beta > 1 && { beta: '1' }),
  };
}

function fasterSteps(values: TrainValues): Changes {
  const rate = learningRateOf(values);
  const usual = defaultLearningRate(values);
  if (rate < usual) return { 'learning-rate': String(usual) };
  if (values.optimizer === 'sgd') return { momentum: '0.9', 'learning-rate': '0.1' };
  return { epochs: String(5 * values.epochs) };
}

function lowerRate(values: TrainValues): Changes {
  const usual = defaultLearningRate(values);
  return learningRateOf(values) > usual ? { 'learning-rate': String(usual) } : {};
}

/** From where the samples' mean is the first answer, with units that don't die, and a loss that pulls a sigmoid back. */
function betterStart(values: TrainValues): Changes {
  const { kind, start, activation, hidden, loss, normalize } = values;
  const canHaveBce = kind === 'autoencoder' && outputOf(values) === 'sigmoid' && normalize !== 'standard';
  return {
    ...(start !== 'mean' && { start: 'mean' }),
    ...(hidden.length > 0 && activation !== 'silu' && { activation: 'silu' }),
    ...(canHaveBce && loss !== 'bce' && { loss: 'bce' }),
  };
}

function fewerLayers({ hidden, 'decoder-hidden': decoderHidden }: TrainValues): Changes {
  return hidden.length >= DEEP && !decoderHidden ? { hidden: `${hidden[0]},${hidden[2]}` } : {};
}

/** The loss of the best answer that is the same for all samples. */
export interface Bound {
  readonly meanSampleLoss: number;
  readonly loss: TrainValues['loss'];
}

/** Said once, while it trains. */
export function describeStall(
  epochs: number,
  nothing: NothingLearned,
  bound: Bound,
  changes: Changes,
): string {
  const words = Object.entries(changes).map(([name, text]) => `--${name} ${text}`);
  const help = words.length > 0 ? `: ${words.join(' ')} may help` : '';
  return `after ${epochs} epochs ${describe(nothing, bound)}, so nothing has been learned yet${help}`;
}

/** Said at the end. */
export function describeNothingLearned(
  nothing: NothingLearned,
  bound: Bound,
  options: TrainOptions,
  changes: Changes,
): string {
  const hasLearned = nothing.stall === 'slow' ? 'too little was learned' : 'nothing was learned';
  const help =
    Object.keys(changes).length > 0
      ? `what may help: ${restartCommand(undefined, options, changes)}`
      : 'another --learning-rate or --seed may help';
  return `${describe(nothing, bound)}, so ${hasLearned}; ${help}`;
}

function describe({ loss, stall }: NothingLearned, bound: Bound): string {
  const behaviour = stall === 'slow' ? 'falls slowly, and is' : 'stands still at';
  const which = bound.loss === 'mae' ? 'median' : 'mean';
  return `the loss ${behaviour} ${formatNumber(loss)}, no lower than the ${formatNumber(bound.meanSampleLoss)} of one answer to all samples, the ${which} sample`;
}
