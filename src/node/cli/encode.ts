/** `isthmus encode`: from images or other samples to codes, the article's compress_image. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { NO_NORMALIZATION, type Samples, type StoredSamples } from '../../data/samples.ts';
import type { TrainingFacts } from '../../io/model.ts';
import { refuseExisting, writeFileAtomically } from '../files/files.ts';
import { nounOf } from '../pictures/sampleKind.ts';
import { type SampleForm, sampleFormOf } from '../samples/sampleForm.ts';
import { DATA, HELP, IN_MEMORY, KEY, MODEL, OVERWRITE } from './shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from './shared/machine.ts';
import { type Batch, batchOf, OUTPUT_FORMATS, type OutputSamples } from './shared/outputFiles.ts';
import { noteOverflow, overflownRows } from './shared/overflow.ts';
import { loadOptionsOf, READING, READING_GROUP } from './shared/reading.ts';
import { openAutoencoder, openSource, prepareLike } from './shared/samples.ts';
import type { Command } from './terminal/help.ts';
import { parseOptions, refusePositionals, requireOption, text } from './terminal/options.ts';
import { countOf, say, timesShape } from './terminal/output.ts';

const OPTIONS = {
  model: MODEL,
  data: DATA,
  key: KEY,
  'in-memory': IN_MEMORY,
  out: text(
    'FILE',
    'The file for the codes. FILE.npy: float32, [n, code length]. FILE.csv, FILE.tsv: a table with a row for each, its header code 0, code 1, ….',
  ),
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

const ALL_OPTIONS = { ...OPTIONS, ...READING };

const ENDINGS = ['.npy', '.csv', '.tsv'] as const;

export const encodeCommand: Command = {
  help: {
    usage:
      'isthmus encode --model MODEL --data FILE --out FILE\n       npm run isthmus -- encode --model MODEL --data FILE --out FILE',
    description: [
      'Runs the encoder of a trained model over images, the rows of a table, or whatever it was trained on, and writes their codes as a NumPy array or a table. The samples must have the shape that the model was trained on; they are scaled as its training data was.',
      'Codes are written as they are computed: neither the .npy of images nor the codes have to fit into memory. isthmus evaluate measures what codes are good for (--labels) and draws them (--latent).',
    ],
    groups: [['Options', OPTIONS], READING_GROUP],
    sections: [
      [
        'Examples',
        [
          'isthmus encode --model runs/digits-1 --data images.npy --out codes.npy',
          'isthmus encode --model runs/table-1 --data table.csv --out codes.csv',
        ],
      ],
    ],
  },
  run: encode,
};

async function encode(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(ALL_OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { key, overwrite, 'in-memory': limit } = parsed.values;
  const model = requireOption('model', parsed.values.model, 'MODEL');
  const data = requireOption('data', parsed.values.data, 'FILE');
  const out = requireOption('out', parsed.values.out, 'FILE.npy or FILE.csv', ENDINGS);
  await refuseExisting(out, overwrite);
  await useMachine(parsed.values);
  const { autoencoder, training } = await openAutoencoder(model);
  const ending = ENDINGS.find((one) => out.toLowerCase().endsWith(one)) ?? '.npy';
  const reading = loadOptionsOf(parsed.values, { training, inputShape: autoencoder.inputShape });
  const images = await openSource(data, limit, { ...reading, key });
  const overflow = { count: 0 };
  try {
    const samples = await prepareLike(images, autoencoder);
    const { pieces } = OUTPUT_FORMATS[ending];
    const batches = codeBatches(autoencoder, samples, overflow);
    await writeFileAtomically(out, pieces(codesToWrite(autoencoder, training, images.shape[0], batches)));
  } finally {
    await images.close();
  }
  const [count, ...shape] = images.shape;
  const noun = nounOf(autoencoder.inputShape, autoencoder.normalization);
  const codes = `${count === 1 ? 'a code' : 'codes'} of ${countOf(autoencoder.encodingDim, 'number')}`;
  say(`${countOf(count, noun)} of ${timesShape(shape)} became ${codes}: ${out}`);
  noteOverflow(overflow.count, noun);
  return 0;
}

/** Rows that are not finite are counted in `overflow`. */
async function* codeBatches(
  autoencoder: Autoencoder,
  samples: Samples | StoredSamples,
  overflow: { count: number },
): AsyncGenerator<Batch, void> {
  for await (const codes of autoencoder.encodeBatches(samples)) {
    overflow.count += overflownRows(codes).length;
    yield batchOf(codes, NO_NORMALIZATION);
  }
}

/** Codes are written like samples of their own: a table of them is delimited like that of the training data. */
function codesToWrite(
  { encodingDim }: Autoencoder,
  training: TrainingFacts,
  count: number,
  batches: AsyncIterable<Batch>,
): OutputSamples {
  const featureNames = Array.from({ length: encodingDim }, (_, i) => `code ${i}`);
  return {
    shape: [count, encodingDim],
    inputShape: [encodingDim],
    normalization: NO_NORMALIZATION,
    training: { data: { featureNames, form: delimitersOf(sampleFormOf(training)) } },
    batches,
  };
}

/** Without the names of the columns, which are those of the data. */
function delimitersOf(form: SampleForm | undefined): SampleForm | undefined {
  if (form?.kind !== 'table') return undefined;
  const { kind, delimiter, decimal } = form;
  return { kind, delimiter, decimal };
}
