/** What is recommended about reading tables, pictures and sound. keep.ts says what a promise is. */

import type { CommandPromise } from './keep.ts';

export const READING: readonly CommandPromise[] = [
  [
    "--{} is '{}', expected HEIGHTxWIDTH:NUMBER in pixels and patches, such as 32x32:20000.",
    'train --data photo.png --patches 8x8',
    'train --data photo.png --patches 8x8:40 TINY',
  ],
  [
    '--resize and --patches are both given, expected one of them.',
    'train --data photo.png --resize 8x8 --patches 8x8:40',
    'train --data photo.png --resize 8x8 TINY',
    'train --data photo.png --patches 8x8:40 TINY',
  ],
  [
    '--lossless is not for a photograph in tiles: a PNG keeps its pixels in less space.',
    'compress photo.png --model patches --out p.isth --lossless',
    'compress photo.png --model patches --out p.isth',
  ],
  [
    '--overlap is for a photograph in tiles, which {} is not here.',
    'compress --data images.npy --model run --out p.isth --overlap 2',
    'compress photo.png --model patches --out p.isth --overlap 2',
  ],
  [
    '--overlap is {}, expected at most {}, half of a tile.',
    'compress photo.png --model patches --out p.isth --overlap 5',
    'compress photo.png --model patches --out p.isth --overlap 4',
  ],
  [
    '--target is for a photograph in tiles; isthmus evaluate --target measures other samples.',
    'reconstruct --data images.npy --target other.npy --model run --out p.npy',
    'evaluate --data images.npy --target other.npy --model run',
    'reconstruct photo.png --target photo.png --model patches --out p.png',
  ],
  [
    'line {}, column {}: got {}, expected a class, an integer or a word: if this column is no class but a feature, name it in --columns.',
    'train --data sheet.csv --label-column b',
    'train --data sheet.csv --columns a,b TINY',
  ],
  [
    "column '{}' is named in both --columns and --label-column, expected it in one: it holds either a feature or classes.",
    'train --data sheet.csv --columns a,species --label-column species',
    'train --data sheet.csv --columns a --label-column species TINY',
  ],
  [
    "--columns names column '{}' twice, expected each once.",
    'train --data sheet.csv --columns a,a',
    'train --data sheet.csv --columns a,b TINY',
  ],
  [
    "--{}: there is no column '{}'{}, expected {} of: {}.",
    'train --data sheet.csv --columns a,q',
    'train --data sheet.csv --columns a,b,c TINY',
  ],
  [
    "the model takes the {} {}, but the table has no column {}; it has {}: say with --columns which ones to take, in the model's order.",
    'encode --model sheet --data renamed.csv --out c.npy',
    'encode --model sheet --data renamed.csv --columns p,q,r --out c.npy',
  ],
  [
    "the means to fill in are those of {}, but {} of this table would be taken: say with --columns which ones are the model's.",
    'encode --model nameless --data six.csv --out c.npy',
    'encode --model nameless --data six.csv --columns a,b,c --out c.npy',
  ],
  [
    "--{}: there is no column '{}'{}, expected {} of: {}.",
    'evaluate --model sheet --data sheet.csv --labels kinds.csv --label-column q',
    'evaluate --model sheet --data sheet.csv --labels kinds.csv --label-column what',
  ],
  [
    'the table has {} columns ({}), expected one: --label-column {} names the one with the classes.',
    'evaluate --model sheet --data sheet.csv --labels kinds.csv',
    'evaluate --model sheet --data sheet.csv --labels kinds.csv SAID{(--label-column \\S+) names}',
  ],
  [
    '--missing {} leaves such rows out, --missing {} fills in the mean of the column',
    'train --data holes.csv',
    'train --data holes.csv --missing drop TINY',
    'train --data holes.csv --missing mean TINY',
  ],
  [
    'each of the {} has a missing cell, expected one without: --missing {} fills in the mean of the column, and --columns names fewer columns.',
    'train --data full-of-holes.csv --missing drop',
    'train --data full-of-holes.csv --missing mean TINY',
    'train --data full-of-holes.csv --missing drop --columns a,b TINY',
  ],
  [
    'mend the cell, or leave the column out by naming others with --columns',
    'train --data typo.csv',
    'train --data typo.csv --columns a,c TINY',
  ],
  [
    '--missing {} leaves such rows out',
    'train --data unclassed.csv',
    'train --data unclassed.csv --missing drop TINY',
  ],
  [
    '--missing drop leaves out rows of one file that the other has, expected --missing mean with --target.',
    'train --data holes.csv --target holes.csv --missing drop',
    'train --data holes.csv --target holes.csv --missing mean TINY',
  ],
  [
    'note: training uses no classes ({}); isthmus evaluate --labels auto does',
    'train --data sheet.csv TINY',
    'evaluate --model sheet --data sheet.csv --labels auto',
  ],
  [
    'note: --labels auto uses the classes of the data ({})',
    'evaluate --model sheet --data sheet.csv',
    'evaluate --model sheet --data sheet.csv --labels auto',
  ],
  [
    '{}: no classes are in it (a column of a table, --label-column NAME, or folders of pictures), which --{} auto takes.',
    'evaluate --model sheet --data kindless.csv --labels auto',
    'evaluate --model sheet --data kindless.csv --labels auto --label-column sort',
  ],
  [
    '--label-names is for classes that are integers, those of {} have names already.',
    'evaluate --model sheet --data sheet.csv --labels auto --label-names u,v',
    'evaluate --model sheet --data sheet.csv --labels auto',
    'evaluate --model sheet --data sheet.csv --labels class-numbers.csv --label-names u,v',
  ],
  [
    'the classes of {} have names, those of {} are integers: expected names in both, or integers with their --label-names.',
    'evaluate --model sheet --data sheet.csv --labels auto --train-data sheet.csv --train-labels class-numbers.csv',
    'evaluate --model sheet --data sheet.csv --labels auto --train-data sheet.csv --train-labels auto',
    'evaluate --model sheet --data sheet.csv --labels class-numbers.csv --train-data sheet.csv --train-labels class-numbers.csv --label-names u,v',
  ],
  ['--data', 'train --columns a', 'train --data sheet.csv --columns a TINY'],
  [
    '--data FILE',
    'generate --model run --key a --out g.png',
    'generate --model run --key a --data two.npz --out g.png',
  ],
  [
    "--{} is '{}', expected HEIGHTxWIDTH in pixels, such as 28x28.",
    'train --data deep.png --resize 28',
    'train --data deep.png --resize 28x28 TINY',
  ],
  [
    "--{} is '{}', expected white, black or #rrggbb, such as #ff8000.",
    'train --data deep.png --background blue',
    'train --data deep.png --background white TINY',
    'train --data deep.png --background black TINY',
    'train --data deep.png --background #ff8000 TINY',
  ],
  [
    '{}: got --{} {}, but {}.',
    'encode --model run --data images.npy --key a --out c.npy',
    'encode --model run --data images.npy --out c.npy',
    'encode --model run --data two.npz --key a --out d.npy',
  ],
  [
    ': --columns A,B,… takes some of the columns',
    'encode --model table.safetensors --data six.csv --out c.npy',
    'encode --model table.safetensors --data six.csv --columns a,b,c,d,e --out c.npy',
  ],
  [
    ': --frame {} makes them fit',
    'encode --model table.safetensors --data tone.wav --frame 3 --out c.npy',
    'encode --model table.safetensors --data tone.wav SAID{: (--frame \\d+) makes} --out c.npy',
  ],
  [
    '--resize {}',
    'encode --model model.safetensors --data photo.png --out c.npy',
    'encode --model model.safetensors --data photo.png SAID{: (--resize \\S+ --gray) makes} --out c.npy',
  ],
  [
    '--gray',
    'encode --model model.safetensors --data photo.png --out c.npy',
    'encode --model model.safetensors --data photo.png SAID{: (--resize \\S+ --gray) makes} --out c.npy',
  ],
  ['--resize {}', 'train --data photo.png --hidden 999999999', 'train --data photo.png --resize 28x28 TINY'],
  [
    '--patches {}',
    'train --data photo.png --patches 7x8:40 --conv 4,8',
    'train --data photo.png --patches 8x8:40 --conv 4,8 --epochs 1',
  ],
  [
    'expected {}, smaller batches (--batch-size 8) or smaller layers (--hidden 64,32, --conv 8,16).',
    'train --data images.npy --hidden 999999999',
    'train --data images.npy --hidden 64,32 --epochs 1 --out RUN',
    'train --data images.npy --conv 8,16 --batch-size 8 --epochs 1 --out RUN2',
  ],
  [
    "images of {} can't be halved {}, as --conv {} does: expected a height and a width of at least {}{}{}.",
    'train --data images.npy --conv 2,2,2,2',
    'train --data white.npy --conv 2,2,2,2 --epochs 1 --out RUN',
  ],
  [
    ', or fewer stages (--conv {})',
    'train --data images.npy --conv 2,2,2,2',
    'train --data images.npy SAID{(--conv 2,2,2)\\)} --epochs 1 --out RUN',
  ],
  [
    '--image-shape {} makes images of them',
    'train --data flat-floats.npy --conv 2',
    'train --data flat-floats.npy --conv 2 SAID{(--image-shape \\w+)} --epochs 1 --out RUN',
  ],
];
