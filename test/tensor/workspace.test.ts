import { expect, test } from '@jest/globals';
import { Arena } from '../../src/tensor/kernels/memory.ts';
import { Workspace } from '../../src/tensor/workspace.ts';

test('a workspace gives the same tensor for the same shape', () => {
  const [workspace, arena] = [new Workspace(), new Arena()];
  const first = workspace.tensor(arena, [2, 3]);
  first.data[0] = 7;
  const second = workspace.tensor(arena, [2, 3]);
  expect(second).toBe(first);
  expect(second.data[0]).toBe(7);
});

test('a smaller shape is a view on the same memory, so a last smaller batch allocates nothing', () => {
  const [workspace, arena] = [new Workspace(), new Arena()];
  const large = workspace.tensor(arena, [4, 3]);
  const small = workspace.tensor(arena, [2, 3]);
  expect(small.shape).toEqual([2, 3]);
  expect(small.data.buffer).toBe(large.data.buffer);
  expect(workspace.tensor(arena, [4, 3]).data.buffer).toBe(large.data.buffer);
});

test('a larger shape gets a larger array', () => {
  const [workspace, arena] = [new Workspace(), new Arena()];
  workspace.tensor(arena, [2, 3]);
  const large = workspace.tensor(arena, [5, 3]);
  expect(large.shape).toEqual([5, 3]);
  expect(large.data).toEqual(new Float32Array(15));
});

test('another shape of the same size is no mix-up', () => {
  const [workspace, arena] = [new Workspace(), new Arena()];
  workspace.tensor(arena, [2, 3]);
  expect(workspace.tensor(arena, [3, 2]).shape).toEqual([3, 2]);
  expect(workspace.tensor(arena, [6]).shape).toEqual([6]);
});

test('a shape without elements works', () => {
  const [workspace, arena] = [new Workspace(), new Arena()];
  expect(workspace.tensor(arena, [0, 3]).shape).toEqual([0, 3]);
});

test('an arena gives arrays of zeros that share no numbers', () => {
  const arena = new Arena();
  const a = arena.allocate(3);
  const b = arena.allocate(3);
  a.fill(1);
  expect([...b]).toEqual([0, 0, 0]);
  expect(arena.allocate(0).length).toBe(0);
});

test('another arena gives another array', () => {
  const workspace = new Workspace();
  const [first, second] = [new Arena(), new Arena()];
  const before = workspace.tensor(first, [2]);
  expect(workspace.tensor(first, [2])).toBe(before);
  expect(workspace.tensor(second, [2]).data.buffer).not.toBe(before.data.buffer);
});
