import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { bodyLimits } from '../multipart/testing/body-limits.ts';
import { type RelatedLimits, relatedParts } from './related-parts.ts';

const limitsFor = (signal?: AbortSignal) => ({
  ...bodyLimits({ signal }),
  partsMax: 5,
  headerBytesMax: 2_000,
});
const slow = { timeout: 20_000 };
const contentType = 'multipart/related; type="application/dicom"; boundary="-b 1"; start="<a@b>"';

function part(content: Buffer, header = 'Content-Type: application/dicom\r\n'): Buffer {
  return Buffer.concat([Buffer.from(`---b 1\r\n${header}\r\n`), content, Buffer.from('\r\n')]);
}

const end = Buffer.from('---b 1--\r\n');
/** Holds line breaks, and most of a boundary. */
const object = (bytes: number) => Buffer.alloc(bytes, '\r\n---b 2\r\n\r\nDICM');
const jpegPart =
  'Content-Location: x\r\ncontent-type: Application/DICOM; transfer-syntax=1.2.840.10008.1.2.4.50\r\n';
const body = Buffer.concat([
  Buffer.from('a preamble\r\n'),
  part(object(200_000)),
  part(Buffer.alloc(0), jpegPart),
  part(object(70), 'Content-Type: application/dicom+json\r\n'),
  part(object(100_000), ''),
  end,
  Buffer.from('an epilogue'),
]);
const expected = [
  { mediaType: 'application/dicom', content: object(200_000) },
  { mediaType: 'application/dicom', transferSyntax: '1.2.840.10008.1.2.4.50', content: Buffer.alloc(0) },
  { mediaType: 'application/dicom+json', content: object(70) },
  { mediaType: 'text/plain', content: object(100_000) },
];

function stream(bytes: Buffer, chunkBytes = 10_000): Readable {
  const chunks = function* () {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  };
  return Readable.from(chunks(), { objectMode: false });
}

async function readParts(
  source: Readable,
  type: string | undefined = contentType,
  limits: RelatedLimits = limitsFor(),
) {
  const parts = [];
  for await (const { content, ...rest } of relatedParts(source, type, limits)) {
    parts.push({ ...rest, content: Buffer.concat(await Array.fromAsync(content)) });
  }
  return parts;
}

test('parts come as they were sent, in chunks of any size', slow, async () => {
  for (const chunkBytes of [7, 1_000, 65_536, body.length]) {
    assert.deepEqual(await readParts(stream(body, chunkBytes)), expected, String(chunkBytes));
  }
});

test('what is left unread, or half-read, is passed over', slow, async () => {
  for (const readChunks of [0, 1]) {
    const types: string[] = [];
    for await (const { mediaType, content } of relatedParts(stream(body), contentType, limitsFor())) {
      types.push(mediaType);
      if (readChunks === 1) for await (const chunk of content) if (chunk.length > 0) break;
    }
    assert.deepEqual(
      types,
      expected.map(({ mediaType }) => mediaType),
    );
  }
});

test('a slow reader holds the sender up', slow, async () => {
  let sent = 0;
  const endless = function* () {
    yield part(Buffer.alloc(0)).subarray(0, -2);
    for (;;) yield Buffer.alloc(16_384, ++sent % 256);
  };
  const source = Readable.from(endless(), { objectMode: false });
  const parts = relatedParts(source, contentType, limitsFor());
  const { value } = await parts.next();
  await value!.content[Symbol.asyncIterator]().next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(sent < 30, String(sent));
  await parts.return();
  assert.equal(source.destroyed, false);
  source.destroy();
});

test('a body can be one object', slow, async () => {
  const type = 'application/dicom; transfer-syntax=1.2.840.10008.1.2.1';
  const [only, ...others] = await readParts(stream(object(100_000)), type);
  const transferSyntax = '1.2.840.10008.1.2.1';
  assert.deepEqual(only, { mediaType: 'application/dicom', transferSyntax, content: object(100_000) });
  assert.deepEqual(others, []);
});

test('a body without parts has none', async () => {
  assert.deepEqual(await readParts(stream(end)), []);
});

