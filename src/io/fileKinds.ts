/**
 * What a file is, by its first bytes: for messages to people who gave one where another kind is read. A list of signatures,
 * after the formats' own specifications; nothing is read beyond them.
 */

import { FormatError } from './errors.ts';

export interface FileKind {
  /** What it is, with its article: "a PDF document". */
  readonly name: string;
  /** What to do instead, if there is something to say. */
  readonly advice: string | undefined;
  /** Whether it may be a table: text, or nothing at all. */
  readonly mayBeTable: boolean;
}

/** What the file was meant to hold: the advice depends on it. */
export type Wanted = 'data' | 'model' | 'other';

/** {@link kindOf} looks at no more bytes than these. */
export const KIND_HEAD_LENGTH = 65536;

/** Bytes that a kind of file holds at a place, as characters of the same numbers. */
type Bytes = readonly [at: number, letters: string];

interface Kind {
  readonly name: string;
  /** The advice, whatever was wanted. */
  readonly always?: string;
  /** The advice if samples were wanted, and if a model was. */
  readonly data?: string;
  readonly model?: string;
  readonly mayBeTable?: boolean;
}

/** A kind that begins in one of these ways. */
interface SignedKind extends Kind {
  readonly signatures: readonly (readonly Bytes[])[];
}

const AS_NPY = 'save the array in it as .npy';
const AS_CSV = 'save the table in it as .csv';
const AS_PICTURE = 'save it as PNG or JPEG';
const AS_WAV = 'convert it, e.g. ffmpeg -i FILE sound.wav';
const UNPACK = 'unpack it first';
const OTHER_MODEL =
  'isthmus reads the models that it wrote, and imports the weights of PyTorch as .safetensors';
const PYTORCH_WEIGHTS =
  "isthmus import takes its weights as .safetensors: safetensors.torch.save_file(model.state_dict(), 'w.safetensors')";
const TRY_AGAIN = 'the copy or the download failed, get it again';

