/**
 * What a resized picture should be, pixel by pixel in float64: the integral of the old picture over the area of each new
 * pixel where it shrinks, the straight line between the centres of two old pixels where it grows.
 */

/** One channel of a picture, `[height][width]`. */
export type Plane = readonly (readonly number[])[];

function areaMean(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  values.forEach((value, i) => {
    sum += value * Math.max(0, Math.min(to, i + 1) - Math.max(from, i));
  });
  return sum / (to - from);
}

function between(values: readonly number[], place: number): number {
  const at = (i: number) => values[Math.max(0, Math.min(values.length - 1, i))];
  const left = Math.floor(place);
  return at(left) + (place - left) * (at(left + 1) - at(left));
}

function resizeLine(values: readonly number[], length: number): number[] {
  const step = values.length / length;
  return Array.from({ length }, (_, i) =>
    step > 1 ? areaMean(values, i * step, (i + 1) * step) : between(values, (i + 0.5) * step - 0.5),
  );
}

const transposed = (plane: Plane): number[][] => plane[0].map((_, x) => plane.map((row) => row[x]));

/** The plane as it is, stretched to the size; the values are not rounded. */
export function naiveResize(plane: Plane, [height, width]: readonly [number, number]): Plane {
  const wide = plane.map((row) => resizeLine(row, width));
  return transposed(transposed(wide).map((column) => resizeLine(column, height)));
}

/** The middle of the plane that has the ratio of the size, to whole pixels. */
export function naiveCrop(plane: Plane, [height, width]: readonly [number, number]): Plane {
  const middle = <T>(list: readonly T[], wanted: number): readonly T[] => {
    const length = Math.max(1, Math.min(list.length, Math.round(wanted)));
    const start = Math.floor((list.length - length) / 2);
    return list.slice(start, start + length);
  };
  const [oldHeight, oldWidth] = [plane.length, plane[0].length];
  const rows = middle(plane, (oldWidth * height) / width);
  return rows.map((row) => middle(row, (oldHeight * width) / height));
}
