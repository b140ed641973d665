/** The allocator of the engine's memory. collected.test.ts shows that dropped parts are freed. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EngineMemory } from '../../../../src/tensor/kernels/simd/memory.ts';
import { SHARED_BYTES } from '../../../../src/tensor/kernels/simd/sharedPage.ts';

type Block = NonNullable<ReturnType<EngineMemory['take']>>;

const LINE = 64;

/** What is wrong with blocks that are in use at the same time, as a sentence. */
function problem(blocks: readonly Block[], memory: EngineMemory): string | undefined {
  const inOrder = [...blocks].sort((a, b) => a.start - b.start);
  for (const [i, { start, bytes }] of inOrder.entries()) {
    const end = start + bytes;
    if (start < SHARED_BYTES) return `${start} is what all threads share`;
    if (start % LINE !== 0) return `${start} is not the beginning of a line`;
    if (end > memory.memory.buffer.byteLength) return `${end} lies beyond the memory`;
    if (i + 1 < inOrder.length && end > inOrder[i + 1].start)
      return `${end} overlaps ${inOrder[i + 1].start}`;
  }
  const sum = blocks.reduce((total, { bytes }) => total + bytes, 0);
  return sum === memory.used - SHARED_BYTES ? undefined : `${sum} bytes are taken, used is ${memory.used}`;
}

/** A memory that is large enough for the whole test without growing, and a part of it. */
function roomy(bytes = 2 ** 20) {
  const memory = new EngineMemory(16);
  memory.release(memory.take(bytes)!);
  return { memory, part: memory.createPart()! };
}

describe('blocks', () => {
  test('are as long as asked for, on lines of their own, and never overlap, whatever is taken and given back', () => {
    // A positive number takes that many bytes; a negative one gives back one of the blocks in use.
    const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: -50, max: -1 })), {
      maxLength: 150,
    });
    const property = fc.property(steps, (actions) => {
      const memory = new EngineMemory(1);
      const taken: Block[] = [];
      for (const action of actions) {
        if (action >= 0) {
          const block = memory.take(action)!;
          expect(block.bytes).toBeGreaterThanOrEqual(action);
          taken.push(block);
        } else if (taken.length > 0) {
          memory.release(taken.splice(-action % taken.length, 1)[0]);
        }
        expect(problem(taken, memory)).toBeUndefined();
      }
      // With everything given back, all of it is one block again.
      for (const block of taken) memory.release(block);
      expect(memory.used).toBe(SHARED_BYTES);
      const total = taken.reduce((sum, { bytes }) => sum + bytes, 0);
      if (total > 0) expect(memory.take(total)!.start).toBe(SHARED_BYTES);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test.each([
    ['the one before', [0, 1]],
    ['the one behind', [1, 0]],
    ['both', [0, 2, 1]],
    ['both, in the other order', [2, 0, 1]],
  ])('joins its free neighbours: %s', (_name, order) => {
    const { memory } = roomy();
    const blocks = [640, 128, 320].map((bytes) => memory.take(bytes)!);
    const behind = memory.take(64)!; // keeps what is free from reaching the end
    for (const i of order) memory.release(blocks[i]);
    const size = order.reduce((sum, i) => sum + blocks[i].bytes, 0);
    expect(memory.take(size)!.start).toBe(blocks[Math.min(...order)].start);
    expect(behind.start).toBe(blocks[2].start + 320);
  });

  test('a block that is too small is passed over, a larger one is cut', () => {
    const { memory } = roomy();
    const [small, , large] = [128, 64, 640, 64].map((bytes) => memory.take(bytes)!);
    memory.release(small);
    memory.release(large);
    expect(memory.take(192)!.start).toBe(large.start);
    expect(memory.take(448)!.start).toBe(large.start + 192);
    expect(memory.take(1)!.start).toBe(small.start);
  });

  test('negative control: blocks that overlap, or begin anywhere, are found', () => {
    const { memory } = roomy();
    const [a, b] = [memory.take(128)!, memory.take(128)!];
    expect(problem([a, { ...b, start: b.start - 64 }], memory)).toMatch('overlaps');
    expect(problem([a, { ...b, start: b.start + 4 }], memory)).toMatch('beginning of a line');
    expect(problem([a], memory)).toMatch('are taken');
  });

  test('beyond 4 GiB are refused, and nothing changes', () => {
    const memory = new EngineMemory(1);
    expect(memory.take(2 ** 32)).toBeUndefined();
    expect(memory.take(64)).toEqual({ start: SHARED_BYTES, bytes: 64 });
    expect(() => memory.workspace(2 ** 32)).toThrow('has no room for 4294967296 more bytes.');
    expect(memory.workspace(100)).toBeGreaterThan(SHARED_BYTES);
  });
});

