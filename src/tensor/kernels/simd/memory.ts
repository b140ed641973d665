/**
 * The one WebAssembly memory that the SIMD kernels compute in, and its allocator. It is shared, so that helpers see it and
 * so that growing it never detaches a view. A network's arrays are views of it.
 *
 * The garbage collector says when an array's bytes are free again. A memory that grows makes a new SharedArrayBuffer
 * object for the same bytes. So each owner of arrays gets its own buffer object, which lives as long as the owner or
 * any view of its arrays; when it is collected, its blocks are released. (A structured clone of a view, or a view posted
 * to a worker, has another buffer object and keeps nothing alive.)
 */

import type { MemoryPart } from '../kernels.ts';
import { MEMORY_LIMITS, SHARED_BYTES } from './sharedPage.ts';

const PAGE_BYTES = 65_536;
/** Arrays begin on cache lines. */
const ALIGNMENT = 64;
/** Kernels load whole vectors and so read past an array's end; this many bytes keep them within the memory. */
const MARGIN = 256;

/** Bytes that a program may take without giving control back to the host in between. */
const MAX_WITHOUT_PAUSE = 2 ** 27;

interface Block {
  readonly start: number;
  readonly bytes: number;
}

/** A buffer object, and the blocks to release when it is collected. The registry holds the list, not the buffer. */
interface Owned {
  readonly buffer: ArrayBufferLike;
  readonly blocks: Block[];
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  /** Views of all of it, made anew when it grows. */
  #words: Float32Array;
  #bytes: Uint8Array;
  #doubles: Float64Array;
  /** Free blocks by address; neighbours are joined. */
  #free: Block[] = [];
  #end: number;
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  readonly #weights = new WeakMap<ArrayBufferLike, ArrayBuffer[]>();
  /** The buffer object of the last array looked up: most calls are about one network. It is kept alive until the next one. */
  #lastSeen: ArrayBufferLike | undefined;
  #takenSincePause = 0;
  readonly #registry = new FinalizationRegistry<readonly Block[]>((blocks) => {
    for (const block of blocks) this.release(block);
  });
  #staging: Block = { start: 0, bytes: 0 };
  #workspace: Block = { start: 0, bytes: 0 };

  /** @throws {RangeError} If the host has no shared memory or no room for it. */
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

  /** Bytes in use, staging and scratch memory included. */
  get used(): number {
    return this.#end - this.#free.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * A part for a new owner, or undefined if the program has taken much without a pause: blocks are released only in a
   * pause, so a program that makes and drops networks in one go is better served with ordinary arrays.
   */
  createPart(): MemoryPart | undefined {
    if (this.#takenSincePause > MAX_WITHOUT_PAUSE) return undefined;
    let owned: Owned | undefined;
    return {
      allocate: (length) => {
        const block = this.take(4 * length);
        if (!block) return undefined;
        // For the first array, and after the memory grew: only a new buffer object sees all of it.
        if (!owned || block.start + block.bytes > owned.buffer.byteLength) owned = this.#createOwned();
        owned.blocks.push(block);
        this.#weigh(owned.buffer, block.bytes);
        this.#countUntilPause(block.bytes);
        return new Float32Array(owned.buffer, block.start, length).fill(0);
      },
    };
  }

  /** A new buffer object of the whole memory. */
  #createOwned(): Owned {
    const before = this.memory.buffer;
    this.memory.grow(0);
    // Growing by 0 pages makes a new object in Node 20 to 26. In V8 15 and in JavaScriptCore only a real page does, which
    // the arrays to come use.
    if (this.memory.buffer === before) this.#grow(before.byteLength + 1);
    const { buffer } = this.memory;
    const blocks: Block[] = [];
    // At 4 GiB there is no page left, and the blocks are never released.
    if (buffer !== before) this.#registry.register(buffer, blocks);
    this.#buffers.add(buffer);
    // The memory holds on to its newest buffer object: where that costs nothing, give it another one. Elsewhere the next
    // owner's takes its place.
    this.memory.grow(0);
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
   * Tells the garbage collector how much memory hangs on the buffer object, which it takes for a small one: an ordinary
   * buffer of the same size lives as long and is counted. Nobody writes to it, so a large one costs only addresses.
   */
  #weigh(buffer: ArrayBufferLike, bytes: number): void {
    const weights = this.#weights.get(buffer) ?? [];
    weights.push(new ArrayBuffer(bytes));
    this.#weights.set(buffer, weights);
  }

  /** A block of at least this many bytes: the first free one that is large enough, or new memory. Undefined beyond 4 GiB. */
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

  /** Frees a block and joins it with its free neighbours. */
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

  /** The address of an array's first byte, or undefined if the array is not in this memory. */
  addressOf(array: ArrayBufferView): number | undefined {
    const { buffer } = array;
    if (buffer === this.#lastSeen) return array.byteOffset;
    if (!this.#buffers.has(buffer)) return undefined;
    this.#lastSeen = buffer;
    return array.byteOffset;
  }

  /**
   * The address of room for copies of arrays from outside; its contents last until the next call.
   *
   * @throws {RangeError} If 4 GiB are in use.
   */
  staging(bytes: number): number {
    this.#staging = this.#atLeast(this.#staging, bytes);
    return this.#staging.start;
  }

  /** The address of room for results between two jobs, such as packed panels; its contents last until the next call. */
  workspace(bytes: number): number {
    this.#workspace = this.#atLeast(this.#workspace, bytes);
    return this.#workspace.start;
  }

  #atLeast(block: Block, bytes: number): Block {
    if (block.bytes >= bytes) return block;
    // Released only when there is a larger one, so that it stays valid if there is none.
    const larger = this.take(bytes);
    if (!larger) throw new RangeError(`The memory of the SIMD kernels has no room for ${bytes} more bytes.`);
    this.release(block);
    return larger;
  }
}
