/**
 * Two sounds as curves, one below the other, over the same stretch of time: for docs/guide/11-text-sound-video.md.
 *
 * `npm run -s build && node dist/examples/guide/waveforms.js waveforms.svg other.wav restored.wav …`
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readWav } from 'isthmus/io';
import { px, svgPage, text } from '../../src/node/charts/svg.ts';

const WIDTH = 760;
const ROW = 110; // from one curve to the next
const TOP = 70;
const [LEFT, RIGHT] = [24, 736];
const FROM = 8100; // values: within the fifth note
const COUNT = 512;
const FRAME = 128;

const [path = 'waveforms.svg', ...sounds] = process.argv.slice(2);
const files = sounds.map((name) => ({ name, sound: readWav(readFileSync(name)) }));
const { sampleRate } = files[0].sound;
const height = TOP + ROW * files.length + 10;
const xOf = (i: number) => LEFT + (i / COUNT) * (RIGHT - LEFT);

const first = Math.ceil(FROM / FRAME) * FRAME - FROM;
const borders = Array.from({ length: Math.ceil((COUNT - first) / FRAME) }, (_, i) => {
  const x = px(xOf(first + i * FRAME));
  return `<line class="border" x1="${x}" x2="${x}" y1="${TOP - 6}" y2="${height - 16}"/>`;
});
const curves = files.flatMap(({ name, sound: { samples } }, row) => {
  const middle = TOP + ROW * row + ROW / 2;
  const points = Array.from(samples.subarray(FROM, FROM + COUNT), (value, i) => {
    return `${px(xOf(i))},${px(middle - 80 * value)}`;
  });
  return [
    `<line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${middle}" y2="${middle}"/>`,
    `<polyline points="${points.join(' ')}"/>`,
    text(LEFT, middle - ROW / 2 + 8, basename(name), 'class="label"'),
  ];
});

const title = `${Math.round((1000 * COUNT) / sampleRate)} milliseconds of sound; the dashed lines are the borders of frames`;
const style = `
polyline { fill: none; stroke: #0072b2; stroke-width: 1.5; stroke-linejoin: round; }
.border { stroke: #b0b8c0; stroke-dasharray: 3 4; }
`;
writeFileSync(path, svgPage({ title, width: WIDTH, height, style }, [...borders, ...curves]));
