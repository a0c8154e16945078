import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type PushOutcome, type StowOptions, stowPush } from './stow-push.ts';

const objects = [Buffer.from('first\r\n--object'), Buffer.from([0, 255, 13, 10])];
const secret = 'Bearer very-secret-token';

/** What the PACS answers, one for each try; undefined hangs up. The last is repeated. */
type Answer = { status: number; headers?: Record<string, string>; body?: unknown } | undefined;

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A PACS that follows a script. */
async function startPacs(answers: readonly Answer[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    const scripted = answers[Math.min(received.length, answers.length - 1)];
    received.push({ method: request.method, url: request.url, headers: request.headers, body });
    if (scripted === undefined) {
      request.socket.destroy();
      return;
    }
    response.writeHead(scripted.status, scripted.headers);
    response.end(typeof scripted.body === 'string' ? scripted.body : JSON.stringify(scripted.body ?? ''));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/dicomweb/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Pushes to a scripted PACS; pauses are noted, not waited for. */
async function push(answers: readonly Answer[], options: Partial<StowOptions> = {}) {
  await using pacs = await startPacs(answers);
  const pausesMs: number[] = [];
  const outcome = await stowPush(objects, {
    url: pacs.url,
    headers: { authorization: secret },
    fetch,
    retries: 3,
    random: () => 1,
    sleep: async (ms) => pausesMs.push(ms),
    ...options,
  });
  return { outcome, pausesMs, received: pacs.received };
}

const stored = (...uids: readonly string[]) => ({
  '00081199': { vr: 'SQ', Value: uids.map((uid) => ({ '00081155': { vr: 'UI', Value: [uid] } })) },
});
const failed = (reason: number, ...uids: readonly string[]) => ({
  '00081198': {
    vr: 'SQ',
    Value: uids.map((uid) => ({
      '00081155': { vr: 'UI', Value: [uid] },
      '00081197': { vr: 'US', Value: [reason] },
    })),
  },
});

test('objects go in one multipart body, with the credentials', async () => {
  const { outcome, received } = await push([{ status: 200, body: stored('1.2', '1.3') }]);
  assert.deepEqual(outcome, { kind: 'stored', attempts: 1 });
  const [{ method, url, headers, body }] = received as [Received];
  assert.deepEqual([method, url, headers.authorization], ['POST', '/dicomweb/studies', secret]);
  assert.equal(headers.accept, 'application/dicom+json');
  const [, boundary] = /^multipart\/related; type="application\/dicom"; boundary=(\S+)$/.exec(
    headers['content-type'] ?? '',
  )!;
  const part = `--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`;
  const pieces = [part, objects[0]!, '\r\n', part, objects[1]!, `\r\n--${boundary}--\r\n`];
  assert.deepEqual(body, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
});

test('what may pass is tried again after pauses that grow', async () => {
  const { outcome, pausesMs, received } = await push([
    undefined,
    { status: 503 },
    { status: 429 },
    { status: 200, body: stored('1.2', '1.3') },
  ]);
  assert.deepEqual(outcome, { kind: 'stored', attempts: 4 });
  assert.deepEqual(pausesMs, [500, 1000, 2000]);
  assert.equal(new Set(received.map(({ headers }) => headers['content-type'])).size, 4);
});

test('pauses differ at random, and are as long as the PACS asks for', async () => {
  const jittered = await push([{ status: 503 }], { random: () => 0 });
  assert.deepEqual(jittered.pausesMs, [250, 500, 1000]);
  const asked = await push([{ status: 429, headers: { 'retry-after': '7' } }], { retries: 1 });
  assert.deepEqual(asked.pausesMs, [7_000]);
  const ages = await push([{ status: 429, headers: { 'retry-after': '99999' } }], { retries: 1 });
  assert.deepEqual(ages.pausesMs, [120_000]);
});

test('a PACS that never answers well is unavailable', async () => {
  assert.deepEqual((await push([{ status: 500 }])).outcome, {
    kind: 'unavailable',
    status: 500,
    attempts: 4,
  });
  assert.deepEqual((await push([undefined], { retries: 0 })).outcome, {
    kind: 'unavailable',
    status: undefined,
    attempts: 1,
  });
  assert.deepEqual((await push([{ status: 501 }])).outcome, {
    kind: 'refused',
    status: 501,
    refused: [],
    attempts: 1,
  });
});

test('a PACS that does not let us in is unavailable, and is not asked again with the same credentials', async () => {
  for (const status of [401, 403]) {
    const { outcome } = await push([{ status, headers: { 'retry-after': '1' } }]);
    assert.deepEqual(outcome, { kind: 'unavailable', status, attempts: 1 });
  }
});

test('what was not kept is named, and not sent again', async () => {
  const partly = { ...stored('1.2'), ...failed(0xa9_00, '1.3') };
  const refused = [{ sopInstanceUid: '1.3', reason: 0xa9_00 }];
  for (const status of [200, 202, 409]) {
    assert.deepEqual((await push([{ status, body: partly }])).outcome, {
      kind: 'partly-stored',
      refused,
      attempts: 1,
    });
  }
  assert.deepEqual((await push([{ status: 409, body: failed(0xa9_00, '1.3') }])).outcome, {
    kind: 'refused',
    status: 409,
    refused,
    attempts: 1,
  });
  assert.deepEqual((await push([{ status: 200, body: stored('1.2') }])).outcome, {
    kind: 'partly-stored',
    refused: [],
    attempts: 1,
  });
});

test('a PACS that is out of resources is asked again, and is unavailable while it stays so', async () => {
  const full = { status: 409, body: failed(0xa7_00, '1.2', '1.3') };
  const { outcome } = await push([full, { status: 200, body: stored('1.2', '1.3') }]);
  assert.deepEqual(outcome, { kind: 'stored', attempts: 2 });
  const never = await push([full], { retries: 1 });
  assert.deepEqual(never.outcome, { kind: 'unavailable', status: 409, attempts: 2 });
});

test('answers that are no DICOM JSON are judged by their status', async () => {
  const kindOf = async (status: number, body: unknown): Promise<PushOutcome['kind']> =>
    (await push([{ status, body }])).outcome.kind;
  assert.equal(await kindOf(200, '<NativeDicomModel/>'), 'stored');
  assert.equal(await kindOf(200, ''), 'stored');
  assert.equal(await kindOf(200, { a: 1 }), 'stored');
  assert.equal(await kindOf(200, 'x'.repeat(2 << 20)), 'stored');
  assert.equal(await kindOf(202, '<NativeDicomModel/>'), 'partly-stored');
  assert.equal(await kindOf(400, 'no'), 'refused');
  assert.equal(await kindOf(409, [stored('1.2', '1.3')]), 'partly-stored');
  // A failure that is no failure item must not become text in an outcome.
  assert.deepEqual(
    (await push([{ status: 409, body: { '00081198': { Value: [7, { '00081155': { Value: ['<b>'] } }] } } }]))
      .outcome,
    {
      kind: 'refused',
      status: 409,
      refused: [{ sopInstanceUid: '', reason: undefined }],
      attempts: 1,
    },
  );
});

test('a redirect is not followed: the credentials stay with the PACS that was configured', async () => {
  await using elsewhere = await startPacs([{ status: 200 }]);
  const { outcome } = await push([{ status: 307, headers: { location: elsewhere.url } }]);
  assert.deepEqual(outcome, { kind: 'refused', status: 307, refused: [], attempts: 1 });
  assert.equal(elsewhere.received.length, 0);
});

test('no outcome and no error holds the URL or the credentials', async () => {
  const outcomes = [
    (await push([{ status: 500, body: secret }])).outcome,
    (await push([{ status: 401, body: secret }])).outcome,
    (await push([undefined], { url: 'http://user:very-secret@127.0.0.1:1/x' })).outcome,
  ];
  assert.doesNotMatch(JSON.stringify(outcomes), /secret|127\.0\.0\.1/);
});

test('aborting ends it with the signal’s reason, while it waits for an answer or pauses', async () => {
  const reason = new Error('enough');
  for (const phase of ['answer', 'pause'] as const) {
    const controller = new AbortController();
    const abort = () => controller.abort(reason);
    const pushing = stowPush(objects, {
      url: 'http://127.0.0.1:1',
      retries: 3,
      signal: controller.signal,
      fetch: async (_, init) => {
        if (phase === 'pause') {
          setImmediate(abort);
          return new Response(null, { status: 503 });
        }
        abort();
        init?.signal?.throwIfAborted();
        throw new Error('not aborted');
      },
    });
    await assert.rejects(pushing, reason, phase);
  }
});

test('a try that takes too long is given up', async () => {
  const { outcome } = await push([{ status: 200 }], {
    timeoutMs: 20,
    retries: 1,
    fetch: async (_, init) => {
      const { promise, reject } = Promise.withResolvers<Response>();
      init!.signal!.addEventListener('abort', () => reject(new Error('timed out')));
      // A timer of AbortSignal.timeout keeps no process alive.
      const alive = setTimeout(() => undefined, 5_000);
      return promise.finally(() => clearTimeout(alive));
    },
  });
  assert.deepEqual(outcome, { kind: 'unavailable', status: undefined, attempts: 2 });
});

test('a push of nothing is a mistake', async () => {
  await assert.rejects(stowPush([], { url: 'http://127.0.0.1:1', fetch, retries: 0 }), RangeError);
});
