/** The API reference, docs/api.md, of what declarations.mjs finds: `npm run docs:api` writes it. */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { anchorOf } from '../markdown.mjs';
import { ENTRIES, publicApi, wordsOf } from './declarations.mjs';

/** What a folder is about, in the order of the page. */
const SUBJECTS = {
  'src/autoencoder': 'The autoencoder',
  'src/vae': 'The variational autoencoder',
  'src/gan': 'The GAN',
  'src/training': 'Training',
  'src/data': 'Samples and their scaling',
  'src/tensor': 'Tensors, random numbers, kernels',
  'src/layers': 'Layers',
  'src/losses': 'Losses',
  'src/optim': 'Optimizers and schedules',
  'src/evaluation': 'Evaluation',
  'src/latent': 'Codes',
  'src/io/numpy': 'NumPy and IDX',
  'src/io/sound': 'Sound',
  'src/io/export': 'ONNX and PyTorch',
  'src/io': 'Model files',
  'src/node/samples': 'Reading samples',
  'src/node/files': 'Files and models',
  'src/node/pictures': 'Pictures',
  'src/node/charts': 'Charts',
  'src/compression': 'Compression',
};

const isType = ({ kind }) => kind === 'interface' || kind === 'type';

const headingOf = ({ name, kind }) => (isType({ kind }) ? `${name} (type)` : name);
const linkOf = (one) => `#${anchorOf(headingOf(one))}`;

const subjectOf = (path) => {
  const folders = Object.keys(SUBJECTS).filter((folder) => path.startsWith(`${folder}/`));
  return SUBJECTS[folders.sort((a, b) => b.length - a.length)[0]];
};

