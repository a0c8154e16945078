import { countedStates, gauge, queueNames, type Registry, type StudyQueue } from '@hepastage/platform';
import type { ApiDeps } from '../deps.ts';

export interface AskedDeps extends Pick<ApiDeps, 'admission'> {
  readonly queue: Pick<StudyQueue, 'counts' | 'oldestAgeSeconds' | 'outlook' | 'memoryShare'>;
}

/** Gauges that ask queue, Redis and admission when they are scraped. They have no value while those do not answer. */
export function registerAskedGauges(
  registry: Registry,
  { queue, admission }: AskedDeps,
  onError: (error: unknown) => void,
): void {
  const asks = async (ask: () => Promise<void>, unanswered: () => void) => {
    try {
      await ask();
    } catch (error) {
      unanswered();
      onError(error);
    }
  };

  gauge(registry, 'hepastage_queue_jobs', async (jobs) =>
    asks(
      async () => {
        const counts = await queue.counts();
        for (const name of queueNames)
          for (const state of countedStates) jobs.set({ queue: name, state }, counts[name][state]);
      },
      () => jobs.clear(),
    ),
  );
  gauge(registry, 'hepastage_queue_paused', async (paused) =>
    asks(
      async () => paused.set((await queue.outlook([])).isPaused ? 1 : 0),
      () => paused.clear(),
    ),
  );
  gauge(registry, 'hepastage_queue_oldest_job_age_seconds', async (oldest) =>
    asks(
      async () => oldest.set(await queue.oldestAgeSeconds()),
      () => oldest.set(Number.NaN),
    ),
  );
  gauge(registry, 'hepastage_redis_memory_ratio', async (ratio) =>
    asks(
      async () => {
        const share = await queue.memoryShare();
        if (share === undefined) ratio.clear();
        else ratio.set(share);
      },
      () => ratio.clear(),
    ),
  );
  gauge(registry, 'hepastage_admission_open', (open) => open.set(admission.isOpen ? 1 : 0));
}
