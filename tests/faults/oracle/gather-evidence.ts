import { createHash } from 'node:crypto';
import { auditEntries, verifyAudit } from '@hepastage/access';
import { readRequest } from '@hepastage/jobs';
import { createLogger, objectKeys, openStatusStore, openStudyQueue } from '@hepastage/platform';
import { AuditEntry_Action, type JobRecord_State, type StagingResult } from '@hepastage/proto';
import { ApiClient } from '../../../packages/cli/src/server/client.ts';
import type { Evidence, StoredJob } from './evidence.ts';
import { type FaultySystem, jobsFolder, tenant } from '../system/faulty-system.ts';

type Found = Pick<Evidence, 'stored' | 'markers' | 'strayKeys' | 'records' | 'queued' | 'audit'>;

const auditFolder = `audit/${tenant}/`;
const markerFolder = objectKeys.markers(tenant, 'idempotency');

/** Looks at everything that the system keeps: object store, status store, queue, audit log; results and artefacts by its API. */
export async function gatherEvidence(system: FaultySystem): Promise<Found> {
  const { store } = system;
  const folders = new Map<string, string[]>();
  const markers: [string, string][] = [];
  const strayKeys: string[] = [];
  for await (const { key } of store.list('')) {
    if (key.startsWith(jobsFolder)) {
      const [jobId = '', ...path] = key.slice(jobsFolder.length).split('/');
      folders.set(jobId, [...(folders.get(jobId) ?? []), path.join('/')]);
    } else if (key.startsWith(markerFolder)) {
      const [sha256 = '', jobId = ''] = key.slice(markerFolder.length, -'.json'.length).split('/');
      markers.push([sha256, jobId]);
    } else if (!key.startsWith(auditFolder)) strayKeys.push(key);
  }
  const client = new ApiClient(system.url);
  const stored = new Map<string, StoredJob>();
  for (const [jobId, objects] of folders) stored.set(jobId, await storedJob(jobId, objects, client, system));
  return { stored, markers, strayKeys, ...(await redisEvidence(system)), audit: await auditEvidence(system) };
}

async function storedJob(
  jobId: string,
  objects: readonly string[],
  client: ApiClient,
  { store }: FaultySystem,
): Promise<StoredJob> {
  const request = await readRequest(store, { tenant, jobId });
  const result = await client.result(jobId).catch(() => undefined);
  return {
    idempotencyKeySha256: request?.idempotencyKeySha256,
    objects,
    result,
    damagedArtefacts: result === undefined ? [] : await damagedArtefacts(result, client),
  };
}

async function damagedArtefacts({ jobId, artefacts }: StagingResult, client: ApiClient): Promise<string[]> {
  const damaged: string[] = [];
  for (const { name, sha256 } of artefacts) {
    const bytes = await client.artefact(jobId, name).catch(() => undefined);
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== sha256)
      damaged.push(name);
  }
  return damaged;
}

async function redisEvidence({ settings }: FaultySystem) {
  await using opened = new AsyncDisposableStack();
  const target = {
    redisUrl: settings['REDIS_URL']!,
    redisPrefix: settings['HEPASTAGE_REDIS_PREFIX']!,
    patience: 'fail-fast',
    logger: createLogger('faults', 'silent'),
  } as const;
  const status = opened.adopt(await openStatusStore(target), async (it) => it.close());
  const queue = opened.adopt(await openStudyQueue(target), async (it) => it.close());
  const records = new Map<string, JobRecord_State>();
  let cursor: string | undefined;
  do {
    const page = await status.list(tenant, {}, 200, cursor);
    for (const { jobId, state } of page.records) records.set(jobId, state);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { records, queued: (await queue.counts()).studies };
}

async function auditEvidence({ store }: FaultySystem): Promise<Evidence['audit']> {
  const accepted = new Set<string>();
  try {
    await verifyAudit(store, tenant);
    for await (const { action, jobId } of auditEntries(store, tenant))
      if (action === AuditEntry_Action.STUDY_ACCEPTED) accepted.add(jobId);
    return { accepted, broken: undefined };
  } catch (error) {
    return { accepted, broken: String(error) };
  }
}
