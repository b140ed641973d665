/**
 * The layout of the first page of the engine's memory, where the threads exchange jobs:
 *
 * | byte | content |
 * |-----:|------|
 * |    0 | 64 bytes of zeros, never written |
 * |   64 | how many pieces of the job are done |
 * |  128 | the address of the job |
 * |  132 | how many threads there are |
 * |  136 | how many of them have a share of the job |
 * |  140 | which inner loop products use: 1 for the one that never asks (code/tile.ts) |
 * |  192 | how many threads sleep |
 * |  196 | how often sleeping threads were woken |
 * |  256 | the job of a single call of a kernel (below) |
 * | 1024 | a ticket for each thread, 64 bytes apart (code/scheduler.ts) |
 *
 * What several threads write has a line of the cache (64 bytes) to itself: threads that write to one line wait for each
 * other.
 */

export const ZEROS = 0;
export const DONE = 64;
export const JOB = 128;
export const THREADS = 132;
export const SHARES = 136;
export const NEVER_ASKS = 140;
export const SLEEPERS = 192;
export const WAKE_UPS = 196;
export const SINGLE_JOB = 256;
export const TICKETS = 1024;
export const LINE_BYTES = 64;
export const MAX_THREADS = 64;
/** Where the memory's ordinary contents begin. */
export const SHARED_BYTES = TICKETS + LINE_BYTES * MAX_THREADS;

/**
 * A job: its kernel's number; into how many pieces it is cut; whether it is worth sharing (1 or 0); whether a thread that has
 * done a piece of it goes on with the same piece of the next job (1 or 0); then the kernel's arguments, 8 bytes each
 * (code/kernelCode.ts).
 */
export const JOB_KERNEL = 0;
export const JOB_PIECES = 4;
export const JOB_IS_SHARED = 8;
export const JOB_GOES_ON = 12;
export const JOB_ARGUMENTS = 16;
export const JOB_BYTES = 176;

/** The size of the whole memory in pages of 64 KiB: 1 MiB at first, at most the 4 GiB that 32-bit addresses reach. */
export const MEMORY_LIMITS = { initial: 16, maximum: 65_536, shared: true };
