/**
 * Writes a melody as a WAV file, for docs/guide/11-text-sound-video.md: notes of a scale in random order, each with
 * overtones, a vibrato and an end that fades.
 *
 * `npm run -s build && node dist/examples/guide/sound.js melody.wav`, or with another seed `… other.wav 2`, or with all notes
 * higher by half tones `… higher.wav 2 1`.
 */

import { writeFileSync } from 'node:fs';
import { Random } from 'isthmus';
import { writeWav } from 'isthmus/io';

const SAMPLE_RATE = 8000; // values a second
const SECONDS = 12;
const NOTE = 0.25; // seconds
const SCALE = [0, 2, 4, 7, 9, 12]; // half tones above 220 Hz: a pentatonic scale
const OVERTONES = [1, 0.5, 0.3, 0.15]; // how loud each multiple of the frequency is

const [path = 'melody.wav', seed = '1', higher = '0'] = process.argv.slice(2);
const random = new Random(Number(seed));
const perNote = NOTE * SAMPLE_RATE;
const samples = new Float32Array(SECONDS * SAMPLE_RATE);

for (let start = 0; start < samples.length; start += perNote) {
  const halfTones = SCALE[random.integer(SCALE.length)] + Number(higher);
  const frequency = 220 * 2 ** (halfTones / 12);
  let phase = 2 * Math.PI * random.uniform();
  for (let i = 0; i < perNote; i++) {
    const time = i / SAMPLE_RATE;
    const vibrato = 1 + 0.005 * Math.sin(2 * Math.PI * 6 * time); // six times a second, by half a per cent
    phase += (2 * Math.PI * frequency * vibrato) / SAMPLE_RATE;
    const loudness = 0.4 * Math.min(1, time / 0.01) * Math.exp(-4 * time);
    for (const [k, share] of OVERTONES.entries()) {
      samples[start + i] += loudness * share * Math.sin((k + 1) * phase);
    }
  }
}

writeFileSync(path, writeWav({ samples, sampleRate: SAMPLE_RATE, encoding: 's16' }));
