/** What the source files of the repository import, read off their lines: for test/architecture.test.ts. */

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';

/** The paths of all code below a folder. */
export function codeFilesIn(top: string): string[] {
  return (readdirSync(top, { recursive: true }) as string[])
    .filter((name) => /\.(ts|mjs|py)$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(top, name.replaceAll('\\', '/')))
    .sort();
}

/** The folders that hold more than `maximum` files side by side, each with their number. */
export function crowdedFolders(paths: readonly string[], maximum: number): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  const crowded = [...counts].filter(([, count]) => count > maximum);
  return crowded.map(([folder, count]) => `${folder} holds ${count} files`);
}

/** Without comments, as they are written here: on lines of their own, or behind code. */
export function withoutComments(source: string): string {
  return source.replace(/^\s*(\/\*|\*|\/\/).*$/gm, '').replace(/ \/\/ .*$/gm, '');
}

/** What a source imports, types included, as it is written there. */
export function importsOf(source: string): string[] {
  const code = withoutComments(source);
  const lines = code.matchAll(/^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/gm);
  const others = code.matchAll(/\bimport\s*\(?\s*['"]([^'"]+)['"]/g);
  return [...lines, ...others].map(([, specifier]) => specifier);
}

/** Whether a file is imported, not a package. */
export const isRelative = (specifier: string): boolean => specifier.startsWith('.');

/** By path, the files and packages that each imports. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** @param sources - By path. */
export function graphOf(sources: ReadonlyMap<string, string>): Graph {
  const targetsOf = (path: string, source: string) =>
    importsOf(source).map((specifier) => (isRelative(specifier) ? join(path, '..', specifier) : specifier));
  return new Map(Array.from(sources, ([path, source]) => [path, targetsOf(path, source)]));
}

/** The files of a circle of imports, or undefined if there is none. */
export function findCycle(graph: Graph): string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const target of graph.get(path) ?? []) {
      const cycle = visit(target, [...way, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of graph.keys()) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Everything that a file imports, directly or through others. */
export function reachableFrom(path: string, graph: Graph, seen = new Set<string>()): Set<string> {
  for (const target of graph.get(path) ?? []) {
    if (seen.has(target)) continue;
    seen.add(target);
    reachableFrom(target, graph, seen);
  }
  return seen;
}
