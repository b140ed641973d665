/** `isthmus train`: from a file of samples to a run folder. Read autoencoder/autoencoder.ts first. */

import { join } from 'node:path';
import { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import type { AnyModel, TrainingFacts } from '../../../io/model.ts';
import type { GaussianDistribution } from '../../../latent/gaussian.ts';
import { Dense } from '../../../layers/dense.ts';
import { DivergenceError } from '../../../training/divergence.ts';
import { namingFile } from '../../files/files.ts';
import { CHECKPOINT_FILE, loadCheckpoint } from '../../files/modelFile.ts';
import { takesNormalCodes } from '../../pictures/generated.ts';
import { freeRunPath, isUnused, RunFolder, refuseExistingRun } from '../../runs/runFolder.ts';
import { writeRun } from '../../runs/writeRun.ts';
import { refuseThreads, useMachine } from '../shared/machine.ts';
import { showComparison } from '../shared/pictures.ts';
import { type Command, wrap } from '../terminal/help.ts';
import { INTERRUPTED, Interruption } from '../terminal/interruption.ts';
import { parseOptions, wordsOf } from '../terminal/options.ts';
import { say } from '../terminal/output.ts';
import { describeProgress } from './checkpoints.ts';
import { refuseContradictions, refuseSwallowed, refuseTwoFolders } from './contradictions.ts';
import { refuseUnsuitableImages } from './convolutions.ts';
import { defaultsOfFile } from './data/fileDefaults.ts';
import type { TrainedBefore } from './data/openFiles.ts';
import { loadTrainingData } from './data/trainingData.ts';
import { addedByModel, openStartingModel, refuseDecidedByModel, refuseForModel } from './from.ts';
import { LearningWatch } from './learning.ts';
import { createModel, specOf } from './model.ts';
import { refuseTooLarge } from './networkSize.ts';
import { TRAIN_GROUPS, TRAIN_OPTIONS, type TrainOptions, type TrainValues } from './options.ts';
import { outcomeOf, type Results } from './outcome.ts';
import { addedByPreset, inWords, KINDS, PRESET_NAMES, presetOptions, presetsOf } from './presets.ts';
import { afterDivergence } from './recommended.ts';
import { announce, reportEnd, trainingFacts } from './report.ts';
import { dataRecordOf, requireSameData, requireSameKernels, resumedOptions, runRecordOf } from './resume.ts';
import { runTraining, type TrainingOutcome, type TrainingRun } from './runTraining.ts';
import { effectiveOptions, learningRateOf } from './settings.ts';

/** The losses in words, for the chart. */
function lossTitle({ kind, loss }: TrainValues): string {
  if (kind === 'vae') return 'negative ELBO in nats';
  if (kind === 'gan') return 'binary cross-entropy';
  return { mse: 'mean squared error', mae: 'mean absolute error', bce: 'binary cross-entropy' }[loss];
}

export const trainCommand: Command = {
  help: {
    usage: 'isthmus train [--data FILE] [options]\n       npm run train -- [--data FILE] [options]',
    description: [
      'Trains an autoencoder: an encoder squeezes each image, or each row of a table, into a short code, a decoder restores it, and both learn from the difference. Without --data it trains on handwritten digits, which it draws itself.',
      'The defaults are 784-64-32-32-32-64-784 for 28×28 images: ReLU, linear code and output, Adam, mean squared error, 100 epochs of batches of 32.',
      'With --kind vae or --kind gan it trains a model that makes new samples: isthmus generate, interpolate, manifold and traverse show what it has learned.',
    ],
    groups: TRAIN_GROUPS,
    sections: [
      ...KINDS.flatMap((kind) =>
        PRESET_NAMES.filter((name) => presetsOf(kind).includes(name)).map((name) => {
          const title = `--kind ${kind} --preset ${name} stands for`;
          return [title, wrap(inWords(presetOptions(kind, name)) || 'the defaults', 76)] as const;
        }),
      ),
      [
        'The run folder',
        [
          'model.safetensors       the trained model, for all other commands',
          'checkpoint.safetensors  the state of the training, for --resume',
          'history.csv             losses, learning rate and time of each epoch',
          'loss.svg                the losses as a chart',
          'reconstructions.png     originals or --target, noisy inputs, reconstructions',
          'reconstructions.csv     the same as numbers, if the samples are no images',
          'samples.png             new samples, of a vae or gan',
          'manifold.png            the plane of codes of a vae or gan, if it is a plane',
          'samples/, progress.png  how the samples of a gan changed from epoch to epoch',
          'config.json             all options, the data, the result',
        ],
      ],
      [
        'Examples',
        [
          'isthmus train --data images.npy',
          'isthmus train --data mnist.npz --test-data mnist.npz --patience 5',
          'isthmus train --data faces/ --hidden 256,64 --validation-split 0.1',
          'isthmus train --data table.csv --encoding-dim 4',
          'isthmus train --data photos/ --resize 28x28 --gray --patience 5',
          'isthmus train --data speech.wav --frame 512',
          'isthmus train --data images.npy --schedule cosine --out runs/best',
          'isthmus train --data images.npy --preset best --encoding-dim 16',
          'isthmus train --data images.npy --conv 16,32',
          'isthmus train --data images.npy --noise gaussian:0.2 --encoding-dim 256',
          'isthmus train --data images.npy --conv 16,64 --no-dense-code --noise mask:0.3',
          'isthmus train --data noisy.npy --target clean.npy --encoding-dim 128',
          'isthmus train --data images.npy --kind vae --encoding-dim 2',
          'isthmus train --data images.npy --kind gan --preset best',
          'isthmus train --resume runs/best',
          'isthmus train --from runs/best --data others.npy --learning-rate 0.0003',
        ],
      ],
      [
        'Ctrl-C',
        [
          'once: stops after the current step, writes the run folder, exits with 130',
          'twice: ends at once, the last checkpoint stays; SIGTERM counts as Ctrl-C',
        ],
      ],
      ['Exit codes', ['0 done, 1 failed, 2 wrong usage, 130 interrupted']],
    ],
  },
  run: train,
};

async function train(words: readonly string[]): Promise<number> {
  const options = parseOptions(TRAIN_OPTIONS, words);
  const { values, given } = options;
  refuseSwallowed(options, process.env);
  refuseThreads(values);
  refuseTwoFolders(options);
  const path = values.resume || values.out;
  // --resume with --out is for scripts that start a run again and again until it is done.
  const isNew =
    path === undefined || !given.has('resume') || (values.resume === '' && (await isUnused(path)));
  return isNew ? startRun(options, path) : resumeRun(options, path);
}

async function startRun(asGiven: TrainOptions, path: string | undefined): Promise<number> {
  refuseDecidedByModel(asGiven);
  const { from } = asGiven.values;
  const base = from === undefined ? undefined : await openStartingModel(from);
  const options = completed(asGiven, base?.model);
  const { values, given } = options;
  refuseContradictions(options);
  if (base) refuseForModel(values, base.model);
  const overwrite = values.overwrite || given.has('resume');
  if (path !== undefined) await refuseExistingRun(path, overwrite);
  const trained = base && trainedBefore(base.model, base.training);
  const [data] = await Promise.all([loadTrainingData(values, trained), useMachine(values)]);
  try {
    if (!base) {
      refuseUnsuitableImages(values, data);
      refuseTooLarge(specOf(values, data), values['batch-size'], data);
    }
    const model = createModel(values, data, base?.model);
    const folder = await RunFolder.create(path ?? (await freeRunPath('runs', values.data)), overwrite);
    try {
      const from = base?.fingerprint;
      return await trainInto({ folder, model, data, options, from, resumption: undefined });
    } finally {
      await folder.close();
    }
  } finally {
    await data.close();
  }
}

function trainedBefore({ inputShape, normalization }: AnyModel, training: TrainingFacts): TrainedBefore {
  return { inputShape, normalization, training };
}

/** With the options that follow from the kind of file and a preset, or from the model that the run starts from. Says which. */
function completed(asGiven: TrainOptions, base: AnyModel | undefined): TrainOptions {
  const { kind, preset } = asGiven.values;
  const ofFile = base ? undefined : defaultsOfFile(asGiven);
  if (ofFile) say(ofFile.said);
  const forFile = withOptions(asGiven, ofFile?.added ?? {});
  const added = base ? addedByModel(asGiven, base) : addedByPreset(kind, preset, forFile.given);
  const options = withOptions(forFile, added);
  const isPreset = options.values.kind !== 'autoencoder' || preset !== 'article';
  if (isPreset) say(`preset ${preset}: ${inWords(added)}`);
  return options;
}

/** Adds options as if the user had given them: a checkpoint remembers them, as a later version may have other presets. */
function withOptions({ given, positionals }: TrainOptions, added: Record<string, string>): TrainOptions {
  const all = { ...Object.fromEntries(given), ...added };
  return { ...parseOptions(TRAIN_OPTIONS, wordsOf(all)), positionals };
}

async function resumeRun(now: TrainOptions, path: string): Promise<number> {
  const folder = await RunFolder.open(path);
  try {
    const checkpoint = await loadCheckpoint(path);
    const record = namingFile(join(path, CHECKPOINT_FILE), () => runRecordOf(checkpoint));
    const options = resumedOptions(now, record, checkpoint.state);
    const { values } = options;
    say(`resuming ${path} ${describeProgress(checkpoint.state)}`);
    await useMachine(values);
    requireSameKernels(record);
    const trained = trainedBefore(checkpoint.model, { data: record.data.facts });
    const loaded = await loadTrainingData(values, trained);
    // The facts go into the model file; the data may have been renamed since the run was started.
    const data = { ...loaded, facts: record.data.facts };
    try {
      requireSameData(path, record.data, dataRecordOf(loaded));
      const model = createModel(values, data, checkpoint.model);
      const resumption = { state: checkpoint.state, record };
      return await trainInto({ folder, model, data, options, from: record.from, resumption });
    } finally {
      await data.close();
    }
  } finally {
    await folder.close();
  }
}

async function trainInto(run: Omit<TrainingRun, 'watch'>): Promise<number> {
  const interruption = new Interruption();
  try {
    const watch = await LearningWatch.of(run);
    return await trainAndWrite({ ...run, watch }, interruption.signal);
  } finally {
    interruption.close();
  }
}

async function trainAndWrite(run: TrainingRun, signal: AbortSignal): Promise<number> {
  const { folder, model, data, options } = run;
  const { values } = options;
  const config = {
    options: effectiveOptions(values),
    data: data.facts,
    normalization: data.normalization,
    model: model.spec(),
  };
  announce(run, config);
  const training = await runTraining(run, signal);
  const { results, errors } = await outcomeOf(run, training);
  requireFinite(run, training, results);
  const { epochs, seconds, samplesPerSecond } = training;
  const { files, pictures } = await writeRun(folder, {
    model,
    codes: await codesOf(run),
    errors,
    samples: data.shown,
    target: data.shownTarget,
    noise: values.noise,
    epochs,
    facts: trainingFacts(run, results),
    config: { ...config, results, seconds, samplesPerSecond },
    lossTitle: lossTitle(values),
  });
  if (training.hasCheckpoint) files.push(CHECKPOINT_FILE);
  if (pictures) showComparison(pictures);
  reportEnd(run, training, results, files);
  if (signal.aborted) return INTERRUPTED;
  return training.history.problem === undefined ? 0 : 1;
}

/** How the codes of a plain autoencoder's training data are distributed: other kinds know from which codes they make samples. */
async function codesOf({ model, data }: TrainingRun): Promise<GaussianDistribution | undefined> {
  const isPlain = model instanceof Autoencoder && !takesNormalCodes(model);
  // Those that a convolution made are too long for a covariance.
  return isPlain && model.encoder.namedLayers().at(-1)?.[1] instanceof Dense
    ? model.codeDistribution(data.images)
    : undefined;
}

/** `fit` checks the loss before each step, so the effect of the last step shows only here. */
function requireFinite(
  run: TrainingRun,
  { history, lastCheckpoint }: TrainingOutcome,
  { training }: Results,
): void {
  const { model, options } = run;
  const { values } = options;
  const weight = model.parameters.values.find((each) => !Number.isFinite(each)) ?? 0;
  const [what, value] = training ? ['the mean squared error', training.mse] : ['a weight', weight];
  if (Number.isFinite(value)) return;
  const { data } = run;
  const { epoch } = history.epochs.at(-1) ?? history.state;
  const batches = Math.ceil(data.trainedOn / values['batch-size']);
  throw new DivergenceError(
    `${what} is ${value} after the last step, epoch ${epoch}, batch ${history.state.batch || batches} of ${batches}, ` +
      `expected a finite number: the learning rate (${learningRateOf(values)}) is likely too high, or the range of the data too wide.` +
      (lastCheckpoint
        ? ` ${afterDivergence(lastCheckpoint, run.folder.path, options, run.watch?.meanSampleLoss)}`
        : ''),
  );
}
