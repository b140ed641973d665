/** What `info` says of a `.isth` file. */

import { stat } from 'node:fs/promises';
import { chunkCount } from '../../compression/header.ts';
import { kernelsProbe } from '../../compression/kernelsProbe.ts';
import { canUseKernels } from '../../compression/withKernels.ts';
import { describeNormalization } from '../../data/describeNormalization.ts';
import { DTYPE_NAMES } from '../../data/samples.ts';
import { openCompressedFile } from '../compressedFile.ts';
import { inFile } from '../files.ts';
import { nounOf } from '../sampleKind.ts';
import { countOf, formatCount, print, printJson, timesShape } from './output.ts';

/** The whole file is read, so that nothing is said of one that is damaged or cut off. */
export async function infoCompressed(path: string, json: boolean): Promise<void> {
  const file = await openCompressedFile(path);
  try {
    await file.check();
  } catch (error) {
    throw inFile(path, error as Error);
  } finally {
    await file.close();
  }
  const { size: byteLength } = await stat(path);
  const { header } = file;
  const { shape, dtype, normalization, model, kernels, codeLength, levels, original, modelBytes } = header;
  if (json) {
    const chunks = chunkCount(header);
    const facts = { shape, dtype, normalization, model, kernels, codeLength, levels, modelBytes, chunks };
    printJson({ path, byteLength, ...facts, lossless: original?.kind ?? false });
    return;
  }
  const [count, ...sample] = shape;
  const noun = nounOf(sample, normalization);
  const perImage = `${((byteLength - modelBytes) / count).toFixed(1)} ${noun === 'image' ? 'an image' : 'a sample'}`;
  const without = modelBytes > 0 ? ' without the model' : '';
  print(`${path}: ${formatCount(byteLength)} bytes, ${perImage}${without}\n`);
  const here = !canUseKernels(kernels)
    ? 'not to be had here'
    : kernelsProbe(kernels) === header.kernelsProbe
      ? 'to be had here'
      : 'which compute other bits here';
  const inside = modelBytes > 0 ? `inside, ${formatCount(modelBytes)} bytes` : 'not inside';
  const facts = {
    [`${noun}s`]: `${formatCount(count)} of ${timesShape(sample)}, ${DTYPE_NAMES[dtype]}, ${describeNormalization(normalization)}`,
    codes: `${countOf(codeLength, 'number')} in ${levels} levels`,
    lossless: original ? `yes, gives back ${original.kind === 'npy' ? 'a .npy' : 'an IDX'} file` : 'no',
    model: `${model}, ${inside}`,
    kernels: `${kernels}, ${here}`,
  };
  for (const [name, value] of Object.entries(facts)) print(name.padEnd(10) + value);
}
