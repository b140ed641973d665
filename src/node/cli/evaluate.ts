/** `isthmus evaluate`: how good a model is, section by section. */

import { writeFileAtomically } from '../files.ts';
import { loadImages } from '../load.ts';
import { loadModel } from '../modelFile.ts';
import type { Command } from './command.ts';
import { codeSection } from './evaluateCodes.ts';
import { noiseSection } from './evaluateNoise.ts';
import { DATA, OPTIONS, OTHERS } from './evaluateOptions.ts';
import { scoreImages, scoreSection, scoresCsv } from './evaluateScores.ts';
import type { Section } from './evaluateSection.ts';
import { refuseThreads, useMachine } from './machine.ts';
import { refuseExisting, requireOption, samplesFor } from './model.ts';
import { refuseSalt } from './noise.ts';
import { parseOptions, refusePositionals } from './options.ts';
import { print, printJson, say } from './output.ts';
import { showComparison } from './showComparison.ts';

export const evaluateCommand: Command = {
  help: {
    usage:
      'isthmus evaluate --model MODEL --data FILE [--out scores.csv]\n       npm run isthmus -- evaluate --model MODEL --data FILE [--out scores.csv]',
    description: [
      "Encodes and decodes the images and measures how far they are from the originals: mean squared and mean absolute error, PSNR and SSIM, in the units of the network's input, where a pixel goes from 0 to 1. PSNR is that of the overall MSE; SSIM is the mean over the images.",
      'Two baselines stand beside them: predicting the mean image every time, and PCA with as many components as the code has numbers. PCA is fitted to these very images, so no linear code of that length can do better on them.',
    ],
    groups: [
      ['Options', DATA],
      ['Others', OTHERS],
    ],
    sections: [['Example', ['isthmus evaluate --model runs/digits-1 --data images.npy --out scores.csv']]],
  },
  run: evaluate,
};

async function evaluate(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(OPTIONS, words);
  refusePositionals(parsed);
  refuseThreads(parsed.values);
  const { key, overwrite, json, noise, out } = parsed.values;
  const model = requireOption('model', parsed.values.model, 'MODEL');
  const data = requireOption('data', parsed.values.data, 'FILE');
  if (out !== undefined) await refuseExisting(requireOption('out', out, 'FILE.csv', ['.csv']), overwrite);
  await useMachine(parsed.values);
  const { autoencoder } = await loadModel(model);
  const samples = samplesFor(autoencoder, await loadImages(data, { key }));
  refuseSalt(noise, autoencoder.normalization.kind);

  const images = scoreImages(autoencoder, samples);
  if (out !== undefined) await writeFileAtomically(out, scoresCsv(images));
  const sections: Section[] = [scoreSection(autoencoder, samples, images), codeSection(autoencoder, samples)];
  if (noise) sections.push(noiseSection(autoencoder, samples, noise));
  report(sections, json);
  if (json) return 0;
  if (out !== undefined) say(`\nthe scores of every image: ${out}`);
  say();
  showComparison(autoencoder, samples, noise);
  return 0;
}

function report(sections: readonly Section[], json: boolean): void {
  if (json) {
    printJson(Object.assign({}, ...sections.map((section) => section.json)));
    return;
  }
  sections.forEach((section, i) => {
    if (i > 0) print('');
    section.print();
  });
}
