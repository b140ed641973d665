/**
 * Digits without one class to train on, and others with a few of that class, for chapter 9 of the guide: known.npy, then
 * mixed.npy with its labels in mixed-labels.npy.
 *
 * To write them: `npm run -s build && node dist/examples/guide/oneMissing.js 0` for the class 0.
 */

import { writeFileSync } from 'node:fs';
import { generateDigits } from 'isthmus';
import { writeNpy } from 'isthmus/io';

const [missing = 0] = process.argv.slice(2).map(Number);
const FEW = 20; // of the missing class, among the others

const known = generateDigits({ count: 2000, seed: 1 });
write('known', known, (label) => label !== missing);
let found = 0;
const mixed = generateDigits({ count: 500, seed: 2 });
write('mixed', mixed, (label) => label !== missing || ++found <= FEW);

function write(name: string, { data, labels }: typeof known, keep: (label: number) => boolean): void {
  const rows = [...labels.keys()].filter((i) => keep(labels[i]));
  const pixels = Uint8Array.from(rows.flatMap((i) => [...data.subarray(i * 784, (i + 1) * 784)]));
  writeFileSync(`${name}.npy`, writeNpy({ shape: [rows.length, 28, 28], data: pixels }));
  const classes = Uint8Array.from(rows, (i) => labels[i]);
  writeFileSync(`${name}-labels.npy`, writeNpy({ shape: [rows.length], data: classes }));
  console.log(`${rows.length} digits in ${name}.npy`);
}
