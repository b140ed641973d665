/**
 * Jobs on a small memory, computed by plain loops: what they do is nonsense, but each number that they write depends on
 * all that they may read. So whatever runs in a wrong order gives other numbers.
 */

import type { Access } from '../../../../src/tensor/kernels/simd/recording.ts';

/** Numbers of the memory: small, so that arrays of random jobs often overlap. */
export const MEMORY_LENGTH = 240;
/** Pieces are cut at multiples of so many rows. */
export const ROWS_OF_PIECE = 4;

/** Where an array begins, and how many numbers it has. */
export type Place = readonly [start: number, length: number];

export interface ToyJob {
  /** undefined: any number of rows; 'none': it can't be cut by rows. */
  readonly rows: number | undefined | 'none';
  readonly reads: readonly Place[];
  readonly readsWhole: readonly Place[];
  readonly writes: readonly Place[];
  readonly isLong?: boolean;
}

export class ToyMemory {
  readonly words = new Float32Array(MEMORY_LENGTH).map((_, i) => (i * 7919) % 1009);

  array([start, length]: Place): Float32Array {
    return this.words.subarray(start, start + length);
  }

  access({ rows, reads, readsWhole, writes }: ToyJob): Access {
    const arrays = (places: readonly Place[]) => places.map((place) => this.array(place));
    return {
      reads: arrays(reads),
      readsWhole: arrays(readsWhole),
      writes: arrays(writes),
      rowCut: rows === 'none' ? undefined : { rows, apply: () => {} },
    };
  }

  /**
   * Does a piece of a job: of its arrays the part from `from` to `to`, of `of`.
   *
   * @param id - Two jobs never compute the same.
   */
  run(id: number, job: ToyJob, from: number, to: number, of: number): void {
    const rows = finestRows(job);
    const whole = job.readsWhole.flatMap((place) => [...this.array(place)]);
    for (let row = (from * rows) / of; row < (to * rows) / of; row++) {
      const partOf = (place: Place) => {
        const width = place[1] / rows;
        return this.array(place).subarray(width * row, width * (row + 1));
      };
      const seen = [...job.reads, ...job.writes].flatMap((place) => [...partOf(place)]);
      for (const place of job.writes) {
        const written = partOf(place);
        for (let i = 0; i < written.length; i++) written[i] = mixed([id, i, ...whole, ...seen]);
      }
    }
  }

  /** Does all of a job. */
  runWhole(id: number, job: ToyJob): void {
    const rows = finestRows(job);
    this.run(id, job, 0, rows, rows);
  }
}

/** Into how many rows a job can be cut that has no number of its own. */
export function finestRows({ rows, writes: [[, length]] }: ToyJob): number {
  return typeof rows === 'number' ? rows : length;
}

/** A number below 2^20 that changes if one of these does, or their order. */
function mixed(numbers: readonly number[]): number {
  return numbers.reduce((hash, x) => (Math.imul(hash ^ x, 0x9e3779b1) >>> 7) & 0xfffff, 12345);
}
