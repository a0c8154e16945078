import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { ApiDeps } from '@hepastage/api';
import { objectKeys } from '@hepastage/platform';
import { encodeText, ErrorCode, type JobRecordJson, StagingResultSchema } from '@hepastage/proto';
import assert from 'node:assert/strict';
import { type ApiUnderTest, tenant } from './api-under-test.ts';
import { type Parts, postStudy } from './study-form.ts';
import { volume } from './volumes.ts';

/** Sends a sound study and returns its job's id. */
export async function submit(api: ApiUnderTest, metadata: object = {}): Promise<string> {
  const parts: Parts = [
    ['t1w', volume()],
    ['metadata', JSON.stringify(metadata)],
  ];
  const response = await postStudy(api.url, parts);
  assert.equal(response.status, 202);
  const { jobId } = (await response.json()) as JobRecordJson;
  return jobId!;
}

export const heatmap = new TextEncoder().encode('the bytes of a heatmap');
export const heatmapSha256 = createHash('sha256').update(heatmap).digest('hex');

/** Writes through the real stores what a worker writes for a study that it has staged. */
export async function succeed(
  { store, status }: ApiDeps,
  jobId: string,
  stage = 'mild',
  owner = tenant,
): Promise<string> {
  const claim = await status.claim(owner, jobId);
  assert.equal(claim.kind, 'claimed');
  const artefact = { mediaType: 'application/gzip', bytes: heatmap.length, sha256: heatmapSha256 };
  const result = encodeText(
    StagingResultSchema,
    create(StagingResultSchema, {
      jobId,
      stage,
      artefacts: [
        { name: 'heatmap.t1w.nii.gz', ...artefact },
        // A worker that has been taken over might list anything.
        { name: '../request.json', ...artefact },
      ],
    }),
  );
  await store.writeBytes(
    objectKeys.artefact(owner, jobId, { name: 'heatmap.t1w.nii.gz', ...artefact }),
    heatmap,
  );
  await store.writeBytes(objectKeys.artefact(owner, jobId, { name: 'unlisted.png', ...artefact }), heatmap);
  await store.writeBytes(objectKeys.result(owner, jobId), Buffer.from(result));
  await status.succeed(owner, jobId, claim.token, { stage, model: 'phantom-light@1.0.0' });
  return result;
}

export async function fail({ status }: ApiDeps, jobId: string): Promise<void> {
  const error = { code: ErrorCode.INFERENCE_FAILED, message: 'the graph did not run', retryable: true };
  await status.claim(tenant, jobId);
  await status.fail(tenant, jobId, undefined, { $typeName: 'hepastage.v1.JobError', ...error });
}
