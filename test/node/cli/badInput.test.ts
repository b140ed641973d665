import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { npyBytes } from '../../helpers/bytes/npyBytes.ts';
import { chunk, fileOf, GRAY, header } from '../../helpers/bytes/pngBytes.ts';
import type { CliResult } from '../../helpers/cli.ts';
import {
  COUNT,
  changedModel,
  codesNpy,
  DIVIDED,
  floatsNpy,
  imagesIdx,
  imagesNpy,
  modelBytes,
  npz,
  pixels,
  png,
  pngs,
  TINY,
} from './fixtures.ts';
import { expectRefusal, type Refusal, testRefusals } from './refusals.ts';

const golden = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/golden/npy/${name}`));
const MODEL = modelBytes();
const IMAGES = imagesNpy();

/** A training on one file. */
function training(name: string, file: string, contents: Uint8Array | string, says: RegExp): Refusal {
  return { name, files: { [file]: contents }, args: ['train', '--data', file, ...TINY], says };
}

/** A training on good images with other options. */
function trainingWith(name: string, options: string, says: RegExp): Refusal {
  const files = { 'images.npy': IMAGES, 'old/config.json': '{}', 'mine/1.png': 'mine', file: 'no folder' };
  return { name, files, args: ['train', '--data', 'images.npy', ...TINY, ...options.split(' ')], says };
}

function lyingNpy(shape: string): Uint8Array {
  const dictionary = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }`;
  return npyBytes({ descr: '|u1', shape: [COUNT, 8, 8], values: pixels(), header: dictionary });
}

const HUGE_PNG = fileOf(
  header({ width: 30000, height: 30000, depth: 8, colorType: GRAY }),
  chunk('IDAT', gzipSync('x')),
  chunk('IEND'),
);

function corruptPng(): Uint8Array {
  const bytes = png();
  bytes[bytes.length - 20] ^= 0xff;
  return bytes;
}

describe('files that are not there or not what their names say', () => {
  testRefusals(1, [
    {
      name: 'a file that is not there',
      args: ['train', '--data', 'nowhere.npy'],
      says: /can't read nowhere\.npy: there is no such file or folder\./,
    },
    {
      name: 'a path through a file',
      files: { 'a.npy': IMAGES },
      args: ['train', '--data', 'a.npy/b.npy'],
      says: /can't read a\.npy\/b\.npy: a part of the path is a file/,
    },
    training(
      'a kind of file that it does not know',
      'a.xyz',
      Uint8Array.of(1, 2, 3),
      /a\.xyz: unknown kind of file, expected \.npy/,
    ),
    training(
      'a PNG named .npy',
      'a.npy',
      png(),
      /a\.npy: not an \.npy file but a PNG picture: give it the ending \.png\./,
    ),
    training(
      'an npy named .npz',
      'a.npz',
      IMAGES,
      /a\.npz: not a zip archive but a NumPy array: give it the ending \.npy\./,
    ),
    training('an npy named .idx.gz', 'a.idx.gz', IMAGES, /a\.idx\.gz: .*gzip/),
    training('an npy named .idx', 'a.idx', IMAGES, /a\.idx: not an IDX file but a NumPy array/),
    training('a text named .png', 'a.png', 'hello', /a\.png: not a PNG or JPEG file but a text: /),
    training(
      'an HDF5 file',
      'a.h5',
      Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'),
      /a\.h5: by its name an unknown kind of file, by its bytes an HDF5 file .*: save the array in it as \.npy\.$/,
    ),
    training(
      'a Parquet file',
      'a.parquet',
      'PAR1',
      /a\.parquet: by its name an unknown kind of file, by its bytes a Parquet file: save the table in it as \.csv\.$/,
    ),
    training(
      'a WebP picture',
      'a.webp',
      'RIFF\x10\0\0\0WEBP',
      /a\.webp: by its name an unknown kind of file, by its bytes a WebP picture: save it as PNG or JPEG\.$/,
    ),
    training(
      'an npy without an ending',
      'a',
      IMAGES,
      /a: by its name an unknown kind of file, by its bytes a NumPy array: give it the ending \.npy\.$/,
    ),
    training(
      'a table called .txt',
      'a.txt',
      'a,b\n1,2\n',
      /a\.txt: by its name an unknown kind of file, by its bytes a text: if it is a table, give it the ending \.csv\.$/,
    ),
    training('an empty npy', 'a.npy', '', /a\.npy: not an \.npy file but an empty file: /),
    {
      name: 'a folder without pictures',
      files: { 'pictures/readme.txt': 'none' },
      args: ['train', '--data', 'pictures'],
      says: /pictures: the folder holds no \.png or \.jpg files, but 1 \.txt\./,
    },
  ]);
});

