/** The formats: bytes to values and back, without files, for Node and browsers. Needs npyjs and ndarray for .npy. */

export { crc32 } from './crc32.ts';
export { FormatError } from './errors.ts';
export { IDX_HEAD_LENGTH, type IdxHeader, parseIdxHeader, readIdx } from './idx.ts';
export { gunzip, type HeadCheck, inflateRaw, isGzip } from './inflate.ts';
export { type ReadNpyOptions, readNpy, writeNpy } from './npy.ts';
export { NPY_HEAD_LENGTH, type NpyHeader, parseNpyHeader } from './npyHeader.ts';
export { listNpz, type NpzOptions, readNpz } from './npz.ts';
export { type OnnxOptions, type OnnxPart, writeOnnx } from './onnx.ts';
export { type PyTorchFiles, type PyTorchReadOptions, readPyTorch, writePyTorch } from './pytorch.ts';
export { readPyTorchOptimizer } from './pytorchOptimizer.ts';
export {
  type NamedTensor,
  readSafetensors,
  type SafetensorsContents,
  writeSafetensors,
} from './safetensors.ts';
