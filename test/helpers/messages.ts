/**
 * Finds the messages in the sources that name a call, an option, a command or a snippet: what promises.test.ts holds them
 * to. A message is a string or template of the program; where values are put into it, its text has `{}`. Help texts are
 * none: docs.test.ts reads those.
 */

import { parseSync } from '@swc/core';

/** Sources whose strings are code for other machines: Python modules, threads. */
const GENERATED = [
  'src/io/export/pytorchClass.ts',
  'src/io/export/pytorchModule.ts',
  'src/tensor/kernels/simd/worker.ts',
];

/** The calls that make an option with its help. */
const OPTION_MAKERS = new Set([
  'flag',
  'text',
  'optionalText',
  'parsed',
  'choice',
  'number',
  'numberOr',
  'bytes',
  'integers',
  'noise',
]);

/** What `--help` prints. */
const HELP_FIELDS = new Set(['usage', 'description', 'sections', 'summary', 'help']);

const COMMAND_NAMES =
  'train|evaluate|encode|decode|reconstruct|generate|interpolate|manifold|traverse|compress|decompress|export|import|info';

/** What a message can tell a reader to write. */
const ADVICE = [
  /(^|[^\w-])--(\{\}|[a-z])/, // an option
  new RegExp(`\\bisthmus (${COMMAND_NAMES})\\b`),
  new RegExp(`^(${COMMAND_NAMES}) --`),
  /\bnpm (install|run)\b/,
  /\barr\b|\bnp\.|\btorch\.[a-z]+\(|\.astype\(/, // Python
  /[\w\]}]\([^)]/, // a call with arguments
  /\b[A-Za-z]\w*\(\)/, // a call without
  /there is no option/,
  /may help/,
  /Did you mean/,
  /\{ \.\.\./,
];

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The texts of the messages in a source file that give advice, in their order; the same text once. */
export function messagesIn(path: string, source: string): string[] {
  if (GENERATED.includes(path)) return [];
  const texts: string[] = [];
  visit(parseSync(source, { syntax: 'typescript', target: 'es2022' }).body as unknown as Node[], texts);
  return [...new Set(texts)].filter((text) => ADVICE.some((pattern) => pattern.test(text)));
}

function visit(node: unknown, texts: string[]): void {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, texts);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const { type } = node as Node;
  if (typeof type === 'string') {
    // Types, and the names of other files.
    const isType = type.startsWith('Ts') && !('expression' in node); // not `x as T`
    if (isType || type === 'ImportDeclaration' || (node as Node).source) return;
    if (type === 'KeyValueProperty' && HELP_FIELDS.has(keyOf(node as Node))) return;
    const text = textOf(node as Node);
    if (text !== undefined) texts.push(text);
    if (type === 'CallExpression') {
      const callee = calleeOf(node as Node);
      if (OPTION_MAKERS.has(callee)) return;
      const made = messageOfCall(callee, argumentsOf(node as Node));
      if (made !== undefined) {
        texts.push(made);
        return;
      }
    }
  }
  for (const [name, child] of Object.entries(node)) if (name !== 'span') visit(child, texts);
}

function keyOf({ key }: Node): string {
  return String((key as Node).value);
}

function calleeOf({ callee }: Node): string {
  const { type, value, object, property } = callee as Node;
  if (type === 'Identifier') return String(value);
  // `common.noise(…)`: the options that several commands share.
  return (object as Node | undefined)?.value === 'common' ? String((property as Node).value) : '';
}

function argumentsOf(node: Node): Node[] {
  return (node.arguments as readonly { readonly expression: Node }[]).map(({ expression }) => expression);
}

/** A literal's text; undefined for other nodes. */
function textOf(node: Node): string | undefined {
  if (node.type === 'StringLiteral') return String(node.value);
  if (node.type !== 'TemplateLiteral') return undefined;
  const expressions = (node.expressions as readonly Node[]).map(placeholderOf);
  const quasis = node.quasis as readonly { readonly cooked?: string }[];
  return quasis.map(({ cooked = '' }, i) => cooked + (expressions[i] ?? '')).join('');
}

/** `${option('like')}` is an option in the words of the caller: `--like` on the command line. */
function placeholderOf(node: Node): string {
  if (node.type !== 'CallExpression' || calleeOf(node) !== 'option') return '{}';
  const [name, value] = argumentsOf(node).map((each) => textOf(each) ?? '{}');
  const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return value === undefined ? option : `${option} {}`;
}

/** The message of a check that makes it of its arguments. Undefined if these are no literals, or it is no such check. */
function messageOfCall(callee: string, nodes: readonly Node[]): string | undefined {
  const texts = nodes.map(textOf);
  const [first, second, third] = texts;
  if (callee === 'needs' && first !== undefined && second !== undefined) return `--${first} needs ${second}.`;
  if (callee === 'requireCompanion' && second !== undefined && third !== undefined) {
    return `--${second} needs ${third}.`;
  }
  if (callee === 'refuseBoth' && second !== undefined && third !== undefined) {
    return `--${second} and --${third} are both given, expected one of them.`;
  }
  if (callee === 'requireOption' && first !== undefined && third !== undefined) {
    return `--${first} is missing, expected --${first} ${third}.`;
  }
  return undefined;
}

/** A message as it is said: with any words in place of each `{}`, after two dashes a name. */
export function asPattern(text: string): RegExp {
  const parts = text.split('{}').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(parts.reduce((all, part) => `${all}${all.endsWith('--') ? '[\\w-]+' : '.*?'}${part}`));
}
