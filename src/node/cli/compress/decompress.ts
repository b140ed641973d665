/** `isthmus decompress`: from a compressed file back to images. Read compression/decompress.ts first. */

import { readCsvHead } from '../../../compression/csvOriginal.ts';
import type { CompressedFile } from '../../../compression/decompress.ts';
import { type OriginalFile, originalPieces } from '../../../compression/originalFile.ts';
import { DataError, type SampleArray } from '../../../data/samples.ts';
import type { LoadedModel } from '../../../io/model.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import { inFile, refuseExisting, writeFileAtomically } from '../../files/files.ts';
import { toInputs } from '../../pictures/display.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { openCompressedFile } from '../../samples/compressedFile.ts';
import { HELP, OVERWRITE } from '../shared/commonOptions.ts';
import { MACHINE, useMachine } from '../shared/machine.ts';
import {
  type Batch,
  type Origin,
  OUTPUT_FORMATS,
  type OutputEnding,
  type OutputFormat,
  outputHelp,
} from '../shared/outputFiles.ts';
import { photographFile } from '../shared/photographs.ts';
import { openAutoencoder } from '../shared/samples.ts';
import type { Command } from '../terminal/help.ts';
import { exitOnSignals } from '../terminal/interruption.ts';
import { parseOptions, requireOption, text, UsageError } from '../terminal/options.ts';
import { countOf, formatElapsed, say, timesShape } from '../terminal/output.ts';
import { CountProgress } from '../terminal/statusLine.ts';

const OPTIONS = {
  model: text(
    'MODEL',
    'The run folder or model file with which the images were compressed. [the model inside the file]',
  ),
  out: text(
    'FILE',
    `${outputHelp('the images')} FILE.idx or FILE-ubyte: the original IDX file, if it was compressed with --lossless and not gzipped.`,
  ),
  threads: MACHINE.threads,
  overwrite: OVERWRITE,
  help: HELP,
};

/** Only the original itself is written as IDX. */
const ENDINGS = [...(Object.keys(OUTPUT_FORMATS) as OutputEnding[]), '.idx', '-ubyte'] as const;

export const decompressCommand: Command = {
  help: {
    usage:
      'isthmus decompress FILE.isth --out FILE [--model MODEL]\n       npm run isthmus -- decompress FILE.isth --out FILE [--model MODEL]',
    description: [
      'Restores images from a file that isthmus compress wrote. This needs the model with which the file was made. The images have the units and the type of the originals, as those of isthmus decode. A lossless file restores the .npy, IDX, CSV or TSV file that was compressed, byte for byte; if it was made from another kind of file, such as a gzipped IDX file, it restores the same array as a .npy.',
      'The file names the kernels with which it was made, and the same ones are used again, because others differ in the last bits. On a machine without these kernels, a lossless file is refused.',
    ],
    groups: [['Options', OPTIONS]],
    sections: [
      [
        'Examples',
        [
          'isthmus decompress images.isth --model runs/digits-1 --out restored.npy',
          'isthmus decompress images.isth --model runs/digits-1 --out restored.png',
        ],
      ],
    ],
  },
  run: decompress,
};

async function decompress(words: readonly string[]): Promise<number> {
  const start = performance.now();
  const { values, positionals } = parseOptions(OPTIONS, words);
  if (positionals.length !== 1) {
    throw new UsageError(`got ${positionals.length} names, expected one file: FILE.isth.`);
  }
  const [path] = positionals;
  const out = requireOption(
    'out',
    values.out,
    'FILE.npy, FILE.csv, FILE.tsv, FILE.wav, FILE.png or, for IDX files, FILE.idx or FILE-ubyte',
    ENDINGS,
  );
  await refuseExisting(out, values.overwrite);
  await useMachine({ kernels: undefined, threads: values.threads });
  const given = values.model === undefined ? undefined : await openAutoencoder(values.model);
  const file = await openCompressedFile(path);
  const [count, ...sample] = file.shape;
  const noun = nounOf(sample, file.header.normalization);
  const progress = new CountProgress(noun, count);
  const stopListening = exitOnSignals();
  try {
    await writeFileAtomically(out, piecesOf(out, file, given ?? file.model, progress));
  } catch (error) {
    throw inFile(path, error as Error);
  } finally {
    progress.close();
    stopListening();
    await file.close();
  }
  const elapsed = formatElapsed((performance.now() - start) / 1000);
  say(`${countOf(count, noun)} of ${timesShape(sample)} in ${elapsed}: ${out}`);
  return 0;
}

/** What is written: the original file itself, or its samples in another format. */
function piecesOf(
  out: string,
  file: CompressedFile,
  model: LoadedModel | undefined,
  progress: CountProgress,
): AsyncIterable<Uint8Array> {
  const { original, shape, dtype, normalization, grid } = file.header;
  const ending = ENDINGS.find((one) => out.toLowerCase().endsWith(one)) as (typeof ENDINGS)[number];
  const missing = file.isLossless ? undefined : file.missingKernels;
  const chunks = counted(file.images(model?.autoencoder), sizeOf(shape.slice(1)), progress);
  if (original && isRestoredAs(ending, original)) return originalPieces(chunks, { original, dtype, shape });
  if (ending === '.idx' || ending === '-ubyte') {
    const kept = original ? `it restores a .${original.kind}` : 'it is a lossy file';
    throw new DataError(
      `${kept}, expected --out FILE.npy or FILE.png: only an IDX file that was compressed with --lossless, and not gzipped, is restored as IDX.`,
    );
  }
  const format: OutputFormat = OUTPUT_FORMATS[ending];
  const [, ...inputShape] = shape;
  const origin = { inputShape, normalization, training: model?.training ?? {} };
  if (!grid) format.refuse?.(origin);
  if (missing) say(`note: the file was made with ${missing}: some values differ in the last bit.`);
  if (grid) return photographFile(out, () => file.all(model?.autoencoder));
  return format.pieces({ ...origin, shape, batches: batchesOf(chunks, origin), isCheckedAtEnd: true });
}

/** Whether files with this ending hold the bytes of the original. */
function isRestoredAs(ending: (typeof ENDINGS)[number], { kind, head }: OriginalFile): boolean {
  if (kind === 'idx') return ending === '.idx' || ending === '-ubyte';
  if (kind === 'csv' && ending === '.tsv') return readCsvHead(head).delimiter === '\t';
  return ending === `.${kind}`;
}

/** Shows how many samples are done. */
async function* counted(
  chunks: AsyncIterable<SampleArray>,
  size: number,
  progress: CountProgress,
): AsyncGenerator<SampleArray, void> {
  for await (const values of chunks) {
    yield values;
    progress.add(values.length / size);
  }
}

async function* batchesOf(
  chunks: AsyncIterable<SampleArray>,
  { inputShape, normalization }: Origin,
): AsyncGenerator<Batch, void> {
  for await (const data of chunks) {
    const samples = { shape: [data.length / sizeOf(inputShape), ...inputShape], data, normalization };
    yield { inputs: () => toInputs({ inputShape }, samples), values: () => data };
  }
}
