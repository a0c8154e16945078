import { decodeText, JobListSchema, type JobRecord } from '@hepastage/proto';

/** The jobs that a study was given at the API at `url`. */
export async function jobsOfStudy(url: string, studyInstanceUid: string): Promise<JobRecord[]> {
  const response = await fetch(`${url}/v1/jobs?studyInstanceUid=${studyInstanceUid}`);
  return decodeText(JobListSchema, await response.text()).jobs;
}
