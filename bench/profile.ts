/**
 * `npm run profile`: where a training step's time goes, operation by operation, in the order in which `fit` comes to them.
 * Read profile/stepProfile.ts first.
 */

import { MACHINE, useMachine } from '../src/node/cli/shared/machine.ts';
import { formatHelp } from '../src/node/cli/terminal/help.ts';
import {
  choice,
  flag,
  number,
  parseOptions,
  refusePositionals,
  UsageError,
} from '../src/node/cli/terminal/options.ts';
import { kernels, threads } from '../src/tensor/kernels/active.ts';
import { ARTICLE, BIG, layersOf } from './contests/models.ts';
import { environment, formatEnvironment } from './harness/report.ts';
import { formatProfile, PROFILE_LEGEND, profileRecords } from './profile/profileTable.ts';
import { profileSteps } from './profile/stepProfile.ts';

const OPTIONS = {
  model: choice(['article', 'big'], 'article', `${layersOf(ARTICLE)}, or ${layersOf(BIG)}.`),
  ...MACHINE,
  steps: number(
    500,
    { minimum: 1, integer: true },
    'Average over at least this many steps, after half as many to warm up.',
  ),
  json: flag('One JSON object a line: the machine, then each line of the table.'),
  help: flag('Show this and exit.'),
};

const HELP = formatHelp({
  usage: 'npm run profile -- [options]',
  description: [
    'Trains a model through fit and says for every kernel that a step calls how long it takes, which part of the step that is, and how fast it computes (GFLOP/s) or moves memory (GB/s). No step is captured: kernels are called one by one.',
  ],
  groups: [['Options', OPTIONS]],
  sections: [],
});

async function main(words: readonly string[]): Promise<void> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  const { values } = parsed;
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  await useMachine(values);
  const model = values.model === 'big' ? BIG : ARTICLE;
  const profile = await profileSteps(model, values.steps);
  const machine = { ...environment(), kernels: [kernels().name], threads: [threads()] };
  if (values.json) {
    const records = [{ ...machine, model: model.name }, ...profileRecords(profile)];
    for (const record of records) console.log(JSON.stringify(record));
    return;
  }
  console.log(formatEnvironment(machine));
  console.log(`${layersOf(model)}, batches of ${model.batch}, Adam, MSE\n`);
  console.log(`${formatProfile(profile)}\n\n${PROFILE_LEGEND}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`profile: ${error.message}`);
  process.exitCode = 2;
}