/** @returns The page. */
export function renderApi(api) {
  const byName = new Map(api.map((one) => [one.name, one]));
  const linkTo = (name, member = '') => `[\`${name}${member}\`](${linkOf(byName.get(name))})`;
  const link = (text) =>
    text
      .replace(/\{@link (\w+)((?:\.\w+)?)\}/g, (_, name, member) =>
        byName.has(name) ? linkTo(name, member) : `\`${name}${member}\``,
      )
      .replace(/(?<![\w/])docs\/(\w+\.md)/g, '[docs/$1]($1)');
  const inLine = (text) => link(text).replace(/\s*\n\s*/g, ' ');
  const prose = (text) => link(text).replace(/(?<!\n)\n(?:(?![\n\-| ])| {2}(?! ))/g, ' ');
  const cell = (text) => inLine(text).replaceAll('|', '\\|');

  const bodyOf = ({ params, returns, throws, examples }) => [
    ...params.map(({ name, text }) => `- \`${name}\`: ${inLine(text)}`),
    ...(returns ? [`- returns ${inLine(lowerFirst(returns))}`] : []),
    ...throws.map(({ type, text }) => `- throws ${type ? `\`${type}\` ` : ''}${inLine(lowerFirst(text))}`),
    ...examples.flatMap((example) => ['', 'Example:', '', '```js', example, '```']),
  ];

  const memberOf = ({ signature, doc }) => {
    const lines = [`- \`${signature.replace(/\s*\n\s*/g, ' ')}\`${doc.text ? `: ${inLine(doc.text)}` : ''}`];
    return [
      ...lines,
      ...bodyOf(doc).map((line) => (line === '' ? '' : `  ${line.replaceAll('\n', '\n  ')}`)),
    ];
  };

  /** The fields of a type: columns that would be empty are left out. */
  const tableOf = (members) => {
    const rows = members.map(({ signature, doc }) => {
      const [, name, type] = /^(?:readonly )?(\w+\??|\[[^\]]*\]|[^:(]*)(?::\s*)?([\s\S]*)$/.exec(signature);
      return [`\`${name}\``, `\`${cell(type)}\``, cell(doc.text), cell(doc.default ?? '')];
    });
    const lines = [['field', 'type', 'what it is', 'default'], ...rows];
    const used = lines[0].map((_, i) => i < 2 || rows.some((row) => row[i] !== ''));
    const [head, ...body] = lines.map((line) => `| ${line.filter((_, i) => used[i]).join(' | ')} |`);
    return [head, `|${'---|'.repeat(used.filter(Boolean).length)}`, ...body, ''];
  };

  const isTable = ({ kind, members }) =>
    kind === 'interface' && members.every(({ signature }) => !/^\w+\??\(/.test(signature));

  /** A type that no entry point exports, below the one that is made of it. */
  const innerOf = (one) => [
    `\`${one.name}\`${one.doc.text ? `: ${inLine(one.doc.text)}` : ':'}`,
    '',
    ...(one.signature === `interface ${one.name}` ? [] : ['```ts', one.signature, '```', '']),
    ...(one.members.length === 0
      ? []
      : isTable(one)
        ? tableOf(one.members)
        : [...one.members.flatMap(memberOf), '']),
  ];

  /** The names in its signatures, as links, which code can't have; but not those that the text links, or that are everywhere. */
  const othersOf = (one, text) => {
    const names = [...new Set([one, ...one.inner].flatMap(wordsOf))].filter(
      (name) =>
        byName.has(name) && ![one.name, 'Tensor', 'Shape'].includes(name) && !text.includes(linkTo(name)),
    );
    return names.length === 0 ? [] : ['', `See ${names.map((name) => linkTo(name)).join(', ')}.`, ''];
  };

  const sectionOf = (one) => {
    const { doc, members } = one;
    const where =
      one.entries.length > 1
        ? `, also in ${one.entries
            .slice(1)
            .map((name) => `\`${name}\``)
            .join(', ')}`
        : '';
    const lines = [
      `#### ${headingOf(one)}`,
      '',
      `[${one.path}](../${one.path})${where}`,
      '',
      ...(doc.text ? [prose(doc.text), ''] : []),
      // `interface Name` alone says nothing new
      ...(one.signature === `interface ${one.name}` ? [] : ['```ts', one.signature, '```', '']),
      ...bodyOf(doc),
      '',
      ...(members.length === 0
        ? []
        : isTable(one)
          ? tableOf(members)
          : ['Members:', '', ...members.flatMap(memberOf)]),
      '',
      ...one.inner.flatMap(innerOf),
    ];
    return [...lines, ...othersOf(one, lines.join('\n'))];
  };

  const contents = [];
  const body = [];
  for (const entry of Object.keys(ENTRIES)) {
    const here = api.filter(({ entries }) => entries[0] === entry);
    contents.push('', `**\`${entry}\`**`, '');
    body.push(`## ${entry}`, '');
    for (const subject of Object.values(SUBJECTS)) {
      const all = here.filter(({ path }) => subjectOf(path) === subject);
      if (all.length === 0) continue;
      // what a program calls comes before the types of it
      const [values, types] = [all.filter((one) => !isType(one)), all.filter(isType)];
      const names = [...values, ...types];
      const lists = [values, types].map((list) => list.map(({ name }) => linkTo(name)).join(', '));
      contents.push(`- ${subject}: ${lists.filter(Boolean).join('. Types: ')}`);
      body.push(
        `### ${subject}${entry === 'isthmus' ? '' : ` in ${entry}`}`,
        '',
        ...names.flatMap(sectionOf),
      );
    }
  }
  return `${[...HEAD, ...contents, '', ...body]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

/** What follows `returns` or `throws` goes on in small letters, but for names. */
const lowerFirst = (text) => text.replace(/^[A-Z](?=[a-z]*\b)/, (letter) => letter.toLowerCase());

const HEAD = [
  '# API reference',
  '',
  'Every public name, from the comments in the sources: `npm run docs:api` writes this page. Editors show the same, but for',
  'the examples and each `TypeError`. [library.md](library.md) is the tour. A program imports a name from the entry point under',
  'which it stands.',
  '',
  'A test runs the examples, and compares a value behind `//` with what stands before it: of a tensor the shape, else the',
  'value. In them no name needs an import, and four are known:',
  '',
  '```js',
  'const { labels, ...digits } = generateDigits({ count: 100, seed: 1 });',
  'const images = normalize(digits);',
  'const autoencoder = new Autoencoder({ inputShape: [28, 28], seed: 42 });',
  'await autoencoder.fit(images, { epochs: 2 });',
  'const codes = autoencoder.encode(images);',
  '```',
  '',
  'A value of another kind, such as text for a number, and an unknown option are a `TypeError`, also where that is not listed:',
  '[errors](library.md#errors). Asynchronous functions reject with what is listed as thrown.',
];

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(new URL('../../docs/api.md', import.meta.url), renderApi(publicApi()));
