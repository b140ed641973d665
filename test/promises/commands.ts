/**
 * What the command line recommends: the text of each message as it stands in the sources, a command that makes it say so,
 * and what it recommends, which must succeed and not say it again. keep.ts has the files that these commands find, and
 * TINY, the options of a training that takes no time and writes to a new folder. `SAID{pattern}` is what the message says there.
 */

/** The message, the command that says it, and the commands that follow its advice. */
export type CommandPromise = readonly [says: string, wrong: string, ...advice: string[]];

const GAN = '--kind gan TINY';

/** Before anything is read: each takes no time. */
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
    '--out is missing, expected --out FILE.npy.',
    'encode --model model.safetensors --data images.npy',
    'encode --model model.safetensors --data images.npy --out c.npy',
  ],
  [
    '--out is missing, expected --out FILE.npy or FILE.png.',
    'decode --model model.safetensors --codes codes.npy',
    'decode --model model.safetensors --codes codes.npy --out d.npy',
    'decode --model model.safetensors --codes codes.npy --out d.png',
  ],
  [
    '--out is missing, expected --out FILE.png or FILE.npy.',
    'interpolate --model vae.safetensors --from 1 --to 2',
    'interpolate --model vae.safetensors --from 1 --to 2 --out i.png',
    'interpolate --model vae.safetensors --from 1 --to 2 --out i.npy',
  ],
  [
    '--out is missing, expected --out FILE{}.',
    'reconstruct --model model.safetensors --data images.npy',
    'reconstruct --model model.safetensors --data images.npy --out r.npy',
    'reconstruct --model model.safetensors --data images.npy --out r.png',
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
    '--out is missing, expected --out FILE.npy, FILE.png or, for IDX files, FILE.idx or FILE-ubyte.',
    'decompress images.isth',
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

  // train
  [
    "'{}' is not an option, expected --data {} for a file of images or other samples.",
    'train images.npy',
    'train --data images.npy TINY',
  ],
  [
    '--count is for the built-in digits, --data for samples of your own: expected one of them.',
    'train --count 60 --data images.npy',
    'train --count 60 TINY',
    'train --data images.npy TINY',
  ],
  [
    '--test-data and --validation-split are both given, expected one of them.',
    'train --data images.npy --test-data other.npy --validation-split 0.1',
    'train --data images.npy --test-data other.npy TINY',
    'train --data images.npy --validation-split 0.1 TINY',
  ],
  [
    "its losses don't say how good its samples are; --epochs decides when it ends",
    'train --kind gan --patience 3 --count 60',
    `train --count 60 ${GAN}`,
  ],
  [
    'isthmus generate makes samples with it after training',
    'train --samples-every 1 --data images.npy',
    'train --data images.npy --hidden 8 --encoding-dim 2 --epochs 1 --out r',
    'generate --model r --out new.png',
  ],
  [
    '--beta keeps its codes close to 0',
    'train --kind vae --sparsity 0.1 --data images.npy',
    'train --kind vae --beta 2 --data images.npy TINY',
  ],
  [
    'a plain autoencoder (--kind autoencoder)',
    'train --beta 2 --count 60',
    'train --kind autoencoder --count 60 TINY',
  ],
  [
    'a variational autoencoder (--kind vae)',
    'train --kind vae --tied --count 60',
    'train --kind vae --count 60 TINY',
  ],
  ['a GAN (--kind gan)', 'train --kind gan --loss mse --count 60', `train --count 60 ${GAN}`],
  [
    '--{} makes no sense for {}: {}.',
    'train --kind vae --tied --count 60',
    'train --kind vae --count 60 TINY',
  ],
  [
    '--preset {} is not for {}, expected {}.',
    'train --kind gan --preset small --count 60',
    `train --preset article --count 60 ${GAN}`,
    `train --preset best --count 60 ${GAN}`,
  ],
  ['--key needs --data.', 'train --key a', 'train --key a --data two.npz TINY'],
  ['--image-shape needs --data.', 'train --image-shape 8x8', 'train --image-shape 8x8 --data flat.npy TINY'],
  ['--in-memory needs --data.', 'train --in-memory 0', 'train --in-memory 0 --data images.npy TINY'],
  ['--target needs --data.', 'train --target clean.npy', 'train --target clean.npy --data images.npy TINY'],
  [
    '--target-key needs --target.',
    'train --data images.npy --target-key a',
    'train --data images.npy --target-key a --target two.npz TINY',
  ],
  [
    '--test-target needs --target.',
    'train --data images.npy --test-data other.npy --test-target clean.npy',
    'train --data images.npy --test-data other.npy --test-target clean.npy --target clean.npy TINY',
  ],
  [
    '--test-target needs --test-data.',
    'train --data images.npy --target clean.npy --test-target clean.npy',
    'train --data images.npy --target clean.npy --test-target clean.npy --test-data other.npy TINY',
  ],
  [
    '--test-target-key needs --test-target.',
    'train --data images.npy --target clean.npy --test-target-key a',
    'train --data images.npy --target clean.npy --test-target-key a --test-target two.npz --test-data other.npy TINY',
  ],
  [
    '--test-data needs --data.',
    'train --test-data other.npy',
    'train --test-data other.npy --data images.npy TINY',
  ],
  [
    '--test-data needs --test-target, as --data has --target.',
    'train --data images.npy --target clean.npy --test-data other.npy',
    'train --data images.npy --target clean.npy --test-data other.npy --test-target clean.npy TINY',
  ],
  [
    '--test-key needs --test-data.',
    'train --data images.npy --test-key a',
    'train --data images.npy --test-key a --test-data two.npz TINY',
  ],
  [
    '--scale-by needs --normalize.',
    'train --data table.npy --scale-by all',
    'train --data table.npy --scale-by all --normalize minmax TINY',
  ],
  [
    '--min-delta needs --patience.',
    'train --count 60 --min-delta 0.1',
    'train --count 60 --min-delta 0.1 --patience 2 TINY',
  ],
  [
    '--weight-decay needs --optimizer adamw.',
    'train --count 60 --weight-decay 0.1',
    'train --count 60 --weight-decay 0.1 --optimizer adamw TINY',
  ],
  [
    '--momentum needs --optimizer sgd.',
    'train --count 60 --momentum 0.1',
    'train --count 60 --momentum 0.1 --optimizer sgd TINY',
  ],
  [
    '--nesterov needs a --momentum above 0.',
    'train --count 60 --optimizer sgd --nesterov',
    'train --count 60 --optimizer sgd --nesterov --momentum 0.5 TINY',
  ],
  [
    '--loss mae is no likelihood, expected bce or mse for a variational autoencoder.',
    'train --kind vae --loss mae --count 60',
    'train --kind vae --loss bce --count 60 TINY',
    'train --kind vae --loss mse --count 60 TINY',
  ],
  [
    '--output sigmoid needs --loss bce for a variational autoencoder.',
    'train --kind vae --loss mse --output sigmoid --count 60',
    'train --kind vae --loss bce --output sigmoid --count 60 TINY',
  ],
  [
    '--loss bce needs --output sigmoid.',
    'train --loss bce --output linear --count 60',
    'train --loss bce --output sigmoid --count 60 TINY',
  ],
  [
    '--output sigmoid gives values in (0, 1), --normalize standard needs others.',
    'train --data table.npy --output sigmoid --normalize standard',
    'train --data table.npy --output linear --normalize standard TINY',
    'train --data table.npy --output sigmoid --normalize minmax TINY',
  ],
  [
    '--loss bce needs values in [0, 1], --normalize standard gives others.',
    'train --data table.npy --loss bce --normalize standard',
    'train --data table.npy --loss bce --normalize minmax TINY',
  ],
  [
    '--noise salt needs values from 0 to 1, --normalize standard gives others.',
    'train --data table.npy --noise salt:0.1 --normalize standard',
    'train --data table.npy --noise salt:0.1 --normalize minmax TINY',
  ],
  [
    '--dropout needs hidden layers, --hidden none gives none.',
    'train --count 60 --dropout 0.1 --hidden none',
    'train --count 60 --dropout 0.1 TINY',
  ],
  [
    "--tied gives the decoder the encoder's widths, --decoder-hidden others: expected one of them.",
    'train --count 60 --tied --decoder-hidden 9',
    'train --count 60 --tied TINY',
    'train --count 60 --decoder-hidden 9 TINY',
  ],
  [
    '--{} is {}, expected less than --epochs, which is {}.',
    'train --count 60 --warmup-epochs 3 --epochs 2',
    'train --count 60 --warmup-epochs 0.5 TINY',
  ],
  [
    '--validation-split is 1, expected less: nothing would be left to train on.',
    'train --count 60 --validation-split 1',
    'train --count 60 --validation-split 0.5 TINY',
  ],
  [
    '--resume goes on with a run, --overwrite starts it from the beginning: expected one of them.',
    'train --resume run --overwrite',
    'train --resume run',
    'train --data images.npy --hidden 8 --encoding-dim 2 --epochs 1 --out run --overwrite',
  ],
  ['--resume needs the folder of a run: --resume FOLDER.', 'train --resume', 'train --resume run'],
  [
    '--resume {} and --out {} are two folders, expected one.',
    'train --resume run --out other',
    'train --resume run',
  ],
  [
    '--sample and --seed are both given, expected one of them.',
    'traverse --model vae.safetensors --data images.npy --sample 1 --seed 1 --out t.png',
    'traverse --model vae.safetensors --data images.npy --sample 1 --out t.png',
    'traverse --model vae.safetensors --seed 1 --out u.png',
  ],
  [
    '--sample needs --data FILE.',
    'traverse --model vae.safetensors --sample 1 --out t.png',
    'traverse --model vae.safetensors --sample 1 --data images.npy --out t.png',
  ],
  [
    '--key needs --data FILE.',
    'generate --model run --key a --out g.png',
    'generate --model run --key a --data two.npz --out g.png',
  ],
  [
    '--bits and --target-psnr are both given, expected one of them.',
    'compress --model model.safetensors --data images.npy --out i.isth --bits 4 --target-psnr 4',
    'compress --model model.safetensors --data images.npy --out i.isth --bits 4',
    'compress --model model.safetensors --data images.npy --out j.isth --target-psnr 4',
  ],
  [
    '--lossless restores the originals, expected no --target-psnr.',
    'compress --model model.safetensors --data images.npy --out i.isth --lossless --target-psnr 5',
    'compress --model model.safetensors --data images.npy --out i.isth --lossless',
  ],
  [
    '--threshold needs --anomalies or --out.',
    'evaluate --model run --data images.npy --threshold p99',
    'evaluate --model run --data images.npy --threshold p99 --anomalies',
    'evaluate --model run --data images.npy --threshold p99 --out s.csv',
  ],
  [
    '--anomaly-labels needs --anomalies and --labels.',
    'evaluate --model run --data images.npy --anomaly-labels 1',
    'evaluate --model run --data images.npy --anomaly-labels 1 --anomalies --labels labels.npy',
  ],
  [
    '--train-data needs --train-labels.',
    'evaluate --model run --data images.npy --labels labels.npy --train-data other.npy',
    'evaluate --model run --data images.npy --labels labels.npy --train-data other.npy --train-labels labels.npy',
  ],
  [
    "--latent and --anomalies-out are both '{}', expected two files.",
    'evaluate --model run --data images.npy --anomalies --latent a.png --anomalies-out a.png',
    'evaluate --model run --data images.npy --anomalies --latent a.png --anomalies-out b.png',
  ],
  [
    '--threads is {}, expected 1: the {} kernels run on one thread.',
    'train --count 60 --kernels naive --threads 2',
    'train --count 60 --kernels naive --threads 1 TINY',
  ],
];

