/** The curves as an SVG chart: bytes an image to the right, PSNR upward. Colours: Okabe & Ito, as in src/node/charts/lossChart.ts. */

const [WIDTH, HEIGHT] = [760, 460];
const PLOT = { left: 64, right: 640, top: 64, bottom: 400 };
const COLORS = ['#0072b2', '#d55e00', '#cc79a7', '#009e73', '#666666'];
const LABEL_HEIGHT = 18;

/** @param curves - `{ name, points: [{ bytes, psnr }] }`, fewest bytes first. @param bounds - `{ bytes, minimum, maximum }`. */
export function rateChart(title, curves, { bytes: mostBytes, minimum, maximum }) {
  const atX = (bytes) => PLOT.left + (bytes / mostBytes) * (PLOT.right - PLOT.left);
  const atY = (psnr) => PLOT.bottom - ((psnr - minimum) / (maximum - minimum)) * (PLOT.bottom - PLOT.top);
  const shown = curves.map(({ points, ...curve }, i) => ({
    ...curve,
    color: COLORS[i],
    points: points.filter(
      (point) => point.bytes <= mostBytes && point.psnr >= minimum && point.psnr <= maximum,
    ),
  }));
  const visible = shown.filter(({ points }) => points.length > 0);
  const lines = [];
  for (let psnr = Math.ceil(minimum); psnr <= maximum; psnr++) {
    lines.push(
      `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${atY(psnr)}" y2="${atY(psnr)}"/>`,
      text(PLOT.left - 8, atY(psnr) + 4, psnr, 'end'),
    );
  }
  for (let bytes = 0; bytes <= mostBytes; bytes += 10)
    lines.push(text(atX(bytes), PLOT.bottom + 20, bytes, 'middle'));
  for (const { color, points } of visible) {
    const path = points
      .map(({ bytes, psnr }) => `${atX(bytes).toFixed(1)},${atY(psnr).toFixed(1)}`)
      .join(' ');
    lines.push(`<polyline fill="none" stroke="${color}" stroke-width="2" points="${path}"/>`);
    for (const { bytes, psnr } of points) {
      lines.push(
        `<circle cx="${atX(bytes).toFixed(1)}" cy="${atY(psnr).toFixed(1)}" r="2.5" fill="${color}"/>`,
      );
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${title}">
<style>
text { font: 13px system-ui, sans-serif; fill: #333 }
.title { font-size: 17px; font-weight: 600 }
.grid { stroke: #e4e4e4 }
.axis { stroke: #999 }
</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
<text class="title" x="16" y="28">${title}</text>
${text(16, 50, 'PSNR in dB', 'start')}
${lines.join('\n')}
<line class="axis" x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}"/>
${text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 44, 'bytes an image, of 784', 'middle')}
${names(visible, atX, atY).join('\n')}
</svg>
`;
}

/** The first curve's name above its middle, where others don't reach; the others' where they end, not one over the other. */
function names([first, ...others], atX, atY) {
  const middle = first.points[Math.floor(first.points.length / 2)];
  const ends = others
    .map(({ name, color, points }) => ({
      name,
      color,
      x: atX(points.at(-1).bytes),
      y: atY(points.at(-1).psnr),
    }))
    .sort((a, b) => a.y - b.y);
  let lowest = Number.NEGATIVE_INFINITY;
  const placed = ends.map(({ x, y, ...end }) => {
    lowest = Math.max(y + 4, lowest + LABEL_HEIGHT);
    return { ...end, x: x + 8, y: lowest, anchor: 'start' };
  });
  // To the left: the curve rises, so that is above it.
  const own = { ...first, x: atX(middle.bytes), y: atY(middle.psnr) - 10, anchor: 'end' };
  return [own, ...placed].map(
    ({ name, color, x, y, anchor }) =>
      `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" style="fill:${color};font-weight:600">${name}</text>`,
  );
}

function text(x, y, content, anchor) {
  return `<text x="${Number(x.toFixed(1))}" y="${Number(y.toFixed(1))}" text-anchor="${anchor}">${content}</text>`;
}
