/**
 * How many cases the tests try, in one place. `npm test` tries few of what takes long; `npm run test:all`, which CI runs,
 * tries all of them, beside the tests in files named `*.long.test.ts` (jest.all.config.mjs).
 */

export const isAll = process.env.ISTHMUS_TESTS === 'all';

/** Damaged copies of the files of each format, all files of the format together. */
export const MUTATIONS = isAll ? 10_000 : 1_000;

/** `ISTHMUS_CASES=10000 npm test -- mutations`: that many of each file instead, and others each time. */
export const MUTATIONS_OF_EACH_FILE = Number(process.env.ISTHMUS_CASES ?? 0);

/** How often a training is killed: `ISTHMUS_KILL_ROUNDS=200 npm run test:all -- kill`. */
export const KILLS = Number(process.env.ISTHMUS_KILL_ROUNDS ?? 6);