/** When files were read, or a training has run. */
export const WORK: readonly CommandPromise[] = [
  [
    'note: --target holds the same values as --data: the training is the one without it.',
    'train --data images.npy --target images.npy TINY',
    'train --data images.npy TINY',
  ],
  [
    '{}: --validation-split {} of {} leaves one side empty, expected at least one on each.',
    'train --data images.npy --validation-split 0.001',
    'train --data images.npy --validation-split 0.025 TINY',
  ],
  [
    '{}: the samples are {}, expected {}: --image-shape {}.',
    'train --data flat.npy --image-shape 7x9',
    'train --data flat.npy --image-shape 8x8 TINY',
  ],
  [
    '--normalize {}',
    'train --data table.npy',
    'train --data table.npy --normalize minmax TINY',
    'train --data table.npy --normalize standard TINY',
  ],
  [
    ' (--encoding-dim)',
    'train --data table.npy --normalize minmax --encoding-dim 5 --epochs 1 --out wide',
    'train --data table.npy --normalize minmax TINY',
  ],
  [
    'the loss rose from {} in {} to {} in epoch {}: a lower --learning-rate may end better',
    'train --data table.npy --normalize standard --learning-rate 3 --hidden none --encoding-dim 2 --epochs 4 --out steep',
    'train --data table.npy --normalize standard --learning-rate 0.01 --hidden none --encoding-dim 2 --epochs 4 --out gentle',
  ],
  [
    'note: the maximum is {} of {}; --normalize minmax makes full use of the range.',
    'train --data dark.npy TINY',
    'train --data dark.npy --normalize minmax TINY',
  ],
  [
    'note: [n, {}] of uint8 is taken for images of {}; --image-shape none takes it for a table.',
    'train --data flat.npy TINY',
    'train --data flat.npy --image-shape none TINY',
  ],
  [
    'note: [n, {}] is taken for a table; --image-shape {} takes it for images.',
    'train --data flat-floats.npy TINY',
    'train --data flat-floats.npy --image-shape 8x8 TINY',
  ],
  [
    'note: all values are divided by {}; --normalize standard scales each feature on its own.',
    'train --data bytes.npy TINY',
    'train --data bytes.npy --normalize standard TINY',
  ],
  [
    'note: all values get one scale, but the ranges of the features differ by a factor of {}; --scale-by feature scales each on its own.',
    'train --data channels.npy --normalize minmax TINY',
    'train --data channels.npy --normalize minmax --scale-by feature TINY',
  ],
  [
    'note: all features have similar ranges; if they are positions of one signal, such as sound, --scale-by all gives them one scale.',
    'train --data sound.npy --normalize standard TINY',
    'train --data sound.npy --normalize standard --scale-by all TINY',
  ],
  [
    '{}: np.clip(arr, 0, {}){} cuts off what lies beyond, --normalize minmax keeps it.',
    'train --data beyond.npy --target unit.npy TINY',
    'train --data beyond.npy --target unit.npy --normalize minmax TINY',
  ],
  [
    '{}: the target has {}, --{} has {}, expected as many: row i of the target is what the model should make of row i.',
    'train --data images.npy --target few.npy',
    'train --data few.npy --target few.npy TINY',
  ],
  [
    'the run was trained on the built-in digits, expected no --data.',
    'train --resume digits --data images.npy',
    'train --resume digits',
  ],
  [
    '--{} is {}, the run has {}{}',
    'train --resume run --seed 7',
    'train --resume run --seed 0',
    'train --resume run',
  ],
  [
    'the run was computed by the {} kernels, but now the {} kernels are in use: expected --kernels {}, on a machine that has them.',
    'train --resume naive --kernels blocked',
    'train --resume naive --kernels naive',
  ],
  [
    '--resume {} goes on with it, ',
    'train --data images.npy --hidden 8 --encoding-dim 2 --epochs 1 --out unfinished',
    'train --resume unfinished',
  ],
  [
    '{} exists already, expected a new folder ({}--overwrite replaces the files in it).',
    'train --data images.npy --hidden 8 --encoding-dim 2 --epochs 1 --out run',
    'train --data images.npy --hidden 8 --encoding-dim 2 --epochs 1 --out run --overwrite',
  ],
  [
    '{} exists already, expected a new file (--overwrite replaces it).',
    'encode --model run --data images.npy --out codes.npy',
    'encode --model run --data images.npy --out codes.npy --overwrite',
    'encode --model run --data images.npy --out new.npy',
  ],
  [
    'the run in {} has no model yet: isthmus train --resume {} goes on with it; if its loss became NaN, isthmus train --from {} with its --data starts again from its weights.',
    'evaluate --model unfinished --data images.npy',
    'train --from unfinished --data images.npy --epochs 1 --out f',
    'SAID{isthmus (train --resume \\S+) goes on}',
    'evaluate --model unfinished --data images.npy',
  ],
  [
    'isthmus train',
    'train --data table.npy --normalize standard --optimizer sgd --learning-rate 1e30 --epochs 3 --out wild',
    'SAID{isthmus (train .+) starts from}',
  ],
  [
    '--{} makes no sense with --from: {}.',
    'train --from model.safetensors --data images.npy --hidden 9',
    'train --from model.safetensors --data images.npy --epochs 1 --out f',
  ],
  [
    '--kind is {}, expected {}, which is the kind of the model of --from.',
    'train --from vae.safetensors --kind gan --data images.npy',
    'train --from vae.safetensors --kind vae --data images.npy --epochs 1 --out f',
  ],
  [
    '--loss bce needs a sigmoid at the end of the model, that of --from has none.',
    'train --from model.safetensors --data images.npy --loss bce',
    'train --from sigmoid.safetensors --data images.npy --loss bce --epochs 1 --out f',
  ],
  [
    '--loss is mse, expected bce: the model of --from, a VAE, ends with a sigmoid.',
    'train --from vae.safetensors --data images.npy --loss mse',
    'train --from vae.safetensors --data images.npy --loss bce --epochs 1 --out f',
  ],
  [
    '--loss bce needs values in [0, 1], the model of --from is for standardized ones.',
    'train --from standard.safetensors --data images.npy --loss bce',
    'train --from sigmoid.safetensors --data images.npy --loss bce --epochs 1 --out f',
  ],
  [
    '--noise salt needs values from 0 to 1, the model of --from is for standardized ones.',
    'train --from standard.safetensors --data images.npy --noise salt:0.1',
    'train --from model.safetensors --data images.npy --noise salt:0.1 --epochs 1 --out f',
  ],
  [
    '--dropout needs hidden layers, the model of --from has none.',
    'train --from shallow.safetensors --data images.npy --dropout 0.1',
    'train --from model.safetensors --data images.npy --dropout 0.1 --epochs 1 --out f',
  ],
  [
    '--patience is {}, but the run has waited {} for a better loss already: expected more than {}.',
    'train --resume best --patience 1',
    'train --resume best --patience 9',
  ],
  [
    ', or --loss mse',
    'train --data unit.npy --test-data beyond.npy --normalize minmax --loss bce TINY',
    'train --data unit.npy --test-data beyond.npy --normalize minmax --loss mse TINY',
  ],
  [
    '{}: some values lie beyond those of the training, and --loss bce takes inputs from 0 to 1: np.clip them to its range{}.',
    'train --data unit.npy --target unit.npy --test-data unit.npy --test-target beyond.npy --normalize minmax --loss bce TINY',
    'train --data unit.npy --target unit.npy --test-data unit.npy --test-target beyond.npy --normalize minmax --loss mse TINY',
  ],
  [
    '{} has other weights (--model {} exports those, with its state)',
    'export --model best --format pytorch --out p',
    'export --model best/checkpoint.safetensors --format pytorch --out q',
  ],
  [
    '{}: got --key {}, but only .npz files have keys.',
    'encode --model run --data images.npy --key a --out c.npy',
    'encode --model run --data images.npy --out c.npy',
    'encode --model run --data two.npz --key a --out d.npy',
  ],
  [
    "the archive holds {}, expected a single array or '{}': name one of them, --key {}.",
    'encode --model run --data two.npz --out c.npy',
    'encode --model run --data two.npz --key a --out c.npy',
  ],
  [
    '{}, read as arr[None]',
    'encode --model run --data one.npy --out c.npy',
    'encode --model run --data images.npy --out d.npy',
  ],
  [
    "the file doesn't describe its model (it has no metadata 'model'), expected a model with the same layers (--like).",
    'import --format pytorch --weights bare.safetensors --out i.safetensors',
    'import --format pytorch --weights bare.safetensors --like model.safetensors --out i.safetensors',
  ],
  [
    'the model in the file has other layers, another input shape or another kind than --like, expected the same.',
    'import --format pytorch --weights exported --like table.safetensors --out i.safetensors',
    'import --format pytorch --weights exported --like model.safetensors --out i.safetensors',
  ],
  [
    '{}: the model is a GAN, which has no encoder, expected an autoencoder; isthmus generate, interpolate, manifold, traverse, decode, export and info take a GAN.',
    'encode --model gan.safetensors --data images.npy --out c.npy',
    'encode --model model.safetensors --data images.npy --out c.npy',
    'generate --model gan.safetensors --out g.png',
    'interpolate --model gan.safetensors --from 1 --to 2 --out i.png',
    'manifold --model gan.safetensors --out m.png',
    'traverse --model gan.safetensors --out t.png',
    'decode --model gan.safetensors --codes codes.npy --out d.npy',
    'export --model gan.safetensors --format onnx --out o',
    'info gan.safetensors',
  ],
  [
    "--data is given, but the model is a GAN, which can't encode samples: {}.",
    'interpolate --model gan.safetensors --data images.npy --from 1 --to 2 --out i.png',
    'interpolate --model gan.safetensors --from 1 --to 2 --out i.png',
  ],
  [
    'leave --data out, then --from and --to are seeds of random codes',
    'interpolate --model gan.safetensors --data images.npy --from 1 --to 2 --out i.png',
    'interpolate --model gan.safetensors --from 1 --to 2 --out i.png',
  ],
  [
    '--seed N begins with a random code',
    'traverse --model gan.safetensors --data images.npy --sample 1 --out t.png',
    'traverse --model gan.safetensors --seed 1 --out t.png',
  ],
  [
    '--data FILE: samples to whose codes a normal distribution is fitted',
    'generate --model model.safetensors --out g.png',
    'generate --model model.safetensors --out g.png --data images.npy',
    'manifold --model model.safetensors --data images.npy --out m.png',
    'traverse --model model.safetensors --data images.npy --out t.png',
  ],
  [
    '--data FILE, with the samples --from and --to',
    'interpolate --model model.safetensors --from 1 --to 2 --out i.png',
    'interpolate --model model.safetensors --from 1 --to 2 --out i.png --data images.npy',
  ],
  [
    '--data is given, but the codes of a {} are standard normal numbers: leave --data out.',
    'generate --model vae.safetensors --data images.npy --out g.png',
    'generate --model vae.safetensors --out g.png',
  ],
  [
    '--data is given without --sample, expected --sample N: the number of a sample.',
    'traverse --model vae.safetensors --data images.npy --out t.png',
    'traverse --model vae.safetensors --data images.npy --sample 3 --out t.png',
  ],
  [
    '--{} is {}, expected the number of a sample of {}, from 0 to {}.',
    'traverse --model vae.safetensors --data images.npy --sample 40 --out t.png',
    'traverse --model vae.safetensors --data images.npy --sample 39 --out t.png',
  ],
  [
    '--count is {}, expected at most {}: more do not fit into one file. Other seeds make others.',
    'generate --model vae.safetensors --count 99999999999 --out g.npy',
    'generate --model vae.safetensors --count 9 --out g.npy',
    'generate --model vae.safetensors --count 9 --seed 1 --out h.npy',
  ],
  [
    '--steps is {}, expected at most {}, or --out FILE.npy.',
    'interpolate --model vae.safetensors --from 1 --to 2 --steps 99 --out i.png',
    'interpolate --model vae.safetensors --from 1 --to 2 --steps 99 --out i.npy',
    'interpolate --model vae.safetensors --from 1 --to 2 --steps 9 --out i.png',
  ],
  [
    '--{} is {}, expected at most {}: samples of {} are large.',
    'manifold --model large.safetensors --size 32 --out m.png',
    'manifold --model large.safetensors --size 2 --out m.png',
  ],
  [
    'a model of pictures: isthmus generate and interpolate write other samples (--out FILE.npy)',
    'manifold --model table.safetensors --data table.npy --out m.png',
    'generate --model table.safetensors --data table.npy --out g.npy',
    'interpolate --model table.safetensors --data table.npy --from 1 --to 2 --out i.npy',
  ],
  [
    '{}: the codes have {} numbers, expected 2: isthmus traverse draws codes of any length, and train --encoding-dim 2 makes a model with a plane of codes.',
    'manifold --model long.safetensors --data images.npy --out m.png',
    'traverse --model long.safetensors --data images.npy --out t.png',
    'train --data images.npy --hidden 8 --encoding-dim 2 --epochs 1 --out plane',
    'manifold --model plane --out m.png',
  ],
  [
    '--out FILE.npy',
    'decode --model table.safetensors --codes codes.npy --out d.png',
    'decode --model table.safetensors --codes codes.npy --out d.npy',
    'reconstruct --model table.safetensors --data table.npy --out r.npy',
    'generate --model table.safetensors --data table.npy --out g.npy',
  ],
  [
    '{}, expected --out FILE.npy or FILE.png: only an IDX file that was compressed with --lossless, and not gzipped, is restored as IDX.',
    'decompress images.isth --model model.safetensors --out i.idx',
    'decompress images.isth --model model.safetensors --out i.npy',
    'decompress images.isth --model model.safetensors --out i.png',
    'compress --model model.safetensors --data images.idx --lossless --out k.isth',
    'decompress k.isth --model model.safetensors --out i.idx',
  ],
  [
    '{}: PNGs of 16 bits are read with 8, expected no --lossless, or the images as a .npy of uint16.',
    'compress --model model.safetensors --data deep.png --lossless --out i.isth',
    'compress --model model.safetensors --data deep.png --out i.isth',
  ],
  [
    '--anomaly-labels: no sample has the label {}, the labels are {}.',
    'evaluate --model run --data images.npy --anomalies --labels classes.npy --anomaly-labels 7',
    'evaluate --model run --data images.npy --anomalies --labels classes.npy --anomaly-labels 3',
  ],
  [
    '{} fitted to the evaluated samples themselves, anomalies included: --train-data takes others.',
    'evaluate --model run --data images.npy --anomalies --labels labels.npy',
    'evaluate --model run --data images.npy --anomalies --labels labels.npy --train-data other.npy',
  ],
  [
    'The model file holds no errors to choose a threshold by: --threshold VALUE gives one.',
    'evaluate --model model.safetensors --data images.npy --anomalies --labels labels.npy',
    'evaluate --model model.safetensors --data images.npy --anomalies --labels labels.npy --threshold 0.1',
  ],
  [
    '{}: the model file does not hold {}, which --threshold needs: train it again, as earlier versions did not keep them, or give an error itself, such as --threshold 0.02.',
    'evaluate --model model.safetensors --data images.npy --anomalies --threshold p99',
    'evaluate --model model.safetensors --data images.npy --anomalies --threshold 0.02',
    'train --data images.npy --hidden 8 --encoding-dim 2 --epochs 1 --out again',
    'evaluate --model again --data images.npy --anomalies --threshold p99',
  ],
  [
    'note: the threshold comes from training errors, which are smaller than those of samples that the model has not seen; train --validation-split 0.1, or --test-data, measures such samples',
    'evaluate --model run --data images.npy --anomalies',
    'train --data images.npy --hidden 8 --encoding-dim 2 --epochs 1 --validation-split 0.1 --out a',
    'evaluate --model a --data images.npy --anomalies',
    'train --data images.npy --hidden 8 --encoding-dim 2 --epochs 1 --test-data other.npy --out b',
    'evaluate --model b --data images.npy --anomalies',
  ],
  [
    'note: --anomaly-labels says which classes are anomalies, and how well they are found is measured',
    'evaluate --model run --data images.npy --anomalies --labels classes.npy',
    'evaluate --model run --data images.npy --anomalies --labels classes.npy --anomaly-labels 3',
  ],
  [
    'note: --train-data and --data are the same: what is fitted to them is measured on them, which says nothing about other samples',
    'evaluate --model run --data images.npy --anomalies --labels labels.npy --train-data images.npy',
    'evaluate --model run --data images.npy --anomalies --labels labels.npy --train-data other.npy',
  ],
  [
    '--label-names has {}, for the labels 0 to {}, but there is a label {}.',
    'evaluate --model run --data images.npy --labels classes.npy --label-names a,b',
    'evaluate --model run --data images.npy --labels classes.npy --label-names a,b,c,d',
  ],
  [
    '{}: it holds {}, expected at least {}, or --train-data with other samples.',
    'evaluate --model run --data few.npy --labels few-labels.npy',
    'evaluate --model run --data few.npy --labels few-labels.npy --train-data other.npy --train-labels labels.npy',
  ],
  [
    '{} are {}, expected at least the {} of --neighbours.',
    'evaluate --model run --data images.npy --labels labels.npy --neighbours 50',
    'evaluate --model run --data images.npy --labels labels.npy --neighbours 5',
  ],
  [
    '; they are enough for --threshold p{}',
    'evaluate --model run --data images.npy --anomalies',
    'evaluate --model run --data images.npy --anomalies --threshold p97',
  ],
  [
    'what the model makes of the {} samples is no nearer to the target than they are as given: more --epochs, wider layers (--hidden 512) or a longer code (--encoding-dim 128) may help',
    'train --data shaky.npy --target images.npy TINY',
    'train --data shaky.npy --target images.npy --hidden 512 --encoding-dim 128 --epochs 100 --out wide',
  ],
  [
    ': {} may help',
    'train --data white.npy --hidden 64,32,16 --encoding-dim 2 --output sigmoid --batch-size 8 --epochs 60 --out stuck',
    'train --data white.npy --hidden 64,32,16 --encoding-dim 2 --output sigmoid --batch-size 8 --epochs 60 SAID{: (--.*) may help} --out free',
  ],
  [
    'without --{}',
    'train --data table.npy --normalize standard --hidden 8 --encoding-dim 2 --batch-size 8 --epochs 100 --optimizer sgd --learning-rate 1e-9 --out still',
    'train --data table.npy --normalize standard --hidden 8 --encoding-dim 2 --batch-size 8 --epochs 100 --optimizer adam --out moving',
  ],
  [
    'another --learning-rate or --seed may help',
    'train --data table.npy --normalize standard --start mean --activation silu --hidden 1,1 --encoding-dim 1 --batch-size 40 --epochs 130 --learning-rate 5e-4 --out still',
    'train --data table.npy --normalize standard --start mean --activation silu --hidden 1,1 --encoding-dim 1 --batch-size 40 --epochs 130 --learning-rate 0.05 --seed 1 --out moving',
  ],
  [
    "the discriminator was right about {} % of the samples {}, so the generator can't learn from it: another learning rate, more dropout or a smaller discriminator may help.",
    'train --data images.npy --kind gan --encoding-dim 2 --batch-size 20 --samples-every 2000 --epochs 1500 --hidden 32 --learning-rate 0.2 --dropout 0.1 --out g',
    'train --data images.npy --kind gan --encoding-dim 2 --batch-size 20 --samples-every 2000 --epochs 1500 --hidden 8 --learning-rate 0.001 --dropout 0.6 --out h',
  ],
  [
    'what may help: {}',
    'train --data white.npy --hidden 64,32,16 --encoding-dim 2 --output sigmoid --batch-size 8 --epochs 60 --out stuck',
    'SAID{what may help: isthmus (train .+)}',
  ],
  [
    '--feature-names: name {} of {} is empty.',
    'train --data table.npy --normalize minmax --feature-names a,b,,d,e',
    'train --data table.npy --normalize minmax --feature-names a,b,c,d,e TINY',
  ],
];
