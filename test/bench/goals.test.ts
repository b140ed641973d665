import { expect, test } from '@jest/globals';
import { atLeast, atMost, formatGoals, overRuns } from '../../bench/goals.ts';

const RUNS = [
  [atLeast('speed', 2.1, 2), atMost('start', 50, 40)],
  [atLeast('speed', 1.5, 2), atMost('start', 30, 40)],
  [atLeast('speed', 2.4, 2)],
];

test('the median of the runs decides, and their range is told', () => {
  const [speed, start] = overRuns(RUNS);
  expect(speed).toEqual({ ...atLeast('speed', 2.1, 2), lowest: 1.5, highest: 2.4 });
  expect(start).toEqual({ ...atMost('start', 40, 40), lowest: 30, highest: 50 });
  expect(overRuns(RUNS.slice(1, 2))[0].ok).toBe(false);
});

test('what is not a number in one run is missed', () => {
  const [goal] = overRuns([[atLeast('speed', Number.NaN, 2)]]);
  expect(goal.ok).toBe(false);
});

test('the table has a line for each goal, and a range only for several runs', () => {
  const lines = formatGoals(overRuns(RUNS)).split('\n');
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    ['goals', 'bound', 'reached', 'range of runs'],
    ['speed', '≥ 2.00', '2.10', '1.50 to 2.40', 'ok'],
    ['start', '≤ 40.0', '40.0', '30.0 to 50.0', 'ok'],
  ]);
  expect(formatGoals(overRuns([RUNS[0]]))).not.toContain(' to ');
});
