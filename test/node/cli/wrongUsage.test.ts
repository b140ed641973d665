import { afterAll, describe, expect, test } from '@jest/globals';
import { COMMANDS, folderWith, isthmus, removeFolders } from '../../helpers/cli.ts';
import { imagesNpy, modelBytes } from './fixtures.ts';
import { type Refusal, testRefusals } from './refusals.ts';

/** The words of a command line, and what the sentence must say; it always points to the help. */
function wrong(line: string, says: RegExp): Refusal {
  return {
    name: line,
    files: { 'images.npy': imagesNpy(), 'run/model.safetensors': modelBytes() },
    args: line.split(' '),
    says: new RegExp(`${says.source}.* See isthmus ${line.split(' ')[0]} --help\\.$`),
  };
}

describe('options that do not exist or are incomplete', () => {
  testRefusals(2, [
    wrong('train --dta images.npy', /there is no option --dta\. Did you mean --data\?/),
    wrong('train --encoding-dims 3', /there is no option --encoding-dims\. Did you mean --encoding-dim\?/),
    wrong('train --frobnicate', /: there is no option --frobnicate\./),
    wrong('train -x', /there is no option -x\./),
    wrong('train --no-json', /there is no option --no-json\./),
    wrong('train images.npy', /'images\.npy' is not an option, expected --data images\.npy/),
    wrong(
      'train --noise gauss:0.2',
      /--noise is 'gauss:0\.2', expected KIND:AMOUNT such as gaussian:0\.2, mask:0\.3 or salt:0\.1/,
    ),
    wrong(
      'train --noise mask',
      /--noise is 'mask', expected mask:AMOUNT with an amount above 0 and below 1\./,
    ),
    wrong(
      'train --noise mask:1.5',
      /--noise is 'mask:1\.5', expected mask:AMOUNT with an amount above 0 and below 1\./,
    ),
    wrong(
      'train --noise gaussian:0',
      /--noise is 'gaussian:0', expected gaussian:AMOUNT with an amount above 0\./,
    ),
    wrong('evaluate --model run --data images.npy --noise gaussian:x', /--noise is 'gaussian:x', expected/),
    wrong('train --noise salt:0.1 --normalize standard', /--noise salt needs values from 0 to 1/),
    wrong('train --sparsity 0', /--sparsity is '0', expected a number, more than 0\./),
    wrong('train --dropout 1', /--dropout is '1', expected a number, at least 0 and at most 0\.99\./),
    wrong('train --dropout 0.5 --hidden none', /--dropout needs hidden layers, --hidden none gives none\./),
    wrong('train --tied=yes', /--tied takes no value, got 'yes'\./),
    wrong('encode run', /'run' belongs to no option\./),
    wrong('train --data', /--data needs a value: --data FILE\./),
    wrong('train --data --seed 1', /--data needs a value: --data FILE\./),
    wrong('train --epochs=', /--epochs needs a value: --epochs N\./),
    wrong('train --json=yes', /--json takes no value, got 'yes'\./),
    wrong('train --seed 1 --seed 2', /--seed is given twice, expected once\./),
    wrong('train --json --json', /--json is given twice, expected once\./),
    wrong('encode --data images.npy --out codes.npy', /--model is missing, expected --model MODEL\./),
    wrong('encode --model run --out codes.npy', /--data is missing, expected --data FILE\./),
    wrong(
      'encode --model run --data images.npy',
      /--out is missing, expected --out FILE\.npy or FILE\.csv\./,
    ),
    wrong(
      'encode --model run --data images.npy --out codes.txt',
      /--out is 'codes\.txt', expected FILE\.npy or FILE\.csv\./,
    ),
    wrong('decode --model run --out x.png', /--codes is missing, expected --codes FILE\.npy or FILE\.csv\./),
    wrong(
      'decode --model run --codes c.npy --out x.jpg',
      /--out is 'x\.jpg', expected FILE\.npy, FILE\.csv, FILE\.tsv, FILE\.wav or FILE\.png\./,
    ),
    wrong('evaluate --model run', /--data is missing/),
    wrong('evaluate --model run --data images.npy --out x.txt', /--out is 'x\.txt', expected FILE\.csv\./),
    wrong('export --model run --out x', /--format is missing, expected --format onnx\|pytorch\./),
    wrong('export --format onnx --out x', /--model is missing, expected --model MODEL\./),
    wrong('export --model run --format onnx', /--out is missing, expected --out FILE\.onnx or a FOLDER\./),
    wrong('export --model run --format pytorch', /--out is missing, expected --out FOLDER\./),
    wrong('export --model run --format pytorch --out m.pt', /--out is 'm\.pt', expected a FOLDER\./),
    wrong(
      'export --model run --format keras --out x',
      /--format is 'keras', expected one of: onnx, pytorch\./,
    ),
    wrong(
      'export --model run --format onnx --out x --part code',
      /--part is 'code', expected one of: encoder, /,
    ),
    wrong('export --model run --format pytorch --out x --part encoder', /--part needs --format onnx\./),
    wrong('export run', /'run' belongs to no option\./),
    wrong('import --format pytorch --out m.safetensors', /--weights is missing, expected --weights PATH\./),
    wrong('import --weights run --out m.safetensors', /--format is missing, expected --format pytorch\./),
    wrong('import --format onnx --weights x', /--format is 'onnx', expected one of: pytorch\./),
    wrong('import --format pytorch --weights run', /--out is missing, expected --out FILE\.safetensors\./),
    wrong(
      'import --format pytorch --weights run --out runs',
      /--out is 'runs', expected FILE\.safetensors\./,
    ),
    wrong('compress --data images.npy --out x.isth', /--model is missing, expected --model MODEL\./),
    wrong('compress --model run --out x.isth', /--data is missing, expected --data FILE\./),
    wrong('compress --model run --data images.npy', /--out is missing, expected --out FILE\.isth\./),
    wrong('compress --model run --data images.npy --out x.zip', /--out is 'x\.zip', expected FILE\.isth\./),
    wrong('compress --model run --data images.npy run', /'run' belongs to no option\./),
    wrong('decompress --out x.npy', /got 0 names, expected one file: FILE\.isth\./),
    wrong('decompress a.isth', /--out is missing, expected --out FILE\.npy, .* FILE\.png or, /),
    wrong('decompress a.isth --out x.jpg', /--out is 'x\.jpg', expected FILE\.npy, .* FILE\.png or, /),
    wrong('info', /got 0 names, expected one run folder, model file or \.isth file\./),
    wrong('info run run', /got 2 names, expected one/),
  ]);
});

