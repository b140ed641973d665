/** Sound (WAV) as samples. */

import { DataError } from '../../data/samples.ts';
import type { SoundOptions } from './readOptions.ts';
import type { LoadedImages } from './sampleSource.ts';

export async function loadWave(_path: string, _options: SoundOptions): Promise<LoadedImages> {
  throw new DataError('sound is not read.');
}
