import { join } from 'node:path';

/** The project's top folder. */
export const root = join(import.meta.dirname, '..');
