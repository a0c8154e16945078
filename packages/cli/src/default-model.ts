import { fileURLToPath } from 'node:url';

/** The model package that the repository ships. */
export const defaultModel = shipped('phantom-light');

/** Those of its packages that give second opinions. */
export const defaultOpinionModels: string[] = [shipped('radiomics-cirrmri600plus')];

function shipped(name: string): string {
  return fileURLToPath(new URL(`../../../models/${name}`, import.meta.url));
}
