import type { SampleArray } from '../data/samples.ts';

/** Parts behind each other, as one array of this type. */
export function joined<Values extends SampleArray>(
  type: new (length: number) => Values,
  parts: readonly SampleArray[],
): Values {
  const all = new type(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