describe('bad values', () => {
  testRefusals(2, [
    wrong('train --epochs 0', /--epochs is '0', expected an integer, at least 1\./),
    ...['1', '9', '4.5'].map((bits) =>
      wrong(`compress --bits ${bits}`, /--bits is '.*', expected an integer, at least 2 and at most 8\./),
    ),
    wrong('compress --target-psnr 0', /--target-psnr is '0', expected a number, more than 0\./),
    wrong('train --epochs 1.5', /--epochs is '1\.5', expected an integer, at least 1\./),
    wrong('train --epochs many', /--epochs is 'many', expected an integer/),
    wrong('train --seed -1', /--seed is '-1', expected an integer, at least 0\./),
    wrong('train --learning-rate 0', /--learning-rate is '0', expected a number, more than 0\./),
    wrong('train --learning-rate Infinity', /--learning-rate is 'Infinity', expected a number/),
    wrong('train --hidden 64,0', /--hidden is '0', expected an integer, at least 1\./),
    wrong('train --hidden 64,,32', /--hidden is '', expected an integer/),
    wrong(
      'train --validation-split 1.5',
      /--validation-split is '1\.5', expected a number, more than 0 and at most 1\./,
    ),
    ...['500', '2XB', '1,5GB'].map((size) =>
      wrong(`train --in-memory ${size}`, /--in-memory is '.*', expected a size such as 500MB, 2GB or 0\./),
    ),
    wrong('train --validation-split 1', /--validation-split is 1, expected less/),
    wrong(
      'train --activation swish',
      /--activation is 'swish', expected one of: relu, leakyRelu, sigmoid, tanh, silu, gelu\./,
    ),
  ]);
});

