/** The names that `np.dtype()` takes for types of plain numbers. NumPy writes `<f4`; writers in other languages any of them. */

import type { DType } from '../../data/samples.ts';

/** The letters of kinds and sizes, the letters of C types, NumPy's names and Python's. */
const NAMES: Readonly<Record<DType, readonly string[]>> = {
  u1: ['u1', 'B', 'uint8', 'ubyte'],
  i1: ['i1', 'b', 'int8', 'byte'],
  u2: ['u2', 'H', 'uint16', 'ushort'],
  i2: ['i2', 'h', 'int16', 'short'],
  u4: ['u4', 'I', 'uint32', 'uintc'],
  i4: ['i4', 'i', 'int32', 'intc'],
  u8: ['u8', 'Q', 'uint64', 'ulonglong'],
  i8: ['i8', 'q', 'int64', 'longlong'],
  f2: ['f2', 'e', 'float16', 'half'],
  f4: ['f4', 'f', 'float32', 'single'],
  f8: ['f8', 'd', 'float64', 'double', 'float', 'float_'],
  b1: ['b1', '?', 'bool', 'bool_', 'bool8'],
};

/** These have 8 bytes, or 4: a C long on Windows before NumPy 2, a pointer on a system of 32 bits. */
const LONGS: Readonly<Record<'i' | 'u', readonly string[]>> = {
  i: ['l', 'long', 'int', 'int_', 'p', 'intp', 'n'],
  u: ['L', 'ulong', 'uint', 'P', 'uintp', 'N'],
};

/** The types that a name without a byte order can stand for: none, one, or two of which the more common one is first. */
export function dtypesNamed(name: string): readonly DType[] {
  const known = Object.keys(NAMES) as DType[];
  const found = known.filter((dtype) => NAMES[dtype].includes(name));
  if (LONGS.i.includes(name)) found.push('i8', 'i4');
  if (LONGS.u.includes(name)) found.push('u8', 'u4');
  return found;
}
