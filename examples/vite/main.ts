/**
 * An autoencoder that trains on a page: the loss falls, and digits that the network has not seen are restored better and
 * better. worker.ts computes, this file draws.
 *
 * To run it in a clone: `npm ci && npm pack`, then in this folder `npm install ../../isthmus-0.1.0.tgz && npm run dev`, and
 * again if the engine has changed: `npm install` alone keeps the one that it installed first. As a project of your own: copy
 * the folder, and run the same in the copy, with the path of the file from there.
 */

import type { Message } from './worker.ts';

const SIDE = 28;

const status = element('status', HTMLElement);
const digits = context('digits');
const chart = context('loss');
const losses: number[] = [];
let heading = '';
let epochs = 0;

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
worker.onerror = ({ message }) => {
  status.textContent = `The worker stopped: ${message}`;
};
worker.onmessage = ({ data }: MessageEvent<Message>) => {
  if (data.kind === 'start') {
    ({ epochs } = data);
    heading = data.threads === 1 ? '1 thread' : `${data.threads} threads`;
    drawDigits(data.originals, 0);
  } else if (data.kind === 'epoch') {
    losses.push(data.loss);
    status.textContent = `${heading}, epoch ${data.epoch} of ${epochs}: loss ${data.loss.toFixed(4)}`;
    drawDigits(data.restored, 1);
    drawLosses();
  } else {
    status.textContent += `. Trained: PSNR ${data.psnr.toFixed(2)} dB`;
    const link = element('model', HTMLAnchorElement);
    link.href = URL.createObjectURL(new Blob([Uint8Array.from(data.model)]));
    link.hidden = false;
  }
};

/** A row of images side by side. */
function drawDigits(greys: Float32Array, row: number): void {
  const pixels = digits.createImageData(greys.length / SIDE, SIDE);
  for (const [i, grey] of greys.entries()) {
    const [image, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    const value = 255 * grey;
    pixels.data.set([value, value, value, 255], 4 * (y * pixels.width + image * SIDE + x));
  }
  digits.putImageData(pixels, 0, row * SIDE);
}

/** The loss by epoch, on an axis from 0 to the first loss. */
function drawLosses(): void {
  const { width, height } = chart.canvas;
  chart.clearRect(0, 0, width, height);
  chart.strokeStyle = 'royalblue';
  chart.lineWidth = 3;
  chart.beginPath();
  for (const [i, loss] of losses.entries()) {
    chart.lineTo((width * i) / (epochs - 1), height * (1 - loss / losses[0]));
  }
  chart.stroke();
}

function context(id: string): CanvasRenderingContext2D {
  const found = element(id, HTMLCanvasElement).getContext('2d');
  if (!found) throw new Error('This browser draws no canvas.');
  return found;
}

function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${kind.name} '${id}'.`);
  return found;
}
