/**
 * For limits on how long something may take: the time that this process computed, all its threads together. The clock would
 * also count the time in which other processes had the processor.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
