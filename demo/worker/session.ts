/** What the worker does for the page: it has the data, one network, and its training. Read run.ts and studio.ts first. */

import {
  type AnyModel,
  type Autoencoder,
  DataError,
  ErrorDistribution,
  type FitOptions,
  GAN,
  type ModelExtras,
  readAnyModel,
  setKernels,
  useThreads,
  writeModel,
} from '../../src/index.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import type { Calls, ProgressEvent, Settings, WorkerEvent } from '../messages.ts';
import { Dataset, digits, type RawData } from './dataset.ts';
import { named, readFiles } from './files.ts';
import { compileModel, createModel, describeModel, kindOf, settingsOf, suits } from './network.ts';
import { Run } from './run.ts';
import { Studio } from './studio.ts';

/**
 * Pictures of the training take at most this part of its time. A young network changes quickly, an old one slowly: from one
 * picture to the next it is a tenth of its age, within these bounds in milliseconds.
 */
const SNAPSHOT_SHARE = 0.03;
const SNAPSHOT_MS = { minimum: 250, maximum: 1000 };

/** Of a network of dense layers in the place of one of convolutions. */
const DENSE = { conv: [], denseCode: true, hidden: [64, 32] };

/** The calls of the page, each of which may take its time. */
export type Answers = {
  readonly [Name in keyof Calls]: (
    ...args: Parameters<Calls[Name]>
  ) => ReturnType<Calls[Name]> | Promise<ReturnType<Calls[Name]>>;
};

/** A network with everything around it. */
interface Workplace {
  readonly data: Dataset;
  readonly model: AnyModel;
  readonly settings: Settings;
  readonly studio: Studio;
  readonly run: Run;
}

export class Session implements Answers {
  readonly #report: (event: WorkerEvent) => void;
  /** The data in use, scaled for networks that begin with it. */
  #data: Dataset;
  #place: Workplace | undefined;
  /** When the network began, and when the next pictures of it are due: `performance.now()`. */
  #beganAt = 0;
  #nextSnapshotAt = 0;

  constructor(report: (event: WorkerEvent) => void, data: RawData = digits()) {
    this.#report = report;
    this.#data = new Dataset(data);
  }

