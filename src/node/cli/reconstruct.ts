/** `isthmus reconstruct`: encodes and decodes samples, as the article's last step does. Read encode.ts and decode.ts first. */

import type { Autoencoder } from '../../autoencoder/autoencoder.ts';
import { Quality } from '../../compression/quality.ts';
import { denormalize } from '../../data/denormalize.ts';
import { DataError, type SampleArray, type Samples, type StoredSamples } from '../../data/samples.ts';
import { TileBlender } from '../../data/tiles.ts';
import { seamsOf } from '../../evaluation/seams.ts';
import { sameShape, sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { refuseExisting, writeFileAtomically } from '../files/files.ts';
import { nounOf } from '../pictures/sampleKind.ts';
import type { LoadOptions } from '../samples/readOptions.ts';
import { DATA, HELP, IN_MEMORY, KEY, MODEL, OVERWRITE, requireData } from './shared/commonOptions.ts';
import { MACHINE, refuseThreads, useMachine } from './shared/machine.ts';
import { type Batch, outputHelp, requireOutput } from './shared/outputFiles.ts';
import { noteOverflow, overflownRows } from './shared/overflow.ts';
import {
  describeSeams,
  loadWhole,
  openPhotograph,
  overlapOption,
  type Photograph,
  photographFile,
} from './shared/photographs.ts';
import { loadOptionsOf, READING, READING_GROUP } from './shared/reading.ts';
import { openAutoencoder, openSource, prepareLike } from './shared/samples.ts';
import type { Command } from './terminal/help.ts';
import { parseOptions, requireOption, text, UsageError } from './terminal/options.ts';
import { countOf, formatDecibels, say, timesShape } from './terminal/output.ts';

/** Of a tile that overlaps. With half of it errors are a little smaller, but less so where tiles begin (docs/data.md). */
const SHARE = 1 / 4;

const OPTIONS = {
  model: MODEL,
  data: DATA,
  key: KEY,
  target: text(
    'FILE',
    'Of a photograph in tiles: the picture that it should become, to measure how far both are from it.',
  ),
  overlap: overlapOption('a quarter'),
  'in-memory': IN_MEMORY,
  out: text('FILE', outputHelp('what the model makes of the samples, in their shape,')),
  ...MACHINE,
  overwrite: OVERWRITE,
  help: HELP,
};

const ALL_OPTIONS = { ...OPTIONS, ...READING };

export const reconstructCommand: Command = {
  help: {
    usage:
      'isthmus reconstruct --model MODEL --data FILE --out FILE\n       npm run isthmus -- reconstruct --model MODEL --data FILE --out FILE',
    description: [
      'Encodes and decodes images, the rows of a table, or whatever a model was trained on: encode and decode in one. A model that was trained with --noise or --target removes what it learned to remove.',
      'For a model that was trained with --patches, a PNG or JPEG of any size goes through it in tiles that overlap and are blended to a picture of the same size.',
      'The result has the shape of the data, and the units and the type of what the model was trained on, as decode writes it. It is written as it is computed: neither the .npy of images nor the result has to fit into memory.',
    ],
    groups: [['Options', OPTIONS], READING_GROUP],
    sections: [
      [
        'Examples',
        [
          'isthmus reconstruct --model runs/noisy-1 --data noisy.npy --out restored.npy',
          'isthmus reconstruct --model runs/noisy-1 --data noisy.npy --out restored.png',
          'isthmus reconstruct noisy.png --model runs/photos-1 --out restored.png',
        ],
      ],
    ],
  },
  run: reconstruct,
};

/** What is restored, and what is found on the way. */
interface Subject {
  readonly autoencoder: Autoencoder;
  readonly samples: Samples | StoredSamples;
  /** The name of the data. */
  readonly source: string;
  /** How many results are not finite. */
  overflown: number;
}

async function reconstruct(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(ALL_OPTIONS, words);
  refuseThreads(parsed.values);
  const { key, overwrite, target, overlap, 'in-memory': limit } = parsed.values;
  const model = requireOption('model', parsed.values.model, 'MODEL');
  const data = requireData(parsed);
  const out = requireOutput(parsed.values.out);
  await refuseExisting(out.path, overwrite);
  await useMachine(parsed.values);
  const { autoencoder, training } = await openAutoencoder(model);
  const { inputShape, normalization } = autoencoder;
  const origin = { inputShape, normalization, training };
  out.format.refuse?.(origin);
  const reading = { ...loadOptionsOf(parsed.values, { training, inputShape }), key };
  const photograph = await openPhotograph(data, { autoencoder, training, reading, overlap, share: SHARE });
  if (photograph) {
    await restorePhotograph({ autoencoder, photograph, reading, out: out.path, target });
    return 0;
  }
  if (target !== undefined) {
    throw new UsageError(
      '--target is for a photograph in tiles; isthmus evaluate --target measures other samples.',
    );
  }
  const images = await openSource(data, limit, reading);
  const noun = nounOf(inputShape, normalization);
  try {
    const samples = await prepareLike(images, autoencoder);
    const subject = { autoencoder, samples, source: images.source, overflown: 0 };
    const batches = restoredBatches(subject);
    const sampleRate = images.form?.kind === 'sound' ? images.form.sampleRate : undefined;
    await writeFileAtomically(
      out.path,
      out.format.pieces({ ...origin, shape: samples.shape, batches, sampleRate }),
    );
    const [count, ...shape] = images.shape;
    say(`${countOf(count, noun)} of ${timesShape(shape)}, encoded and decoded: ${out.path}`);
    noteOverflow(subject.overflown, noun);
  } finally {
    await images.close();
  }
  return 0;
}

interface PhotographJob {
  readonly autoencoder: Autoencoder;
  readonly photograph: Photograph;
  readonly reading: LoadOptions;
  readonly out: string;
  readonly target: string | undefined;
}

/** Writes what the model makes of a photograph, and says how visible its tiles are. */
async function restorePhotograph({
  autoencoder,
  photograph,
  reading,
  out,
  target,
}: PhotographJob): Promise<void> {
  const { shape, pixels, grid, tiles } = photograph;
  const wanted = target === undefined ? undefined : await openTargetOf(photograph, target, reading);
  const samples = await prepareLike(tiles, autoencoder);
  const blender = new TileBlender(grid, shape[3] ?? 1);
  const { picture } = blender;
  const restored = async () => {
    for await (const codes of autoencoder.encodeBatches(samples)) {
      blender.add(denormalize(autoencoder.decode(codes).data, samples.normalization).data as Uint8Array);
    }
    return { shape, data: picture, dtype: 'u1' as const };
  };
  await writeFileAtomically(out, photographFile(out, restored));
  say(`${timesShape(shape.slice(1))} in ${countOf(grid.count, 'tile')}, encoded and decoded: ${out}`);
  const psnrTo = (values: Uint8Array, other: Uint8Array) => {
    const quality = new Quality(shape.slice(1), samples.normalization, { withSsim: false });
    quality.add(other, values);
    return formatDecibels(quality.scores().psnr ?? Number.NaN);
  };
  if (wanted) say(`PSNR ${psnrTo(pixels, wanted)} as given, ${psnrTo(picture, wanted)} restored`);
  say(describeSeams(seamsOf(wanted ?? pixels, picture, grid)));
}

/** @throws {DataError} If it has another size than the photograph. */
async function openTargetOf({ shape }: Photograph, path: string, reading: LoadOptions): Promise<Uint8Array> {
  const target = await loadWhole(path, reading);
  if (sameShape(target.shape, shape) && target.data instanceof Uint8Array) return target.data;
  throw new DataError(
    `${target.source} is ${timesShape(target.shape.slice(1))}, expected ${timesShape(shape.slice(1))}, the size of the photograph.`,
  );
}

/** What the model makes of the samples. */
async function* restoredBatches(subject: Subject): AsyncGenerator<Batch, void> {
  const { autoencoder, samples } = subject;
  let done = 0;
  for await (const codes of autoencoder.encodeBatches(samples)) {
    const restored = autoencoder.decode(codes);
    const [count] = restored.shape;
    subject.overflown += overflownRows({ ...restored, shape: [count, restored.size / count] }).length;
    const before = done;
    yield { inputs: () => restored, values: () => inUnitsOfData(subject, restored, before) };
    done += count;
  }
}

/** @param done - How many samples came before. */
function inUnitsOfData({ autoencoder, source }: Subject, restored: Tensor, done: number): SampleArray {
  try {
    return denormalize(restored.data, autoencoder.normalization).data;
  } catch {
    const size = sizeOf(autoencoder.inputShape);
    const bad = Math.floor(restored.data.findIndex(Number.isNaN) / size);
    throw new DataError(
      `${source}: the network overflows on sample ${done + bad}, whose values are too far from the training data, and integers have no NaN: remove it.`,
    );
  }
}
