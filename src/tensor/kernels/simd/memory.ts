/**
 * The one WebAssembly memory that the SIMD kernels compute in, and who has which part of it.
 *
 * It is shared, so that helpers see it and so that growing it never detaches a view. A network's arrays are views of it.
 * They are given back by the garbage collector: every `memory.grow`, even by nothing, makes a new SharedArrayBuffer
 * object for the same bytes, so each owner of arrays gets a buffer object of its own; that object lives exactly as long
 * as its owner or any view that was ever made of it, and when it is collected, what belongs to it is free again. (A structured
 * clone of a view, or one that was posted to a worker, has another buffer object and does not count.)
 */

import type { MemoryPart } from '../kernels.ts';
import { MEMORY_LIMITS, SHARED_BYTES } from './sharedPage.ts';

const PAGE_BYTES = 65_536;
/** Arrays begin on lines of the cache. */
const ALIGNMENT = 64;
/** Kernels load whole vectors, so they read past an array's end: never past the memory's. */
const MARGIN = 256;

/** Networks of so many bytes may be built without giving control back to the host in between. */
const MOST_WITHOUT_PAUSE = 2 ** 27;

interface Block {
  readonly start: number;
  readonly bytes: number;
}

/** A buffer object, and the blocks that are free when it is collected. The registry holds the list, not the buffer. */
interface Owned {
  readonly buffer: ArrayBufferLike;
  readonly blocks: Block[];
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  /** All of it, as of now. */
  #words: Float32Array;
  #bytes: Uint8Array;
  #doubles: Float64Array;
  /** Free blocks in the order of their addresses, none touching the next. */
  #free: Block[] = [];
  #end: number;
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  readonly #weights = new WeakMap<ArrayBufferLike, ArrayBuffer[]>();
  /** Most calls are about one network's arrays. It keeps that network's part, and no other, until the next one is seen. */
  #lastSeen: ArrayBufferLike | undefined;
  #takenSincePause = 0;
  readonly #registry = new FinalizationRegistry<readonly Block[]>((blocks) => {
    for (const block of blocks) this.release(block);
  });
  #staging: Block = { start: 0, bytes: 0 };
  #workspace: Block = { start: 0, bytes: 0 };

  /** @throws {RangeError} Where the host has no shared memory, or no room for it. */
  constructor(initialPages = MEMORY_LIMITS.initial) {
    this.memory = new WebAssembly.Memory({ ...MEMORY_LIMITS, initial: initialPages });
    this.#words = new Float32Array(this.memory.buffer);
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.#doubles = new Float64Array(this.memory.buffer);
    this.#end = SHARED_BYTES;
  }

  get words(): Float32Array {
    return this.#words;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get doubles(): Float64Array {
    return this.#doubles;
  }

  /** How many bytes are in use, staging and scratch included. */
  get used(): number {
    return this.#end - this.#free.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * A new part, for a new owner; undefined if the program took much without a pause. What it dropped meanwhile cannot be
   * given back before the pause, so that ordinary arrays are better for it: those are collected at once.
   */
  createPart(): MemoryPart | undefined {
    if (this.#takenSincePause > MOST_WITHOUT_PAUSE) return undefined;
    let owned: Owned | undefined;
    return {
      allocate: (length) => {
        const block = this.take(4 * length);
        if (!block) return undefined;
        // The first array, or the memory grew: only a new buffer object sees all of it.
        if (!owned || block.start + block.bytes > owned.buffer.byteLength) owned = this.#createOwned();
        owned.blocks.push(block);
        this.#weigh(owned.buffer, block.bytes);
        this.#countUntilPause(block.bytes);
        return new Float32Array(owned.buffer, block.start, length).fill(0);
      },
    };
  }

  /** A buffer object of the whole memory that nobody else has. */
  #createOwned(): Owned {
    const before = this.memory.buffer;
    this.memory.grow(0);
    const { buffer } = this.memory;
    const blocks: Block[] = [];
    // Where the host makes no new one, what belongs to it is never given back.
    if (buffer !== before) this.#registry.register(buffer, blocks);
    this.#buffers.add(buffer);
    this.memory.grow(0); // the memory itself keeps its newest
    return { buffer, blocks };
  }

  #countUntilPause(bytes: number): void {
    if (this.#takenSincePause === 0) {
      setTimeout(() => {
        this.#takenSincePause = 0;
      });
    }
    this.#takenSincePause += bytes;
  }

  /**
   * Tells the garbage collector how much hangs on the buffer object, which it takes for a small thing: an ordinary buffer
   * of the same size is counted and lives as long. Nobody writes to it, so if it is large it costs only addresses.
   */
  #weigh(buffer: ArrayBufferLike, bytes: number): void {
    const weights = this.#weights.get(buffer) ?? [];
    weights.push(new ArrayBuffer(bytes));
    this.#weights.set(buffer, weights);
  }

  /** A block of at least so many bytes: the first that is large enough, or new memory. */
  take(bytes: number): Block | undefined {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    const index = this.#free.findIndex((block) => block.bytes >= size);
    if (index >= 0) {
      const { start, bytes: found } = this.#free[index];
      if (found === size) this.#free.splice(index, 1);
      else this.#free[index] = { start: start + size, bytes: found - size };
      return { start, bytes: size };
    }
    if (!this.#grow(this.#end + size + MARGIN)) return undefined;
    const start = this.#end;
    this.#end += size;
    return { start, bytes: size };
  }

  /** Gives a block back: it joins its free neighbours. */
  release({ start, bytes }: Block): void {
    if (bytes === 0) return;
    const next = this.#free.findIndex((block) => block.start > start);
    const index = next < 0 ? this.#free.length : next;
    const before = this.#free[index - 1];
    const after = this.#free[index];
    const joinsBefore = before !== undefined && before.start + before.bytes === start;
    const joinsAfter = after !== undefined && start + bytes === after.start;
    const first = joinsBefore ? before.start : start;
    const last = joinsAfter ? after.start + after.bytes : start + bytes;
    const from = joinsBefore ? index - 1 : index;
    this.#free.splice(from, (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), {
      start: first,
      bytes: last - first,
    });
  }

  #grow(bytes: number): boolean {
    const missing = bytes - this.memory.buffer.byteLength;
    if (missing <= 0) return true;
    try {
      this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    } catch {
      return false;
    }
    this.#words = new Float32Array(this.memory.buffer);
    this.#bytes = new Uint8Array(this.memory.buffer);
    this.#doubles = new Float64Array(this.memory.buffer);
    return true;
  }

  /** The address of an array's first byte, or undefined if it lies elsewhere. */
  addressOf(array: ArrayBufferView): number | undefined {
    const { buffer } = array;
    if (buffer === this.#lastSeen) return array.byteOffset;
    if (!this.#buffers.has(buffer)) return undefined;
    this.#lastSeen = buffer;
    return array.byteOffset;
  }

  /**
   * Room for copies of arrays that lie elsewhere; its contents last until the next call.
   *
   * @throws {RangeError} If 4 GiB are in use.
   */
  staging(bytes: number): number {
    this.#staging = this.#atLeast(this.#staging, bytes);
    return this.#staging.start;
  }

  /** Room for what a kernel needs between its jobs; its contents last until the next call. */
  workspace(bytes: number): number {
    this.#workspace = this.#atLeast(this.#workspace, bytes);
    return this.#workspace.start;
  }

  #atLeast(block: Block, bytes: number): Block {
    if (block.bytes >= bytes) return block;
    // Not released before there is another: if there is none, it stays as it was.
    const larger = this.take(bytes);
    if (!larger) throw new RangeError(`The memory of the SIMD kernels has no room for ${bytes} bytes more.`);
    this.release(block);
    return larger;
  }
}
