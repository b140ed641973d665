/**
 * isthmus/node: files, pictures and charts, for Node. Needs the optional packages npyjs, ndarray and pngjs; where tables are
 * read papaparse, where JPEGs are jpeg-js.
 */

export { type LatentOptions, type LatentPlot, latentPlot } from './charts/latentPlot.ts';
export { latentPng } from './charts/latentPng.ts';
export { latentSvg } from './charts/latentSvg.ts';
export { type ChartOptions, type EpochLoss, lossChart } from './charts/lossChart.ts';
export { FileError, type ReadOptions, readWholeFile, writeFileAtomically } from './files/files.ts';
export {
  loadAnyModel,
  loadModel,
  type OpenedAnyModel,
  type OpenedModel,
  saveModel,
} from './files/modelFile.ts';
export { type GridOptions, type ImageBatch, imageGrid, reconstructionSheet } from './pictures/grid.ts';
export { decodeJpeg } from './pictures/jpeg.ts';
export { type PictureOptions, stackPngs } from './pictures/pictureStack.ts';
export { type DecodedPng, decodePng, encodePng, type PixelImage } from './pictures/png.ts';
export {
  type ComparisonOptions,
  type TerminalOptions,
  terminalComparison,
  terminalPicture,
} from './pictures/terminalPicture.ts';
export { defaultInMemoryLimit, loadImages, type OpenOptions, openImages } from './samples/load.ts';
export { type LabelOptions, type LoadedLabels, loadLabels } from './samples/loadLabels.ts';
export type { LoadOptions } from './samples/readOptions.ts';
export type { SampleForm } from './samples/sampleForm.ts';
export type {
  ClassLabels,
  LoadedImages,
  NormalizedSamples,
  SampleFacts,
  SamplePlaces,
  SampleSource,
} from './samples/sampleSource.ts';
