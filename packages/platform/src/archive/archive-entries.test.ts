import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archiveEntries } from './archive-entries.ts';
import { random } from './testing/random.ts';
import { readArchive, testLimits, TestSource } from './testing/read-archive.ts';
import { localFile, uint16, uint32, uint64, type ZipPart, zipEnd, zipFile } from './testing/zip-file.ts';

const limits = { timeout: 20_000 };
/** Compresses to about half. */
function text(bytes: number, seed = 1): Buffer {
  const numbers = random(seed);
  return Buffer.from(Array.from({ length: bytes }, () => numbers.next().value * 16));
}

const parts: readonly ZipPart[] = [
  { name: 'study/', content: Buffer.alloc(0), method: 0 },
  { name: 'study/a', content: text(200_000) },
  { name: 'study/b', content: text(70_000, 3), method: 0 },
  { name: 'study/c', content: text(90_000, 5), descriptor: { signature: true, sizeBytes: 4 } },
  { name: 'study/d', content: text(300, 7), descriptor: { signature: false, sizeBytes: 4 } },
  { name: 'study/e', content: text(3_000, 9), descriptor: { signature: true, sizeBytes: 8 } },
  { name: 'study/f', content: text(200, 11), descriptor: { signature: false, sizeBytes: 8 } },
  { name: 'study/empty', content: Buffer.alloc(0), method: 0, descriptor: { signature: true, sizeBytes: 4 } },
  { name: '__MACOSX/study/._a', content: text(50) },
  { name: 'study/.DS_Store', content: text(50) },
  { name: 'study/g', content: text(65_536), method: 0 },
];
const passedOver = new Set([1, 9, 10]);
const filesOf = (all: readonly ZipPart[]) =>
  all
    .map(({ content }, n) => ({ position: n + 1, content: content! }))
    .filter(({ position }) => !passedOver.has(position));
const expected = filesOf(parts);
const archive = zipFile(...parts);

test('chunks of any size give the same files', limits, async () => {
  for (const chunkBytes of [1_000, 65_536, archive.length]) {
    assert.deepEqual(await readArchive(new TestSource(archive, chunkBytes)), expected, String(chunkBytes));
  }
  const small = parts.map((part) => ({ ...part, content: part.content!.subarray(0, 2_000) }));
  for (const chunkBytes of [1, 7]) {
    assert.deepEqual(await readArchive(new TestSource(zipFile(...small), chunkBytes)), filesOf(small));
  }
});

test('content comes in chunks of at most 64 KiB', limits, async () => {
  for await (const { content } of archiveEntries(new TestSource(archive, 1 << 20), testLimits)) {
    for await (const chunk of content) assert.ok(chunk.length > 0 && chunk.length <= 65_536);
  }
});

test('a zip without files has none', limits, async () => {
  assert.deepEqual(await readArchive(new TestSource(zipFile())), []);
});

test('what is left unread, or half-read, is passed over', limits, async () => {
  const read: number[] = [];
  for await (const { position, content } of archiveEntries(new TestSource(archive), testLimits)) {
    read.push(position);
    if (position % 2 === 0) continue;
    for await (const chunk of content) {
      assert.ok(chunk.length > 0);
      break;
    }
  }
  assert.deepEqual(
    read,
    expected.map(({ position }) => position),
  );
});

test('content can be read on after a break, until the next file is asked for', limits, async () => {
  const entries = archiveEntries(new TestSource(archive), testLimits);
  const { value: entry } = await entries.next();
  const pieces: Buffer[] = [];
  for await (const chunk of entry!.content) {
    pieces.push(chunk);
    break;
  }
  for await (const chunk of entry!.content) pieces.push(chunk);
  assert.deepEqual(Buffer.concat(pieces), expected[0]!.content);
  await entries.next();
  assert.deepEqual(await Array.fromAsync(entry!.content), []);
  await entries.return();
});

test('nothing is taken before it is asked for, and stopping early ends the source', limits, async () => {
  const source = new TestSource(archive, 1_000);
  const entries = archiveEntries(source, testLimits);
  assert.ok(source.taken === 0 && !source.closed);
  const { value: entry } = await entries.next();
  assert.ok([1_000].includes(source.taken));
  await entry!.content[Symbol.asyncIterator]().next();
  // Of what compresses to half, some 128 KiB fill zlib's two buffers.
  assert.ok(source.taken < 100_000, String(source.taken));
  await entries.return();
  assert.equal(source.closed, true);
});

test('an error of the reader comes through, and ends the source', limits, async () => {
  const source = new TestSource(archive);
  const reading = async () => {
    for await (const { content } of archiveEntries(source, testLimits)) {
      for await (const chunk of content) throw new RangeError(String(chunk.length));
    }
  };
  await assert.rejects(reading(), RangeError);
  assert.equal(source.closed, true);
});

test('an error of the source comes through as it is', limits, async () => {
  const gone = new Error('gone');
  const source = async function* () {
    yield archive.subarray(0, 20_000);
    throw gone;
  };
  await assert.rejects(readArchive(source()), (error) => error === gone);
});

async function* fallsSilent() {
  yield archive.subarray(0, 100);
  await new Promise(() => undefined);
}

test('a reader that gives up waiting for bytes that never come can end', limits, async () => {
  const entries = archiveEntries(fallsSilent(), testLimits);
  const { value: entry } = await entries.next();
  const silent = entry!.content[Symbol.asyncIterator]().next();
  const first: unknown = await Promise.race([
    silent,
    new Promise((resolve) => setTimeout(resolve, 50, 'silence')),
  ]);
  assert.ok(first === 'silence');
  await entries.return();
});

test('zip64 sizes, comments, padding and a signed directory are read', limits, async () => {
  const content = text(500);
  const long = 0xff_ff_ff_ff;
  const extra = Buffer.concat([
    uint16(0x7777, 2, 0),
    uint16(1, 16),
    uint64(500, 500),
    Buffer.from([1, 2, 3]),
  ]);
  const file = localFile({ content, method: 0, extra, bytes: long, compressedBytes: long });
  const zip64End = Buffer.concat([
    uint32(0x06064b50),
    uint64(44),
    Buffer.alloc(44),
    uint32(0x07064b50),
    Buffer.alloc(16),
  ]);
  const end = zipEnd(1, { comment: 'PK\x03\x04 is no file here', disk: 0xff_ff });
  const signature = Buffer.concat([uint32(0x05054b50), uint16(3), Buffer.from('sig')]);
  const at = end.length - 22 - 'PK\x03\x04 is no file here'.length;
  const whole = [file, end.subarray(0, at), signature, zip64End, end.subarray(at), Buffer.alloc(1_000)];
  assert.deepEqual(await readArchive(new TestSource(Buffer.concat(whole))), [{ position: 1, content }]);
});
