import { fileURLToPath } from 'node:url';

/** The model package that the repository ships. */
export const defaultModel = fileURLToPath(new URL('../../../models/phantom-light', import.meta.url));
