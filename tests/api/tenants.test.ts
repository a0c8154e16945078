import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { auditEntries } from '@hepastage/access';
import type { JobRecordJson } from '@hepastage/proto';
import { Redis } from 'ioredis';
import { stow } from '../helpers/stow.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { bearer, issueKey, known } from './credentials.ts';
import { slice, studyUid } from './dicom-objects.ts';
import { registeredRoutes } from './registered-routes.ts';
import { studyForm } from './study-form.ts';
import { volume } from './volumes.ts';
import { succeed } from './worker-stand-in.ts';

const owner = 'hospital-a';
const stranger = 'hospital-b';
const reference = 'trial-7';
const idempotencyKey = 'the-same-for-both';
const artefact = 'heatmap.t1w.nii.gz';

/** What a request may have beside its method and path. */
interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What everyone may ask without saying who they are, as the API is started here. */
const open = /^GET \/(livez|readyz|openapi\.json|docs(\/.*)?)$/;

describe('what a tenant has, no other tenant sees, changes or counts', () => {
  let api: ApiUnderTest;
  /** Headers of the owner, of the stranger, and of a key of the stranger's that may nothing. */
  let mine: Readonly<Record<string, string>>;
  let theirs: Readonly<Record<string, string>>;
  let nothing: Readonly<Record<string, string>>;
  let stagedId: string;
  let waitingId: string;
  let arrivingId: string;

  const call = async (method: string, path: string, more: Call = {}) =>
    fetch(api.url + path, { method, ...more, headers: { ...theirs, ...more.headers } });

  const submitted = async (headers: Readonly<Record<string, string>>): Promise<string> => {
    const body = studyForm([
      ['t1w', volume()],
      ['metadata', JSON.stringify({ externalReference: reference })],
    ]);
    const response = await fetch(`${api.url}/v1/studies`, { method: 'POST', body, headers });
    assert.equal(response.status, 202);
    return ((await response.json()) as JobRecordJson).jobId!;
  };

  before(async () => {
    api = await startApi({ settings: { authentication: 'required' } });
    mine = bearer((await issueKey(api, owner)).text);
    nothing = bearer((await issueKey(api, stranger, [])).text);
    const { text } = await issueKey(api, stranger);
    theirs = bearer(text);
    await known(api, text);
    stagedId = await submitted(mine);
    await succeed(api.deps, stagedId, 'mild', owner);
    waitingId = await submitted({ ...mine, 'idempotency-key': idempotencyKey });
    const arrived = await stow(api.url, [slice(1)], { headers: mine });
    assert.equal(arrived.status, 200);
    [arrivingId = ''] = arrived.jobIds;
  });
  after(async () => api[Symbol.asyncDispose]());

  /** What the stranger tries with each route, and what must come of it. A route that is not here has not been thought about. */
  const attempts: Readonly<Record<string, () => Promise<void>>> = {
    'GET /v1/jobs': async () => {
      const queries = [
        '',
        `?reference=${reference}`,
        `?studyInstanceUid=${studyUid}`,
        '?state=SUCCEEDED',
        '?stage=mild',
      ];
      for (const query of queries) {
        const text = await (await call('GET', `/v1/jobs${query}`)).text();
        for (const id of [stagedId, waitingId, arrivingId]) assert.ok(!text.includes(id), query);
      }
    },
    'GET /v1/jobs/:id': async () => {
      for (const id of [stagedId, waitingId, arrivingId]) {
        await assertAbsent(await call('GET', `/v1/jobs/${id}`, { headers: { prefer: 'wait=30' } }));
      }
    },
    'GET /v1/jobs/:id/result': async () => assertAbsent(await call('GET', `/v1/jobs/${stagedId}/result`)),
    'GET /v1/jobs/:id/artefacts/:name': async () => {
      for (const name of [artefact, `..%2F..%2F..%2F${owner}%2Fjobs%2F${stagedId}%2Fresult.json`])
        await assertAbsent(await call('GET', `/v1/jobs/${stagedId}/artefacts/${name}`));
    },
    'DELETE /v1/jobs/:id': async () => {
      for (const id of [stagedId, waitingId, arrivingId])
        await assertAbsent(await call('DELETE', `/v1/jobs/${id}`));
      const traversal = encodeURIComponent(`../../${owner}/jobs/${stagedId}`);
      await assertAbsent(await call('DELETE', `/v1/jobs/${traversal}`));
    },
    'POST /v1/studies': async () => {
      // The same study under the same idempotency key is the stranger's own job.
      const own = await submitted({ ...theirs, 'idempotency-key': idempotencyKey });
      assert.notEqual(own, waitingId);
      assert.equal((await call('DELETE', `/v1/jobs/${own}`)).status, 204);
      // A study that another tenant is sending can't be said to be complete.
      const response = await call('POST', '/v1/studies', {
        body: JSON.stringify({ studyInstanceUid: studyUid }),
        headers: { 'content-type': 'application/json' },
      });
      await assertRefused(response, 404, 'STUDY_NOT_FOUND');
    },
    'POST /dicomweb/studies': async () => {
      const { status, jobIds } = await stow(api.url, [slice(2)], { headers: theirs });
      assert.equal(status, 200);
      assert.ok(!jobIds.includes(arrivingId));
      assert.equal((await call('DELETE', `/v1/jobs/${jobIds[0]}`)).status, 204);
    },
    'POST /dicomweb/studies/:uid': async () => {
      const options = { study: studyUid, headers: theirs };
      const { status, jobIds } = await stow(api.url, [slice(2)], options);
      assert.equal(status, 200);
      assert.ok(!jobIds.includes(arrivingId));
      assert.equal((await call('DELETE', `/v1/jobs/${jobIds[0]}`)).status, 204);
    },
    // The same for everyone.
    'GET /v1/models': async () => {
      const { models } = (await (await call('GET', '/v1/models')).json()) as { models: { name: string }[] };
      assert.deepEqual(
        models.map(({ name }) => name),
        ['phantom-light'],
      );
    },
    'GET /metrics': async () => {
      const page = await (await call('GET', '/metrics')).text();
      for (const secret of [owner, stranger, stagedId, reference, studyUid])
        assert.ok(!page.includes(secret));
    },
  };

  test('every route of the app is walked', () => {
    const routes = registeredRoutes(api);
    assert.ok(routes.includes('GET /docs/'), 'hidden routes are among them');
    const guarded = routes.filter((route) => !route.startsWith('HEAD ') && !open.test(route));
    assert.deepEqual(guarded.toSorted(), Object.keys(attempts).toSorted());
  });

  for (const [route, attempt] of Object.entries(attempts)) {
    test(route, async () => {
      const untouched = await everythingOf(owner);
      await attempt();
      assert.deepEqual(await everythingOf(owner), untouched);
      const [method = '', pattern = ''] = route.split(' ');
      const path = pattern.replace(':id', stagedId).replace(':name', artefact).replace(':uid', studyUid);
      for (const tried of method === 'GET' ? [method, 'HEAD'] : [method]) {
        for (const [headers, status] of [
          [{}, 401],
          [nothing, 403],
        ] as const) {
          const response = await fetch(api.url + path, { method: tried, headers });
          await response.arrayBuffer();
          assert.equal(response.status, status, `${tried} ${path}`);
        }
        if (pattern.includes(':id')) assert.equal((await call(tried, path)).status, 404);
      }
      assert.deepEqual(await everythingOf(owner), untouched);
    });
  }

  test('its owner has everything still', async () => {
    for (const path of [
      `/v1/jobs/${stagedId}/result`,
      `/v1/jobs/${stagedId}/artefacts/${artefact}`,
      `/v1/jobs/${waitingId}`,
    ]) {
      const response = await fetch(api.url + path, { headers: mine });
      await response.arrayBuffer();
      assert.equal(response.status, 200, path);
    }
    assert.equal(await submitted({ ...mine, 'idempotency-key': idempotencyKey }), waitingId);
    const response = await fetch(`${api.url}/v1/studies`, {
      method: 'POST',
      body: JSON.stringify({ studyInstanceUid: studyUid }),
      headers: { ...mine, 'content-type': 'application/json' },
    });
    assert.equal(((await response.json()) as JobRecordJson).jobId, arrivingId);
  });

  /** Objects, audit log and counts of a tenant, and all that Redis holds under its name. */
  async function everythingOf(tenant: string) {
    const { store, quotas, config } = api.deps;
    const objects = await Array.fromAsync(store.list(`tenants/${tenant}/`));
    const redis = new Redis(config.redisUrl);
    try {
      const keys: string[] = [];
      for await (const page of redis.scanStream({ match: `${config.redisPrefix}*${tenant}*` }))
        keys.push(...(page as string[]));
      const dumps = await Promise.all(keys.toSorted().map(async (key) => [key, await redis.dumpBuffer(key)]));
      return {
        objects,
        dumps,
        audited: (await Array.fromAsync(auditEntries(store, tenant))).length,
        spent: await quotas.spent(tenant),
      };
    } finally {
      redis.disconnect();
    }
  }
});

async function assertAbsent(response: Response): Promise<void> {
  await assertRefused(response, 404, 'JOB_NOT_FOUND');
}

async function assertRefused(response: Response, status: number, code: string): Promise<void> {
  const problem = (await response.json()) as { code: string };
  assert.deepEqual([response.status, problem.code], [status, code]);
}
