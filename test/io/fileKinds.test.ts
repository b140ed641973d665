import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { KIND_HEAD_LENGTH, kindOf, notA } from '../../src/io/fileKinds.ts';
import { readIdx } from '../../src/io/numpy/idx.ts';
import { gunzip } from '../../src/io/numpy/inflate.ts';
import { readNpy } from '../../src/io/numpy/npy.ts';
import { readNpz } from '../../src/io/numpy/npz.ts';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';
import { readWav } from '../../src/io/sound/readWav.ts';
import { writeWav } from '../../src/io/sound/writeWav.ts';
import { decodePng } from '../../src/node/pictures/png.ts';
import { Tensor } from '../../src/tensor/tensor.ts';
import { npyBytes } from '../helpers/bytes/npyBytes.ts';
import { zipBytes } from '../helpers/bytes/zipBytes.ts';

/** The characters of the numbers of bytes. */
const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);
const zip = (...names: string[]) => zipBytes(names.map((name) => ({ name, contents: utf8('contents') })));
const golden = (name: string) => new Uint8Array(readFileSync(new URL(`../golden/${name}`, import.meta.url)));
const POINTER = golden('reports/git-lfs-pointer.npy');
const TENSORS = writeSafetensors([{ name: 'weight', tensor: Tensor.zeros([2]) }], {});
const SOUND = writeWav({ samples: new Float32Array(2), sampleRate: 8000, encoding: 's16' });

/** The first bytes by the formats' specifications, with something behind them. */
const KINDS: readonly (readonly [name: string, head: Uint8Array])[] = [
  ['a NumPy array', npyBytes({ descr: '<f4', shape: [2], values: [1, 2] })],
  ['a zip archive of NumPy arrays', zip('a.npy', 'b.npy')],
  ['a PNG picture', latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')],
  ['a JPEG picture', latin('\xff\xd8\xff\xe0\0\x10JFIF\0')],
  ['a WAV file', SOUND],
  ['an IDX file', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)],
  ['a safetensors file', TENSORS],
  ['a file that isthmus compressed', latin('\x89ISTH\r\n\x1a\n\x01\0\0\0')],
  ['a Git LFS pointer, not the file itself', POINTER],
  ['a PyTorch file (.pt, .pth)', zip('archive/data.pkl', 'archive/version')],
  ['a PyTorch file (.pt, .pth)', latin('\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M')],
  ['a Python pickle', latin('\x80\x04\x95\x0e\0\0\0\0\0\0\0]\x94(K\x01K\x02e.')],
  ['an HDF5 file (.h5, as Keras writes it)', latin('\x89HDF\r\n\x1a\n\0\0\0\0\0\b\b\0')],
  ['a Keras file (.keras)', zip('metadata.json', 'config.json', 'model.weights.h5')],
  ['an ONNX model', latin('\x08\x07\x12\x07pytorch\x1a\x052.1.0:')],
  ['a TensorFlow Lite model', latin('\x1c\0\0\0TFL3\x14\0')],
  ['a MATLAB file (.mat)', latin('MATLAB 5.0 MAT-file, Platform: GLNXA64')],
  ['a MATLAB file (.mat)', latin('MATLAB 7.3 MAT-file, Platform: GLNXA64')],
  ['a Parquet file', latin('PAR1\x15\x04\x15')],
  ['an Arrow file (.feather, .arrow)', latin('ARROW1\0\0')],
  ['an SQLite database', latin('SQLite format 3\0\x10\0')],
  ['an Excel file (.xls)', latin('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')],
  ['an Office file (.xlsx, for instance)', zip('[Content_Types].xml', 'xl/workbook.xml')],
  ['a DICOM picture', latin(`${'\0'.repeat(128)}DICM\x02\0`)],
  ['a big-endian WAV file (RIFX)', latin('RIFX\0\0\0\x24WAVEfmt ')],
  ['a WebP picture', latin('RIFF\x24\0\0\0WEBPVP8 ')],
  ['a GIF picture', latin('GIF89a\x01\0')],
  ['a FITS file', latin(`SIMPLE  =${' '.repeat(20)}T`)],
  ['a BMP picture', latin('BM\x46\0\0\0\0\0\0\0\x36')],
  ['a TIFF picture', latin('II*\0\x08\0\0\0')],
  ['a TIFF picture', latin('MM\0*\0\0\0\x08')],
  ['a HEIC picture', latin('\0\0\0\x18ftypheic')],
  ['an MP4 file', latin('\0\0\0\x18ftypisom')],
  ['an MP3 file', latin('ID3\x03\0\0')],
  ['an MP3 file', latin('\xff\xfb\x90\x64')],
  ['a FLAC file', latin('fLaC\0\0\0\x22')],
  ['an Ogg file', latin('OggS\0\x02')],
  ['a PDF document', latin('%PDF-1.7\n%\xe2\xe3')],
  ['a zip archive', zip('readme.txt')],
  ['a 7z archive', latin("7z\xbc\xaf'\x1c\0\x04")],
  ['a RAR archive', latin('Rar!\x1a\x07\x01\0')],
  ['a tar archive', latin(`a.npy${'\0'.repeat(252)}ustar\0`)],
  ['gzip data', gzipSync('contents')],
  ['bzip2 data', latin('BZh91AY&SY')],
  ['xz data', latin('\xfd7zXZ\0\0\x04')],
  ['Zstandard data', latin('\x28\xb5\x2f\xfd\x04')],
  ['a web page (HTML)', utf8('\ufeff\n<!DOCTYPE html>\n<html><body>404</body></html>')],
  ['a web page (HTML)', utf8('<!-- a comment --><html lang="en">')],
  ['an XML document', utf8('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')],
  ['a JSON text', utf8('{"message": "Not Found"}')],
  ['a text', utf8('Größe;Gewicht\n1,5;2\n')],
  ['a text in UTF-16', latin('\xff\xfea\0;\0')],
  ['an empty file', new Uint8Array()],
  ['a file of zeros', new Uint8Array(4096)],
];

