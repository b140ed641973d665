/**
 * The snippets of Python in messages: NumPy makes a file, a command refuses it and names a snippet, NumPy runs that snippet
 * as it was said, and the command takes the result.
 */

export interface SnippetPromise {
  /** The texts of the messages as they stand in the sources. */
  readonly says: readonly string[];
  /** An expression: what np.save writes to bad.npy. */
  readonly bad: string;
  /** The command that refuses bad.npy. */
  readonly wrong: string;
  /** Where the snippet stands in the message: its first group. `arr`, or `labels`, is the array. */
  readonly snippet: RegExp;
  /** The command with good.npy. */
  readonly advice: string;
}

const DTYPE = "the array's dtype is '{}' ({}), expected numbers: convert it before np.save, e.g. {}.";
const OBJECTS =
  "arr.astype('<f4') of numbers, np.stack(list(arr)) of arrays, np.unique(arr, return_inverse=True)[1] of names";
const NAMES = "arr.astype('<f4') of numbers, np.unique(arr, return_inverse=True)[1] of names";
const CLIP = '{}: expected floats from 0 to 1, such as np.clip({}, 0, 1).';

const train = (data: string, options = '--normalize minmax') =>
  ['train --data', data, options, 'TINY'].filter(Boolean).join(' ');
const refused = { wrong: train('bad.npy'), advice: train('good.npy') };
const asTarget = {
  wrong: train('bad.npy', '--target clean.npy'),
  advice: train('good.npy', '--target clean.npy'),
};

export const SNIPPETS: readonly SnippetPromise[] = [
  {
    says: [DTYPE, OBJECTS],
    bad: 'np.array([[1, 2], [3, 4.5]], dtype=object)',
    snippet: /e\.g\. (arr\S+) of numbers/,
    ...refused,
  },
  {
    says: [OBJECTS],
    bad: 'np.array([np.arange(3.0), np.ones(3), None], dtype=object)[:2]',
    snippet: /, (np\.stack\S+) of arrays/,
    ...refused,
  },
  {
    says: [OBJECTS],
    bad: "np.array(['a', 'b', 'a'] * 14, dtype=object)[:40]",
    snippet: /, (np\.unique.+\[1\]) of names/,
    wrong: 'evaluate --model run --data images.npy --labels bad.npy',
    advice: 'evaluate --model run --data images.npy --labels good.npy',
  },
  {
    says: [NAMES],
    bad: "np.array([['1', '2'], ['3', '4.5']])",
    snippet: /e\.g\. (arr\S+) of numbers/,
    ...refused,
  },
  {
    says: [NAMES],
    bad: "np.array(['a', 'b', 'a'] * 14)[:40]",
    snippet: /, (np\.unique.+\[1\]) of names/,
    wrong: 'evaluate --model run --data images.npy --labels bad.npy',
    advice: 'evaluate --model run --data images.npy --labels good.npy',
  },
  {
    says: [DTYPE, "np.abs(arr).astype('<f4')"],
    bad: 'np.array([[1j, 2], [3, 4]])',
    snippet: /e\.g\. (np\.abs.+\))\./,
    ...refused,
  },
  {
    says: [DTYPE, "arr.astype('<i8')"],
    bad: "np.array([['2026-01-01', '2026-01-02'], ['2026-02-01', '2026-03-02']], dtype='datetime64[s]')",
    snippet: /e\.g\. (arr\S+\))\./,
    ...refused,
  },
  {
    says: [DTYPE, "arr.astype('<i8')"],
    bad: "np.array([[1, 2], [3, 5]], dtype='timedelta64[s]')",
    snippet: /e\.g\. (arr\S+\))\./,
    ...refused,
  },
  {
    says: [
      "the array is structured (its dtype has named fields), expected plain numbers: save one field, e.g. arr['name'].astype('<f4').",
    ],
    bad: "np.array([(1, (2, 3)), (4, (5, 6))], dtype=[('id', 'i4'), ('name', 'f8', 2)])",
    snippet: /e\.g\. (arr\S+\))\./,
    ...refused,
  },
  {
    says: ["arr.astype('<f4')"],
    bad: 'np.array([[1, 2], [3, 4]], dtype=np.longdouble)',
    snippet: /e\.g\. (arr\S+\))\./,
    ...refused,
  },
  {
    says: ['a {}, arr[: len(arr) // {} * {}].reshape(-1, {})'],
    bad: 'np.sin(np.arange(6000.0))',
    snippet: /(arr\[: len.+?reshape\(-1, 512\))/,
    ...refused,
  },
  {
    says: ['n samples of one number are a column, arr.reshape(-1, 1)'],
    bad: 'np.sin(np.arange(60.0))',
    snippet: /a column, (arr\S+ \S+\))/,
    wrong: train('bad.npy'),
    advice: 'train --data good.npy --normalize minmax --encoding-dim 1 --hidden 4 --epochs 1 --out column',
  },
  {
    says: ['{}, expected [n, {}]: if it is one sample, arr.reshape(1, -1).'],
    bad: 'np.arange(5.0)[:, None] / 9',
    snippet: /if it is one sample, (arr\S+ \S+\))/,
    wrong: 'encode --model table.safetensors --data bad.npy --out c.npy',
    advice: 'encode --model table.safetensors --data good.npy --out c.npy',
  },
  {
    says: [' (of one-hot rows: np.argmax(labels, 1))'],
    bad: 'np.eye(2, dtype=np.uint8)[np.arange(40) % 2]',
    snippet: /one-hot rows: (np\..+?\))\)/,
    wrong: 'evaluate --model run --data images.npy --labels bad.npy',
    advice: 'evaluate --model run --data images.npy --labels good.npy',
  },
  {
    says: ["{}: the labels are {}, expected integers: save labels.astype('int64')."],
    bad: 'np.arange(40.0) % 2',
    snippet: /save (labels\S+\))\./,
    wrong: 'evaluate --model run --data images.npy --labels bad.npy',
    advice: 'evaluate --model run --data images.npy --labels good.npy',
  },
  {
    says: [
      'note: if these are colour images with channels first, arr.transpose(0, 2, 3, 1) makes them pictures.',
    ],
    bad: 'np.random.randint(0, 256, (40, 3, 16, 16)).astype(np.uint8)',
    snippet: /first, (arr.+?\)) makes/,
    ...{ wrong: train('bad.npy', ''), advice: train('good.npy', '') },
  },
  {
    says: [
      '{}: np.clip(arr, 0, {}){} cuts off what lies beyond, --normalize minmax keeps it.',
      '.astype(np.{})',
    ],
    bad: "np.load('clean.npy') + 30.0 * np.random.randn(40, 8, 8)",
    snippet: /: (np\.clip.+?) cuts off/,
    ...asTarget,
  },
  {
    says: [CLIP, 'arr'],
    bad: "np.load('clean.npy') / 255 + 0.1 * np.random.randn(40, 8, 8)",
    snippet: /such as (np\.clip.+\))\./,
    ...asTarget,
  },
  {
    says: [CLIP, 'arr / {}'],
    bad: "np.load('clean.npy') * 16.0 - 3",
    snippet: /such as (np\.clip.+\))\./,
    ...asTarget,
  },
  {
    says: [DTYPE, "arr.view('u1')"],
    bad: "np.frombuffer(bytes(range(24)), 'V4').reshape(3, 2)",
    snippet: /e\.g\. (arr\S+\))\./,
    ...refused,
  },
];
