/** Writes .npy files byte by byte, independently of src/io/numpy/npy.ts: any dtype, order, byte order, version, any mistake. */

export interface NpyParts {
  /** NumPy's name with byte order, e.g. `<f4`. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** In row-major order, whatever `fortranOrder` says. */
  readonly values: readonly (number | bigint)[];
  readonly fortranOrder?: boolean;
  readonly version?: number;
  /** The dictionary, instead of the one that fits the other parts. */
  readonly header?: string;
  /** The header is padded so that the values begin at a multiple of this. Default 64, as NumPy does. */
  readonly alignment?: number;
  /** The values begin this many bytes later. Default 0. */
  readonly misalignment?: number;
}

export function npyBytes(parts: NpyParts): Uint8Array {
  const { descr, shape, values, fortranOrder = false, version = 1, alignment = 64, misalignment = 0 } = parts;
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary =
    parts.header ??
    `{'descr': '${descr}', 'fortran_order': ${fortranOrder ? 'True' : 'False'}, 'shape': (${tuple}), }`;
  const prefix = version === 1 ? 10 : 12;
  const used = prefix + dictionary.length + 1;
  const text = `${dictionary}${' '.repeat(Math.ceil(used / alignment) * alignment - used + misalignment)}\n`;

  const inFileOrder = fortranOrder ? fortranOrderOf(values, shape) : values;
  const itemSize = Number(descr.slice(2));
  const file = new Uint8Array(prefix + text.length + inFileOrder.length * itemSize);
  const view = new DataView(file.buffer);
  file.set([0x93, ...Array.from('NUMPY', (letter) => letter.charCodeAt(0)), version, 0]);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  file.set(new TextEncoder().encode(text), prefix);
  inFileOrder.forEach((value, i) => {
    SETTERS[descr.slice(1)](view, prefix + text.length + i * itemSize, value, descr[0] !== '>');
  });
  return file;
}

/** Row-major values reordered so that the first index varies fastest. */
function fortranOrderOf<T>(values: readonly T[], shape: readonly number[]): T[] {
  return values.map((_, position) => {
    let rest = position;
    let rowMajor = 0;
    shape.forEach((length, axis) => {
      const inner = shape.slice(axis + 1).reduce((size, n) => size * n, 1);
      rowMajor += (rest % length) * inner;
      rest = Math.floor(rest / length);
    });
    return values[rowMajor];
  });
}

type Setter = (view: DataView, at: number, item: number | bigint, little: boolean) => void;

const SETTERS: Readonly<Record<string, Setter>> = {
  b1: (view, at, item) => view.setUint8(at, Number(item)),
  u1: (view, at, item) => view.setUint8(at, Number(item)),
  i1: (view, at, item) => view.setInt8(at, Number(item)),
  u2: (view, at, item, little) => view.setUint16(at, Number(item), little),
  i2: (view, at, item, little) => view.setInt16(at, Number(item), little),
  u4: (view, at, item, little) => view.setUint32(at, Number(item), little),
  i4: (view, at, item, little) => view.setInt32(at, Number(item), little),
  u8: (view, at, item, little) => view.setBigUint64(at, BigInt(item), little),
  i8: (view, at, item, little) => view.setBigInt64(at, BigInt(item), little),
  f2: (view, at, item, little) => view.setUint16(at, halfBits(Number(item)), little),
  f4: (view, at, item, little) => view.setFloat32(at, Number(item), little),
  f8: (view, at, item, little) => view.setFloat64(at, Number(item), little),
};

/** The 16 bits of a number that a half holds exactly (IEEE 754 binary16). */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | (size / 2 ** -24);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}
