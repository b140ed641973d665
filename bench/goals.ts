/** A figure that a benchmark measured, and the bound that it must keep. */

export interface Goal {
  readonly name: string;
  readonly value: number;
  readonly bound: number;
  /** Whether the bound is a maximum; else it is a minimum. */
  readonly isMaximum: boolean;
  readonly ok: boolean;
}

// By `<=` and `>=`, so that NaN does not pass.
export function atMost(name: string, value: number, bound: number): Goal {
  return { name, value, bound, isMaximum: true, ok: value <= bound };
}

export function atLeast(name: string, value: number, bound: number): Goal {
  return { name, value, bound, isMaximum: false, ok: value >= bound };
}
