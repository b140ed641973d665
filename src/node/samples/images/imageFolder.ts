/** Pictures as samples: a file, a folder of them, or folders of which each is a class. */

import { basename, join, resolve } from 'node:path';
import { DataError, type SampleArray } from '../../../data/samples.ts';
import { plural } from '../../../tensor/words.ts';
import { readWholeFile } from '../../files/files.ts';
import { decodePicture, type Picture, type PictureKind } from '../../pictures/picture.ts';
import {
  inPicture,
  type PictureOptions,
  PictureStack,
  requirePictureOptions,
  type StackedImages,
} from '../../pictures/pictureStack.ts';
import type { OnProgress } from '../readOptions.ts';
import type { PictureForm } from '../sampleForm.ts';
import type { ClassLabels, LoadedImages } from '../sampleSource.ts';
import {
  countsInWords,
  findPictures,
  OTHER_PICTURES,
  type PictureFolder,
  sumOfCounts,
} from './pictureFolder.ts';

/** Classes that a note names. */
const NAMED_CLASSES = 10;

/** Folders of these names are parts of a data set, hardly classes. */
const PART = /^(train(ing)?|test(ing)?|val(id(ation)?)?|eval(uation)?)([-_ ]?(set|data|images))?$/i;

/**
 * One PNG or JPEG, whatever it is called, as one sample: `[1, height, width]` if no pixel has colour, else
 * `[1, height, width, 3]`.
 *
 * @throws {FileError} If the file can't be read.
 * @throws {FormatError} If it is no picture, is damaged, or is transparent and there is no background. The path is not named.
 */
export async function loadImageFile(path: string, options: PictureOptions = {}): Promise<LoadedImages> {
  requirePictureOptions('loadImageFile', options);
  const stack = new PictureStack(1, options);
  const picture = await decodePicture(await readWholeFile(path), options.background);
  stack.add(picture);
  const name = basename(path);
  const misnamed = isMisnamed(name, picture.kind) ? `it is a ${picture.kind}, read as one` : undefined;
  return { ...loaded(stack.finish(), options, [misnamed, stack.resizing]), source: name };
}

/**
 * A folder of PNGs and JPEGs in natural order of their names, `[n, height, width]` or `[n, height, width, 3]`. If it has
 * none itself, each folder in it is a class, with all the pictures in and below it. Notes say what was left out.
 *
 * @throws {FileError} If a file or folder can't be read.
 * @throws {FormatError} If a picture is none, is damaged, has another size than the first and there is no `resize`, or is
 *   transparent and there is no `background`. It is named, the path of the folder is not.
 * @throws {DataError} If there are no pictures, or a JPEG and the optional package jpeg-js is missing.
 */
export async function loadImageFolder(
  path: string,
  options: PictureOptions = {},
  onProgress?: OnProgress,
): Promise<LoadedImages> {
  requirePictureOptions('loadImageFolder', options);
  const { names, labels, notes, place } = await listPictures(path);
  const stack = new PictureStack(names.length, options);
  const { kinds, misnamed } = await readPictures(path, names, {
    background: options.background,
    onProgress,
    take: (picture, i) => stack.add(picture, names[i]),
  });
  return {
    ...loaded(stack.finish(), options, [...notes, misnamed, stack.resizing]),
    places: { kind: 'file', of: (i) => names[i] },
    ...(labels && { labels }),
    source: `${kinds} in ${place}`,
  };
}

/** The pictures of a folder. */
export interface ListedPictures {
  /** Their paths from the folder. */
  readonly names: readonly string[];
  /** If each folder is a class. */
  readonly labels: ClassLabels | undefined;
  /** What is a class, and what was left out. */
  readonly notes: readonly (string | undefined)[];
  /** Where they are, for people: `3 class folders of photos`. */
  readonly place: string;
}

/**
 * @throws {FileError} If a folder can't be read.
 * @throws {DataError} If there are no pictures.
 */
export async function listPictures(path: string): Promise<ListedPictures> {
  const folder = await findPictures(path);
  const name = basename(resolve(path));
  const { pictures } = folder.own;
  if (pictures.length > 0) {
    return { names: pictures, labels: undefined, notes: [leftBesidePictures(folder)], place: name };
  }
  const classes = folder.subfolders.filter(({ pictures }) => pictures.length > 0);
  if (classes.length === 0) throw noPictures(folder);
  const counts = classes.map(({ pictures }) => pictures.length);
  const names = classes.map((of) => of.name);
  return {
    names: classes.flatMap(({ pictures }) => pictures),
    labels: classLabels(names, counts),
    notes: [classNote(name, names, counts), leftBesideClasses(folder)],
    place: `${plural(classes.length, 'class folder')} of ${name}`,
  };
}

export interface ReadPicturesOptions {
  readonly background?: PictureOptions['background'];
  /** Whether errors say which picture it is. @default true */
  readonly isNamed?: boolean;
  readonly onProgress?: OnProgress | undefined;
  /** Gets each picture with its number. */
  readonly take: (picture: Picture, i: number) => void;
}

/**
 * Reads and decodes one picture at a time.
 *
 * @returns What they are, for people, `2 PNGs and 1 JPEG`, and a note about those that their names don't say.
 */
