/** `isthmus decompress`: from a compressed file back to images. Read compression/decompress.ts first. */

import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import type { CompressedFile } from '../../../compression/decompress.ts';
import { npyOriginal, storedBytes } from '../../../compression/originalFile.ts';
import { denormalize } from '../../../data/denormalize.ts';
import { DataError } from '../../../data/samples.ts';
import { itemSizeOf } from '../../../io/numpy/npyHeader.ts';
import { sizeOf } from '../../../tensor/shape.ts';
import { openCompressedFile } from '../../files/compressedFile.ts';
import { inFile, refuseExisting, writeFileAtomically } from '../../files/files.ts';
import { toInputs } from '../../pictures/display.ts';
import { nounOf } from '../../pictures/sampleKind.ts';
import { HELP, OVERWRITE } from '../shared/commonOptions.ts';
import { MACHINE, useMachine } from '../shared/machine.ts';
import { countShown, gridPng, MAX_PICTURES, requirePictures } from '../shared/pictures.ts';
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
    `FILE.npy: the images as an array. FILE.png: a picture of the first images, at most ${MAX_PICTURES}, fewer if they are large. FILE.idx or FILE-ubyte: the original IDX file, if it was compressed with --lossless and not gzipped.`,
  ),
  threads: MACHINE.threads,
  overwrite: OVERWRITE,
  help: HELP,
};

const ENDINGS = ['.npy', '.png', '.idx', '-ubyte'];

export const decompressCommand: Command = {
  help: {
    usage:
      'isthmus decompress FILE.isth --out FILE [--model MODEL]\n       npm run isthmus -- decompress FILE.isth --out FILE [--model MODEL]',
    description: [
      'Restores images from a file that isthmus compress wrote. This needs the model with which the file was made. The images have the units and the type of the originals, as those of isthmus decode. A lossless file restores the .npy or IDX file that was compressed, byte for byte; if it was made from another kind of file, such as a gzipped IDX file, it restores the same array as a .npy.',
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
    'FILE.npy, FILE.png or, for IDX files, FILE.idx or FILE-ubyte',
    ENDINGS,
  );
  await refuseExisting(out, values.overwrite);
  await useMachine({ kernels: undefined, threads: values.threads });
  const given = values.model === undefined ? undefined : (await openAutoencoder(values.model)).autoencoder;
  const file = await openCompressedFile(path);
  const [count, ...sample] = file.header.shape;
  const noun = nounOf(sample, file.header.normalization);
  const progress = new CountProgress(noun, count);
  const stopListening = exitOnSignals();
  try {
    await write(out, file, given ?? file.model?.autoencoder, progress);
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

async function write(
  out: string,
  file: CompressedFile,
  autoencoder: Autoencoder | undefined,
  progress: CountProgress,
): Promise<void> {
  const { original } = file.header;
  const missing = file.isLossless ? undefined : file.missingKernels;
  if (missing) say(`note: the file was made with ${missing}: some values differ in the last bit.`);
  const ending = ENDINGS.find((one) => out.toLowerCase().endsWith(one));
  if (ending === '.png') {
    await writeFileAtomically(out, await asPng(file, autoencoder));
  } else if (ending === '.npy' && original?.kind !== 'npy') {
    await writeFileAtomically(out, counted(asNpy(file, autoencoder), file, progress));
  } else if (original?.kind === (ending === '.npy' ? 'npy' : 'idx')) {
    await writeFileAtomically(out, counted(file.originalBytes(autoencoder), file, progress));
  } else {
    const kept = original ? 'it restores a .npy' : 'it is a lossy file';
    throw new DataError(
      `${kept}, expected --out FILE.npy or FILE.png: only an IDX file that was compressed with --lossless, and not gzipped, is restored as IDX.`,
    );
  }
}

/** Passes on the pieces, a file's head and then its images, and shows how many images are done. */
async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  { header: { shape, dtype } }: CompressedFile,
  progress: CountProgress,
): AsyncGenerator<Uint8Array, void> {
  const bytesPerImage = sizeOf(shape.slice(1)) * itemSizeOf(dtype);
  let isHead = true;
  for await (const piece of pieces) {
    yield piece;
    if (!isHead) progress.add(piece.length / bytesPerImage);
    isHead = false;
  }
}

async function* asNpy(
  file: CompressedFile,
  autoencoder: Autoencoder | undefined,
): AsyncGenerator<Uint8Array, void> {
  const { shape, normalization } = file.header;
  yield npyOriginal(denormalize(new Float32Array(), normalization).dtype, shape).head;
  for await (const values of file.images(autoencoder)) yield storedBytes(values, { bigEndian: false });
}

/** A picture of the first images. The others are read, too, so that a damaged file is not shown as a sound one. */
async function asPng(file: CompressedFile, autoencoder: Autoencoder | undefined): Promise<Uint8Array> {
  const { shape, normalization } = file.header;
  const [count, ...sample] = shape;
  requirePictures(sample, normalization, '--out FILE.npy');
  const images = countShown([count, ...sample]);
  const { data } = denormalize(new Float32Array(images * sizeOf(sample)), normalization);
  let at = 0;
  for await (const values of file.images(autoencoder)) {
    const part = values.subarray(0, data.length - at);
    data.set(part, at);
    at += part.length;
  }
  const shown = { shape: [images, ...sample], data, normalization };
  return gridPng(toInputs({ inputShape: sample }, shown), normalization);
}
