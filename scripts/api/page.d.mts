import type { ApiName } from './declarations.mjs';

export function renderApi(api: readonly ApiName[]): string;
