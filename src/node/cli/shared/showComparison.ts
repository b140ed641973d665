import type { Autoencoder } from '../../../autoencoder/autoencoder.ts';
import type { Samples } from '../../../data/samples.ts';
import type { Noise } from '../../../training/noise.ts';
import { predictPictures } from '../../pictures/display.ts';
import { pictureOf } from '../../pictures/sampleKind.ts';
import { terminalComparison } from '../../pictures/terminalPicture.ts';
import { say } from '../terminal/output.ts';

/** A few originals and their reconstructions on stderr: in colour where it is a terminal that can, else in characters. */
export function showComparison(autoencoder: Autoencoder, samples: Samples, noise?: Noise): void {
  if (!pictureOf(autoencoder.inputShape, samples.normalization)) return;
  const { isTTY } = process.stderr;
  const columns = process.stderr.columns || 80; // some terminals say 0
  const colorDepth = isTTY ? process.stderr.getColorDepth() : 1;
  const { originals, reconstructions, noisy } = predictPictures(autoencoder, samples, noise);
  say(`${terminalComparison(originals, reconstructions, { columns, colorDepth, noisy })}\n`);
}
