/** What is said of a run that learns nothing, and which options may help. Read learning.ts first. */

import { formatNumber } from '../terminal/textTable.ts';
import { isDecidedByModel } from './from.ts';
import type { NothingLearned } from './learning.ts';
import type { TrainOptions, TrainValues } from './options.ts';
import { restartCommand } from './recommended.ts';
import { defaultLearningRate, learningRateOf, outputOf } from './settings.ts';

/** What the advice depends on beside the options. */
type Situation = Pick<NothingLearned, 'stall' | 'largestInput'>;

/** Options and their new values as text; undefined: without this option. */
type Changes = Readonly<Record<string, string | undefined>>;

/** Inputs that are all smaller than this have too little weight in the loss. */
const SMALL_INPUT = 0.1;
const STRONG_SPARSITY = 1e-3;
const STRONG_DROPOUT = 0.3;
/** A learning rate that is smaller than this part of the usual one is too small. */
const SMALL_RATE = 0.5;
const DEEP = 3;

/**
 * The options to change, all together; none if there is nothing to recommend. Each change is one that the run can have and
 * does not have yet: test/node/cli/train/learning.test.ts follows them.
 */
export function helpfulChanges(values: TrainValues, situation: Situation): Changes {
  const changes = changesFor(values, situation);
  if (values.from === undefined) return changes;
  return Object.fromEntries(Object.entries(changes).filter(([name]) => !isDecidedByModel(name)));
}

/** The most likely cause alone: what helps against one may not be needed against another. */
function changesFor(values: TrainValues, { stall, largestInput }: Situation): Changes {
  const isSmall = values.normalize === undefined && largestInput < SMALL_INPUT;
  const steps = usualSteps(values, stall);
  const causes: Changes[] = [
    stall === 'slow' ? steps : {},
    weakerRegularization(values),
    isSmall ? { normalize: 'minmax' } : {},
    steps,
    stall === 'slow' ? { epochs: String(5 * values.epochs) } : betterStart(values),
    fewerLayers(values),
  ];
  return causes.find((changes) => Object.keys(changes).length > 0) ?? {};
}

/** Where a penalty, dropout or the KL divergence is so strong that codes say nothing. */
function weakerRegularization({ sparsity = 0, dropout = 0, beta = 1 }: TrainValues): Changes {
  return {
    ...(sparsity > STRONG_SPARSITY && { sparsity: '0.0001' }),
    ...(dropout > STRONG_DROPOUT && { dropout: '0.1' }),
    ...(beta > 1 && { beta: '1' }),
  };
}

/** Adam with its usual rate, unless that is in use: SGD needs a rate that is found for each task. */
function usualSteps(values: TrainValues, stall: NothingLearned['stall']): Changes {
  const { optimizer, momentum, nesterov } = values;
  const rate = learningRateOf(values);
  if (optimizer === 'sgd') {
    return {
      optimizer: 'adam',
      ...(values['learning-rate'] !== undefined && { 'learning-rate': undefined }),
      ...(momentum !== undefined && { momentum: undefined }),
      ...(nesterov && { nesterov: undefined }),
    };
  }
  const usual = defaultLearningRate(values);
  const isUsual = SMALL_RATE * usual <= rate && (rate <= usual || stall === 'slow');
  return isUsual ? {} : { 'learning-rate': String(usual) };
}

/** From where the samples' mean is the first answer, with units that don't die, and a loss that pulls a sigmoid back. */
function betterStart(values: TrainValues): Changes {
  const { kind, start, activation, hidden, conv, loss, normalize } = values;
  const canHaveBce = kind === 'autoencoder' && outputOf(values) === 'sigmoid' && normalize !== 'standard';
  return {
    ...(start !== 'mean' && { start: 'mean' }),
    ...((conv || hidden.length > 0) && activation !== 'silu' && { activation: 'silu' }),
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
  const words = Object.entries(changes).map(([name, text]) =>
    text === undefined ? `without --${name}` : `--${name} ${text}`,
  );
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
  const behaviour = stall === 'slow' ? 'falls slowly, to' : 'stands still at';
  const which = bound.loss === 'mae' ? 'median' : 'mean';
  return `the loss ${behaviour} ${formatNumber(loss)}, and answering every sample with the ${which} sample gives ${formatNumber(bound.meanSampleLoss)}`;
}
