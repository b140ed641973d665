/** The page: which card learns of which event. Read ../messages.ts first; each card is a file beside this one. */

import type { Settings } from '../messages.ts';
import { CodeSliders } from './codeSliders.ts';
import { byId } from './dom.ts';
import { DrawingCard } from './drawing.ts';
import { Files } from './files.ts';
import { NewSamples, Reconstructions } from './gallery.ts';
import { loadsAgain } from './isolate.ts';
import { onLanguage, say, startLanguage, text } from './language.ts';
import { LatentPlane } from './latentPlane.ts';
import { LossChart } from './lossChart.ts';
import { NetworkCard } from './network.ts';
import { startThemes } from './painter.ts';
import { attempt, hideProblem, showProblem, startProblems } from './problems.ts';
import { SettingsForm } from './settings.ts';
import { Toolbar } from './toolbar.ts';
import { Trainer } from './trainer.ts';

/** Of the site that demo/build.mjs puts beside the page. */
const GUIDE = { en: 'guide/docs/guide/index.html', zh: 'guide/docs/guide/zh-CN/index.html' };

function start(): void {
  const trainer = new Trainer((reason) => showProblem(text('noWorker', { reason })));
  const toolbar = new Toolbar(trainer, () => configure(form.settings, false));
  const lossChart = new LossChart();
  const network = new NetworkCard();
  const newSamples = new NewSamples(trainer);
  const files = new Files(trainer, (work) => void toolbar.showLoading(work));
  const sliders = new CodeSliders(trainer);
  const reconstructions = new Reconstructions(async (index) => {
    const sample = await attempt(trainer.call('original', index));
    if (!sample) return;
    sliders.setSample(sample, 'fromOriginal', { number: index + 1 });
    byId('code-card').scrollIntoView({ block: 'nearest' });
  });
  const plane = new LatentPlane(trainer, (sample) => sliders.setSample(sample, 'fromPlace'));
  const drawing = new DrawingCard(trainer);
  const form = new SettingsForm({
    onSettings: (settings) => void configure(settings, true),
    onLearningRate: (learningRate) => {
      inUse = { ...inUse, learningRate };
      void change(trainer.call('setLearningRate', learningRate));
    },
    onThreads: (threads) => void attempt(trainer.call('setThreads', threads)),
  });

  /** How many changes of the settings the worker has not answered yet. */
  let changes = 0;
  /** Those of the network in use. */
  let inUse = form.settings;

  async function change(answer: Promise<void>): Promise<void> {
    changes++;
    const isDone = await attempt(answer.then(() => true));
    changes--;
    if (!isDone && changes === 0) form.show(inUse);
  }

  /** @param goesOn - Whether a training that is going on goes on with the new network. */
  async function configure(settings: Settings, goesOn: boolean): Promise<void> {
    hideProblem();
    await change(trainer.call('configure', settings, goesOn));
  }

  trainer.on('ready', (event) => {
    toolbar.setReady(event);
    const remark = byId('isolation');
    remark.hidden = crossOriginIsolated && !event.warning;
    if (!crossOriginIsolated) say(remark, 'notIsolated');
    else remark.textContent = event.warning ?? '';
  });
  trainer.on('data', (event) => {
    files.setData(event);
    reconstructions.setData(event);
    plane.setData(event);
    drawing.setData(event);
  });
  trainer.on('model', (event) => {
    const isGan = event.settings.kind === 'gan';
    document.body.dataset.kind = event.settings.kind;
    inUse = event.settings;
    // While other changes wait, the form is ahead of this network.
    if (changes <= 1) form.show(event.settings);
    toolbar.clear(isGan);
    lossChart.setKind(event.settings.kind);
    lossChart.clear();
    network.setModel(event);
    reconstructions.setKind(isGan);
    plane.setKind(isGan);
    sliders.setModel(event);
    drawing.setKind(isGan);
    newSamples.clear();
  });
  trainer.on('status', (event) => {
    toolbar.setPhase(event);
    lossChart.describe();
  });
  trainer.on('progress', (event) => {
    toolbar.setProgress(event);
    lossChart.add(event.losses);
  });
  trainer.on('snapshot', (event) => {
    reconstructions.setSnapshot(event);
    network.setFilters(event.filters);
    plane.setPlane(event.plane);
    sliders.setSnapshot(event);
    drawing.refresh();
  });

  void attempt(trainer.call('setThreads', 'auto'));
  void configure(form.settings, false);
}

/** The settings scroll until their end is in view, and stay: CSS needs their height for that. */
function keepSettingsInView(): void {
  const aside = byId('settings-card').parentElement as HTMLElement;
  new ResizeObserver(() => {
    aside.style.setProperty('--aside-height', `${aside.offsetHeight}px`);
  }).observe(aside);
}

onLanguage((language) => {
  byId('guide', HTMLAnchorElement).href = GUIDE[language];
});
startProblems();
startThemes();
startLanguage();
keepSettingsInView();
if (!(await loadsAgain())) start();
