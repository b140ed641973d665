/** What is recommended when options are missing or can't be read. keep.ts says what a promise is. */

import type { CommandPromise } from './keep.ts';

/** Each takes no time: nothing is read. */
export const USAGE: readonly CommandPromise[] = [
  [
    ' Did you mean {}{}?',
    'train --epoch 1',
    'train --count 60 --epochs 1 --hidden 8 --encoding-dim 2 --out d',
  ],
  ["isthmus: there is no command '{}'.{} See isthmus --help.", 'trian', '--help', 'train --help'],
  ['isthmus {}: {} See isthmus {} --help.', 'info', 'info --help'],
  [
    'isthmus COMMAND --help explains one, isthmus --version prints the version.',
    '',
    'info --help',
    '--version',
  ],
  [
    '--model is missing, expected --model MODEL.',
    'encode --data images.npy --out c.npy',
    'encode --data images.npy --out c.npy --model model.safetensors',
  ],
  [
    '--data is missing, expected --data FILE.',
    'encode --model model.safetensors --out c.npy',
    'encode --model model.safetensors --out c.npy --data images.npy',
  ],
  [
    '--codes is missing, expected --codes FILE.npy.',
    'decode --model model.safetensors --out d.npy',
    'decode --model model.safetensors --out d.npy --codes codes.npy',
  ],
  [
    '--out is missing, expected --out FILE.npy or FILE.csv.',
    'encode --model model.safetensors --data images.npy',
    'encode --model model.safetensors --data images.npy --out c.npy',
  ],
  [
    '--out is missing, expected --out FILE.npy, FILE.csv, FILE.tsv, FILE.wav or FILE.png.',
    'decode --model model.safetensors --codes codes.npy',
    'decode --model model.safetensors --codes codes.npy --out d.npy',
    'decode --model model.safetensors --codes codes.npy --out d.csv',
    'decode --model model.safetensors --codes codes.npy --out d.png',
    'reconstruct --model model.safetensors --data images.npy --out d.tsv',
    'generate --model tone --out d.wav',
  ],
  [
    '--out is missing, expected --out FILE.png.',
    'manifold --model vae.safetensors',
    'manifold --model vae.safetensors --out m.png',
  ],
  [
    '--out is missing, expected --out FILE.isth.',
    'compress --model model.safetensors --data images.npy',
    'compress --model model.safetensors --data images.npy --out i.isth',
  ],
  [
    '--out is missing, expected --out FILE.npy, FILE.csv, FILE.tsv, FILE.wav, FILE.png or, for IDX files, FILE.idx or FILE-ubyte.',
    'decompress images.isth',
    'decompress images.isth --model model.safetensors --out i.csv',
    'decompress images.isth --model model.safetensors --out i.tsv',
    'decompress tone.isth --model tone --out i.wav',
    'decompress images.isth --model model.safetensors --out i.npy',
    'decompress images.isth --model model.safetensors --out i.png',
    'decompress idx.isth --model model.safetensors --out i.idx',
    'decompress idx.isth --model model.safetensors --out i-ubyte',
  ],
  [
    '--out is missing, expected --out FOLDER.',
    'export --model model.safetensors --format pytorch',
    'export --model model.safetensors --format pytorch --out p',
  ],
  [
    '--out is missing, expected --out FILE.onnx or a FOLDER.',
    'export --model model.safetensors --format onnx',
    'export --model model.safetensors --format onnx --out m.onnx',
    'export --model model.safetensors --format onnx --out o',
  ],
  [
    '--out is missing, expected --out FILE.safetensors.',
    'import --format pytorch --weights exported',
    'import --format pytorch --weights exported --out i.safetensors',
  ],
  [
    '--format is missing, expected --format onnx|pytorch.',
    'export --model model.safetensors --out o',
    'export --model model.safetensors --out o --format onnx',
    'export --model model.safetensors --out p --format pytorch',
  ],
  [
    '--format is missing, expected --format pytorch.',
    'import --weights exported --out i.safetensors',
    'import --weights exported --out i.safetensors --format pytorch',
  ],
  [
    '--weights is missing, expected --weights PATH.',
    'import --format pytorch --out i.safetensors',
    'import --format pytorch --out i.safetensors --weights exported',
  ],
  [
    '--{} is missing, expected --{} N.',
    'interpolate --model vae.safetensors --to 2 --out i.png',
    'interpolate --model vae.safetensors --to 2 --out i.png --from 1',
  ],
  [
    "--out is '{}', expected a FOLDER.",
    'export --model model.safetensors --format pytorch --out m.onnx',
    'export --model model.safetensors --format pytorch --out m',
  ],
  [
    '--part needs --format onnx.',
    'export --model model.safetensors --format pytorch --out p --part encoder',
    'export --model model.safetensors --format onnx --out p.onnx --part encoder',
  ],
  [
    "--part is '{}', expected one of those that this model has: {}.",
    'export --model model.safetensors --format onnx --out p.onnx --part generator',
    'export --model model.safetensors --format onnx --out p.onnx --part encoder',
  ],

  // The checks of single options, in terminal/options.ts.
  ['there is no option {}.{}', 'train --epoch 1 TINY', 'train --count 60 TINY'],
  [
    "--{} is '{}', expected one of: {}.",
    'train --activation ReLU --count 60 TINY',
    'train --activation relu --count 60 TINY',
  ],
  [
    "--{} is '{}', expected a size such as 500MB, 2GB or 0.",
    'train --data images.npy --in-memory 3 TINY',
    'train --data images.npy --in-memory 500MB TINY',
    'train --data images.npy --in-memory 2GB TINY',
    'train --data images.npy --in-memory 0 TINY',
  ],
  ["--{} is '{}', expected {}.", 'train --seed one --count 60 TINY', 'train --seed 1 --count 60 TINY'],
  [
    '--{} is given twice, expected once.',
    'train --seed 1 --seed 1 --count 60 TINY',
    'train --seed 1 --count 60 TINY',
  ],
  ["--{} takes no value, got '{}'.", 'train --tied=yes --count 60 TINY', 'train --tied --count 60 TINY'],
  ['--{} needs a value: --{} {}.', 'train --count 60 --seed', 'train --count 60 --seed 1 TINY'],
  [
    '--{} needs {}.',
    'evaluate --model model.safetensors --data images.npy --neighbours 3',
    'evaluate --model model.safetensors --data images.npy --neighbours 3 --labels labels.npy',
  ],
  [
    '--{} is missing, expected --{} {}.',
    'encode',
    'encode --model model.safetensors --data images.npy --out c.npy',
  ],
  [
    '--{} and --{} are both given, expected one of them.',
    'evaluate --model model.safetensors --data images.npy --target images.npy --latent l.png',
    'evaluate --model model.safetensors --data images.npy --target images.npy',
    'evaluate --model model.safetensors --data images.npy --latent l.png',
  ],
  [
    "--{} is '{}', expected a number of epochs such as 5, or a time such as 90s, 10min or 2h.",
    'train --count 60 --checkpoint-every often TINY',
    'train --count 60 --checkpoint-every 5 TINY',
    'train --count 60 --checkpoint-every 90s TINY',
    'train --count 60 --checkpoint-every 10min TINY',
    'train --count 60 --checkpoint-every 2h TINY',
  ],
  [
    "--{} is '{}', expected HEIGHTxWIDTH such as 28x28, with x3 for colours (32x32x3), or none for a table.",
    'train --data flat.npy --image-shape 64 TINY',
    'train --data flat.npy --image-shape 8x8 TINY',
    'train --data flat.npy --image-shape none TINY',
  ],
  [
    "--{} is '{}', expected p99, or another from p50 to below p100, or an error such as 0.02.",
    'evaluate --model run --data images.npy --anomalies --threshold 99%',
    'evaluate --model run --data images.npy --anomalies --threshold p99',
    'evaluate --model run --data images.npy --anomalies --threshold p50',
    'evaluate --model run --data images.npy --anomalies --threshold 0.02',
  ],
];
