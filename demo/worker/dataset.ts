/** The data that the page trains on: the built-in digits, or what the visitor brought. files.ts reads files. */

import { BatchReader } from '../../src/data/batches.ts';
import { pictureOf } from '../../src/data/pictureShape.ts';
import { isUnitRange, pickSamples } from '../../src/data/samples.ts';
import {
  type ArrayInput,
  DataError,
  generateDigits,
  type Normalization,
  normalize,
  type Samples,
  transform,
} from '../../src/index.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import type { DataEvent, Drawn, View } from '../messages.ts';
import { isFramed } from './frame.ts';

/** As many as `npm run train` draws, of the same seeds: the same settings make the same network. */
const DIGITS = { training: { count: 6000, seed: 1 }, test: { count: 1000, seed: 2 } };

/** How many samples the latent plane shows at most. */
const PLANE_POINTS = 1000;
/** How many are shown beside their reconstructions. */
const ORIGINALS = 10;
/** Every tenth sample of a file is held out for testing; none of fewer than these. */
const TEST_EVERY = 10;
const MIN_TO_SPLIT = 20;

/** Samples `[n, ...]` and the class of each, if that is known. */
interface Labelled {
  readonly array: ArrayInput;
  readonly labels?: Uint8Array | undefined;
}

/** Data as it comes from files. */
export interface RawData extends Labelled {
  readonly name: string;
  readonly notes: readonly string[];
  /** Other samples, which are only tested on. Without them, a part of the array is held out. */
  readonly test?: Labelled;
  /** Whether samples are rows of a table, whose columns have units of their own. */
  readonly isTable?: boolean;
}

let drawnDigits: RawData | undefined;

/** Drawn once: that takes a part of a second. */
export function digits(): RawData {
  drawnDigits ??= drawDigits();
  return drawnDigits;
}

function drawDigits(): RawData {
  const training = generateDigits(DIGITS.training);
  const test = generateDigits(DIGITS.test);
  return {
    name: 'digits',
    notes: [],
    array: training,
    labels: training.labels,
    test: { array: test, labels: test.labels },
  };
}

/** Data, scaled for a network. */
export class Dataset {
  readonly training: Required<Samples>;
  readonly test: Required<Samples> | undefined;
  readonly sampleShape: readonly number[];
  readonly view: View;
  /** The samples behind the points of the latent plane. */
  readonly shown: Required<Samples>;
  /** Those that are shown beside their reconstructions: of the built-in digits each one once. */
  readonly originals: Required<Samples>;
  /** Whether all pictures leave a frame empty, as written digits do. */
  readonly isFramed: boolean;
  readonly #raw: RawData;
  readonly #shownLabels: Uint8Array | undefined;
  readonly #notes: string[];
  /** The range of the inputs, which is drawn from 0 to 1. */
  readonly #low: number;
  readonly #high: number;

