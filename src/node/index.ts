/** Files and pictures for Node. Needs the optional packages npyjs, ndarray and pngjs. */

export { type ChartOptions, type EpochLoss, lossChart } from './chart.ts';
export { FileError, type ReadOptions, readWholeFile, writeFileAtomically } from './files.ts';
export { type GridOptions, type ImageBatch, imageGrid, reconstructionSheet } from './grid.ts';
export { type LabelOptions, type LoadedLabels, loadLabels } from './labels.ts';
export { type LatentOptions, type LatentPlot, latentPlot } from './latentPlot.ts';
export { latentPng } from './latentPng.ts';
export { latentSvg } from './latentSvg.ts';
export {
  defaultInMemoryLimit,
  type LoadedImages,
  type LoadOptions,
  loadImages,
  type OpenOptions,
  openImages,
} from './load.ts';
export { loadModel, type OpenedModel, saveModel } from './modelFile.ts';
export { NpyFile } from './npyFile.ts';
export { type DecodedPng, decodePng, encodePng, type PixelImage } from './png.ts';
export { stackPngs } from './pngStack.ts';
export {
  type ComparisonOptions,
  type TerminalOptions,
  terminalComparison,
  terminalPicture,
} from './terminalPicture.ts';
