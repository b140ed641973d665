export function renderMarkdown(text: string, hrefOf: (link: string) => string): string;
export function renderCode(path: string, text: string): string;
