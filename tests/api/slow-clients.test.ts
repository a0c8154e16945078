import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { objectKeys } from '@hepastage/platform';
import { type ApiUnderTest, startApi, tenant } from './api-under-test.ts';
import { eventually } from './eventually.ts';
import { storeKinds } from './store-under-test.ts';
import { heatmapSha256, submit, succeed } from './worker-stand-in.ts';

const artefact = 'heatmap.t1w.nii.gz';
/** Far more than all socket buffers on the way hold. */
const artefactBytes = 48 << 20;
const chunkBytes = 1 << 20;

const settings = {
  headersMsMax: 300,
  uploadIdleMsMax: 400,
  uploadMsMax: 500,
  requestMsMax: 900,
  longPollSecondsMax: 1,
  socketIdleMsMax: 1_500,
  // Node takes up to twice the time-out to notice that nothing is taken.
  responseMsMax: 5_000,
};
/** A limit is found to be reached at the next look, which comes after as long again. */
const slackMs = 2_000;

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function took(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work;
  return performance.now() - begun;
}

describe('a client that is slow to ask', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi({ settings });
  });
  after(async () => api[Symbol.asyncDispose]());

  /** Sends `text`, then a byte now and then. Returns what came back once the connection is closed, and after how long, ms. */
  const trickle = async (head: string, drop: string) => {
    const socket = await open(api.url);
    socket.write(head);
    const timer = setInterval(() => socket.write(drop), 50);
    const answer = text(socket);
    const ms = await took(answer).finally(() => clearInterval(timer));
    return { answer: await answer, ms };
  };

  test('a header at a time is answered and closed', async () => {
    const { answer, ms } = await trickle('GET /livez HTTP/1.1\r\nHost: test\r\n', 'a: b\r\n');
    assert.match(answer, /^HTTP\/1\.1 408 .*"code":"UPLOAD_TIMEOUT"/s);
    assert.ok(ms < settings.headersMsMax + slackMs, `${ms} ms`);
  });

  test('a body of a few bytes at a time is closed', async () => {
    const head = [
      'POST /v1/studies HTTP/1.1',
      'Host: test',
      'Content-Type: application/json',
      'Content-Length: 1000',
      '',
      '{',
    ].join('\r\n');
    const { answer, ms } = await trickle(head, ' ');
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.ok(ms < settings.requestMsMax + slackMs, `${ms} ms`);
  });

  test('a connection that asks for nothing is closed', async () => {
    const socket = await open(api.url);
    const ms = await took(once(socket.resume(), 'close'));
    assert.ok(ms < settings.headersMsMax + slackMs, `${ms} ms`);
  });
});

for (const store of storeKinds) {
  describe(`a client that is slow to take what comes from the ${store} store`, () => {
    let api: ApiUnderTest;
    let path: string;
    const streams: Readable[] = [];
    before(async () => {
      api = await startApi({ store, settings });
      const id = await submit(api);
      await succeed(api.deps, id);
      const chunks = Array.from({ length: artefactBytes / chunkBytes }, () => Buffer.alloc(chunkBytes, 'x'));
      const large = Readable.from(chunks, { objectMode: false });
      await api.deps.store.write(
        objectKeys.artefact(tenant, id, { name: artefact, sha256: heatmapSha256 }),
        large,
      );
      path = `/v1/jobs/${id}/artefacts/${artefact}`;
      // The store stays what it is: what it opens is looked at.
      const read = api.deps.store.read.bind(api.deps.store);
      api.deps.store.read = async (key, signal) => {
        const found = await read(key, signal);
        if (found !== undefined && key.endsWith(artefact)) streams.push(found.stream);
        return found;
      };
    });
    after(async () => api[Symbol.asyncDispose]());

    const ask = async () => {
      streams.length = 0;
      const socket = await open(api.url);
      socket.pause();
      socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`);
      return socket;
    };
    const nothingIsOpen = async () => {
      await eventually(async () => streams.length > 0 && streams.every((stream) => stream.destroyed), true);
      await eventually(async () => openFiles('heatmap'), []);
    };

    test('who takes nothing is cut off', async () => {
      const socket = await ask();
      await eventually(async () => streams.length, 1);
      const ms = await took(nothingIsOpen());
      assert.ok(ms < settings.responseMsMax, `${ms} ms: by the time-out of the whole response`);
      socket.destroy();
    });

    test('who takes a little now and then is cut off, too', async () => {
      const socket = await ask();
      const begun = performance.now();
      let taken = 0;
      const sip = setInterval(() => {
        taken += (socket.read() as Buffer | null)?.length ?? 0;
      }, 100);
      // It takes what there is, but reads on from the network only now and then.
      socket.on('readable', () => undefined);
      await nothingIsOpen().finally(() => clearInterval(sip));
      const ms = performance.now() - begun;
      assert.ok(ms > settings.responseMsMax - 100 && ms < settings.responseMsMax + slackMs, `${ms} ms`);
      assert.ok(taken > 0 && taken < artefactBytes, `${taken} bytes`);
      socket.destroy();
    });

    test('who takes what comes gets all of it', async () => {
      const response = await fetch(api.url + path);
      assert.equal((await response.bytes()).length, artefactBytes);
      await nothingIsOpen();
    });
  });
}

/** Paths with `name` in them that this process has open. Empty on systems without /proc. */
function openFiles(name: string): string[] {
  const links = (() => {
    try {
      return readdirSync('/proc/self/fd');
    } catch {
      return [];
    }
  })();
  return links.flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`);
      return path.includes(name) ? [path] : [];
    } catch {
      return [];
    }
  });
}
