import { type JobRecord, JobRecord_State } from '@hepastage/proto';
import type { ApiClient } from '../../../packages/cli/src/server/client.ts';
import type { StudyFiles } from '../../../packages/cli/src/study-files.ts';
import { runToEnd } from '../../../tests/helpers/studies.ts';

/** Sends a study and waits until it is staged. Throws where it is not. */
export async function stagedStudy(client: ApiClient, files: StudyFiles): Promise<JobRecord> {
  return succeeded(await runToEnd(client, files));
}

/** The record of a job that has ended, if it has succeeded. Throws where it has not. */
export function succeeded(record: JobRecord): JobRecord {
  if (record.state !== JobRecord_State.SUCCEEDED) throw new Error(`a study failed: ${record.error?.message}`);
  return record;
}
