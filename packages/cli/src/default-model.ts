import { fileURLToPath } from 'node:url';

/** The model package that the repository ships. */
export const defaultModel = fileURLToPath(new URL('../../../models/phantom-light', import.meta.url));

/** Those of its packages that give second opinions. */
export const defaultOpinionModels: string[] = [];
