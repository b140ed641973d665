/** Numbers that people read off an axis. */

const { abs, floor, log10, max } = Math;

/** The next of 1, 2, 5, 10, ... times a power of ten that is not smaller. */
export function roundStep(least: number): number {
  const power = floor(log10(least));
  const digit = [1, 2, 5].find((candidate) => Number(`${candidate}e${power}`) >= least * (1 - 1e-9));
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