describe('damaged files', () => {
  testRefusals(1, [
    training(
      'a cut-off npy',
      'a.npy',
      IMAGES.subarray(0, 1000),
      /a\.npy: the header says 40x8x8 u1 = 2560 bytes/,
    ),
    training(
      'an npy that is too long',
      'a.npy',
      Buffer.concat([IMAGES, Buffer.of(1)]),
      /a\.npy: .*holds 2561\./,
    ),
    training(
      'an npy cut off in its header',
      'a.npy',
      IMAGES.subarray(0, 40),
      /a\.npy: .*cut off in its header/,
    ),
    training('a shape that lies', 'a.npy', lyingNpy('40, 8, 9'), /a\.npy: the header says 40x8x9/),
    training('a shape of many gigabytes', 'a.npy', lyingNpy('99999999, 999999'), /a\.npy: the header says/),
    training('a negative shape', 'a.npy', lyingNpy('-40, 8, 8'), /a\.npy: the \.npy header is/),
    training(
      'Python objects',
      'a.npy',
      golden('object.npy'),
      /a\.npy: the array's dtype is '\|O' \(Python objects\)/,
    ),
    training(
      'a cut-off npz',
      'a.npz',
      npz({ x: IMAGES }).subarray(0, 900),
      /a\.npz: the zip archive is cut off/,
    ),
    training('a cut-off gz', 'a.idx.gz', gzipSync(imagesIdx()).subarray(0, 99), /a\.idx\.gz: .*cut off/),
    training('a lying IDX', 'a.idx', imagesIdx().fill(9, 7, 8), /a\.idx: the IDX header says 9x8x8/),
    training('a corrupt PNG', 'a.png', corruptPng(), /a\.png: .*(damaged|checksum)/),
    training('a huge PNG', 'a.png', HUGE_PNG, /a\.png: .*claims 30000x30000 pixels/),
    {
      name: 'PNGs of several sizes',
      files: { ...pngs('pictures', 2), 'pictures/10.png': png(9, 8) },
      args: ['train', '--data', 'pictures'],
      says: /pictures: the images differ in size: 1\.png is 8x8 pixels \(height x width\), 10\.png is 8x9; --resize 28x28 brings them to one\./,
    },
    {
      name: 'a corrupt PNG among others',
      files: { ...pngs('pictures', 2), 'pictures/3.png': corruptPng() },
      args: ['train', '--data', 'pictures'],
      says: /pictures: 3\.png: a damaged PNG/,
    },
  ]);
});

