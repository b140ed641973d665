/** Curves of quality against size: which points of a cloud count, and what a quality costs. */

/** The points that no other beats in both, fewest bytes first. */
export function frontier(points) {
  const sorted = [...points].sort((a, b) => a.bytes - b.bytes || b.psnr - a.psnr);
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter(({ psnr }) => {
    if (psnr <= best) return false;
    best = psnr;
    return true;
  });
}

/** The smallest point that has at least this PSNR: real files only, nothing is interpolated. Undefined if there is none. */
export function cheapestAt(points, psnr) {
  return frontier(points).find((point) => point.psnr >= psnr);
}
