/** The version of the package, from its own package.json. */

import { readFile } from 'node:fs/promises';

export async function packageVersion(): Promise<string> {
  const file = new URL('../../../../package.json', import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')).version;
}
