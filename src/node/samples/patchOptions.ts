/** What is said about patches of photographs; images/patches.ts cuts them. */

import { requireOptions } from '../../tensor/options.ts';
import { inWords } from '../../tensor/words.ts';

/** For pictures of any size. */
export interface PatchOptions {
  /** Height and width of a patch in pixels. */
  readonly size: readonly [height: number, width: number];
  /** How many are cut in all. */
  readonly count: number;
  /** Decides where. @default 0 */
  readonly seed?: number | undefined;
}

/** @throws {TypeError} If they are none. */
export function requirePatches(who: string, patches: PatchOptions): void {
  requireOptions(`${who}: patches`, patches, { size: true, count: true, seed: true });
  if (isPatchOptions(patches)) return;
  throw new TypeError(
    `${who}: patches is ${inWords(patches)}, expected { size: [32, 32], count: 20000 } with integers of at least 1.`,
  );
}

/** Also of those that a file holds. */
export function isPatchOptions({ size, count, seed = 0 }: Partial<PatchOptions>): boolean {
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
  const isSize = Array.isArray(size) && size.length === 2 && size.every(isCount);
  return isSize && isCount(count) && Number.isSafeInteger(seed) && seed >= 0;
}

/** `32x32:20000`, as the command line takes it. */
export function formatPatches({ size, count }: PatchOptions): string {
  return `${size.join('x')}:${count}`;
}
