/** Opens the files that `train` is given: what it trains on, what it is measured on, and their targets. */

import { generateDigits } from '../../../../data/digits.ts';
import { DataError } from '../../../../data/samples.ts';
import type { TrainingFacts } from '../../../../io/model.ts';
import { type Shape, sizeOf } from '../../../../tensor/shape.ts';
import type { LoadOptions } from '../../../samples/readOptions.ts';
import type { SampleForm } from '../../../samples/sampleForm.ts';
import { reshapeSource, type SampleSource, samplesInMemory } from '../../../samples/sampleSource.ts';
import { loadOptionsOfEach } from '../../shared/reading.ts';
import { openSource, openTarget, type Trained } from '../../shared/samples.ts';
import { withOptionNames } from '../../terminal/options.ts';
import { countOf, say, timesShape } from '../../terminal/output.ts';
import type { TrainValues } from '../options.ts';
import { hasValidation } from '../settings.ts';

/** The digits are always the same data set: `--seed` changes the training, not its data. */
const DIGITS_SEED = 1;
const TEST_DIGITS_SEED = 2;
/** One digit, or patch, for testing to six for training, as in MNIST. */
const TEST_SHARE = 1 / 6;

/** A model that is there already: of `--from`, or of a run that goes on. */
export interface TrainedBefore extends Trained {
  readonly training: TrainingFacts;
}

/** The files of a training. Each method opens one; `close` closes all that were opened. */
export class TrainingFiles {
  readonly #values: TrainValues;
  readonly #optionsOf: (path: string) => LoadOptions;
  readonly #opened: SampleSource[] = [];

  private constructor(values: TrainValues, optionsOf: (path: string) => LoadOptions) {
    this.#values = values;
    this.#optionsOf = optionsOf;
  }

  /**
   * @param trained - Files are read as those of its training were.
   * @throws {FileError} If there is no such file.
   * @throws {OptionError} If an option suits none of the files.
   */
  static async of(values: TrainValues, trained?: TrainedBefore): Promise<TrainingFiles> {
    const { data, target, 'test-data': testData, 'test-target': testTarget } = values;
    const paths = [data, target, testData, testTarget];
    const optionsOf = await loadOptionsOfEach(values, { paths, trained });
    return new TrainingFiles(values, optionsOf);
  }

  async training(): Promise<SampleSource> {
    const { data, key, count } = this.#values;
    if (data === undefined) {
      say(`drawing ${countOf(count, 'digit')}`);
      return this.#keep(drawDigits(count, DIGITS_SEED));
    }
    say(`reading ${data}`);
    return this.#openShaped(data, { key });
  }

  /** @param training - Columns of a table are found by the names of these. */
  async target(training: SampleSource): Promise<SampleSource | undefined> {
    const { target, 'target-key': key } = this.#values;
    if (target === undefined) return undefined;
    const opening = openTarget(training.featureNames, (names) =>
      this.#openShaped(target, { key, preferredKey: 'y_train', ...names }),
    );
    return withOptionNames({ key: 'target-key' }, opening);
  }

  /**
   * @param training - Test samples are read as these were.
   * @param sampleShape - Of the training samples.
   */
  async test(training: SampleSource, sampleShape: Shape): Promise<SampleSource | undefined> {
    const { data, count, 'test-data': testData, 'test-key': key, 'validation-split': split } = this.#values;
    if (testData !== undefined) {
      const options = { key, preferredKey: 'x_test', sampleShape, ...readLike(training) };
      return withOptionNames({ key: 'test-key' }, this.#open(testData, options));
    }
    if (data !== undefined || split !== undefined || !hasValidation(this.#values)) return undefined;
    return this.#keep(drawDigits(Math.ceil(count * TEST_SHARE), TEST_DIGITS_SEED));
  }

  /** @param target - The target of the training samples. */
  async testTarget(target: SampleSource | undefined, sampleShape: Shape): Promise<SampleSource | undefined> {
    const { 'test-target': path, 'test-target-key': key } = this.#values;
    if (path === undefined || !target) return undefined;
    const options = { key, preferredKey: 'y_test', sampleShape, ...readLike(target) };
    return withOptionNames({ key: 'test-target-key' }, this.#open(path, options));
  }

  async close(): Promise<void> {
    for (const source of this.#opened.splice(0)) await source.close();
  }

  async #openShaped(path: string, options: LoadOptions): Promise<SampleSource> {
    const source = await this.#open(path, options);
    const { 'image-shape': imageShape } = this.#values;
    return imageShape === undefined ? source : shaped(source, imageShape);
  }

  async #open(path: string, options: LoadOptions): Promise<SampleSource> {
    // The shape is checked with the name of what needs it; an array of one sample is no training data.
    const all = { ...this.#optionsOf(path), sampleShape: undefined, ...options };
    return this.#keep(await openSource(path, this.#values['in-memory'], all));
  }

  #keep(source: SampleSource): SampleSource {
    this.#opened.push(source);
    return source;
  }
}

/** What these samples' file says about how others of their kind are read: of photographs fewer patches than for training. */
function readLike({ featureNames, form }: SampleSource): LoadOptions {
  const cut = form?.kind === 'pictures' ? form.patches : undefined;
  if (cut) {
    const fewer = { ...cut, count: Math.ceil(cut.count * TEST_SHARE) };
    return { form: { ...form, patches: fewer } as SampleForm, patches: undefined };
  }
  return { ...(featureNames && { featureNames }), ...(form && { form }) };
}

/** Samples as the user says that they are. */
function shaped(source: SampleSource, imageShape: Shape | 'none'): SampleSource {
  const [, ...sample] = source.shape;
  const shape = imageShape === 'none' ? [sizeOf(sample)] : imageShape;
  if (sizeOf(shape) === sizeOf(sample)) return reshapeSource(source, shape);
  const numbers = sample.length === 1 ? '' : ` of ${countOf(sizeOf(sample), 'number')}`;
  throw new DataError(
    `${source.source}: the samples are ${timesShape(sample)}${numbers}, expected ${countOf(sizeOf(shape), 'number')}: --image-shape ${shape.join('x')}.`,
  );
}

function drawDigits(count: number, seed: number): SampleSource {
  const { labels: _, ...digits } = generateDigits({ count, seed });
  return samplesInMemory({ ...digits, source: 'built-in digits' });
}
