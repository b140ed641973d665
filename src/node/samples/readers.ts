/** Which reader a file has: its name says which format is meant, and the reader refuses contents that don't agree. */

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isFlat } from '../../data/pictureShape.ts';
import { FormatError } from '../../io/errors.ts';
import { KIND_HEAD_LENGTH, kindOf, notA } from '../../io/fileKinds.ts';
import { IDX_HEAD_LENGTH, parseIdxHeader, readIdx } from '../../io/numpy/idx.ts';
import { gunzip, isGzip } from '../../io/numpy/inflate.ts';
import { readNpy } from '../../io/numpy/npy.ts';
import { NPY_HEAD_LENGTH, parseNpyHeader } from '../../io/numpy/npyHeader.ts';
import { readNpz } from '../../io/numpy/npz.ts';
import type { TableOptions } from '../../io/table/columns.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { fileError, inFile, readHead, readWholeFile } from '../files/files.ts';
import { withPackage } from '../optionalPackage.ts';
import { withColours } from '../pictures/pictureStack.ts';
import { loadImageFile, loadImageFolder } from './images/imageFolder.ts';
import { loadPatches } from './images/patches.ts';
import { memoryOfNpy, NpyFile } from './npyFile.ts';
import type { LoadOptions } from './readOptions.ts';
import type { PictureForm } from './sampleForm.ts';
import type { LoadedImages, SampleSource } from './sampleSource.ts';
import { loadWave } from './waveFile.ts';

/** The same for every kind of file: where its samples stay if they take more memory than that, in bytes. */
export type StoredOptions = LoadOptions & { readonly inMemoryLimit: number };

/** What a file holds, as its name says it. */
export type Contents = 'array' | 'table' | 'sound' | 'pictures';

export interface Reader {
  readonly contents: Contents;
  readonly isFolder?: true;
  /** Reads the whole file into memory. */
  readonly load: (path: string, options: LoadOptions) => Promise<LoadedImages>;
  /** Opens a file that may stay on the disk; undefined if it fits into the limit and is to be loaded. Its errors name the file. */
  readonly open?: (path: string, options: StoredOptions) => Promise<SampleSource | undefined>;
  /** The options that only files of this kind have. */
  readonly options: readonly (keyof LoadOptions)[];
}

const NPY: Reader = { contents: 'array', load: loadNpy, open: openNpy, options: [] };
const NPZ: Reader = { contents: 'array', load: loadNpz, options: ['key'] };
const IDX: Reader = { contents: 'array', load: loadIdx, options: [] };
const TABLE: Reader = {
  contents: 'table',
  load: loadTable,
  open: openTable,
  options: ['columns', 'labelColumn', 'missing'],
};
const WAVE: Reader = { contents: 'sound', load: loadSound, options: ['frame'] };
const PICTURE_OPTIONS = ['resize', 'gray', 'background', 'patches'] as const;
const PICTURE: Reader = {
  contents: 'pictures',
  load: (path, options) => loadPictures(path, options, loadImageFile),
  options: PICTURE_OPTIONS,
};
const FOLDER: Reader = {
  contents: 'pictures',
  isFolder: true,
  load: (path, options) => loadPictures(path, options, loadImageFolder),
  options: PICTURE_OPTIONS,
};

const BY_NAME: readonly (readonly [pattern: RegExp, reader: Reader])[] = [
  [/\.npy$/, NPY],
  [/\.npz$/, NPZ],
  [/(\.idx\d?|[-.]ubyte|\.idx\d?[-.]ubyte)(\.gz)?$/, IDX],
  [/\.(csv|tsv)$/, TABLE],
  [/\.wav$/, WAVE],
  [/\.(png|jpe?g|jpe)$/, PICTURE],
];

/**
 * @throws {FileError} If there is no such file or folder.
 * @throws {FormatError} If its name says no format.
 */
export async function findReader(path: string): Promise<Reader> {
  const info = await stat(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  if (info.isDirectory()) return FOLDER;
  return namedReader(path) ?? refuseUnknown(path);
}

/** What the name of a file says that it holds; undefined if it says nothing, as that of a folder. */
export function contentsByName(path: string): Contents | undefined {
  return namedReader(path)?.contents;
}

function namedReader(path: string): Reader | undefined {
  const name = basename(path).toLowerCase();
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1];
}

/** What is read, for people. */
const ALL_KINDS = '.npy, .npz, .idx, -ubyte (also .gz), .csv, .tsv, .wav, .png, .jpg or a folder of pictures';

