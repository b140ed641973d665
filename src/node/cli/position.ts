import { formatShape, type Shape } from '../../tensor/shape.ts';

/** Where number j of a row-major sample is; dimensions of 1 don't count, unless there is no other. */
export function positionOf(j: number, sample: Shape): number[] {
  const position: number[] = [];
  let rest = j;
  for (const length of sample.filter((length) => length !== 1).toReversed()) {
    position.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return position.length > 0 ? position : [j]; // of a single number: 0
}

/** "3"; of samples of several dimensions "[2, 3]". */
export function formatPosition(position: readonly number[]): string {
  return position.length === 1 ? String(position[0]) : formatShape(position);
}
