/** The version of the package, from its own package.json. */

import { readFile } from 'node:fs/promises';

const read = (place: string) => readFile(new URL(place, import.meta.url), 'utf8');

export async function packageVersion(): Promise<string> {
  // Four folders up from the build in dist/src, three from the sources.
  const text = await read('../../../package.json').catch(() => read('../../../../package.json'));
  return JSON.parse(text).version;
}
