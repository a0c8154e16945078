import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create } from '@bufbuild/protobuf';
import { type JobRecord, StudyMetadataSchema } from '@hepastage/proto';
import type { ApiClient } from '../../packages/cli/src/server/client.ts';
import type { StudyFiles } from '../../packages/cli/src/study-files.ts';

type Phantom = 'mild' | 'severe';

/** Files of a synthetic study that the shipped model never saw. */
export function phantomStudy(stage: Phantom): Required<Omit<StudyFiles, 'study'>> {
  const file = (name: string) =>
    fileURLToPath(new URL(`../fixtures/phantoms/${stage}/${name}.nii.gz`, import.meta.url));
  return {
    t1w: file('t1w'),
    t2w: file('t2w'),
    t1wLiverMask: file('t1w_liver_mask'),
    t2wLiverMask: file('t2w_liver_mask'),
  };
}

/** Files of real patients, which never enter the project; undefined where they are not at hand. */
export function realVolumes(): Required<Omit<StudyFiles, 'study'>> | undefined {
  const files = {
    t1w: sharedVolume('t1w-patient005-mild'),
    t2w: sharedVolume('t2w-patient003-severe'),
    t1wLiverMask: sharedVolume('t1w-patient005-mild.liver'),
    t2wLiverMask: sharedVolume('t2w-patient003-severe.liver'),
  };
  return Object.values(files).every((path) => existsSync(path)) ? files : undefined;
}

function sharedVolume(name: string): string {
  return fileURLToPath(
    new URL(`../../../shared/data/cirrmri600plus/volumes/${name}.nii.gz`, import.meta.url),
  );
}

/** Sends a study and follows it to its end. */
export async function runToEnd(client: ApiClient, files: StudyFiles): Promise<JobRecord> {
  const submitted = await client.submit(files, create(StudyMetadataSchema, {}));
  return follow(client, submitted);
}

export async function follow(client: ApiClient, submitted: JobRecord): Promise<JobRecord> {
  let last = submitted;
  for await (const record of client.watch(submitted.jobId)) last = record;
  return last;
}