/** @throws {FormatError} That says what the file is, as its name says nothing. */
async function refuseUnknown(path: string): Promise<never> {
  const kind = kindOf(await readHead(path, KIND_HEAD_LENGTH));
  if (!kind) throw new FormatError(`${path}: unknown kind of file, expected ${ALL_KINDS}.`);
  const advice = kind.advice === undefined ? `, expected ${ALL_KINDS}` : `: ${kind.advice}`;
  throw new FormatError(`${path}: by its name an unknown kind of file, by its bytes ${kind.name}${advice}.`);
}

async function loadNpy(path: string): Promise<LoadedImages> {
  const bytes = await readWholeFile(path, { check: parseNpyHeader, headLength: NPY_HEAD_LENGTH });
  return { ...readNpy(bytes), source: basename(path) };
}

async function openNpy(path: string, { inMemoryLimit }: StoredOptions): Promise<NpyFile | undefined> {
  return (await memoryOfNpy(path)) <= inMemoryLimit ? undefined : NpyFile.open(path);
}

async function loadNpz(path: string, { key, preferredKey, limit }: LoadOptions): Promise<LoadedImages> {
  const bytes = await readWholeFile(path);
  const array = await readNpz(bytes, { key, preferredKey, limit });
  return { ...array, source: `${basename(path)}, ${array.key}` };
}

async function loadIdx(path: string): Promise<LoadedImages> {
  const bytes = await readWholeFile(path);
  const compressed = isGzip(bytes);
  if (!compressed && path.toLowerCase().endsWith('.gz')) {
    throw new FormatError('the file does not start like a gzip file, expected one by its name.');
  }
  // A small file may claim a huge array: its header is checked before memory is taken for that.
  const head = { check: parseIdxHeader, headLength: IDX_HEAD_LENGTH };
  const contents = compressed ? await gunzip(bytes, undefined, head) : bytes;
  return { ...readIdx(contents), source: basename(path) };
}

function tableReader(): Promise<typeof import('./tableFile.ts')> {
  return withPackage('papaparse', 'tables', () => import('./tableFile.ts'));
}

async function loadTable(path: string, options: LoadOptions): Promise<LoadedImages> {
  const tables = await tableReader();
  await requireTable(path);
  return tables.loadTable(path, tableOptions(options), options.onProgress);
}

async function openTable(path: string, options: StoredOptions): Promise<SampleSource> {
  const tables = await tableReader();
  await requireTable(path).catch((error) => {
    throw inFile(path, error);
  });
  const { inMemoryLimit, onProgress } = options;
  return tables.openTable(path, { ...tableOptions(options), inMemoryLimit }, onProgress);
}

/** @throws {FormatError} If the file begins as one of another kind does; whether it is a table is not known by that. */
async function requireTable(path: string): Promise<void> {
  const head = await readHead(path, KIND_HEAD_LENGTH);
  if (kindOf(head)?.mayBeTable === false) throw notA('a table', head);
}

function tableOptions({ columns, labelColumn, missing, featureNames, form }: LoadOptions): TableOptions {
  return { columns, labelColumn, missing, featureNames, form: form?.kind === 'table' ? form : undefined };
}

/** What is not said about pictures is done as for the training data of the model: `resize` or `patches` replace the other. */
async function loadPictures(
  path: string,
  { resize, gray, background, patches, form, ...options }: LoadOptions,
  loadWhole: typeof loadImageFolder,
): Promise<LoadedImages> {
  const trained: Partial<PictureForm> = form?.kind === 'pictures' ? form : {};
  const shared = { gray: gray ?? trained.gray, background: background ?? trained.background };
  const cut = patches ?? (resize ? undefined : trained.patches);
  const images = await (cut
    ? loadPatches(path, cut, shared, options.onProgress)
    : loadWhole(path, { ...shared, resize: resize ?? trained.resize }, options.onProgress));
  return inColours(images, options);
}

/** A model that takes colours takes gray pictures, too. */
function inColours(images: LoadedImages, { sampleShape = [] }: LoadOptions): LoadedImages {
  const { shape, notes = [] } = images;
  const takesColours = sampleShape.length === 3 && sampleShape[2] === 3;
  if (!takesColours || shape.length !== 3) return images;
  const note = 'no picture has colours: red, green and blue get the same values, as the model takes colours';
  return { ...images, ...withColours(images), notes: [...notes, note] };
}

/** A model takes frames of the length of its samples. */
function loadSound(path: string, { frame, sampleShape, form }: LoadOptions): Promise<LoadedImages> {
  const isFrame = sampleShape !== undefined && isFlat(sampleShape);
  const trained = form?.kind === 'sound' ? form.frame : isFrame ? sizeOf(sampleShape) : undefined;
  return loadWave(path, { frame: frame ?? trained });
}
