import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { objectKeys } from '@hepastage/platform';
import type { JobRecordJson } from '@hepastage/proto';
import { type ApiUnderTest, startApi, tenant } from './api-under-test.ts';
import { bearer, issueKey, known } from './credentials.ts';
import { eventually } from './eventually.ts';
import { postStudy, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';
import { heatmapSha256, submit, succeed } from './worker-stand-in.ts';

const artefact = 'heatmap.t1w.nii.gz';
/** Far more than all socket buffers on the way hold. */
const artefactMiB = 24;

/** Makes an artefact of a job that succeeded too large to be on its way without anybody taking it. */
async function enlarge({ deps: { store } }: ApiUnderTest, owner: string, id: string): Promise<void> {
  const chunks = Array.from({ length: artefactMiB }, () => Buffer.alloc(2 ** 20, 'x'));
  const key = objectKeys.artefact(owner, id, { name: artefact, sha256: heatmapSha256 });
  await store.write(key, Readable.from(chunks, { objectMode: false }));
}

describe('a tenant that reads as much at once as it may', () => {
  const max = 3;
  const owner = 'hospital-a';
  let api: ApiUnderTest;
  let headers: Readonly<Record<string, string>>;
  let others: Readonly<Record<string, string>>;
  let artefactUrl: string;
  let resultUrl: string;
  let othersUrl: string;
  before(async () => {
    api = await startApi({ settings: { authentication: 'required', readsPerTenantMax: max } });
    headers = bearer((await issueKey(api, owner)).text);
    const { text } = await issueKey(api, 'hospital-b');
    others = bearer(text);
    await known(api, text);
    const id = await staged(headers, owner);
    await enlarge(api, owner, id);
    resultUrl = `${api.url}/v1/jobs/${id}/result`;
    artefactUrl = `${api.url}/v1/jobs/${id}/artefacts/${artefact}`;
    othersUrl = `${api.url}/v1/jobs/${await staged(others, 'hospital-b')}/artefacts/${artefact}`;
  });
  after(async () => api[Symbol.asyncDispose]());

  const staged = async (of: Readonly<Record<string, string>>, name: string): Promise<string> => {
    const response = await postStudy(api.url, [['t1w', volume()]], of);
    const { jobId } = (await response.json()) as JobRecordJson;
    await succeed(api.deps, jobId!, 'mild', name);
    return jobId!;
  };
  /** Responses of which nobody takes more than their heads. */
  const openReads = async (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const response = await fetch(artefactUrl, { headers });
        assert.equal(response.status, 200);
        return response;
      }),
    );
  const statusOf = async (url: string, of = headers, method = 'GET'): Promise<number> => {
    const response = await fetch(url, { headers: of, method });
    await response.bytes();
    return response.status;
  };
  /** As many reads as it may are there to be had, and no more. */
  const allAreFree = async () => {
    await eventually(async () => {
      const open = await Promise.all(
        Array.from({ length: max }, async () => fetch(artefactUrl, { headers })),
      );
      const statuses = open.map(({ status }) => status);
      await Promise.all(open.map(async ({ body }) => body?.cancel()));
      return statuses;
    }, Array(max).fill(200));
  };

  test('is refused more, and told when to come back; others are served, and it is again when one has ended', async () => {
    const [first, ...rest] = await openReads(max);
    for (const url of [artefactUrl, resultUrl]) {
      const refused = await fetch(url, { headers });
      assert.equal(refused.status, 429);
      assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
      const { code, retryable, detail } = await problemOf(refused);
      assert.deepEqual([code, retryable], ['RATE_LIMITED', true]);
      assert.match(detail, /at most 3/);
    }
    assert.equal(await statusOf(`${api.url}/v1/jobs`), 200);
    assert.equal(await statusOf(othersUrl, others), 200);
    await first?.body?.cancel();
    await eventually(async () => statusOf(resultUrl), 200);
    for (const { body } of rest) await body?.cancel();
    await allAreFree();
  });

  test('has its reads back however they end', async () => {
    const absent = artefactUrl.replace(artefact, 'absent');
    for (let n = 0; n < 2 * max; n++) {
      assert.equal(await statusOf(artefactUrl), 200);
      assert.equal(await statusOf(artefactUrl, headers, 'HEAD'), 200);
      assert.equal(await statusOf(artefactUrl, { ...headers, 'if-none-match': '*' }), 304);
      assert.equal(await statusOf(absent), 404);
    }
    await allAreFree();

    const read = api.deps.store.read.bind(api.deps.store);
    api.deps.store.read = () => Promise.reject(new Error('broken'));
    for (let n = 0; n < 2 * max; n++) assert.equal(await statusOf(artefactUrl), 500);
    api.deps.store.read = read;
    await allAreFree();
  });

  test('reads nothing by asking for heads', async () => {
    const { store } = api.deps;
    const read = store.read.bind(store);
    const opened: Readable[] = [];
    store.read = async (key, signal) => {
      const object = await read(key, signal);
      if (object?.bytes === artefactMiB * 2 ** 20) opened.push(object.stream);
      return object;
    };
    for (let n = 0; n < 2 * max; n++) {
      const response = await fetch(artefactUrl, { headers, method: 'HEAD' });
      assert.equal(response.status, 200);
      assert.equal(Number(response.headers.get('content-length')), artefactMiB * 2 ** 20);
    }
    store.read = read;
    assert.equal(opened.length, 2 * max);
    for (const stream of opened) assert.ok(stream.destroyed && !stream.readableEnded);
  });

  test('has them back from clients that go away at any time, with answers that wait for each other', async () => {
    const { hostname, port, pathname } = new URL(artefactUrl);
    const lines = [`GET ${pathname} HTTP/1.1`, 'Host: test', `Authorization: ${headers['authorization']}`];
    const request = `${lines.join('\r\n')}\r\n\r\n`;
    for (const isAwaited of [false, true]) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      await new Promise<void>((resolve) => socket.write(request.repeat(max), () => resolve()));
      if (isAwaited) {
        await once(socket, 'readable');
        await eventually(async () => statusOf(resultUrl), 429);
      }
      socket.destroy();
      await allAreFree();
    }
  });
});

test('slow readers of the S3 store keep nobody from sending studies and reading results', async () => {
  await using api = await startApi({ store: 's3' });
  const id = await submit(api);
  await succeed(api.deps, id);
  await enlarge(api, tenant, id);
  const url = `${api.url}/v1/jobs/${id}`;
  // More than the SDK's own bound of connections, 50.
  const slow = await Promise.all(
    Array.from({ length: 60 }, async () => fetch(`${url}/artefacts/${artefact}`)),
  );
  assert.ok(slow.every(({ status }) => status === 200));
  assert.equal((await fetch(`${api.url}/readyz`)).status, 200);
  await submit(api);
  const result = await fetch(`${url}/result`);
  assert.equal(result.status, 200);
  await result.json();
  for (const { body } of slow) await body?.cancel();
});
