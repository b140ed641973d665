/**
 * The layout of the first page of the engine's memory, where the threads exchange jobs:
 *
 * | byte | content |
 * |-----:|------|
 * |    0 | 64 bytes of zeros, never written |
 * |   64 | how many pieces of the job are done |
 * |  128 | the kernel's number |
 * |  132 | how many threads there are |
 * |  136 | how many of them have a share of the job |
 * |  192 | how many threads sleep |
 * |  196 | how often sleeping threads were woken |
 * |  256 | the job's arguments, 8 bytes each (code/kernelCode.ts) |
 * | 1024 | a ticket for each thread, 64 bytes apart (code/scheduler.ts) |
 *
 * What several threads write has a line of the cache (64 bytes) to itself: threads that write to one line wait for each
 * other.
 */

export const ZEROS = 0;
export const DONE = 64;
export const KERNEL = 128;
export const THREADS = 132;
export const SHARES = 136;
export const SLEEPERS = 192;
export const WAKE_UPS = 196;
export const ARGUMENTS = 256;
export const TICKETS = 1024;
export const LINE_BYTES = 64;
export const MAX_THREADS = 64;
/** Where the memory's ordinary contents begin. */
export const SHARED_BYTES = TICKETS + LINE_BYTES * MAX_THREADS;

/** The size of the whole memory in pages of 64 KiB: 1 MiB at first, at most the 4 GiB that 32-bit addresses reach. */
export const MEMORY_LIMITS = { initial: 16, maximum: 65_536, shared: true };