describe('options that contradict each other', () => {
  testRefusals(2, [
    wrong('evaluate --model run --data images.npy --neighbours 3', /--neighbours needs --labels\./),
    ...[
      ['--labels-key y', '--labels-key needs --labels'],
      ['--label-names a,b', '--label-names needs --labels'],
      ['--train-data images.npy', '--train-data needs --labels'],
      ['--labels l.npy --train-data images.npy', '--train-data needs --train-labels'],
      ['--labels l.npy --train-labels l.npy', '--train-labels needs --train-data'],
      ['--labels l.npy --train-key x', '--train-key needs --train-data'],
      ['--labels l.npy --train-labels-key x', '--train-labels-key needs --train-labels'],
      ['--anomalies-out x.png', '--anomalies-out needs --anomalies'],
      ['--anomalies 0', "--anomalies is '0', expected an integer, at least 1"],
      ['--anomalies 3 --anomalies-out x.svg', "--anomalies-out is 'x\\.svg', expected FILE\\.png"],
      ['--latent x.jpg', "--latent is 'x\\.jpg', expected FILE\\.svg or FILE\\.png"],
      [
        '--anomalies 3 --anomalies-out ./x.png --latent x.png',
        "--latent and --anomalies-out are both 'x\\.png', expected two files",
      ],
      ['--labels l.npy --neighbours 1.5', "--neighbours is '1\\.5', expected an integer, at least 1"],
    ].map(([words, says]) =>
      wrong(`evaluate --model run --data images.npy ${words}`, new RegExp(`${says}\\.`)),
    ),
    wrong(
      'compress --bits 4 --target-psnr 20',
      /--bits and --target-psnr are both given, expected one of them\./,
    ),
    wrong(
      'compress --lossless --target-psnr 20',
      /--lossless restores the originals, expected no --target-psnr\./,
    ),
    wrong('compress --kernels naive --threads 2', /--threads is 2, expected 1: the naive kernels/),
    wrong('train --key x', /--key needs --data\./),
    wrong('train --in-memory 1GB', /--in-memory needs --data\./),
    wrong('train --test-data images.npy', /--test-data needs --data\./),
    wrong('train --data images.npy --test-key x', /--test-key needs --test-data\./),
    wrong('train --min-delta 0.1', /--min-delta needs --patience\./),
    wrong('train --weight-decay 0.1', /--weight-decay needs --optimizer adamw\./),
    wrong('train --nesterov --optimizer sgd', /--nesterov needs a --momentum above 0\./),
    wrong('train --momentum 0.9 --optimizer adamw', /--momentum needs --optimizer sgd\./),
    wrong(
      'train --data images.npy --count 9',
      /--count is for the built-in digits, .* expected one of them\./,
    ),
    wrong(
      'train --data images.npy --test-data images.npy --validation-split 0.5',
      /--test-data and --validation-split are both given, expected one of them\./,
    ),
    wrong('train --output sigmoid --normalize standard', /--output sigmoid gives values in \(0, 1\)/),
    wrong(
      'train --epochs 2 --warmup-epochs 2',
      /--warmup-epochs is 2, expected less than --epochs, which is 2\./,
    ),
    wrong('train --loss bce --output linear', /--loss bce needs --output sigmoid\./),
    wrong(
      'train --loss bce --normalize standard',
      /--loss bce needs values in \[0, 1\], --normalize standard gives others\./,
    ),
  ]);
});

describe('isthmus without a command that it knows', () => {
  afterAll(removeFolders);

  test('alone shows the overview and fails', async () => {
    const { code, stdout, stderr } = await isthmus([], { cwd: folderWith() });
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toMatch(/^Usage: isthmus COMMAND/);
    for (const name of COMMANDS) expect(stdout).toContain(`\n  ${name} `);
  });

  test.each([
    ['trian', "isthmus: there is no command 'trian'. Did you mean train? See isthmus --help.\n"],
    ['toString', "isthmus: there is no command 'toString'. See isthmus --help.\n"],
  ])('refuses the command %s', async (command, stderr) => {
    expect(await isthmus([command], { cwd: folderWith() })).toEqual({ code: 2, stdout: '', stderr });
  });
});
