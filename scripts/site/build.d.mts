export function buildSite(folder: string): number;
