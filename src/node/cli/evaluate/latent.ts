/** The codes as a picture in two dimensions. */

import { DataError } from '../../../data/samples.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { latentPlot } from '../../charts/latentPlot.ts';
import { latentPng } from '../../charts/latentPng.ts';
import { latentSvg } from '../../charts/latentSvg.ts';

export interface LatentPictureOptions {
  readonly labels: ArrayLike<number> | undefined;
  readonly names: readonly string[] | undefined;
  /** For people: where the samples are from. */
  readonly source: string;
}

/**
 * The file's contents.
 *
 * @param path - Its name says which kind.
 * @param codes - `[n, code length]`, finite.
 */
export function latentPicture(
  path: string,
  codes: Tensor,
  options: LatentPictureOptions,
): Uint8Array | string {
  const plot = latentPlot(codes, options);
  return path.toLowerCase().endsWith('.png') ? latentPng(plot) : latentSvg(plot);
}

/** @throws {DataError} If a label has no name. */
export function refuseNamelessLabels(labels: ArrayLike<number>, names: readonly string[]): void {
  const nameless = Array.from(labels).find((label) => names[label] === undefined);
  if (nameless === undefined) return;
  throw new DataError(
    `--label-names has ${names.length} names, for the labels 0 to ${names.length - 1}; there is a label ${nameless}.`,
  );
}
