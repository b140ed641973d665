/**
 * The picture of chapter 6 of the guide: how many multiplications each dense layer of the article's network takes for one
 * image.
 *
 * To draw it: `npm run -s build && node dist/examples/guide/articleCost.js docs/images/guide/article-cost.svg`.
 */

import { writeFileSync } from 'node:fs';
import { Autoencoder, Dense } from 'isthmus';
import { barChart } from '../../src/node/charts/barChart.ts';

const [path = 'article-cost.svg'] = process.argv.slice(2);
const { encoder, decoder } = new Autoencoder({ inputShape: [28, 28], hidden: [64, 32], encodingDim: 32 });

const bars = [encoder, decoder].flatMap(({ layers }, network) =>
  layers
    .filter((layer) => layer instanceof Dense)
    .map(({ inFeatures, outFeatures, weight }) => ({
      name: `${network === 0 ? 'encoder' : 'decoder'} ${inFeatures} to ${outFeatures}`,
      value: weight.value.data.length / 1000,
    })),
);
writeFileSync(
  path,
  barChart({ title: 'Where the work is', unit: 'thousand multiplications for one image' }, bars),
);
