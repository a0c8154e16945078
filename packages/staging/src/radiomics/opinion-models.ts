import type { HepastageError } from '@hepastage/proto';
import { loadModelPackage } from '../model/model-kinds.ts';
import { RadiomicsModel } from './radiomics-model.ts';

/** The models that give second opinions. */
export interface OpinionModels extends AsyncDisposable {
  readonly models: readonly RadiomicsModel[];
  /** Resolves with the reason once one of them can't judge any more; never, as long as all can. */
  readonly broken: Promise<HepastageError>;
}

/** Loads and proves the RADIOMICS packages in `folders`, all or none. Throws INVALID_MODEL. */
export async function startOpinionModels(folders: readonly string[]): Promise<OpinionModels> {
  await using started = new AsyncDisposableStack();
  const models: RadiomicsModel[] = [];
  for (const folder of folders) {
    const model = await RadiomicsModel.start(await loadModelPackage(folder));
    started.defer(async () => model.stop());
    models.push(model);
  }
  const running = started.move();
  return {
    models,
    broken: Promise.race(models.map(async ({ broken }) => broken)),
    [Symbol.asyncDispose]: async () => running.disposeAsync(),
  };
}
