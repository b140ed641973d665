export function linesMissing(shown: string, printed: string, commands: readonly string[]): string[];
export function runChapter(name: string, check: boolean, report?: (line: string) => void): string[];
