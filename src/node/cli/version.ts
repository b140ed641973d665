/** The version of the package, from its own package.json. */

import { readFile } from 'node:fs/promises';

/** Where the package's folder is from here: from a bundle of the package, from the sources, from the build in dist/src. */
const PLACES = ['../..', '../../..', '../../../..'];

export async function packageVersion(): Promise<string> {
  for (const place of PLACES) {
    const address = new URL(`${place}/package.json`, import.meta.url);
    const text = await readFile(address, 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text).version;
  }
  throw new Error(`isthmus: there is no package.json above ${import.meta.url}; install the package again.`);
}
