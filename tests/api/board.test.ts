import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { scopes } from '@hepastage/access';
import { leakingNothing } from '../helpers/leaks.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { bearer, issueKey, known } from './credentials.ts';
import { registeredRoutes } from './registered-routes.ts';
import { problemOf, studyForm } from './study-form.ts';
import { volume } from './volumes.ts';
import { submit } from './worker-stand-in.ts';

const path = '/ops/queues';
const reference = 'MRS DOE 1950';
const webhook = 'https://hospital.example/hook?secret=sesame';

interface Board {
  readonly queues: readonly {
    readonly name: string;
    readonly readOnlyMode: boolean;
    readonly counts: Readonly<Record<string, number>>;
    readonly jobs: readonly { readonly id: string; readonly data: object }[];
  }[];
}

function basic(password: string, user = 'ops'): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

async function statusOf(url: string, headers = {}, method = 'GET'): Promise<number> {
  const response = await fetch(url, { headers, method });
  await response.arrayBuffer();
  return response.status;
}

test('there is no page of the queues unless it is switched on', async () => {
  await using api = await startApi();
  for (const below of ['', '/', '/api/queues', '/static/images/logo.svg'])
    assert.equal(await statusOf(api.url + path + below), 404);
});

describe('the page of the queues, where authentication is required', () => {
  let api: ApiUnderTest;
  let operator: string;
  let admin: string;
  let jobId: string;
  before(async () => {
    api = await startApi({
      settings: { authentication: 'required', board: 'on', webhookKey: ['k'.repeat(32)] },
    });
    admin = (
      await issueKey(
        api,
        'hospital-a',
        scopes.filter((scope) => scope !== 'operator'),
      )
    ).text;
    operator = (await issueKey(api, 'operators', ['operator'])).text;
    await known(api, operator);
    const body = studyForm([
      ['t1w', volume()],
      ['metadata', JSON.stringify({ externalReference: reference, webhook })],
    ]);
    const response = await fetch(`${api.url}/v1/studies`, { method: 'POST', body, headers: bearer(admin) });
    assert.equal(response.status, 202, await response.clone().text());
    ({ jobId } = (await response.json()) as { jobId: string });
  });
  after(async () => api[Symbol.asyncDispose]());

  const everyRoute = () =>
    registeredRoutes(api)
      .map((route) => route.split(' ') as [string, string])
      .filter(([, route]) => route.startsWith(path));
  // The router’s drawing leaves a folder out that has one wildcard alone.
  const urlOf = (route: string) =>
    api.url +
    route.replace(':queueName', 'studies').replace(':jobId', jobId).replace('*', 'static/images/logo.svg');

  test('nothing of it is for those without credentials, for a tenant’s admin, or for a wrong password', async () => {
    const routes = everyRoute();
    assert.ok(routes.length > 10, `${routes.length} routes`);
    for (const [method, route] of routes) {
      assert.equal(await statusOf(urlOf(route), {}, method), 401, route);
      assert.equal(await statusOf(urlOf(route), bearer(admin), method), 403, route);
      assert.equal(await statusOf(urlOf(route), basic(admin), method), 403, route);
      assert.equal(await statusOf(urlOf(route), basic(`${operator}x`), method), 401, route);
    }
  });

  test('a browser is asked for a password, everyone else for a token, and refusals are problems as everywhere', async () => {
    const response = await fetch(api.url + path);
    assert.equal(
      response.headers.get('www-authenticate'),
      'Bearer realm="hepastage", Basic realm="hepastage operators", charset="UTF-8"',
    );
    assert.equal((await problemOf(response)).code, 'UNAUTHENTICATED');
    assert.equal(
      (await problemOf(await fetch(api.url + path, { headers: bearer(admin) }))).code,
      'FORBIDDEN',
    );
  });

  test('an operator sees it, with the key as a token or as a password, and nothing else with either', async () => {
    for (const headers of [bearer(operator), basic(operator), basic(operator, '')])
      assert.equal(await statusOf(api.url + path, headers), 200);
    assert.equal(
      await statusOf(`${api.url}/v1/jobs`, basic(operator)),
      401,
      'no other route takes a password',
    );
    assert.equal(await statusOf(`${api.url}/v1/jobs`, basic(admin)), 401);
    assert.equal(await statusOf(`${api.url}/v1/jobs`, bearer(operator)), 403);
    assert.equal(await statusOf(`${api.url}/metrics`, bearer(operator)), 403);
  });

  test('it counts right, and shows of a study neither what its client said nor where that is told', async () => {
    const response = await fetch(`${api.url + path}/api/queues?activeQueue=studies`, {
      headers: basic(operator),
    });
    assert.equal(response.status, 200);
    const text = await response.text();
    const { queues } = JSON.parse(text) as Board;
    assert.deepEqual(
      queues.map(({ name, counts, readOnlyMode }) => [name, counts['prioritized'], readOnlyMode]),
      [
        ['studies', 1, true],
        ['pacs-pushes', 0, true],
        ['webhooks', 0, true],
      ],
    );
    const [job] = queues[0]!.jobs;
    assert.equal(job?.id, jobId);
    assert.deepEqual(Object.keys(job.data).toSorted(), ['createdAt', 'jobId', 'replayOf', 'tenant']);
    const one = await fetch(`${api.url + path}/api/queues/studies/${jobId}`, { headers: basic(operator) });
    assert.equal(one.status, 200);
    for (const answer of [text, await one.text()]) {
      for (const secret of [reference, webhook, 'sesame', 't1w']) assert.ok(!answer.includes(secret), secret);
    }
  });

  test('nothing that it asks for works without being asked for: every route answers', async () => {
    for (const [method, route] of everyRoute()) {
      const status = await statusOf(urlOf(route), basic(operator), method);
      assert.ok(status < 500, `${method} ${route}: ${status}`);
    }
  });

  test('nothing can be changed with it', async () => {
    assert.deepEqual(new Set(everyRoute().map(([method]) => method)), new Set(['GET', 'HEAD']));
    for (const [method, below] of [
      ['PUT', '/api/queues/pause'],
      ['PUT', '/api/queues/studies/pause'],
      ['PUT', '/api/queues/studies/empty'],
      ['PUT', '/api/queues/studies/obliterate'],
      ['POST', '/api/queues/studies/add'],
      ['PUT', `/api/queues/studies/${jobId}/clean`],
      ['PATCH', `/api/queues/studies/${jobId}/update-data`],
    ] as const) {
      const status = await statusOf(api.url + path + below, basic(operator), method);
      assert.ok([404, 405].includes(status), `${method} ${below}: ${status}`);
    }
    assert.equal(await api.deps.queue.state(jobId), 'waiting');
    assert.equal((await api.deps.queue.outlook([])).isPaused, false);
  });

  test('its page is made of what this service serves, and may do no more than that', async () => {
    const response = await fetch(`${api.url + path}/queue/studies`, { headers: basic(operator) });
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.ok(!/unsafe|https?:/.test(policy), policy);
    assert.equal(response.headers.get('x-frame-options'), 'DENY');
    const page = await response.text();
    assert.match(page, /<div id="root"><\/div>/);
    assert.ok(!/https?:|\/\/fonts|<style|style=/.test(page), page);
    const files = [...page.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map(([, file]) => file);
    assert.ok(files.some((file) => file?.endsWith('.js')) && files.some((file) => file?.endsWith('.css')));
    for (const file of files)
      assert.equal(await statusOf(`${api.url + path}/${file}`, basic(operator)), 200, file);
  });

  test('the OpenAPI document does not know it', async () => {
    const { paths } = (await (await fetch(`${api.url}/openapi.json`)).json()) as { paths: object };
    assert.ok(Object.keys(paths).every((route) => !route.startsWith('/ops')));
  });
});

test('where metrics are behind the operations port it is there alone, for whoever reaches that', async () => {
  const settings = { metricsAccess: 'port', operationsPort: 0, authentication: 'required' } as const;
  await using api = await startApi({ settings: { ...settings, board: 'on' } });
  const { text } = await issueKey(api, 'operators', ['operator']);
  await known(api, text);
  assert.equal(await statusOf(api.operationsUrl + path), 200);
  assert.equal(await statusOf(`${api.operationsUrl}${path}/api/queues`), 200);
  assert.equal(await statusOf(api.url + path, basic(text)), 404);
});

test(
  'without authentication it is as open as all else: on this machine; and it is closed with the service',
  leakingNothing(async () => {
    await using api = await startApi({ settings: { board: 'on' } });
    await submit(api);
    assert.equal(await statusOf(api.url + path), 200);
    assert.equal(await statusOf(`${api.url + path}/api/queues?activeQueue=studies`), 200);
  }),
);
