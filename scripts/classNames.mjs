/**
 * A class that mentions itself is bundled as `var Tensor = class _Tensor`, and bundled again as `class Tensor2`: stack traces
 * and messages would name it so. Inside the class both names mean the same.
 */
export function withClassNames(text) {
  const classes = text.matchAll(/\b(\w+) ?= ?class (_\1|\1\d+)\b/g);
  return Array.from(classes).reduce(
    (result, [, name, inner]) => result.replace(new RegExp(`\\b${inner}\\b`, 'g'), name),
    text,
  );
}
