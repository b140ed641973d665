import type { Server } from 'node:http';

export function servePage(
  folder: string,
  options?: { readonly port?: number; readonly isolated?: boolean },
): Promise<Server>;
