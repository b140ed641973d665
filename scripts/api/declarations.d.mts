/** What a comment above a declaration says. */
export interface DocComment {
  readonly text: string;
  readonly params: readonly { readonly name: string; readonly text: string }[];
  readonly returns?: string;
  readonly throws: readonly { readonly type: string; readonly text: string }[];
  readonly default?: string;
  readonly examples: readonly string[];
}

export interface ApiMember {
  readonly name: string;
  readonly signature: string;
  readonly doc: DocComment;
}

export interface ApiName {
  readonly name: string;
  readonly kind: 'class' | 'interface' | 'type' | 'const' | 'function';
  /** Its source file. */
  readonly path: string;
  readonly doc: DocComment;
  readonly signature: string;
  readonly members: readonly ApiMember[];
  /** The types that no entry point exports, of which this one is made. */
  readonly inner: readonly Omit<ApiName, 'inner' | 'entries'>[];
  /** The entry points that export it. */
  readonly entries: readonly string[];
}

export function publicApi(): ApiName[];
export function undocumented(api: readonly ApiName[]): string[];
export function parseComment(comment?: string): DocComment;