/** Those with a fixed sequence of bytes. Of several that fit, the first counts. */
const KINDS: readonly SignedKind[] = [
  { name: 'a NumPy array', data: 'give it the ending .npy', signatures: [[[0, '\x93NUMPY']]] },
  { name: 'a PNG picture', data: 'give it the ending .png', signatures: [[[0, '\x89PNG\r\n\x1a\n']]] },
  { name: 'a JPEG picture', data: 'give it the ending .jpg', signatures: [[[0, '\xff\xd8\xff']]] },
  {
    name: 'a WAV file',
    data: 'give it the ending .wav',
    signatures: [
      [
        [0, 'RIFF'],
        [8, 'WAVE'],
      ],
    ],
  },
  {
    name: 'a big-endian WAV file (RIFX)',
    data: AS_WAV,
    signatures: [
      [
        [0, 'RIFX'],
        [8, 'WAVE'],
      ],
    ],
  },
  {
    name: 'a file that isthmus compressed',
    data: 'give it the ending .isth, and isthmus decompress restores what it holds',
    signatures: [[[0, '\x89ISTH\r\n\x1a\n']]],
  },
  {
    name: 'a PyTorch file (.pt, .pth)',
    data: AS_NPY,
    model: PYTORCH_WEIGHTS,
    signatures: [[[0, '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19']]],
  },
  {
    name: 'a Python pickle',
    data: AS_NPY,
    model: PYTORCH_WEIGHTS,
    signatures: [[[0, '\x80\x02']], [[0, '\x80\x03']], [[0, '\x80\x04']], [[0, '\x80\x05']]],
  },
  {
    name: 'an HDF5 file (.h5, as Keras writes it)',
    data: AS_NPY,
    model: OTHER_MODEL,
    signatures: [[[0, '\x89HDF\r\n\x1a\n']]],
  },
  {
    name: 'a MATLAB file (.mat)',
    data: 'save the array in it as .npy, or its table as .csv',
    signatures: [[[0, 'MATLAB 5.0 MAT-file']], [[0, 'MATLAB 7.3 MAT-file']]],
  },
  { name: 'a TensorFlow Lite model', model: OTHER_MODEL, signatures: [[[4, 'TFL3']]] },
  { name: 'a GGUF model', model: OTHER_MODEL, signatures: [[[0, 'GGUF']]] },
  { name: 'a Parquet file', data: AS_CSV, signatures: [[[0, 'PAR1']]] },
  { name: 'an Arrow file (.feather, .arrow)', data: AS_CSV, signatures: [[[0, 'ARROW1']], [[0, 'FEA1']]] },
  { name: 'an SQLite database', data: AS_CSV, signatures: [[[0, 'SQLite format 3\0']]] },
  { name: 'an Excel file (.xls)', data: AS_CSV, signatures: [[[0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1']]] },
  { name: 'a NetCDF file', data: AS_NPY, signatures: [[[0, 'CDF']]] },
  { name: 'a DICOM picture', data: AS_NPY, signatures: [[[128, 'DICM']]] },
  {
    name: 'a WebP picture',
    data: AS_PICTURE,
    signatures: [
      [
        [0, 'RIFF'],
        [8, 'WEBP'],
      ],
    ],
  },
  { name: 'a GIF picture', data: AS_PICTURE, signatures: [[[0, 'GIF8']]] },
  {
    name: 'a BMP picture',
    data: AS_PICTURE,
    signatures: [
      [
        [0, 'BM'],
        [6, '\0\0\0\0'],
      ],
    ],
  },
  { name: 'a TIFF picture', data: AS_PICTURE, signatures: [[[0, 'II*\0']], [[0, 'MM\0*']]] },
  { name: 'a HEIC picture', data: AS_PICTURE, signatures: [[[4, 'ftyphei']]] },
  { name: 'an AVIF picture', data: AS_PICTURE, signatures: [[[4, 'ftypavif']]] },
  {
    name: 'an MP4 file',
    data: 'its sound: convert it, e.g. ffmpeg -i FILE sound.wav',
    signatures: [[[4, 'ftyp']]],
  },
  {
    name: 'an MP3 file',
    data: AS_WAV,
    signatures: [[[0, 'ID3']], [[0, '\xff\xfb']], [[0, '\xff\xfa']], [[0, '\xff\xf3']], [[0, '\xff\xf2']]],
  },
  { name: 'a FLAC file', data: AS_WAV, signatures: [[[0, 'fLaC']]] },
  { name: 'an Ogg file', data: AS_WAV, signatures: [[[0, 'OggS']]] },
  {
    name: 'an AIFF file',
    data: AS_WAV,
    signatures: [
      [
        [0, 'FORM'],
        [8, 'AIF'],
      ],
    ],
  },
  { name: 'a PDF document', data: AS_CSV, signatures: [[[0, '%PDF-']]] },
  { name: 'a 7z archive', always: UNPACK, signatures: [[[0, "7z\xbc\xaf'\x1c"]]] },
  { name: 'a RAR archive', always: UNPACK, signatures: [[[0, 'Rar!\x1a\x07']]] },
  { name: 'a tar archive', always: UNPACK, signatures: [[[257, 'ustar']]] },
  { name: 'gzip data', always: UNPACK, signatures: [[[0, '\x1f\x8b']]] },
  { name: 'bzip2 data', always: UNPACK, signatures: [[[0, 'BZh']]] },
  { name: 'xz data', always: UNPACK, signatures: [[[0, '\xfd7zXZ\0']]] },
  { name: 'Zstandard data', always: UNPACK, signatures: [[[0, '\x28\xb5\x2f\xfd']]] },
];

/** What zip archives are, by the name of a file in them. */
const ZIPS: readonly (readonly [pattern: RegExp, kind: Kind])[] = [
  [/\.npy$/, { name: 'a zip archive of NumPy arrays', data: 'give it the ending .npz' }],
  [/(^|\/)data\.pkl$/, { name: 'a PyTorch file (.pt, .pth)', data: AS_NPY, model: PYTORCH_WEIGHTS }],
  [
    /^metadata\.json$|^model\.weights\.h5$/,
    { name: 'a Keras file (.keras)', data: AS_NPY, model: OTHER_MODEL },
  ],
  [/^xl\/|^\[Content_Types\]\.xml$/, { name: 'an Office file (.xlsx, for instance)', data: AS_CSV }],
  [/^mimetype$/, { name: 'an OpenDocument file (.ods, for instance)', data: AS_CSV }],
];

const FAILED_DOWNLOAD = 'the server sent it instead of the file, download that again';

/** Texts, by how they begin. */
const TEXTS: readonly (readonly [pattern: RegExp, kind: Kind])[] = [
  [
    /^version https:\/\/git-lfs\.github\.com\/spec\//,
    { name: 'a Git LFS pointer, not the file itself', always: 'git lfs pull fetches that' },
  ],
  [/^%PDF-/, { name: 'a PDF document', data: AS_CSV }],
  [/^SIMPLE {2}=/, { name: 'a FITS file', data: AS_NPY }],
  [
    /^\s*(<!--.*?-->\s*)?<(!doctype html|html|head)\b/is,
    { name: 'a web page (HTML)', always: FAILED_DOWNLOAD },
  ],
  [/^\s*<(\?xml|!doctype|svg)\b/i, { name: 'an XML document', data: AS_CSV }],
  [/^\s*[{[]/, { name: 'a JSON text', data: AS_CSV, mayBeTable: true }],
  [/^/, { name: 'a text', data: 'if it is a table, give it the ending .csv', mayBeTable: true }],
];

/**
 * What kind of file begins with these bytes.
 *
 * @param head - All of the file, or its first {@link KIND_HEAD_LENGTH} bytes.
 * @param wanted - What it was meant to hold. @default 'data'
 * @returns Undefined if no kind that is known does.
 */
export function kindOf(head: Uint8Array, wanted: Wanted = 'data'): FileKind | undefined {
  const bytes = head.subarray(0, KIND_HEAD_LENGTH);
  const text = emptyKind(bytes) ?? textKind(bytes);
  const found = signedKind(bytes) ?? text;
  if (!found) return undefined;
  const { name, always } = found;
  const advice = always ?? (wanted === 'other' ? undefined : found[wanted]);
  return { name, advice, mayBeTable: text?.mayBeTable ?? false }; // its first column may be called GIF8 or ID3
}

/**
 * The error of a reader that got another kind of file: "not an .npy file but a Git LFS pointer, …".
 *
 * @param expected - With its article: "an .npy file".
 * @param head - All of the file, or its first {@link KIND_HEAD_LENGTH} bytes.
 */
export function notA(expected: string, head: Uint8Array, wanted: Wanted = 'data'): FormatError {
  const kind = kindOf(head, wanted);
  if (!kind) return new FormatError(`not ${expected}: it doesn't begin as one does.`);
  return new FormatError(`not ${expected} but ${kind.name}${kind.advice ? `: ${kind.advice}` : ''}.`);
}

type Found = Kind | undefined;

function emptyKind(bytes: Uint8Array): Found {
  if (bytes.length === 0) return { name: 'an empty file', always: TRY_AGAIN, mayBeTable: true };
  if (bytes.length < 16 || bytes.some((byte) => byte !== 0)) return undefined;
  return { name: 'a file of zeros', always: TRY_AGAIN };
}

function signedKind(bytes: Uint8Array): Found {
  const text = lettersOf(bytes);
  const kind = KINDS.find(({ signatures }) =>
    signatures.some((parts) => parts.every(([at, letters]) => text.startsWith(letters, at))),
  );
  if (kind) return kind;
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return zipKind(text);
  if (isIdx(bytes)) return { name: 'an IDX file', data: 'give it the ending .idx' };
  if (isSafetensors(bytes)) return { name: 'a safetensors file', data: 'it holds the weights of a model' };
  if (isOnnx(bytes)) return { name: 'an ONNX model', model: OTHER_MODEL };
  return undefined;
}

function zipKind(text: string): Found {
  const names: string[] = [];
  for (let at = text.indexOf('PK\x03\x04'); at >= 0; at = text.indexOf('PK\x03\x04', at + 4)) {
    const length = text.charCodeAt(at + 26) + 256 * text.charCodeAt(at + 27);
    names.push(text.slice(at + 30, at + 30 + length));
  }
  const [, kind] = ZIPS.find(([pattern]) => names.some((name) => pattern.test(name))) ?? [];
  return kind ?? { name: 'a zip archive', always: UNPACK };
}

/** Two zeros, a type of values, and up to eight dimensions. */
function isIdx([zero, alsoZero, type, rank]: Uint8Array): boolean {
  return zero === 0 && alsoZero === 0 && [8, 9, 11, 12, 13, 14].includes(type) && rank >= 1 && rank <= 8;
}

/** The length of a header of at most 16 MB, and then the header, a JSON object. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 9 && bytes[8] === 0x7b && bytes.subarray(3, 8).every((byte) => byte === 0);
}

/** Protocol buffers have no signature. ONNX begins with the number of its version, field 1, and who wrote it, field 2. */
function isOnnx(bytes: Uint8Array): boolean {
  const [version, number, producer, length] = bytes;
  if (version !== 0x08 || number < 3 || number > 20 || producer !== 0x12 || length === 0) return false;
  const name = bytes.subarray(4, 4 + length);
  return name.length === length && name.every((byte) => byte >= 0x20 && byte < 0x7f);
}

function textKind(bytes: Uint8Array): Found {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) return { name: 'a text in UTF-16', data: 'save it as UTF-8', mayBeTable: true };
  let text: string;
  try {
    // `stream`: the head may end within a letter.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
  const isControl = (letter: string) => letter < ' ' && !'\t\n\r\f'.includes(letter);
  if (Array.from(text).some(isControl)) return undefined;
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1];
}

/** Bytes as the characters of the same numbers: TextDecoder would take some for others. */
function lettersOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