describe('arrays', () => {
  test('are zeros, also where something else was before', () => {
    const { memory, part } = roomy();
    const block = memory.take(4000)!;
    memory.bytes.fill(255, block.start, block.start + block.bytes);
    memory.release(block);
    const array = part.allocate(1000)!;
    expect(memory.addressOf(array)).toBe(block.start);
    expect(array).toEqual(new Float32Array(1000));
  });

  test('of no length, and of odd ones, share no numbers', () => {
    const { part } = roomy();
    const arrays = [3, 0, 17, 1, 16].map((length, i) => part.allocate(length)!.fill(i + 1));
    expect(arrays.map(({ length }) => length)).toEqual([3, 0, 17, 1, 16]);
    for (const [i, array] of arrays.entries()) expect(array.every((value) => value === i + 1)).toBe(true);
  });

  test('stay valid, at their addresses, when the memory grows', () => {
    const { memory, part } = roomy();
    const array = part.allocate(5)!.fill(7);
    const address = memory.addressOf(array)!;
    const before = memory.memory.buffer.byteLength;
    const large = memory.take(2 ** 24)!;
    expect(memory.memory.buffer.byteLength).toBeGreaterThan(before);
    expect([...array]).toEqual([7, 7, 7, 7, 7]);
    expect(memory.addressOf(array)).toBe(address);
    array[4] = 8;
    expect(memory.words[address / 4 + 4]).toBe(8);
    expect(large.start % LINE).toBe(0);
  });

  test('for which the memory has to grow are in it, too, the first ones of a part and later ones', () => {
    const memory = new EngineMemory(1);
    const part = memory.createPart()!;
    for (const length of [2 ** 20, 10, 2 ** 22]) {
      const array = part.allocate(length)!;
      expect(memory.addressOf(array)).toBe(array.byteOffset);
    }
  });

  test('of more than 4 GiB there are none', () => {
    const { memory, part } = roomy();
    const { used } = memory;
    expect(part.allocate(2 ** 30)).toBeUndefined();
    expect(memory.used).toBe(used);
  });
});

describe('addressOf', () => {
  test('is where the view begins: a whole array, a subarray, a subarray of that', () => {
    const { memory, part } = roomy();
    const array = part.allocate(20)!;
    const address = memory.addressOf(array)!;
    expect(address % LINE).toBe(0);
    expect(memory.addressOf(array.subarray(3))).toBe(address + 12);
    expect(memory.addressOf(array.subarray(3, 9).subarray(2))).toBe(address + 20);
    expect(memory.addressOf(new Uint8Array(array.buffer, array.byteOffset + 1, 2))).toBe(address + 1);
  });

  test('is undefined for arrays outside: ordinary ones, those of another memory, copies', () => {
    const { memory, part } = roomy();
    const other = roomy();
    const array = part.allocate(20)!;
    expect(memory.addressOf(new Float32Array(20))).toBeUndefined();
    expect(memory.addressOf(other.part.allocate(20)!)).toBeUndefined();
    expect(memory.addressOf(array.slice())).toBeUndefined();
    expect(memory.addressOf(new Float32Array(new SharedArrayBuffer(80)))).toBeUndefined();
    // Still known after a look at arrays from outside.
    expect(memory.addressOf(array)).toBeDefined();
  });

  test('is known for the arrays of several parts in turns', () => {
    const { memory, part } = roomy();
    const second = memory.createPart()!;
    const [a, b] = [part.allocate(4)!, second.allocate(4)!];
    for (let i = 0; i < 3; i++) {
      expect(memory.addressOf(a)).toBe(a.byteOffset);
      expect(memory.addressOf(b)).toBe(b.byteOffset);
    }
    expect(a.buffer).not.toBe(b.buffer);
  });
});

describe('where growing by 0 pages makes no new buffer object, as in V8 15 and in Bun', () => {
  /** A memory on such a host, and how many pages it grew by. */
  function stubborn() {
    const memory = new EngineMemory(1);
    const grow = memory.memory.grow.bind(memory.memory);
    const grown = { pages: 0 };
    memory.memory.grow = (pages) => {
      grown.pages += pages;
      return pages === 0 ? memory.memory.buffer.byteLength : grow(pages);
    };
    return { memory, grown };
  }

  test('each part has a buffer of its own, at the price of one page', () => {
    const { memory, grown } = stubborn();
    const arrays = [1, 2, 3].map(() => memory.createPart()!.allocate(4)!);
    expect(new Set(arrays.map(({ buffer }) => buffer)).size).toBe(3);
    expect(arrays.map((array) => memory.addressOf(array))).toEqual(
      arrays.map(({ byteOffset }) => byteOffset),
    );
    expect(grown.pages).toBe(3);
  });

  test('and arrays lie on that page, seen by the views of the whole memory', () => {
    const { memory, grown } = stubborn();
    memory.createPart()!.allocate(4);
    const pages = grown.pages;
    const start = memory.take(2 ** 16)!.start;
    expect(grown.pages).toBe(pages);
    expect(memory.bytes.length).toBeGreaterThanOrEqual(start + 2 ** 16);
  });
});

describe('staging and workspace', () => {
  test('are two blocks that are reused until they must grow', () => {
    const memory = new EngineMemory(1);
    const [staging, workspace] = [memory.staging(1000), memory.workspace(1000)];
    expect(Math.abs(staging - workspace)).toBeGreaterThanOrEqual(1000);
    expect([memory.staging(500), memory.workspace(1000)]).toEqual([staging, workspace]);
    const used = memory.used;
    memory.staging(100_000);
    expect(memory.used).toBeLessThanOrEqual(used + 100_032);
    expect(memory.workspace(1000)).toBe(workspace);
  });

  test('keep what they have when there is no room for more', () => {
    const memory = new EngineMemory(1);
    const start = memory.workspace(1000);
    expect(() => memory.workspace(2 ** 32)).toThrow(RangeError);
    const other = memory.take(1000)!;
    const workspace = { start: memory.workspace(1000), bytes: 1024 };
    expect(workspace.start).toBe(start);
    expect(problem([other, workspace], memory)).toBeUndefined();
  });
});
