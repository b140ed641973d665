/**
 * What the page and its worker say to each other. The worker has the engine, the data and the network; the page draws and
 * asks. The page makes calls, which are answered; the worker reports events by itself.
 */

import type { ActivationName } from '../src/index.ts';

export type Kind = 'autoencoder' | 'vae' | 'gan';

/** A network and how it is trained: the same settings, data and seed give the same bits. */
export interface Settings {
  readonly kind: Kind;
  /** How many channels the stages of convolutions have, as `conv` of the engine; empty: all layers are dense. */
  readonly conv: readonly number[];
  /** False for models of files whose code is what the last of these stages makes; the page makes others. */
  readonly denseCode: boolean;
  /**
   * Widths of the encoder's hidden layers; the decoder has them in reverse. Of a GAN: those of the discriminator.
   * With convolutions: of the dense layers between the last stage and the code.
   */
  readonly hidden: readonly number[];
  readonly encodingDim: number;
  readonly activation: ActivationName;
  readonly optimizer: 'adam' | 'adamw' | 'sgd';
  readonly learningRate: number;
  /** The standard deviation of the noise on the inputs; 0 for none. Not of a GAN. */
  readonly noise: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** How a sample is drawn: as a picture, or as a curve of its numbers. */
export type View =
  | { readonly kind: 'picture'; readonly height: number; readonly width: number; readonly channels: 1 | 3 }
  | { readonly kind: 'curve'; readonly length: number };

/** Samples to draw: `count` times what the view says, each number between 0 and 1. */
export interface Drawn {
  readonly view: View;
  readonly count: number;
  readonly values: Float32Array;
}

// --- What the worker reports.

export interface ReadyEvent {
  readonly event: 'ready';
  readonly kernels: string;
  readonly threads: number;
  /** Why there is only one thread, in a sentence, if a second one was asked for. */
  readonly warning: string | undefined;
}

export interface DataEvent {
  readonly event: 'data';
  /** The name of the file, or 'digits' for those that are built in. */
  readonly name: string;
  /** What was left out or changed, a sentence each. */
  readonly notes: readonly string[];
  readonly count: number;
  /** How many of them are only tested on. */
  readonly testCount: number;
  readonly sampleShape: readonly number[];
  readonly view: View;
  /** The samples whose reconstructions are shown. */
  readonly originals: Drawn;
  /** The classes of the points of the latent plane, if they are known. */
  readonly planeLabels: Uint8Array | undefined;
}

/** One layer of the hourglass. A GAN makes a sample of a code, and a logit of a sample: above 0 if it seems real. */
export interface LayerSize {
  readonly name: 'input' | 'hidden' | 'code' | 'output' | 'sample' | 'logit';
  readonly width: number;
}

export interface ModelEvent {
  readonly event: 'model';
  /** Of the network in use: those of a file that was opened, if there is one. */
  readonly settings: Settings;
  /** From the input through the code to the output; of a GAN from the code through the sample to the logit. */
  readonly layers: readonly LayerSize[];
  /** Which of the layers is the code. */
  readonly codeLayer: number;
  readonly parameters: number;
}

export type Phase = 'idle' | 'training' | 'paused' | 'finished' | 'stopped';

export interface StatusEvent {
  readonly event: 'status';
  readonly phase: Phase;
  /** Why training stopped, if it was not meant to: a sentence. */
  readonly problem: string | undefined;
}

/** A point of the loss curves. `values` has 'training', 'test', or of a GAN 'generator' and 'discriminator'. */
export interface LossPoint {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

export interface ProgressEvent {
  readonly event: 'progress';
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Over the last second of training. */
  readonly samplesPerSecond: number;
  /** New since the last event. */
  readonly losses: readonly LossPoint[];
}

/** The codes of some samples in two dimensions. */
export interface Plane {
  /** x and y of each point. */
  readonly points: Float32Array;
  /** The variance along both axes, as a share of the whole; undefined where the axes are the two numbers of a code. */
  readonly shares: readonly [number, number] | undefined;
}

/** What the network makes of things now: sent when something changed, but only as often as training can afford it. */
export interface SnapshotEvent {
  readonly event: 'snapshot';
  /** The reconstructions of the originals; of a GAN: samples of always the same codes. */
  readonly outputs: Drawn;
  /** What the encoder sees of the originals with the noise of the settings; undefined without noise. */
  readonly noisy: Drawn | undefined;
  /** The weights of the first layer's units, of the encoder or the discriminator: numbers between -1 and 1, gray. */
  readonly filters: Drawn;
  /** Undefined for a GAN, which has no encoder. */
  readonly plane: Plane | undefined;
  /** The range of each number of a code, for the sliders. */
  readonly codeLow: Float32Array;
  readonly codeHigh: Float32Array;
}

export type WorkerEvent = ReadyEvent | DataEvent | ModelEvent | StatusEvent | ProgressEvent | SnapshotEvent;

// --- What the page may ask.

export interface Sample {
  readonly code: Float32Array;
  readonly drawn: Drawn;
}

/** What the network makes of a drawing. */
export interface Drawing {
  /** What it sees: where all data lies in a frame, as written digits do, the drawing is moved into that frame. */
  readonly seen: Drawn;
  /** Its code and reconstruction; undefined for a GAN. */
  readonly sample: Sample | undefined;
  /** How sure the discriminator of a GAN is that it is real, from 0 to 1. */
  readonly realness: number | undefined;
}

export interface Calls {
  /** Makes a new network: also to begin again with the same seed. A training stops, or goes on with it if `goesOn`. */
  configure(settings: Settings, goesOn: boolean): void;
  /** From now on, without a new network. */
  setLearningRate(learningRate: number): void;
  /** As many as there are processors, or one. They change no bit of a result. */
  setThreads(threads: 'auto' | 1): void;
  /** The built-in digits. */
  useDigits(): void;
  /** Data from the visitor's disk: one `.npy`, `.npz`, IDX or CSV file, labels beside it or not; or images. */
  readFiles(files: readonly File[]): void;
  train(): void;
  pause(): void;
  /** One batch. */
  step(): void;
  /** One of the originals, as the network codes and restores it. Not of a GAN. */
  original(index: number): Sample;
  /** The sample behind a point of the plane, as it is, and its code. */
  point(index: number): Sample;
  /** A place on the plane: the code there, and what the decoder makes of it. */
  place(x: number, y: number): Sample;
  /** What the decoder or the generator makes of a code. */
  decode(code: Float32Array): Drawn;
  /** A drawing, of the view's size: numbers from 0 (paper) to 1 (ink). */
  draw(values: Float32Array): Drawing;
  /** New samples. A plain autoencoder draws codes from the distribution of its data's codes. */
  sample(count: number, seed: number): Drawn;
  /** A model file, as the command line reads it. */
  save(): { readonly name: string; readonly bytes: Uint8Array };
  /** A model file of the command line or the page. */
  open(file: File): void;
}

export type CallName = keyof Calls;

/** A call on its way to the worker. */
export type Request = {
  readonly [Name in CallName]: {
    readonly id: number;
    readonly call: Name;
    readonly args: Parameters<Calls[Name]>;
  };
}[CallName];

/** Its answer: a result, or why there is none, in a sentence. */
export interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}
