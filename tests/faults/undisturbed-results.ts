import { JobRecord_State, type StagingResult } from '@hepastage/proto';
import { ApiClient } from '../../packages/cli/src/server/client.ts';
import type { Hospital } from './clients/hospital.ts';
import { smallStudies } from './clients/small-studies.ts';
import type { FaultySystem } from './system/faulty-system.ts';

/** The right results: those of a system that nobody has broken yet. */
export async function undisturbedResults(
  hospital: Hospital,
  system: FaultySystem,
): Promise<Map<string, StagingResult>> {
  const client = new ApiClient(system.url);
  const expected = new Map<string, StagingResult>();
  for (const study of smallStudies) {
    const jobId = await hospital.send(`undisturbed, ${study.name}`, study);
    const ended = jobId === undefined ? undefined : await hospital.follow(jobId);
    if (ended?.state !== JobRecord_State.SUCCEEDED)
      throw new Error(
        `${study.name} is not staged even undisturbed: ${ended?.error?.message}\n${system.api.log()}`,
      );
    expected.set(study.name, await client.result(ended.jobId));
  }
  assertApart([...expected.values()]);
  return expected;
}

/** Results that are alike would hide that studies were mixed up. */
function assertApart(results: readonly StagingResult[]): void {
  const severe = results.map(({ probabilities }) => probabilities.at(-1)!.probability).sort((a, b) => a - b);
  const gaps = severe.slice(1).map((probability, n) => probability - severe[n]!);
  if (Math.min(...gaps) < 1e-3)
    throw new Error(`small studies have results that are too much alike: ${severe.join(', ')}`);
}
