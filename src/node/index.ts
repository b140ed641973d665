/** Files and pictures for Node. Needs the optional packages npyjs, ndarray and pngjs. */

export { type ChartOptions, type EpochLoss, lossChart } from './chart.ts';
export { FileError, readWholeFile, writeFileAtomically } from './files.ts';
export { type GridOptions, type ImageBatch, imageGrid, reconstructionSheet } from './grid.ts';
export { type LoadedImages, type LoadOptions, loadImages } from './load.ts';
export { decodePng, encodePng, type PixelImage, stackPngs } from './png.ts';
export { terminalComparison, terminalPicture } from './terminalPicture.ts';