  /**
   * @param trained - The normalization of a model that was trained elsewhere; without it the data decides.
   * @throws {DataError} If the data can't be used.
   */
  constructor(raw: RawData, trained?: Normalization) {
    this.#raw = raw;
    this.#notes = [...raw.notes];
    const { array } = raw;
    requireUsable(raw);
    this.sampleShape = array.shape.slice(1);
    const [training, test] = raw.test ? [array, raw.test.array] : holdOut(array);
    this.training = trained ? transform(training, trained) : this.#scale(training);
    const { normalization } = this.training;
    this.test = test && transform(test, normalization);
    // Of the built-in digits those that the network has never seen; of a file all, as its tenth may be a handful.
    const { array: source, labels } = raw.test ?? raw;
    const rows = evenlySpaced(source.shape[0], PLANE_POINTS);
    this.shown = pick({ ...source, normalization }, rows);
    this.#shownLabels = labels && Uint8Array.from(rows, (row) => labels[row]);
    const tested = this.test ?? this.training;
    this.originals = pick(tested, raw.test ? firstRows(ORIGINALS) : evenlySpaced(tested.shape[0], ORIGINALS));
    this.view = viewOf(this.sampleShape, normalization);
    const inputs = this.inputs(this.shown);
    [this.#low, this.#high] = this.isUnitRange ? [0, 1] : rangeOf(inputs);
    const isGray = this.view.kind === 'picture' && this.view.channels === 1;
    this.isFramed = isGray && isFramed(this.draw(inputs).values, this.view);
  }

  get raw(): RawData {
    return this.#raw;
  }

  get isUnitRange(): boolean {
    return isUnitRange(this.training.normalization);
  }

  /** The network's inputs: `[n · features]`. */
  inputs(samples: Samples): Float32Array {
    const [count] = samples.shape;
    const reader = new BatchReader(samples, this.sampleShape, 'the page');
    const inputs = new Float32Array(count * sizeOf(this.sampleShape));
    reader.readRange(0, count, inputs);
    return inputs;
  }

  /** Inputs or outputs of a network, to be drawn. */
  draw(inputs: Float32Array): Drawn {
    const values = inputs.map((value) => (value - this.#low) / (this.#high - this.#low));
    return { view: this.view, count: inputs.length / sizeOf(this.sampleShape), values };
  }

  /** The inputs of what was drawn: the way back. */
  undraw(values: Float32Array): Float32Array {
    return values.map((value) => this.#low + value * (this.#high - this.#low));
  }

  describe(): DataEvent {
    const testCount = this.test?.shape[0] ?? 0;
    return {
      event: 'data',
      name: this.#raw.name,
      notes: this.#notes,
      count: this.training.shape[0] + testCount,
      testCount,
      sampleShape: this.sampleShape,
      view: this.view,
      originals: this.draw(this.inputs(this.originals)),
      planeLabels: this.#shownLabels,
    };
  }

  /** As the command line scales data; floats beyond [0, 1], which it asks about, are scaled to their range. */
  #scale(array: ArrayInput): Required<Samples> {
    if (this.#raw.isTable) return normalize(array, 'standard');
    try {
      return normalize(array);
    } catch (error) {
      if ((error as Error).name !== 'DataError') throw error;
      const isVector = array.shape.length === 2;
      const samples = normalize(array, isVector ? 'standard' : 'minmax');
      this.#notes.push(
        isVector
          ? 'Each column was scaled to mean 0 and standard deviation 1.'
          : 'The values were scaled so that their minimum is 0 and their maximum 1.',
      );
      return samples;
    }
  }
}

/** Refuses what no network can learn from, in the words of a visitor who knows only the file. */
function requireUsable({ name, array: { shape, data } }: RawData): void {
  const [count, ...sampleShape] = shape;
  const size = sizeOf(sampleShape);
  if (count < 2 || sampleShape.length === 0 || size === 0) {
    throw new DataError(
      `${name}: the array is [${shape.join(', ')}], expected at least two samples, [n, …].`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const [row, place] = [Math.floor(bad / size), bad % size];
    throw new DataError(
      `${name}: number ${place + 1} of sample ${row + 1} is ${data[bad]}, expected finite numbers: fill it in or leave the sample out.`,
    );
  }
  if (data.every((value) => value === data[0])) {
    throw new DataError(`${name}: all numbers are ${data[0]}, so there is nothing to learn.`);
  }
}

/** The samples to train on, and those to test with. Of a file that is sorted by class, every tenth sample is of all classes. */
function holdOut(array: ArrayInput): readonly [training: ArrayInput, test: ArrayInput | undefined] {
  const rows = firstRows(array.shape[0]);
  if (rows.length < MIN_TO_SPLIT) return [array, undefined];
  const isHeldOut = (row: number) => row % TEST_EVERY === TEST_EVERY - 1;
  const part = (chosen: readonly number[]) => ({ ...array, ...pickSamples(array, chosen) });
  return [part(rows.filter((row) => !isHeldOut(row))), part(rows.filter(isHeldOut))];
}

function pick(samples: Required<Samples>, rows: readonly number[]): Required<Samples> {
  return { ...samples, ...pickSamples(samples, rows) };
}

const firstRows = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Row numbers of at most so many samples, spread over all: files are often sorted by class. */
function evenlySpaced(count: number, most: number): number[] {
  const length = Math.min(count, most);
  return Array.from({ length }, (_, i) => Math.floor((i * count) / length));
}

function viewOf(sampleShape: readonly number[], normalization: Normalization): View {
  const shape = pictureOf(sampleShape, normalization);
  if (!shape) return { kind: 'curve', length: sizeOf(sampleShape) };
  const [height, width, channels] = shape;
  return { kind: 'picture', height, width, channels: channels === 3 ? 3 : 1 };
}

function rangeOf(values: Float32Array): [number, number] {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return [low, high > low ? high : low + 1];
}
