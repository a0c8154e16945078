import { loadModelPackage } from '../model/model-kinds.ts';
import type { InferenceObserver } from '../model/staging-model.ts';
import { RadiomicsModel } from './radiomics-model.ts';

/** The models that give second opinions. One that breaks later costs its opinions, nothing else: see its `broken`. */
export interface OpinionModels extends AsyncDisposable {
  readonly models: readonly RadiomicsModel[];
}

/** Loads and proves the RADIOMICS packages in `folders`, all or none. Throws INVALID_MODEL. */
export async function startOpinionModels(
  folders: readonly string[],
  observer?: Pick<InferenceObserver, 'inference'>,
): Promise<OpinionModels> {
  await using started = new AsyncDisposableStack();
  const models: RadiomicsModel[] = [];
  for (const folder of folders) {
    const model = await RadiomicsModel.start(await loadModelPackage(folder), observer);
    started.defer(async () => model.stop());
    models.push(model);
  }
  const running = started.move();
  return {
    models,
    [Symbol.asyncDispose]: async () => running.disposeAsync(),
  };
}
