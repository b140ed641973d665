/** What is recommended when options don't go together. keep.ts says what a promise is. */

import type { CommandPromise } from './keep.ts';

const GAN = '--kind gan TINY';

export const CONTRADICTIONS: readonly CommandPromise[] = [
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
    '--keep best makes no sense for {}: {}.',
    'train --kind gan --keep best --count 60',
    `train --count 60 ${GAN}`,
  ],
  [
    '--preset {} is not for {}, expected one of: {}.',
    'train --kind gan --preset small --count 60',
    `train --preset article --count 60 ${GAN}`,
    `train --preset best --count 60 ${GAN}`,
  ],
  [
    '--layers dense has no convolutions, {} has some: expected one of them.',
    'train --data images.npy --layers dense --conv 2',
    'train --data images.npy --layers dense TINY',
    'train --data images.npy --conv 2 TINY',
  ],
  [
    '--conv is none, expected widths such as 16,32, or --layers dense.',
    'train --data images.npy --conv none',
    'train --data images.npy --conv 16,32 TINY',
    'train --data images.npy --layers dense TINY',
  ],
  [
    '--tied shares the weights of dense layers, --conv has others: expected one of them.',
    'train --data images.npy --tied --conv 2',
    'train --data images.npy --tied TINY',
    'train --data images.npy --conv 2 TINY',
  ],
  [
    '--no-dense-code needs --conv.',
    'train --data images.npy --no-dense-code',
    'train --data images.npy --no-dense-code --conv 2 --epochs 1 --out RUN',
  ],
  [
    '--no-dense-code and --{} are both given, expected one of them.',
    'train --data images.npy --conv 2 --no-dense-code --encoding-dim 3',
    'train --data images.npy --conv 2 --no-dense-code --epochs 1 --out RUN',
    'train --data images.npy --conv 2 --encoding-dim 3 --epochs 1 --out RUN2',
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
