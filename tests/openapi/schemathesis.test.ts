import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApiKeyStore, AuditLog, scopes } from '@hepastage/access';
import { openObjectStore } from '@hepastage/platform';
import type { JobRecordJson } from '@hepastage/proto';
import { bearer } from '../api/credentials.ts';
import { slice, studyUid } from '../api/dicom-objects.ts';
import { eventually } from '../api/eventually.ts';
import { postStudy } from '../api/study-form.ts';
import { samplesOf } from '../helpers/metrics.ts';
import { startSystem, type System } from '../helpers/system.ts';
import { soundVolume, unsoundVolume } from '../soak/small-studies.ts';
import { runSchemathesis } from './run-schemathesis.ts';

const settings = {
  // As many requests as it likes, and none that waits for long.
  HEPASTAGE_REQUESTS_PER_MINUTE: String(2 ** 32 - 1),
  HEPASTAGE_LONG_POLL_SECONDS_MAX: '1',
};
/** A run has some 800. */
const casesMin = 500;

test('the API keeps to its OpenAPI document, with authentication', async (context) => {
  await using system = await startSystem('directory', undefined, {
    ...settings,
    HEPASTAGE_AUTHENTICATION: 'required',
  });
  await assertConforms(system, context, await issueKey(system));
});

test('the API keeps to its OpenAPI document, without authentication', async (context) => {
  await using system = await startSystem('directory', undefined, settings);
  await assertConforms(system, context);
});

/** With jobs of every end at hand, so that there is something to be found. */
async function assertConforms(system: System, context: TestContext, apiKey?: string): Promise<void> {
  const { url } = system.api;
  const headers = apiKey === undefined ? {} : bearer(apiKey);
  await system.startWorker();
  const succeeded = await ended(url, soundVolume, 'SUCCEEDED', headers);
  const failed = await ended(url, unsoundVolume, 'FAILED', headers);
  const before = await successes(url, headers);
  const { exitCode, output, report } = await runSchemathesis({
    url,
    apiKey,
    jobIds: [succeeded, failed],
    artefacts: ['heatmap.t2w.nii.gz', 'key-slice.t2w.png', 'report.fhir.json'],
    volume: soundVolume,
    dicom: slice(),
    studyInstanceUid: studyUid,
  });
  context.diagnostic(`${report.test_cases.generated} cases`);
  assert.equal(exitCode, 0, output);

  const documented = await operationsOf(url);
  const { total, tested, errored, skipped } = report.operations;
  assert.deepEqual([total, tested, errored, skipped], [documented.length, documented.length, 0, 0]);
  for (const phase of ['examples', 'coverage', 'fuzzing', 'stateful'])
    assert.equal(report.phases[phase]?.status, 'success', phase);
  assert.ok(report.test_cases.generated >= casesMin, `${report.test_cases.generated} cases`);
  const after = await successes(url, headers);
  const unanswered = documented.filter((operation) => after.get(operation) === before.get(operation));
  assert.deepEqual(unanswered, [], 'every operation was called with success, too');
}

/** Operations of the document, as metrics name them: `GET /v1/jobs/:id`. */
async function operationsOf(url: string): Promise<string[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/{(\w+)}/g, ':$1')}`),
  );
}

/** How often each operation was answered with success so far. */
async function successes(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { labels, value } of await samplesOf(
    url,
    'hepastage_http_request_duration_seconds_count',
    headers,
  )) {
    if (!labels['status']?.startsWith('2')) continue;
    const operation = `${labels['method']} ${labels['route']}`;
    counts.set(operation, value + (counts.get(operation) ?? 0));
  }
  return counts;
}

/** Sends a study, and returns its job's id once it has ended. */
async function ended(
  url: string,
  volume: Uint8Array<ArrayBuffer>,
  expected: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const { jobId } = (await (await postStudy(url, [['t2w', volume]], headers)).json()) as JobRecordJson;
  await eventually(async () => {
    const response = await fetch(`${url}/v1/jobs/${jobId}`, { headers });
    return ((await response.json()) as JobRecordJson).state;
  }, expected);
  return jobId!;
}

/** A key that may do everything, once the API knows it. */
async function issueKey({ api, settings: { HEPASTAGE_OBJECT_STORE = '' } }: System): Promise<string> {
  const store = openObjectStore({ objectStore: HEPASTAGE_OBJECT_STORE });
  const key = { tenant: 'default', name: 'schemathesis', scopes, expiresAt: undefined };
  const { text } = await new ApiKeyStore(store, new AuditLog(store)).create(key);
  await store.close();
  await eventually(async () => {
    const response = await fetch(`${api.url}/v1/models`, { headers: bearer(text) });
    await response.arrayBuffer();
    return response.status;
  }, 200);
  return text;
}