describe('data that cannot be trained on', () => {
  const oneIs = (value: number) => floatsNpy((pixel, i) => (i === 100 ? value : pixel / 255));
  testRefusals(1, [
    training(
      'NaN',
      'a.npy',
      oneIs(Number.NaN),
      /a\.npy: the data holds NaN or infinity once, first at \[1, 4, 4\]/,
    ),
    training('infinity', 'a.npy', oneIs(Infinity), /a\.npy: the data holds NaN or infinity/),
    {
      ...trainingWith('NaN with --normalize', '--normalize minmax', /nan\.npy: the data holds NaN/),
      files: { 'nan.npy': oneIs(Number.NaN) },
      args: ['train', '--data', 'nan.npy', '--normalize', 'standard'],
    },
    training(
      'floats beyond 1',
      'a.npy',
      oneIs(1.5),
      /a\.npy: .*from 0 to 1\.5, expected \[0, 1\]: --normalize minmax or --normalize standard scales it/,
    ),
    training(
      'floats below 0',
      'a.npy',
      oneIs(-0.5),
      /a\.npy: .*expected \[0, 1\]: --normalize minmax or --normalize standard scales it/,
    ),
    training(
      'no images',
      'a.npy',
      imagesNpy([8, 8], 0),
      /a\.npy: the array is \[0, 8, 8\]: it holds no samples/,
    ),
    training(
      'empty images',
      'a.npy',
      imagesNpy([8, 0]),
      /a\.npy: the array is \[40, 8, 0\]: it holds no samples/,
    ),
    training(
      'labels',
      'a.npy',
      imagesNpy([]),
      /a\.npy: the array is \[40\], expected samples of shape \[n, \.\.\.\]/,
    ),
    {
      name: 'equal values with --normalize',
      files: { 'a.npy': floatsNpy(() => 7) },
      args: ['train', '--data', 'a.npy', '--normalize', 'minmax'],
      says: /a\.npy: all values of the data are 7, --normalize minmax needs different ones\./,
    },
    training(
      'an npz whose arrays have other names',
      'a.npz',
      npz({ first: IMAGES, second: IMAGES }),
      /a\.npz: the archive holds the arrays first \[40, 8, 8\], second \[40, 8, 8\], expected a single array or 'x_train'/,
    ),
    {
      name: 'a key that the npz does not have',
      files: { 'a.npz': npz({ x_train: IMAGES, y_train: imagesNpy([]) }) },
      args: ['train', '--data', 'a.npz', '--key', 'x_tarin'],
      says: /a\.npz: the archive holds the arrays x_train \[40, 8, 8\], y_train \[40\], expected 'x_tarin'\./,
    },
    {
      name: 'a test npz of several arrays without x_test',
      files: { 'a.npz': npz({ x_train: IMAGES, y_train: imagesNpy([]) }) },
      args: ['train', '--data', 'a.npz', '--test-data', 'a.npz'],
      says: /a\.npz: the archive holds the arrays x_train \[40, 8, 8\], y_train \[40\], expected a single array or 'x_test': name one of them, --test-key x_train\./,
    },
    trainingWith(
      'a key of an npy',
      '--key x_train',
      /images\.npy: got --key x_train, but only \.npz files have keys/,
    ),
    trainingWith(
      'a split that keeps nothing',
      '--validation-split 0.001',
      /--validation-split 0\.001 of 40 samples leaves one side empty/,
    ),
    trainingWith(
      'a split that keeps all',
      '--validation-split 0.999',
      /--validation-split 0\.999 of 40 samples leaves one side empty/,
    ),
    {
      name: 'test images of another shape',
      files: { 'images.npy': IMAGES, 'test.npy': imagesNpy([9, 8]) },
      args: ['train', '--data', 'images.npy', '--test-data', 'test.npy'],
      says: /test\.npy: the samples are 9×8, the training samples are 8×8\./,
    },
    {
      name: 'test images that cannot be scaled alike',
      files: { 'images.npy': IMAGES, 'test.npy': floatsNpy((pixel) => pixel) },
      args: ['train', '--data', 'images.npy', '--test-data', 'test.npy'],
      says: /test\.npy: the data is floats from 0 to 255, expected \[0, 1\]/,
    },
  ]);
});

