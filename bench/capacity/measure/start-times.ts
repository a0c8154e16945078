import { startService } from '../../../tests/helpers/service-process.ts';
import { startSystem } from '../../../tests/helpers/system.ts';

/** From the start of a process until it is ready, s. A worker has loaded and proven its model by then. */
export interface StartTimes {
  readonly worker: readonly number[];
  readonly api: readonly number[];
}

export async function measureStartTimes(rounds: number): Promise<StartTimes> {
  await using system = await startSystem();
  const times = { worker: [] as number[], api: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const name of ['worker', 'api'] as const) {
      const begun = performance.now();
      await using _ = await startService(name, system.settings);
      times[name].push((performance.now() - begun) / 1_000);
    }
  }
  return times;
}
