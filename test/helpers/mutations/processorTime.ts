/**
 * The processor time that all threads of this process have used, for limits on how long something may take. The clock
 * would also count the time in which other processes ran.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