export async function readPictures(
  folder: string,
  names: readonly string[],
  { background, isNamed = true, onProgress, take }: ReadPicturesOptions,
): Promise<{ readonly kinds: string; readonly misnamed: string | undefined }> {
  const counts = { PNG: 0, JPEG: 0 };
  const misnamed: Misnamed[] = [];
  for (const [i, name] of names.entries()) {
    onProgress?.(i / names.length);
    const bytes = await readWholeFile(join(folder, name));
    const picture = await decodePicture(bytes, background).catch((error) => {
      throw isNamed ? inPicture(name, error) : error;
    });
    take(picture, i);
    counts[picture.kind]++;
    if (isMisnamed(name, picture.kind)) misnamed.push({ name, kind: picture.kind });
  }
  const kinds = (['PNG', 'JPEG'] as const).filter((kind) => counts[kind] > 0);
  return {
    kinds: kinds.map((kind) => plural(counts[kind], kind)).join(' and '),
    misnamed: misnamedNote(misnamed),
  };
}

interface Misnamed {
  readonly name: string;
  readonly kind: PictureKind;
}

function loaded(
  array: StackedImages,
  options: PictureOptions,
  notes: readonly (string | undefined)[],
): Omit<LoadedImages, 'source'> {
  return { ...array, form: formOf(options), notes: notes.filter((note) => note !== undefined) };
}

function formOf({ resize: size, gray = false, background }: PictureOptions): PictureForm {
  return {
    kind: 'pictures',
    ...(size && { resize: size }),
    ...(gray && { gray }),
    ...(background && { background }),
  };
}

function isMisnamed(name: string, kind: PictureKind): boolean {
  return /\.png$/i.test(name) !== (kind === 'PNG');
}

function misnamedNote(misnamed: readonly Misnamed[]): string | undefined {
  if (misnamed.length === 0) return undefined;
  const [{ name, kind }] = misnamed;
  const others = misnamed.length - 1;
  if (others === 0) return `${name} is a ${kind}, read as one`;
  return `${name} is a ${kind}, and ${others} more ${others === 1 ? 'is' : 'are'} not what the name says: read as what they are`;
}

function leftOut(things: readonly string[]): string | undefined {
  return things.length > 0 ? `left out: ${things.join(', ')}` : undefined;
}

function leftBesidePictures({ own, subfolders }: PictureFolder): string | undefined {
  const withPictures = subfolders.filter(({ pictures }) => pictures.length > 0);
  const pictures = withPictures.reduce((sum, of) => sum + of.pictures.length, 0);
  const without = subfolders.length - withPictures.length;
  return leftOut([
    ...countsInWords(own.others),
    ...(pictures > 0
      ? [`${plural(pictures, 'picture')} in ${plural(withPictures.length, 'subfolder')}`]
      : []),
    ...(without > 0 ? [plural(without, 'subfolder')] : []),
  ]);
}

function leftBesideClasses({ own, subfolders }: PictureFolder): string | undefined {
  const classes = subfolders.filter(({ pictures }) => pictures.length > 0);
  const without = subfolders.length - classes.length;
  const others = sumOfCounts([own.others, ...classes.map((of) => of.others)]);
  const folders = without > 0 ? [`${plural(without, 'subfolder')} without pictures`] : [];
  return leftOut([...countsInWords(others), ...folders]);
}

function classNote(folder: string, names: readonly string[], counts: readonly number[]): string {
  const shown = names.slice(0, NAMED_CLASSES).map((name, i) => `${name} (${counts[i]})`);
  const more = names.length > shown.length ? ['…'] : [];
  const classes = `each folder is a class: ${[...shown, ...more].join(', ')}`;
  const areParts = names.length > 1 && names.every((name) => PART.test(name));
  if (!areParts) return classes;
  return `${classes}; if they are parts of a data set and no classes, read each by itself: ${folder}/${names[names.length - 1]}`;
}

function classLabels(names: readonly string[], counts: readonly number[]): ClassLabels {
  const ArrayType = names.length <= 2 ** 8 ? Uint8Array : names.length <= 2 ** 16 ? Uint16Array : Uint32Array;
  const labels: SampleArray = new ArrayType(counts.reduce((sum, count) => sum + count, 0));
  let at = 0;
  counts.forEach((count, label) => {
    labels.fill(label, at, at + count);
    at += count;
  });
  return { labels, names, source: `the names of ${plural(names.length, 'folder')}` };
}

function noPictures({ own, subfolders }: PictureFolder): DataError {
  const others = sumOfCounts([own.others, ...subfolders.map((of) => of.others)]);
  const held = [
    ...countsInWords(others),
    ...(subfolders.length > 0 ? [plural(subfolders.length, 'subfolder')] : []),
  ];
  const isConvertible = [...others.keys()].some((ending) => OTHER_PICTURES.test(ending));
  return new DataError(
    `the folder holds no .png or .jpg files${held.length > 0 ? `, but ${held.join(', ')}` : '; it is empty'}` +
      `${isConvertible ? ': convert the pictures to PNG or JPEG' : ''}.`,
  );
}
