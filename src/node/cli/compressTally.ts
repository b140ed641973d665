/** What `compress` adds up while images go by. */

import { Quality, type QualityScores } from '../../compression/quality.ts';
import { isFloat } from '../../data/normalization.ts';
import type { Normalization, SampleArray } from '../../data/samples.ts';
import { type Shape, sizeOf } from '../../tensor/shape.ts';
import { RivalSizes } from '../rivalSizes.ts';
import { nounOf } from '../sampleKind.ts';
import { CountProgress } from './countProgress.ts';
import { overflownRows } from './overflow.ts';

export class CompressTally {
  readonly rivals: RivalSizes;
  readonly progress: CountProgress;
  readonly #features: number;
  readonly #normalization: Normalization;
  readonly #quality: Quality;
  #overflown = 0;

  /** @param shape - Of all images, `[n, ...]`. */
  constructor([count, ...sample]: Shape, normalization: Normalization) {
    this.#features = sizeOf(sample);
    this.#normalization = normalization;
    this.#quality = new Quality(sample, normalization);
    this.rivals = new RivalSizes(sample, normalization);
    this.progress = new CountProgress(nounOf(sample, normalization), count);
  }

  /** Some images, and what the codes give back for them. */
  add(originals: SampleArray, restored: SampleArray): void {
    const count = originals.length / this.#features;
    this.progress.add(count);
    this.#quality.add(originals, restored);
    this.rivals.add(originals);
    if (!isFloat(this.#normalization.dtype)) return; // whole numbers are finite
    this.#overflown += overflownRows({ shape: [count, this.#features], data: restored }).length;
  }

  get quality(): QualityScores {
    return this.#quality.scores();
  }

  /** How many images came back with what is no number. */
  get overflown(): number {
    return this.#overflown;
  }
}
