/** Which reader a file has: its name says which format is meant, and the reader refuses contents that don't agree. */

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { FormatError, OptionError } from '../../io/errors.ts';
import { IDX_HEAD_LENGTH, parseIdxHeader, readIdx } from '../../io/numpy/idx.ts';
import { gunzip, isGzip } from '../../io/numpy/inflate.ts';
import { readNpy } from '../../io/numpy/npy.ts';
import { NPY_HEAD_LENGTH, parseNpyHeader } from '../../io/numpy/npyHeader.ts';
import { readNpz } from '../../io/numpy/npz.ts';
import { fileError, readWholeFile } from './files.ts';
import { loadImageFile, loadImageFolder } from './imageFolder.ts';
import { memoryOfNpy, NpyFile } from './npyFile.ts';
import type { LoadOptions, PictureOptions, TableOptions } from './readOptions.ts';
import type { LoadedImages, SampleSource } from './sampleSource.ts';
import { loadWave } from './waveFile.ts';

/** The same for every kind of file: where its samples stay if they take more memory than that, in bytes. */
export type StoredOptions = LoadOptions & { readonly inMemoryLimit: number };

export interface Reader {
  /** Reads the whole file into memory. */
  readonly load: (path: string, options: LoadOptions) => Promise<LoadedImages>;
  /** Opens a file that may stay on the disk; undefined if it fits into the limit and is to be loaded. Its errors name the file. */
  readonly open?: (path: string, options: StoredOptions) => Promise<SampleSource | undefined>;
  /** The options that only files of this kind have. */
  readonly options: readonly (keyof LoadOptions)[];
}

const NPY: Reader = { load: loadNpy, open: openNpy, options: [] };
const NPZ: Reader = { load: loadNpz, options: ['key'] };
const IDX: Reader = { load: loadIdx, options: [] };
const TABLE: Reader = { load: loadTable, open: openTable, options: ['columns', 'labelColumn', 'missing'] };
const WAVE: Reader = { load: loadSound, options: ['frame'] };
const PICTURE_OPTIONS = ['resize', 'gray', 'background'] as const;
const PICTURE: Reader = {
  load: (path, options) => loadImageFile(path, pictureOptions(options)),
  options: PICTURE_OPTIONS,
};
const FOLDER: Reader = {
  load: (path, options) => loadImageFolder(path, pictureOptions(options)),
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

/** Which kinds of files have an option, for the message that another one has not. */
const OWNERS: Readonly<Partial<Record<keyof LoadOptions, string>>> = {
  key: 'only .npz files have keys',
  columns: 'only .csv and .tsv files have columns',
  labelColumn: 'only .csv and .tsv files have columns',
  missing: 'only cells of .csv and .tsv files are missing',
  resize: 'only pictures are resized',
  gray: 'only pictures become gray',
  background: 'only pictures have a background',
  frame: 'only .wav files are cut into frames',
};

/**
 * @throws {FileError} If there is no such file or folder.
 * @throws {FormatError} If its name says no format, or an option is for files of another kind.
 */
export async function findReader(path: string, options: LoadOptions): Promise<Reader> {
  const info = await stat(path).catch((cause) => {
    throw fileError('read', path, cause);
  });
  const reader = info.isDirectory() ? FOLDER : readerOf(path);
  for (const name of Object.keys(OWNERS) as (keyof LoadOptions)[]) {
    const value = options[name];
    if (value === undefined || reader.options.includes(name)) continue;
    throw new OptionError((option) => `${path}: got ${option(name, String(value))}, but ${OWNERS[name]}.`);
  }
  return reader;
}

function readerOf(path: string): Reader {
  const name = basename(path).toLowerCase();
  const [, reader] = BY_NAME.find(([pattern]) => pattern.test(name)) ?? [];
  if (reader) return reader;
  throw new FormatError(
    `${path}: unknown kind of file, expected .npy, .npz, .idx, -ubyte (also .gz), .csv, .tsv, .wav, .png, .jpg or a folder of pictures.`,
  );
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

async function loadTable(path: string, options: LoadOptions): Promise<LoadedImages> {
  const tables = await import('./tableFile.ts'); // the optional package that reads CSV is needed only here
  return tables.loadTable(path, tableOptions(options));
}

async function openTable(path: string, options: StoredOptions): Promise<SampleSource> {
  const tables = await import('./tableFile.ts');
  return tables.openTable(path, { ...tableOptions(options), inMemoryLimit: options.inMemoryLimit });
}

function tableOptions({ columns, labelColumn, missing, featureNames, form }: LoadOptions): TableOptions {
  return {
    columns,
    labelColumn,
    missing,
    featureNames,
    means: form?.kind === 'table' ? form.means : undefined,
  };
}

/** What is not said about pictures is done as for the training data of the model. */
function pictureOptions({ resize, gray, background, form }: LoadOptions): PictureOptions {
  const trained: PictureOptions = form?.kind === 'pictures' ? form : {};
  return {
    resize: resize ?? trained.resize,
    gray: gray ?? trained.gray,
    background: background ?? trained.background,
  };
}

function loadSound(path: string, { frame, form }: LoadOptions): Promise<LoadedImages> {
  return loadWave(path, { frame: frame ?? (form?.kind === 'sound' ? form.frame : undefined) });
}
