/** The toolbar: train, pause, one step, reset; and the figures of the training. */

import type { Phase, ProgressEvent, ReadyEvent, StatusEvent } from '../messages.ts';
import { byId } from './dom.ts';
import { formatCount, onLanguage, say, type TextKey, text } from './language.ts';
import { Painter } from './painter.ts';
import { attempt, hideProblem, showProblem } from './problems.ts';
import { formatLoss } from './scales.ts';
import type { Trainer } from './trainer.ts';

const PHASES: Readonly<Record<Phase, TextKey>> = {
  idle: 'phaseIdle',
  training: 'phaseTraining',
  paused: 'phasePaused',
  finished: 'phaseFinished',
  stopped: 'phaseStopped',
};

export class Toolbar {
  readonly #train = byId('train');
  readonly #figures: Painter;
  #phase: Phase = 'idle';
  #progress: ProgressEvent | undefined;
  #losses: Record<string, number> = {};
  #ready: ReadyEvent | undefined;
  #isGan = false;

  /** @param reset - Makes the network anew. */
  constructor(trainer: Trainer, reset: () => void) {
    this.#figures = new Painter(byId('figure-loss'), () => this.#draw(), { everyMs: 150 });
    onLanguage(() => this.#figures.repaint());
    this.#train.addEventListener('click', () => {
      hideProblem();
      void attempt(trainer.call(this.#phase === 'training' ? 'pause' : 'train'));
    });
    byId('step').addEventListener('click', () => void attempt(trainer.call('step')));
    byId('reset').addEventListener('click', reset);
    say(byId('phase'), 'phaseLoading');
  }

  /** Says that something loads until it is done. */
  async showLoading(work: Promise<unknown>): Promise<void> {
    say(byId('phase'), 'phaseLoading');
    await work;
    say(byId('phase'), PHASES[this.#phase]);
  }

  setReady(ready: ReadyEvent): void {
    this.#ready = ready;
    this.#figures.repaint();
  }

  setPhase({ phase, problem }: StatusEvent): void {
    this.#phase = phase;
    say(this.#train, phase === 'training' ? 'pause' : 'train');
    say(byId('phase'), PHASES[phase]);
    byId('phase').dataset.phase = phase;
    byId('step').toggleAttribute('disabled', phase === 'training');
    if (problem) showProblem(problem);
  }

  setProgress(progress: ProgressEvent): void {
    this.#progress = progress;
    for (const { values } of progress.losses) Object.assign(this.#losses, values);
    this.#figures.repaint();
  }

  /** A new network has learned nothing. */
  clear(isGan: boolean): void {
    this.#isGan = isGan;
    this.#progress = undefined;
    this.#losses = {};
    say(byId('name-loss'), isGan ? 'generatorLoss' : 'loss');
    say(byId('name-test'), isGan ? 'discriminatorLoss' : 'testLoss');
    this.#figures.repaint();
  }

  #draw(): void {
    const { epoch, step, samplesPerSecond } = this.#progress ?? {};
    write('figure-epoch', epoch === undefined ? '–' : formatCount(epoch));
    write('figure-step', step === undefined ? '–' : formatCount(step));
    write('figure-loss', formatLoss(this.#isGan ? this.#losses.generator : this.#losses.training));
    write('figure-test', formatLoss(this.#isGan ? this.#losses.discriminator : this.#losses.test));
    write('figure-speed', samplesPerSecond ? formatCount(Number(samplesPerSecond.toPrecision(3))) : '–');
    if (!this.#ready) return;
    const { kernels, threads } = this.#ready;
    write('figure-kernels', text(threads === 1 ? 'kernelsOne' : 'kernelsMany', { kernels, threads }));
  }
}

/** Text that did not change costs no layout. */
function write(id: string, words: string): void {
  const element = byId(id);
  if (element.textContent !== words) element.textContent = words;
}
