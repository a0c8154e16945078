import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { slice } from './dicom-objects.ts';
import { eventually } from './eventually.ts';
import type { Problem } from './study-form.ts';
import { volume } from './volumes.ts';

const bodyBytes = 20_000_000;
/** What sockets and streams hold on the way: a few buffers of 64 KiB each. */
const readBytesMax = 1_000_000;
const settings = { uploadBytesMax: 2 * bodyBytes, lingerMsMax: 5_000, lingerBytesMax: 2 * bodyBytes };

const doors = [
  {
    path: '/v1/studies',
    type: 'multipart/form-data; boundary=b',
    header: 'Content-Disposition: form-data; name="study"; filename="a"',
    // The store is busy with a part of its own.
    first: [['Content-Disposition: form-data; name="t1w"; filename="a"', volume()] as const],
    writesHeld: 1,
  },
  {
    path: '/dicomweb/studies',
    type: 'multipart/related; type="application/dicom"; boundary=b',
    header: 'Content-Type: application/dicom',
    // Four small objects may be written while the next one comes in.
    first: [1, 2, 3, 4, 5].map((n) => ['Content-Type: application/dicom', slice(n)] as const),
    writesHeld: 4,
  },
];
const contents = { 'next to nothing': 1, '48 KiB': 48 * 1_024 };

for (const door of doors) {
  for (const [size, bytes] of Object.entries(contents)) {
    test(`while the store is slow, parts of ${size} stay with the sender of ${door.path}`, async () => {
      await using api = await startApi({ settings: { ...settings, partsMax: 100 } });
      const sockets: Socket[] = [];
      api.app.server.on('connection', (socket: Socket) => sockets.push(socket));
      const store = holdWrites(api);
      const part = partOf(door.header, Buffer.alloc(bytes, 'x'));
      const many = Array.from({ length: bodyBytes / part.length }, () => part);
      const sending = request(api.url + door.path, {
        method: 'POST',
        headers: { 'content-type': door.type },
      });
      // Once the answer is there, a reset of the rest is no matter.
      sending.on('error', () => undefined);
      sending.end(
        Buffer.concat([...door.first.map(([header, content]) => partOf(header, content)), ...many]),
      );

      await eventually(async () => store.held(), door.writesHeld);
      assert.ok((await settled(sockets[0]!)) < readBytesMax);
      store.letGo();
      const [response] = (await once(sending, 'response')) as [IncomingMessage];
      assert.equal(((await json(response)) as Problem).code, 'TOO_MANY_PARTS');
      await eventually(async () => (await api.traces()).objects, []);
    });
  }
}

function partOf(header: string, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`\r\n--b\r\n${header}\r\n\r\n`), content]);
}

/** The store stays what it is, but no write ends before it is let go. */
function holdWrites({ deps: { store } }: ApiUnderTest) {
  const { promise: open, resolve: letGo } = Promise.withResolvers<void>();
  let held = 0;
  const holding =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      const written = await write(...args);
      held += 1;
      await open;
      return written;
    };
  store.write = holding(store.write.bind(store));
  store.writeBytes = holding(store.writeBytes.bind(store));
  return { held: () => held, letGo };
}

/** Bytes that the service has taken from a socket, once it takes no more. */
async function settled(socket: Socket): Promise<number> {
  for (;;) {
    const { bytesRead } = socket;
    await delay(300);
    if (socket.bytesRead === bytesRead) return bytesRead;
  }
}