describe('run folders that cannot be written', () => {
  testRefusals(1, [
    trainingWith(
      'an existing folder',
      '--out old',
      /old exists already, expected a new folder \(--overwrite/,
    ),
    trainingWith(
      'a folder of something else, to overwrite',
      '--out mine --overwrite',
      /mine holds files that are not those of a run, expected a new folder/,
    ),
    trainingWith('an existing file', '--out file', /file is a file, expected a folder/),
    trainingWith('a file, to overwrite', '--out file --overwrite', /file is a file, expected a folder/),
    trainingWith(
      'a folder below a file',
      '--out file/run',
      /can't use file\/run: a part of the path is a file/,
    ),
    trainingWith('a name that is too long', `--out ${'x'.repeat(300)}`, /the name is too long\./),
    ...(process.platform === 'linux'
      ? [
          trainingWith(
            'a place where no folders can be made',
            '--out /proc/a/b',
            /can't make the folder \/proc\/a\/b: /,
          ),
        ]
      : []),
  ]);
});

describe('training that fails', () => {
  const diverging = '--epochs 3 --learning-rate 1e30';
  const keepsCheckpoint = (run: string, ...training: Parameters<typeof trainingWith>): Refusal => ({
    ...trainingWith(...training),
    keepsCheckpointIn: run,
  });
  testRefusals(1, [
    keepsCheckpoint(
      'runs/images-1',
      'a loss that is no longer a number',
      diverging,
      /the loss became NaN in epoch 1 of 3, batch 2 of 2, expected a finite number: the learning rate \(1e\+30\) is .*inputs go from 0 to 1\)\. The checkpoint from the beginning stays in runs\/images-1: isthmus train --data images\.npy .* --learning-rate 0\.001 starts from the beginning with a lower rate\./,
    ),
    keepsCheckpoint(
      'a/b/c',
      'such a loss in a folder of several new ones',
      `${diverging} --out a/b/c`,
      /the loss became NaN/,
    ),
    keepsCheckpoint(
      'old',
      'such a loss in an existing folder',
      `${diverging} --out old --overwrite`,
      /the loss became NaN/,
    ),
    {
      ...keepsCheckpoint(
        'runs/images-1',
        'weights that the last step spoiled',
        '',
        /the mean squared error is (NaN|Infinity) after the last step/,
      ),
      args: 'train --data images.npy --hidden 8 --epochs 1 --batch-size 99 --learning-rate 1e30'.split(' '),
    },
    {
      ...trainingWith(
        'a network beyond any memory',
        '',
        /make a network of 1,700,000,001,087 parameters, which takes at least 39\.2 TB for batches of 32, .* expected/,
      ),
      args: 'train --data images.npy --hidden 8 --encoding-dim 99999999999'.split(' '),
    },
  ]);
});

interface Changeable {
  inputShape: readonly unknown[];
  readonly encoder: { outFeatures: number }[];
}

