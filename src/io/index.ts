/** The public names of `isthmus/io`: formats as bytes, without files, for Node and browsers. .npy needs npyjs and ndarray. */

export { crc32 } from './crc32.ts';
export { FormatError } from './errors.ts';
export { type OnnxOptions, type OnnxPart, writeOnnx } from './export/onnx.ts';
export {
  type PyTorchFiles,
  type PyTorchModel,
  type PyTorchReadOptions,
  readPyTorch,
  writePyTorch,
} from './export/pytorch.ts';
export { readPyTorchOptimizer } from './export/pytorchOptimizer.ts';
export { IDX_HEAD_LENGTH, type IdxHeader, parseIdxHeader, readIdx } from './numpy/idx.ts';
export { gunzip, type HeadCheck, inflateRaw, isGzip } from './numpy/inflate.ts';
export { type ReadNpyOptions, readNpy, writeNpy } from './numpy/npy.ts';
export { NPY_HEAD_LENGTH, type NpyHeader, parseNpyHeader } from './numpy/npyHeader.ts';
export { listNpz, type NpzOptions, readNpz } from './numpy/npz.ts';
export {
  type NamedTensor,
  readSafetensors,
  type SafetensorsContents,
  writeSafetensors,
} from './safetensors.ts';
export type { SoundEncoding } from './sound/encodings.ts';
export { type ReadSound, readWav, type Sound } from './sound/readWav.ts';
export { writeWav } from './sound/writeWav.ts';
