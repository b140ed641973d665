/** No damaged safetensors file may give tensors that it doesn't hold. */

import { expect, test } from '@jest/globals';
import { FormatError } from '../../../src/io/errors.ts';
import {
  readAsFloat32,
  readSafetensors,
  type SafetensorsContents,
  writeSafetensors,
} from '../../../src/io/safetensors.ts';
import { sizeOf } from '../../../src/tensor/shape.ts';
import { Tensor } from '../../../src/tensor/tensor.ts';
import { MUTATIONS, MUTATIONS_OF_EACH_FILE } from '../../helpers/cases.ts';
import { headerLies } from '../../helpers/mutations/headerLies.ts';
import { surviveMutations } from '../../helpers/mutations/survival.ts';
import { naiveFloat } from '../../helpers/naive/naiveFloats.ts';
import { ITEM_BYTES, naiveSafetensors } from '../../helpers/naive/naiveSafetensors.ts';
import { bytesOf, FOLDER } from '../../helpers/pytorch.ts';

const FILES = {
  several: writeSafetensors(
    [
      { name: 'encoder.0.weight', tensor: Tensor.from([1, 2, 3, 4, 5, 6], [2, 3]) },
      { name: 'encoder.0.bias', tensor: Tensor.from([-0, 0.5, Number.NaN]) },
      { name: '10', tensor: Tensor.zeros([0, 4]) },
      { name: '2', tensor: Tensor.from([1e-45], []) },
    ],
    { format: 'pt', spec: '{"hidden": [64, 32]}', empty: '' },
  ),
  // The smallest file: most changes hit a number.
  two: writeSafetensors(
    [
      { name: 'a', tensor: Tensor.from([1]) },
      { name: 'b', tensor: Tensor.from([2, 3]) },
    ],
    {},
  ),
};

function requireTensors({ tensors, metadata }: SafetensorsContents, bytes: Uint8Array): void {
  const right = naiveSafetensors(bytes);
  if ([...tensors.keys()].join('\n') !== [...right.tensors.keys()].join('\n')) throw new Error('wrong names');
  for (const [name, { shape, data }] of tensors) {
    const { shape: rightShape, bytes: rightBytes } = right.tensors.get(name)!;
    if (shape.length !== rightShape.length || !shape.every((length, i) => Object.is(length, rightShape[i]))) {
      throw new Error(`wrong shape of ${name}: [${shape}]`);
    }
    const same = Buffer.from(data.buffer, data.byteOffset, data.byteLength).equals(rightBytes);
    if (!same) throw new Error(`wrong values of ${name}`);
  }
  const text = (entries: Iterable<readonly [string, string]>) => JSON.stringify([...entries].sort());
  if (text(Object.entries(metadata)) !== text(right.metadata)) throw new Error('wrong metadata');
}

test('damaged files are refused, or read as the format says', async () => {
  for (const bytes of Object.values(FILES)) requireTensors(readSafetensors(bytes), bytes);
  const tally = await surviveMutations({
    files: FILES,
    lies: (original) => headerLies(original, false),
    read: readSafetensors,
    requireRight: requireTensors,
  });
  if (MUTATIONS_OF_EACH_FILE) console.log('safetensors', tally);
  expect(tally.read).toBeGreaterThan(MUTATIONS / 100);
  expect(tally.refused).toBeGreaterThan(MUTATIONS / 5);
}, 600_000);

/** Weights of other types, as PyTorch writes them. */
const OTHER_TYPES = Object.fromEntries(
  ['float16', 'bfloat16', 'float64'].map((name) => [name, bytesOf(`${FOLDER}/types/${name}.safetensors`)]),
);

function requireWidened({ tensors }: SafetensorsContents, bytes: Uint8Array): void {
  const right = naiveSafetensors(bytes, Object.keys(ITEM_BYTES));
  if ([...tensors.keys()].join('\n') !== [...right.tensors.keys()].join('\n')) throw new Error('wrong names');
  for (const [name, { data }] of tensors) {
    const { dtype, bytes: rightBytes } = right.tensors.get(name)!;
    const size = Number(ITEM_BYTES[dtype]);
    if (data.length * size !== rightBytes.length) throw new Error(`wrong size of ${name}`);
    data.forEach((value, i) => {
      const exact = naiveFloat(dtype, rightBytes.subarray(i * size, (i + 1) * size));
      if (!Object.is(value, Math.fround(exact))) throw new Error(`wrong value of ${name}: ${value}`);
      if (!Number.isFinite(value) && Number.isFinite(exact)) throw new Error(`${name} overflows`);
    });
  }
}

test('damaged files of other types are refused, or read as the format says', async () => {
  for (const bytes of Object.values(OTHER_TYPES)) requireWidened(readAsFloat32(bytes), bytes);
  const survival = {
    files: OTHER_TYPES,
    lies: (original: Uint8Array) => headerLies(original, false),
    read: readAsFloat32,
  };
  const tally = await surviveMutations({ ...survival, requireRight: requireWidened });
  if (MUTATIONS_OF_EACH_FILE) console.log('other types', tally);
  expect(tally.read).toBeGreaterThan(MUTATIONS / 100);
  expect(tally.refused).toBeGreaterThan(MUTATIONS / 5);
}, 600_000);

test('the control: values that are cut instead of rounded are caught', () => {
  const bytes = OTHER_TYPES.float64;
  const { tensors, metadata } = readAsFloat32(bytes);
  for (const { data } of tensors.values())
    new Uint32Array(data.buffer).forEach((bits, i, all) => {
      all[i] = bits & ~1;
    });
  expect(() => requireWidened({ tensors, metadata }, bytes)).toThrow('wrong value');
});

test('the control: a reader that believes the offsets is caught', async () => {
  const careless = surviveMutations({
    files: FILES,
    lies: (original) => headerLies(original, false),
    read: believing,
    requireRight: requireTensors,
    cases: 2000,
  });
  await expect(careless).rejects.toThrow('Property failed');
});

/** Takes whatever JSON.parse gives, and each tensor from where its entry says. */
function believing(bytes: Uint8Array): SafetensorsContents {
  try {
    const length = Number(Buffer.from(bytes).readBigUInt64LE());
    const { __metadata__: metadata = {}, ...infos } = JSON.parse(
      Buffer.from(bytes).toString('utf8', 8, 8 + length),
    );
    const tensors = new Map<string, Tensor>();
    for (const [name, { shape, data_offsets }] of Object.entries<{ shape: number[]; data_offsets: number[] }>(
      infos,
    )) {
      const data = new Float32Array(
        bytes.slice(8 + length + data_offsets[0], 8 + length + data_offsets[1]).buffer,
      );
      if (data.length !== sizeOf(shape)) throw new Error('another size');
      tensors.set(name, new Tensor(data, shape));
    }
    return { tensors, metadata };
  } catch {
    throw new FormatError('refused.');
  }
}