test('other types, and a missing boundary, are refused', async () => {
  const cases = [
    [undefined, 'UNSUPPORTED_MEDIA_TYPE'],
    ['nonsense', 'UNSUPPORTED_MEDIA_TYPE'],
    ['multipart/form-data; boundary=x', 'UNSUPPORTED_MEDIA_TYPE'],
    ['multipart/related; type="application/dicom+json"; boundary=x', 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/dicom+json', 'UNSUPPORTED_MEDIA_TYPE'],
    ['multipart/related; type="application/dicom"', 'INVALID_REQUEST'],
    [`multipart/related; boundary=${'x'.repeat(201)}`, 'INVALID_REQUEST'],
  ] as const;
  for (const [type, codeName] of cases) {
    const parts = relatedParts(stream(body), type, limitsFor());
    await assert.rejects(parts.next(), { codeName }, type);
  }
});

test('unquoted parameters, and a type left out, are taken', async () => {
  const whole = Buffer.from('--x\r\nContent-Type: application/dicom\r\n\r\nDICM\r\n--x--');
  for (const type of [
    'multipart/related; boundary=x',
    'Multipart/Related;type=application/dicom;boundary=x',
  ]) {
    assert.equal((await readParts(stream(whole), type)).length, 1, type);
  }
});

test('a body that ends early is an aborted upload, wherever it ends', slow, async () => {
  const cuts = [100, 60_000, 200_060, 200_200, body.length - 200, body.length - 25];
  for (const cut of cuts) {
    for (const chunkBytes of [1_000, 65_536, body.length]) {
      const reading = readParts(stream(body.subarray(0, cut), chunkBytes));
      await assert.rejects(reading, { codeName: 'UPLOAD_ABORTED' }, `${cut} in ${chunkBytes}`);
    }
  }
});

test(
  'a body with other boundaries, and a part whose header does not end, are no multipart',
  slow,
  async () => {
    const type = contentType.replace('-b 1', '-b 3');
    await assert.rejects(readParts(stream(body), type), { codeName: 'INVALID_REQUEST' });
    const headless = Buffer.concat([Buffer.from('---b 1\r\nContent-Type: application/dicom\r\n'), end]);
    await assert.rejects(readParts(stream(headless)), { codeName: 'INVALID_REQUEST' });
    await assert.rejects(readParts(stream(Buffer.concat([part(object(50)), headless]))), {
      codeName: 'INVALID_REQUEST',
    });
  },
);

test('too many parts are refused', async () => {
  const many = Buffer.concat([...Array.from({ length: 6 }, () => part(object(10))), end]);
  await assert.rejects(readParts(stream(many)), { codeName: 'TOO_MANY_PARTS', message: /at most 5/ });
});

/** A client that sends the beginning of a body, and then nothing. */
function silent(bytes: Buffer): Readable {
  const source = new Readable({ read: () => undefined });
  source.push(bytes);
  return source;
}

const types = { 'in parts': contentType, 'of one object': 'application/dicom' };
for (const [name, type] of Object.entries(types)) {
  test(`a client that goes away ends the wait for a body ${name}`, slow, async () => {
    const source = silent(body.subarray(0, 500));
    const reading = readParts(source, type);
    setTimeout(() => source.destroy(new Error('aborted')), 20);
    await assert.rejects(reading, { codeName: 'UPLOAD_ABORTED' });
  });

  test(
    `a signal ends the wait for a body ${name}, with its reason, and leaves the body whole`,
    slow,
    async () => {
      for (const bytes of [body.subarray(0, 20), body.subarray(0, 500)]) {
        const source = silent(bytes);
        const abort = new AbortController();
        const limits = limitsFor(abort.signal);
        const reading = readParts(source, type, limits);
        setTimeout(() => abort.abort(), 20);
        await assert.rejects(reading, (error) => error === limits.clock.signal.reason);
        assert.equal(source.destroyed, false);
        assert.equal(source.listenerCount('data'), 0);
        source.destroy();
      }
    },
  );

  test(`a reader that stops leaves a body ${name} paused and whole`, slow, async () => {
    const source = stream(body);
    for await (const { content } of relatedParts(source, type, limitsFor())) {
      for await (const chunk of content) if (chunk.length > 0) break;
      break;
    }
    assert.deepEqual([source.destroyed, source.isPaused()], [false, true]);
    source.resume();
    await new Promise((resolve) => source.once('end', resolve));
  });
}