describe('the kinds of files', () => {
  test.each(KINDS)('%s is called that', (name, head) => {
    expect(kindOf(head)?.name).toBe(name);
  });

  test.each([
    ['noise', Uint8Array.from({ length: 500 }, (_, i) => (i * i * 7919) >> 3)],
    ['data without a signature', brotliCompressSync('contents'.repeat(9))],
    ['a few zeros', new Uint8Array(4)],
    ['letters with a control character', latin('a\x01b')],
    ['a protocol buffer of another program', latin('\x08\x96\x01')],
  ])('%s is called nothing', (_, bytes) => {
    expect(kindOf(bytes)).toBeUndefined();
    expect(notA('an .npy file', bytes).message).toBe("not an .npy file: it doesn't begin as one does.");
  });

  test('real PNG files, IDX files and arrays are known', () => {
    const kinds = { png: 'a PNG picture', idx: 'an IDX file', npy: 'a NumPy array' };
    for (const [folder, name] of Object.entries(kinds)) {
      const files = readdirSync(new URL(`../golden/${folder}/`, import.meta.url));
      const ofKind = files.filter((file) => file.endsWith(`.${folder}`));
      expect(ofKind.length).toBeGreaterThan(2);
      for (const file of ofKind) expect(kindOf(golden(`${folder}/${file}`))?.name).toBe(name);
    }
  });

  test('a text is one though its head ends within a letter', () => {
    const text = utf8(`x${'ä'.repeat(KIND_HEAD_LENGTH)}`);
    expect(kindOf(text.subarray(0, KIND_HEAD_LENGTH))?.name).toBe('a text');
    expect(kindOf(text)?.name).toBe('a text');
  });

  test('a table may begin with any letters', () => {
    for (const begin of ['ID3', 'CDF', 'BZh', 'GIF8', 'PAR1', 'RIFF1234WAVE', 'BM', 'OggS', '{x}', '[m]']) {
      expect(kindOf(utf8(`${begin};b\n1;2\n`))).toMatchObject({ mayBeTable: true });
    }
    expect(kindOf(new Uint8Array())?.mayBeTable).toBe(true);
    expect(kindOf(latin('gr\xf6\xdfe;b\n1;2\n'))).toBeUndefined(); // in Latin-1
    for (const other of [POINTER, utf8('<html>'), zip('xl/workbook.xml'), latin('%PDF-1.7\n')]) {
      expect(kindOf(other)?.mayBeTable).toBe(false);
    }
  });

  test('the advice is for what was wanted', () => {
    const torch = zip('archive/data.pkl');
    expect(kindOf(torch)?.advice).toBe('save the array in it as .npy');
    expect(kindOf(torch, 'model')?.advice).toContain('isthmus import takes its weights as .safetensors');
    expect(kindOf(torch, 'other')?.advice).toBeUndefined();
    for (const wanted of ['data', 'model', 'other'] as const) {
      expect(kindOf(POINTER, wanted)?.advice).toBe('git lfs pull fetches that');
    }
  });
});

describe('the readers', () => {
  const READERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
    'an .npy file': readNpy,
    'a zip archive': readNpz,
    'an IDX file': readIdx,
    'gzip data': gunzip,
    'a WAV file': readWav,
    'a PNG file': decodePng,
    'a safetensors file': readSafetensors,
  };

  test.each(Object.entries(READERS))('of %s call other files what they are', async (expected, read) => {
    const message = async (bytes: Uint8Array) => {
      const error = await Promise.resolve(bytes)
        .then(read)
        .catch((reason: Error) => reason);
      expect(error).toMatchObject({ name: 'FormatError' });
      return (error as Error).message;
    };
    expect(await message(POINTER)).toBe(
      `not ${expected} but a Git LFS pointer, not the file itself: git lfs pull fetches that.`,
    );
    expect(await message(latin('PAR1\x15\x04\x15'))).toMatch(`not ${expected} but a Parquet file`);
    expect(await message(new Uint8Array(4096))).toMatch(`not ${expected} but a file of zeros`);
    expect(await message(new Uint8Array())).toMatch(`not ${expected} but an empty file`);
  });
});
