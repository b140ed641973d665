/** The hourglass of the network with its sizes, and the filters of its first layer. */

import type { Drawn, LayerSize, ModelEvent } from '../messages.ts';
import { byId, canvasIn, createSvg } from './dom.ts';
import { formatCount, label, onLanguage, say, type TextKey, text } from './language.ts';
import { Painter } from './painter.ts';
import { cellsOf, drawGrid } from './pictures.ts';

const NAMES: Readonly<Record<LayerSize['name'], TextKey>> = {
  input: 'layerInput',
  hidden: 'layerHidden',
  code: 'layerCode',
  output: 'layerOutput',
  sample: 'layerSample',
  logit: 'layerLogit',
};

const HEIGHT = 180; // CSS pixels
const NUMBERS = 22; // above the bars
const WORDS = 20; // below
const BAR = 8;

export class NetworkCard {
  readonly #hourglass: Painter;
  readonly #pictures: Painter;
  #model: ModelEvent | undefined;
  #filters: Drawn | undefined;

  constructor() {
    this.#hourglass = new Painter(byId('hourglass'), () => this.#drawHourglass());
    this.#pictures = new Painter(byId('filters'), () => this.#drawFilters(), { everyMs: 200 });
    onLanguage(() => {
      this.#hourglass.repaint();
      this.#showWords();
    });
  }

  setModel(model: ModelEvent): void {
    this.#model = model;
    this.#showWords();
    this.#hourglass.repaint();
  }

  setFilters(filters: Drawn): void {
    if (filters.count !== this.#filters?.count) {
      label(canvasIn(byId('filters')), 'filtersLabel', { count: filters.count });
    }
    this.#filters = filters;
    byId('first-layer').hidden = filters.count === 0;
    this.#pictures.repaint();
  }

  #showWords(): void {
    if (!this.#model) return;
    const { parameters, settings } = this.#model;
    say(byId('network-teach'), settings.kind === 'gan' ? 'networkTeachGan' : 'networkTeach');
    const bytes = formatCount(Math.round((parameters * 4) / 1000)); // float32
    say(byId('parameters'), 'parameters', { count: formatCount(parameters), bytes });
  }

  #drawHourglass(): void {
    if (!this.#model) return;
    const { layers, codeLayer } = this.#model;
    const { width } = this.#hourglass;
    const svg = createSvg('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: 'img' });
    svg.setAttribute('aria-label', text('networkLabel', { widths: describe(layers) }));
    const room = HEIGHT - NUMBERS - WORDS;
    const middle = NUMBERS + room / 2;
    const widest = Math.max(...layers.map((layer) => layer.width));
    const bars = layers.map((layer, i) => ({
      x: ((i + 0.5) * width) / layers.length,
      half: Math.max(2, (room / 2) * Math.sqrt(layer.width / widest)),
    }));
    for (const [i, to] of bars.entries()) {
      const from = bars[i - 1];
      if (!from) continue;
      const corners = [
        [from.x, middle - from.half],
        [to.x, middle - to.half],
        [to.x, middle + to.half],
        [from.x, middle + from.half],
      ];
      svg.append(createSvg('polygon', { class: 'funnel', points: corners.join(' ') }));
    }
    for (const [i, { x, half }] of bars.entries()) {
      const { name, width: units } = layers[i];
      const kind = i === codeLayer ? 'bar code' : 'bar';
      svg.append(
        createSvg('rect', {
          class: kind,
          x: x - BAR / 2,
          y: middle - half,
          width: BAR,
          height: 2 * half,
          rx: 2,
        }),
        write(String(units), x, middle - half - 7, i === codeLayer ? 'size code' : 'size'),
      );
      // Hidden layers have no name below: there is no room for it on a phone, and nothing to learn from it.
      if (name !== 'hidden') svg.append(write(nameOf(name), x, HEIGHT - 5, 'name'));
    }
    byId('hourglass').replaceChildren(svg);
  }

  #drawFilters(): void {
    if (!this.#filters?.count) return;
    const stacks = cellsOf(this.#filters).map((cell) => [cell]);
    const options = {
      room: this.#pictures.width,
      size: this.#pictures.width < 340 ? 28 : 32,
      isSigned: true,
    };
    drawGrid(canvasIn(byId('filters')), this.#filters.view, stacks, options);
  }
}

function nameOf(name: LayerSize['name']): string {
  return text(NAMES[name]);
}

function describe(layers: readonly LayerSize[]): string {
  return layers
    .map(({ name, width }) => (name === 'hidden' ? width : `${width} (${nameOf(name)})`))
    .join(', ');
}

function write(words: string, x: number, y: number, kind: string): SVGElement {
  const element = createSvg('text', { class: kind, x, y, 'text-anchor': 'middle' });
  element.textContent = words;
  return element;
}
