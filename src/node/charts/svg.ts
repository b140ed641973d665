/** What all charts share: text and coordinates as SVG, the page with its style, and round numbers for an axis. */

const { abs, floor, log10, max, round } = Math;

export function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${px(x)}" y="${px(y)}" ${attributes}>${escapeXml(content)}</text>`;
}

/** A coordinate, to a tenth of a pixel. */
export function px(value: number): string {
  return String(round(10 * value) / 10);
}

/** Text for XML. Control characters become spaces: XML does not allow them, even escaped. */
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
  /** CSS in addition to that of all charts: text, .title, .label, .tick, .middle, .end, .axis. */
  readonly style: string;
}

/** A whole file, with a light background, so that it is legible on a dark page, too. */
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

/** The smallest of 1, 2 and 5 times any power of ten that is at least `minimum`: from one tick of an axis to the next. */
export function roundStep(minimum: number): number {
  const power = floor(log10(minimum));
  const digit = [1, 2, 5].find((candidate) => Number(`${candidate}e${power}`) >= minimum * (1 - 1e-9));
  return digit === undefined ? Number(`1e${power + 1}`) : Number(`${digit}e${power}`);
}

/** A tick's number, with as many decimals as the step needs; a very small or large one with a power of ten. */
export function formatTick(value: number, step: number): string {
  if (value === 0) return '0';
  const decimals = max(0, -floor(log10(step) + 1e-9));
  if (decimals > 5 || abs(value) >= 1e6)
    return Number(value.toPrecision(6)).toExponential().replace('e+', 'e');
  return value.toFixed(decimals);
}
