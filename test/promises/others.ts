/** What test/helpers/messages.ts finds and no promise is made for. */

/** Texts that recommend nothing, and what they are. */
export const NO_ADVICE: Readonly<Record<string, string>> = {
  '--help': 'an option that is looked for',
  '--version': 'an option that is looked for',
  '--labels': 'the source of what is measured, in messages with another text',
  '--train-data': 'the source of what is measured, in messages with another text',
  '--latent': 'the source of what is drawn, in messages with another text',
  '--threshold': 'where a threshold comes from',
  '--feature-names': 'where names come from',
  'note: the columns of --target have other names than those of the data: they are taken in their order':
    'what was done: test/node/cli/train/data/tables.test.ts',
  '--loss bce': 'why another default is taken',
  '--output sigmoid': 'why another default is taken',
  '--noise salt': 'why another default is taken',
  '--background {}': 'what was taken from the training: test/node/cli/train/data/picturesAndSound.test.ts',
  '--layers conv': 'an option is named for messages with another text',
  '--preset {}': 'an option is named for messages with another text',
  '--conv {}': 'an option is named for messages with another text',
  '--{}': 'an option is named for messages with another text',
  '--{} {}': 'an option is named for messages with another text',
  '--{}={}': 'options are read again',
  '{}--{}{}': 'a line of --help',
  'npm run train --': 'how a run was started: test/node/cli/train/resume.test.ts',
  'isthmus train: stopped after epoch {}: {}': 'who speaks',
  'the checkpoint is not that of a run of isthmus train.': 'whose checkpoint it is not',
  '--anomalies without --anomalies-out': 'a state of the program, in an error of ours',
};

/** Messages whose situation takes more than a command here, and the tests that bring it about, with words of theirs. */
export const TESTED_ELSEWHERE: Readonly<Record<string, readonly [file: string, words: string]>> = {
  "the archive holds a sparse matrix of scipy{}, expected an array: save it as one, np.save('x.npy', m.toarray()).":
    ['test/io/numpy/npz.test.ts', 'which scipy wrote, a sparse matrix'],
  "buildLayer: this bundle has no layer '{}', expected useConvolutions() before the first network.": [
    'test/package/bundle.long.test.ts',
    'useConvolutions()',
  ],
  'npm kept --{} for itself, expected: npm run train -- --{} {}.': [
    'test/node/cli/train/train.test.ts',
    'options that npm kept for itself are asked back',
  ],
  '{}: picture {} is {} pixels, that of --{} is {}, expected pairs of the same size: patches are cut at the same places of both.':
    ['test/node/cli/train/data/photographs.test.ts', 'pairs of photographs of other sizes are refused'],
  '{}: a table {} is not restored byte for byte, expected no --lossless.': [
    'test/node/cli/compress/tables.test.ts',
    'a header that is longer than an .isth can hold',
  ],
  "a value of the sound is {}, as the network overflows, and integers of a .wav can't be that, expected --out FILE.npy.":
    ['test/node/cli/shared/outputFiles.test.ts', 'integers of a network that overflows'],
  "{} are read by the package '{}', which is missing: npm install {}.": [
    'test/node/pictures/jpegMissing.test.ts',
    'is missing: npm install jpeg-js',
  ],
  'a PNG with transparent pixels: --background {} puts it on a background.': [
    'test/node/samples/images/imageFolder.test.ts',
    'transparent pictures are refused, and read on a background',
  ],
  '{} is {}x{}; --resize {} brings them to one.': [
    'test/node/samples/images/imageFolder.test.ts',
    'pictures of different sizes are refused, and read with resize',
  ],
  '{}: pictures hold no labels, expected a file of them, or --{} auto for the names of their folders.': [
    'test/node/cli/evaluate/labelsOfData.test.ts',
    'may be the names of folders, but not the pictures in them',
  ],
  "isthmus {}: the package '{}' is missing: npm install {}.": [
    'test/package/install.long.test.ts',
    'is missing: npm install npyjs ndarray pngjs',
  ],
};

/** Messages whose situation is out of reach for a test, and why. */
export const OUT_OF_REACH: Readonly<Record<string, string>> = {
  '--columns names no column, expected some of: {}.': 'a list of no names, which only code can give',
  'name the columns to take with --columns':
    'a column that is empty for a million characters and then is not',
  'the array is in Fortran order and holds {} values, expected at most {}: save np.ascontiguousarray(arr).':
    'an array of 2^31 values',
  '{} values of sound are more than a .wav can hold, 4 GiB, expected --out FILE.npy.':
    'a reconstruction of 4 GiB; writeWav.test.ts has the limit',
  '--feature-contributions asks for {} numbers in one file, expected at most {}: evaluate fewer samples at a time.':
    'twenty million numbers',
  'the generated samples were nearly alike {}, {} times as different as the real ones: another learning rate, more dropout or another seed may help.':
    'no small training ends like this; test/gan/collapse.test.ts has the losses of such a one',
  'note: the last checkpoint, {}, is older than the model: --resume goes on from there':
    'a disk that is full while the checkpoint is written and not while the model is; work.ts tries --resume',
};
