/**
 * The floors: how many times as fast as its baseline each contestant must be. floors.json holds them by contest and
 * contestant: `{ "matmul 256x256x256": { "blocked": 3 } }`. A contestant without a floor is not checked.
 *
 * They guard against getting slower: 80 to 95 % of the ratios measured when they were set. The 10 of readNpy is different:
 * it says that nothing is copied (one copy would be 1).
 */

import { type Contest, contestName, type Timing } from './contest.ts';

/** By contest, then by contestant. */
export type Floors = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** floors.json has another form than it must have, or a floor for something that is not measured. */
export class FloorsError extends Error {
  override name = 'FloorsError';
}

/**
 * Reads floors.json.
 *
 * @param scale - All floors are multiplied by it.
 * @throws {FloorsError} Unless it is an object of objects of positive numbers.
 */
export function parseFloors(text: string, scale = 1): Floors {
  const parsed: unknown = JSON.parse(text);
  return Object.fromEntries(
    entriesOf(parsed, 'floors.json').map(([contest, floors]) => [
      contest,
      Object.fromEntries(
        entriesOf(floors, `floors.json, '${contest}'`).map(([contestant, floor]) => {
          if (typeof floor !== 'number' || !(floor > 0)) {
            throw new FloorsError(
              `floors.json: the floor of '${contest}', '${contestant}' is ${JSON.stringify(floor)}, expected a number > 0.`,
            );
          }
          return [contestant, floor * scale];
        }),
      ),
    ]),
  );
}

function entriesOf(value: unknown, who: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FloorsError(`${who}: got ${JSON.stringify(value)}, expected an object.`);
  }
  return Object.entries(value);
}

/**
 * A floor for something that isn't measured guards nothing: a contest was renamed, or dropped.
 *
 * @throws {FloorsError} If there is one; the message names it.
 */
export function requireMeasured(floors: Floors, contests: readonly Contest[]): void {
  for (const [name, contestants] of Object.entries(floors)) {
    const contest = contests.find((measured) => contestName(measured) === name);
    if (contest?.missing) continue;
    for (const contestant of Object.keys(contestants)) {
      if (!contest?.contestants.some((measured) => measured.name === contestant)) {
        throw new FloorsError(
          `floors.json: there is a floor for '${name}', '${contestant}', which is not measured.`,
        );
      }
    }
  }
}

/** One contestant's timing and its floor, if there is one. */
export interface Judged extends Timing {
  readonly floor?: number;
  /** Undefined if the ratio is too low and the contest was disturbed: the machine may be the reason. */
  readonly ok?: boolean;
}

export function judge(contest: Pick<Contest, 'what' | 'shape'>, timing: Timing, floors: Floors): Judged {
  const floor = floors[contestName(contest)]?.[timing.name];
  if (floor === undefined) return timing;
  const ok = timing.ratio >= floor; // so that NaN does not pass
  return !ok && timing.isDisturbed ? { ...timing, floor } : { ...timing, floor, ok };
}

/** Whether there is a floor, but the contest was too disturbed to judge the ratio by it. */
export function isOpen({ floor, ok }: Judged): boolean {
  return floor !== undefined && ok === undefined;
}

/**
 * Repeats a contest while a ratio is too low: another program on the machine may be the reason, and gone the next time.
 * Each contestant has to reach its floor once.
 *
 * @param hold - Runs the contest; its argument is the number of earlier attempts.
 * @returns The judgments of the last attempt; of a contestant that passed in an earlier one, those that it passed with.
 */
export async function runUntilPassed(
  tries: number,
  hold: (attempt: number) => Promise<Judged[]>,
): Promise<Judged[]> {
  let judged = await hold(0);
  for (let attempt = 1; attempt < tries && judged.some(({ ok }) => ok === false); attempt++) {
    const before = judged;
    judged = (await hold(attempt)).map((one, i) => (before[i].ok ? before[i] : one));
  }
  return judged;
}
