export interface Fence {
  readonly language: string;
  readonly text: string;
  /** Where in the page the block begins. */
  readonly index: number;
}

export interface CodeLink {
  readonly name: string;
  /** From the repository's root. */
  readonly path: string;
  readonly line: number;
}

export function fencesOf(page: string): Fence[];
export function withoutFences(page: string): string;
export function anchorOf(heading: string): string;
export function commandsIn(block: string): string[];
export function codeLinksOf(page: string): CodeLink[];
export function withCodeLines(page: string, lineOf: (name: string, path: string) => number | undefined): string;
export function declarationLine(source: string, name: string): number | undefined;