  async configure(settings: Settings, goesOn: boolean): Promise<void> {
    if (!suits(settings, inputOf(this.#data))) {
      throw new DataError(
        `Convolutional layers are for pictures whose height and width can be halved ${settings.conv.length} times, such as 28 × 28; the samples are ${this.#data.sampleShape.join(' × ')}.`,
      );
    }
    const isTraining = this.#place?.run.isTraining;
    await this.#start(this.#data, settings);
    if (goesOn && isTraining) this.train();
  }

  setLearningRate(learningRate: number): void {
    const place = this.#at;
    this.#place = { ...place, settings: { ...place.settings, learningRate } };
  }

  async setThreads(count: 'auto' | 1): Promise<void> {
    const kernels = setKernels('simd');
    const { threads, warning } = await useThreads(count);
    this.#report({ event: 'ready', kernels, threads, warning });
  }

  async useDigits(): Promise<void> {
    await this.#useData(digits());
  }

  async readFiles(files: readonly File[]): Promise<void> {
    await this.#useData(await readFiles(files));
  }

  train(): void {
    this.#at.run.train();
  }

  pause(): void {
    this.#at.run.pause();
  }

  step(): void {
    this.#at.run.step();
  }

  original(index: number) {
    return this.#at.studio.original(index);
  }

  point(index: number) {
    return this.#at.studio.point(index);
  }

  place(x: number, y: number) {
    return this.#at.studio.place(x, y);
  }

  decode(code: Float32Array) {
    return this.#at.studio.decode(code);
  }

  draw(values: Float32Array) {
    return this.#at.studio.drawing(values);
  }

  async sample(count: number, seed: number) {
    this.#requireNumbers();
    const { model, data, studio } = this.#at;
    const codes =
      kindOf(model) === 'autoencoder' ? await (model as Autoencoder).codeDistribution(data.shown) : undefined;
    return studio.sample(count, seed, codes);
  }

  /** The weights of this moment; training goes on meanwhile. */
  async save() {
    this.#requireNumbers();
    const { model, data, settings, run } = this.#at;
    const copy = copyOf(model);
    const training = { data: data.raw.name, ...settings, steps: run.losses.step };
    return {
      name: 'model.safetensors',
      bytes: writeModel(copy, { training, ...(await extrasOf(copy, data)) }),
    };
  }

  async open(file: File): Promise<void> {
    const { model } = await readModelFile(file);
    const { raw } = this.#at.data;
    const [, ...sample] = raw.array.shape;
    if (sizeOf(sample) !== sizeOf(model.inputShape)) {
      throw new DataError(
        `${file.name}: the model takes samples of [${model.inputShape.join(', ')}], and those on the page are [${sample.join(', ')}]: open its data first.`,
      );
    }
    const settings = settingsOf(model, this.#at.settings);
    await this.#begin(new Dataset(raw, model.normalization), model, settings);
  }

  get #at(): Workplace {
    if (!this.#place) throw new Error('There is no network yet.');
    return this.#place;
  }

  #requireNumbers(): void {
    if (this.#at.model.parameters.values.every(Number.isFinite)) return;
    throw new DataError('The weights of the network are no longer numbers: press Reset.');
  }

  /** Takes other data, and a new network for it with the same settings, but dense layers if only those suit the data. */
  async #useData(raw: RawData): Promise<void> {
    const { settings } = this.#at;
    const data = new Dataset(raw);
    await this.#start(data, suits(settings, inputOf(data)) ? settings : { ...settings, ...DENSE });
  }

  async #start(data: Dataset, settings: Settings): Promise<void> {
    const model = createModel(settings, inputOf(data));
    this.#data = data; // now that there is memory for its network
    await this.#begin(data, model, settings);
  }

  async #begin(data: Dataset, model: AnyModel, settings: Settings): Promise<void> {
    await this.#place?.run.stop();
    compileModel(model, settings, () => this.#at.settings.learningRate);
    const run = new Run(model, data.training, fitOptions(settings, data), {
      onPhase: (phase, problem) => {
        this.#report({ event: 'status', phase, problem });
        if (phase !== 'training') this.#reportSnapshot();
      },
      onProgress: () => this.#onProgress(),
    });
    this.#beganAt = performance.now();
    const isNewData = data !== this.#place?.data;
    const studio = new Studio(model, data, settings);
    this.#place = { data, model, settings, studio, run };
    if (isNewData) this.#report(data.describe());
    this.#report(describeModel(model, settings));
    this.#report({ event: 'status', phase: 'idle', problem: undefined });
    this.#reportSnapshot();
  }

  #onProgress(): void {
    this.#report(progressOf(this.#at.run));
    if (performance.now() >= this.#nextSnapshotAt) this.#reportSnapshot();
  }

  #reportSnapshot(): void {
    const start = performance.now();
    this.#report(this.#at.studio.snapshot());
    const end = performance.now();
    const { minimum, maximum } = SNAPSHOT_MS;
    const pause = Math.min(maximum, Math.max(minimum, (end - this.#beganAt) / 10));
    this.#nextSnapshotAt = end + Math.max(pause, (end - start) / SNAPSHOT_SHARE);
  }
}

function inputOf({ sampleShape, view, isUnitRange }: Dataset) {
  return { inputShape: sampleShape, view, isUnitRange };
}

function fitOptions({ kind, batchSize, noise }: Settings, { test }: Dataset): FitOptions {
  if (kind === 'gan') return { batchSize };
  return {
    batchSize,
    ...(test && { validationData: test }),
    ...(noise > 0 && { noise: { kind: 'gaussian', amount: noise } }),
  };
}

function progressOf({ epoch, stepsPerEpoch, losses }: Run): ProgressEvent {
  const { step, samplesPerSecond } = losses;
  return { event: 'progress', epoch, step, stepsPerEpoch, samplesPerSecond, losses: losses.take() };
}

function copyOf(model: AnyModel): AnyModel {
  const spec = model.spec();
  const copy =
    spec.type === 'gan' ? new GAN({ spec }) : new (model.constructor as typeof Autoencoder)({ spec });
  copy.parameters.values.set(model.parameters.values);
  copy.normalization = model.normalization;
  return copy;
}

/** What the command line puts beside a model: how codes and errors of the training data are distributed. */
async function extrasOf(model: AnyModel, { training, test }: Dataset): Promise<ModelExtras> {
  if (model instanceof GAN) return {};
  const { rankedBy, scores } = await model.anomalyScores(training);
  const others = test && (await model.anomalyScores(test)).scores;
  const errors = {
    rankedBy,
    training: ErrorDistribution.of(scores),
    heldOut: others && ErrorDistribution.of(others),
  };
  return {
    errors,
    ...(kindOf(model) === 'autoencoder' && { codes: await model.codeDistribution(training) }),
  };
}

async function readModelFile(file: File) {
  try {
    return readAnyModel(new Uint8Array(await file.arrayBuffer()));
  } catch (error) {
    throw named(file.name, error);
  }
}
