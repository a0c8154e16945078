import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Public files that may never enter the project: they lie beside it, or nowhere. */
const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** `false` where the files are at hand, else why a test is skipped. */
export const skipWithoutSharedData: string | false = existsSync(folder)
  ? false
  : 'real files are not at hand (../shared/data)';

export function sharedFile(path: string): string {
  return `${folder}${path}`;
}
