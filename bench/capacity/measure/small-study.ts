import { postStudy } from '../../../tests/api/study-form.ts';
import { soundVolume } from '../../../tests/soak/small-studies.ts';

/** Sends a study of 16 KiB and returns its job's id. */
export async function postSmallStudy(api: string): Promise<string> {
  const response = await postStudy(api, [['t2w', soundVolume]]);
  const { jobId } = (await response.json()) as { jobId?: string };
  if (jobId === undefined) throw new Error(`a study was refused with ${response.status}`);
  return jobId;
}
