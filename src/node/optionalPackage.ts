/** Packages that only some kinds of files need: who reads none of them does without. */

import { DataError } from '../data/samples.ts';

/**
 * What `load` imports.
 *
 * @param what - The files that it is for: "tables".
 * @throws {DataError} If the package is not installed.
 */
export async function withPackage<T>(name: string, what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isMissing = /MODULE_NOT_FOUND$/.test(code ?? '') && message.includes(`'${name}'`);
    if (!isMissing) throw error;
    throw new DataError(`${what} are read by the package '${name}', which is missing: npm install ${name}.`);
  }
}