describe('models that cannot be used', () => {
  const using = (name: string, contents: Uint8Array | string, says: RegExp): Refusal => ({
    name,
    files: { 'm.safetensors': contents, 'images.npy': IMAGES },
    args: 'encode --model m.safetensors --data images.npy --out codes.npy'.split(' '),
    says,
  });
  const lying = (name: string, change: (spec: Changeable) => void, says: RegExp): Refusal =>
    using(
      name,
      changedModel(({ __metadata__: metadata }) => {
        const spec = JSON.parse(metadata.model);
        change(spec);
        metadata.model = JSON.stringify(spec);
      }),
      says,
    );
  testRefusals(1, [
    {
      name: 'a model that is not there',
      args: ['info', 'nowhere'],
      says: /can't read nowhere: there is no such file or folder\./,
    },
    {
      name: 'a folder without a model',
      files: { 'run/config.json': '{}' },
      args: ['info', 'run'],
      says: /can't read run\/model\.safetensors: there is no such file or folder\./,
    },
    using('images as a model', IMAGES, /m\.safetensors: not a safetensors file but a NumPy array\.$/),
    {
      name: 'a compressed file as a model',
      files: { 'a.isth': 'anything', 'images.npy': IMAGES },
      args: 'encode --model a.isth --data images.npy --out codes.npy'.split(' '),
      says: /: a\.isth is a compressed file by its name, expected a run folder or a model file\.$/,
    },
    using('an empty model', '', /m\.safetensors: not a safetensors file but an empty file: /),
    using(
      'a model cut off in its header',
      MODEL.subarray(0, 99),
      /m\.safetensors: the safetensors file is cut off/,
    ),
    using('a model cut off in its weights', MODEL.subarray(0, -5), /m\.safetensors: .*is cut off/),
    using(
      'a model that goes on',
      Buffer.concat([MODEL, Buffer.of(0)]),
      /m\.safetensors: the safetensors tensors fill/,
    ),
    using(
      "another program's safetensors",
      changedModel((all) => {
        all.__metadata__ = { format: 'pt' };
      }),
      /m\.safetensors: the file is not an isthmus model/,
    ),
    using(
      'a model of a later version',
      changedModel((all) => {
        all.__metadata__.version = '3';
      }),
      /m\.safetensors: the model has format version 3, expected 2: a later isthmus wrote it\./,
    ),
    using(
      'a tensor of another name',
      changedModel((all) => {
        all['encoder.9.weight'] = all['encoder.0.weight'];
        delete all['encoder.0.weight'];
      }),
      /m\.safetensors: tensor 'encoder\.0\.weight' is missing, expected \[64, 8\]\./,
    ),
    using(
      'a normalization that divides by 0',
      changedModel((all) => {
        all.__metadata__.normalization = JSON.stringify({ ...DIVIDED, scale: 0 });
      }),
      /m\.safetensors: the model's normalization can't be used/,
    ),
    lying(
      'a description of other layers',
      (spec) => {
        spec.inputShape = [9, 8];
      },
      /m\.safetensors: the model's description can't be used: Dense: the input has 72 features, expected 64\./,
    ),
    lying(
      'a description of a giant',
      (spec) => {
        spec.encoder[0].outFeatures = 1e9;
      },
      /m\.safetensors: the model's description can't be used: it asks for \d+ weights/,
    ),
    ...[
      [-8, -8],
      ['8', 8],
      [6.4, 10],
    ].map((inputShape) =>
      lying(
        `a description of images of ${JSON.stringify(inputShape)}`,
        (spec) => {
          spec.inputShape = inputShape;
        },
        /m\.safetensors: the model's description can't be used: .*expected integers >= 1\./,
      ),
    ),
  ]);
});

