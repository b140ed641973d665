/** What the charts have in common as SVG, written by hand: text, coordinates, and the page that they stand on. */

const { round } = Math;

export function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${px(x)}" y="${px(y)}" ${attributes}>${escapeXml(content)}</text>`;
}

/** A coordinate, to a tenth of a pixel. */
export function px(value: number): string {
  return String(round(10 * value) / 10);
}

/** Text as XML may hold it: without control characters, which no escape makes legal. */
function escapeXml(content: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return content.replace(/[^\P{C}]/gu, ' ').replace(/[&<>"']/g, (character) => names[character]);
}

const STYLE = `
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-size: 13px; }
.title { font-size: 17px; font-weight: 600; fill: #1f2328; }
.label { fill: #59636e; }
.tick { fill: #59636e; font-size: 12px; font-variant-numeric: tabular-nums; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.axis { stroke: #8c959f; }
`;

export interface SvgPage {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** CSS beside that of all charts: text, .title, .label, .tick, .middle, .end, .axis. */
  readonly style: string;
}

/** A whole file. It brings its own light background, so that it reads the same on a dark page. */
export function svgPage({ title, width, height, style }: SvgPage, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${STYLE}${style.trimStart()}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#ffffff" stroke="#d1d9e0"/>`,
    text(24, 32, title, 'class="title"'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Numbers that people read off an axis. */

const { abs, floor, log10, max } = Math;

/** The next of 1, 2, 5, 10, ... times a power of ten that is not smaller. */
export function roundStep(minimum: number): number {
  const power = floor(log10(minimum));
  const digit = [1, 2, 5].find((candidate) => Number(`${candidate}e${power}`) >= minimum * (1 - 1e-9));
  return digit === undefined ? Number(`1e${power + 1}`) : Number(`${digit}e${power}`);
}

/** With as many decimals as the step needs; very small and very large numbers with a power of ten. */
export function formatTick(value: number, step: number): string {
  if (value === 0) return '0';
  const decimals = max(0, -floor(log10(step) + 1e-9));
  if (decimals > 5 || abs(value) >= 1e6)
    return Number(value.toPrecision(6)).toExponential().replace('e+', 'e');
  return value.toFixed(decimals);
}
