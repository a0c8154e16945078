import type { ExecutionProvider, StagingModelOptions } from '@hepastage/staging';

/** How a model runs on this machine: on all cores, and without waiting for company in a batch. */
export function modelOptions(providers: readonly ExecutionProvider[]): StagingModelOptions {
  return { providers, threads: 0, batch: { slicesMax: 32, delayMsMax: 0 } };
}