describe('images and codes that do not fit the model', () => {
  const files = {
    'm.safetensors': MODEL,
    'images.npy': IMAGES,
    'old.npy': 'mine',
    'old.csv': 'mine',
    file: '',
  };
  const command = (name: string, words: string, says: RegExp, more = {}): Refusal => ({
    name,
    files: { ...files, ...more },
    args: words.split(' '),
    says,
  });
  const wide = { 'wide.npy': imagesNpy([9, 8]) };
  const encode = 'encode --model m.safetensors --out codes.npy --data';
  const decode = 'decode --model m.safetensors --out restored.npy --codes';
  const codes = (contents: Uint8Array) => ({ 'codes.npy': contents });
  testRefusals(1, [
    command(
      'to encode images of another shape',
      `${encode} wide.npy`,
      /wide\.npy: the samples are 9×8, the model takes 8×8\./,
      wide,
    ),
    command(
      'to evaluate images of another shape',
      'evaluate --model m.safetensors --data rgb.npy --out scores.csv',
      /rgb\.npy: the samples are 8×8×3, the model takes 8×8\./,
      { 'rgb.npy': imagesNpy([8, 8, 3]) },
    ),
    command('to encode NaN', `${encode} nan.npy`, /nan\.npy: the data holds NaN/, {
      'nan.npy': floatsNpy(() => Number.NaN),
    }),
    command('to encode floats beyond 1', `${encode} big.npy`, /big\.npy: .*expected \[0, 1\]: save it as/, {
      'big.npy': floatsNpy((pixel) => pixel),
    }),
    command(
      'codes of another length',
      `${decode} codes.npy`,
      /codes\.npy: the array is \[1, 3\], the model takes codes of \[n, 2\]\./,
      codes(codesNpy([1, 2, 3], 3)),
    ),
    command(
      'codes of another rank',
      `${decode} images.npy`,
      /images\.npy: the array is \[40, 8, 8\], the model takes codes/,
    ),
    command('no codes', `${decode} codes.npy`, /codes\.npy: the array is \[0, 2\]/, codes(codesNpy([]))),
    command(
      'codes with NaN',
      `${decode} codes.npy`,
      /codes\.npy: number 3 is NaN, expected finite/,
      codes(codesNpy([1, 2, 3, Number.NaN])),
    ),
    command(
      'codes beyond float32',
      `${decode} codes.npy`,
      /codes\.npy: number 1 is Infinity, expected finite float32/,
      codes(npyBytes({ descr: '<f8', shape: [1, 2], values: [0, 1e300] })),
    ),
    command(
      'to draw what is no picture',
      'decode --model flat.safetensors --codes codes.npy --out grid.png',
      /samples of 10 numbers are no pictures, expected --out FILE\.npy or FILE\.csv\./,
      { ...codes(codesNpy([1, 2])), 'flat.safetensors': modelBytes(DIVIDED, { inputShape: [10] }) },
    ),
    command(
      'to replace codes',
      'encode --model m.safetensors --data images.npy --out old.npy',
      /old\.npy exists already, expected a new file \(--overwrite/,
    ),
    command(
      'to replace images',
      'decode --model m.safetensors --codes codes.npy --out old.npy',
      /old\.npy exists already/,
      codes(codesNpy([1, 2])),
    ),
    command(
      'to replace scores',
      'evaluate --model m.safetensors --data images.npy --out old.csv',
      /old\.csv exists already/,
    ),
    command(
      'to write below a file',
      'encode --model m.safetensors --data images.npy --out file/codes.npy',
      /can't write file\/codes\.npy: a part of the path is a file/,
    ),
    command(
      'to write into no folder',
      'encode --model m.safetensors --data images.npy --out no/codes.npy',
      /can't write no\/codes\.npy: there is no such/,
    ),
    command(
      'to write over a folder',
      'encode --model m.safetensors --data images.npy --out d.npy --overwrite',
      /can't write d\.npy: it is a folder/,
      { 'd.npy/': '' },
    ),
  ]);
});

describe('expectRefusal', () => {
  const good: CliResult = { code: 1, stdout: '', stderr: 'reading x\nisthmus train: x is broken.\n' };
  const check = (change: Partial<CliResult>) => () =>
    expectRefusal({ ...good, ...change }, 'train', 1, /is broken/);

  test('accepts one sentence behind the talk', () => {
    expect(check({})).not.toThrow();
  });

  test.each<[string, Partial<CliResult>]>([
    ['another code', { code: 2 }],
    ['something on stdout', { stdout: '40 images\n' }],
    ['another sentence', { stderr: 'isthmus train: y is missing.\n' }],
    ['a stack trace', { stderr: 'Error\n    at main (x.js)\nisthmus train: x is broken.\n' }],
    ['words behind the sentence', { stderr: `${good.stderr}bye\n` }],
    ['two sentences', { stderr: `${good.stderr}${good.stderr}` }],
    ['no full stop', { stderr: 'isthmus train: x is broken\n' }],
    ['an error of ours', { stderr: 'isthmus train: unexpected error, please report it: it is broken.\n' }],
    ['a signal', { code: 'SIGKILL' }],
  ])('does not accept %s', (_, change) => {
    expect(check(change)).toThrow();
  });
});
