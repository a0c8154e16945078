import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { createDeflateRaw, gzipSync } from 'node:zlib';
import { random } from './testing/random.ts';
import { readArchive, testLimits, TestSource } from './testing/read-archive.ts';
import { archiveEntries } from './archive-entries.ts';
import { localFile, uint16, uint32, uint64, type ZipPart, zipEnd, zipFile } from './testing/zip-file.ts';

const limits = { timeout: 20_000 };
const numbers = random(2);
const content = Buffer.from(Array.from({ length: 5_000 }, () => numbers.next().value * 16));
const good: ZipPart = { name: 'good', content };
const tar = Buffer.alloc(600);
tar.write('ustar', 257);
const later = { signature: true, sizeBytes: 4 } as const;

const refusals: readonly [name: string, code: string, message: RegExp, zip: Buffer][] = [
  ['no zip', 'CORRUPT_ARCHIVE', /^this is no zip file/, content],
  ['nothing', 'CORRUPT_ARCHIVE', /^the zip file breaks off/, Buffer.alloc(0)],
  ['no directory', 'CORRUPT_ARCHIVE', /^the zip file breaks off/, localFile(good)],
  ['half a directory', 'CORRUPT_ARCHIVE', /^the zip file breaks off/, zipFile(good).subarray(0, -30)],
  ['half a file', 'CORRUPT_ARCHIVE', /^entry 1: the zip file breaks off/, zipFile(good).subarray(0, 900)],
  [
    'half a stored file',
    'CORRUPT_ARCHIVE',
    /^entry 1: .*breaks off/,
    localFile({ ...good, method: 0 }).subarray(0, 900),
  ],
  ['rubbish between files', 'CORRUPT_ARCHIVE', /^after entry 1: /, Buffer.concat([localFile(good), content])],
  [
    'a damaged directory',
    'CORRUPT_ARCHIVE',
    /list of files/,
    Buffer.concat([localFile(good), zipEnd(1).subarray(0, 55), content]),
  ],
  [
    'more names than files',
    'CORRUPT_ARCHIVE',
    /more files than it has/,
    Buffer.concat([localFile(good), zipEnd(2)]),
  ],
  [
    'a long tail',
    'CORRUPT_ARCHIVE',
    /something follows/,
    Buffer.concat([zipFile(good), Buffer.alloc(70_000)]),
  ],
  ['a wrong checksum', 'CORRUPT_ARCHIVE', /^entry 2: .*checksum/, zipFile(good, { ...good, crc: 1 })],
  [
    'a wrong checksum behind',
    'CORRUPT_ARCHIVE',
    /^entry 1: .*checksum/,
    zipFile({ ...good, descriptor: { ...later, crc: 1 } }),
  ],
  ['too small a size', 'CORRUPT_ARCHIVE', /^entry 1: .*size/, zipFile({ ...good, bytes: 4_999 })],
  ['two sizes', 'CORRUPT_ARCHIVE', /two sizes/, zipFile({ ...good, method: 0, bytes: 4_999 })],
  [
    'compressed too short',
    'CORRUPT_ARCHIVE',
    /^entry 1: .*damaged/,
    zipFile({ ...good, compressedBytes: 900 }),
  ],
  [
    'compressed too long',
    'CORRUPT_ARCHIVE',
    /^entry 1: .*not as long/,
    zipFile({ ...good, compressedBytes: 9_000 }, { ...good, method: 0 }),
  ],
  [
    'no deflate stream',
    'CORRUPT_ARCHIVE',
    /^entry 1: .*damaged/,
    zipFile({ ...good, compressed: Buffer.alloc(5_000, 0xff) }),
  ],
  ['another method', 'CORRUPT_ARCHIVE', /^entry 1: .*received method 9/, zipFile({ ...good, method: 9 })],
  [
    'a stored file without size',
    'CORRUPT_ARCHIVE',
    /stored file of unknown size/,
    zipFile({ ...good, method: 0, descriptor: later }),
  ],
  ['a patch', 'CORRUPT_ARCHIVE', /patch/, zipFile({ ...good, flags: 0x20 })],
  [
    'a missing zip64 size',
    'CORRUPT_ARCHIVE',
    /size .* is missing/,
    zipFile({ ...good, bytes: 0xff_ff_ff_ff }),
  ],
  ['several parts', 'CORRUPT_ARCHIVE', /several parts/, Buffer.concat([uint32(0x08074b50), zipFile(good)])],
  [
    'the last of several parts',
    'CORRUPT_ARCHIVE',
    /several parts/,
    Buffer.concat([localFile(good), zipEnd(1, { disk: 3 })]),
  ],
  ['a password', 'ENCRYPTED_ARCHIVE', /^entry 1: .*encrypted/, zipFile({ ...good, flags: 1 })],
  ['strong encryption', 'ENCRYPTED_ARCHIVE', /encrypted/, zipFile({ ...good, flags: 0x40 })],
  ['AES', 'ENCRYPTED_ARCHIVE', /encrypted/, zipFile({ ...good, method: 99 })],
  [
    'AES by its field',
    'ENCRYPTED_ARCHIVE',
    /encrypted/,
    zipFile({ ...good, extra: Buffer.concat([uint16(0x9901, 2, 1)]) }),
  ],
  ['an encrypted directory', 'ENCRYPTED_ARCHIVE', /encrypted/, Buffer.concat([uint32(0x08064b50), content])],
  ...['/etc/x', '\\x', 'C:x', 'c:\\x', '../x', 'a/../../x', 'a\\..\\x', '..', 'a\0b'].map(
    (name) =>
      [
        `the name ${JSON.stringify(name)}`,
        'UNSAFE_ARCHIVE',
        /^entry 2: the name/,
        zipFile(good, { ...good, name }),
      ] as [string, string, RegExp, Buffer],
  ),
  [
    'an unsafe Unicode name',
    'UNSAFE_ARCHIVE',
    /leads out/,
    zipFile({ ...good, extra: Buffer.concat([uint16(0x7075, 9), Buffer.from('\x01crc4../x', 'latin1')]) }),
  ],
  ...Object.entries({
    zip: zipFile(good),
    emptyZip: zipFile(),
    gzip: gzipSync(content),
    sevenZip: Buffer.from('7z\xbc\xaf\x27\x1c', 'latin1'),
    rar: Buffer.from('Rar!\x1a\x07\x01\0', 'latin1'),
    tar,
  }).map(
    ([name, inner]) =>
      [`a ${name} within`, 'UNSAFE_ARCHIVE', /^entry 1: .*archive itself/, zipFile({ content: inner })] as [
        string,
        string,
        RegExp,
        Buffer,
      ],
  ),
  [
    'a large file',
    'DECOMPRESSED_TOO_LARGE',
    /^entry 1: a file .*1048576 bytes/,
    localFile({ bytes: 2 << 20 }),
  ],
  [
    'a large zip64 file',
    'DECOMPRESSED_TOO_LARGE',
    /a file/,
    localFile({ bytes: 0xff_ff_ff_ff, extra: Buffer.concat([uint16(1, 8), uint64(2 ** 40)]) }),
  ],
  [
    'a large file that says it is small',
    'DECOMPRESSED_TOO_LARGE',
    /a file/,
    localFile({ content: Buffer.alloc(2 << 20), bytes: 5 }),
  ],
  [
    'many large files',
    'DECOMPRESSED_TOO_LARGE',
    /^entry 5: the zip file .*4194304 bytes/,
    zipFile(...Array.from({ length: 6 }, () => ({ content: Buffer.alloc(1 << 20) }))),
  ],
  [
    'many files',
    'TOO_MANY_FILES',
    /^the zip file has too many files \(expected at most 100\)/,
    Buffer.concat(Array.from({ length: 101 }, () => localFile({ name: 'folder/' }))),
  ],
];

for (const [name, code, message, zip] of refusals) {
  test(`refused, read or unread: ${name}`, limits, async () => {
    for (const chunkBytes of [13, 65_536]) {
      await assert.rejects(readArchive(new TestSource(zip, chunkBytes)), { codeName: code, message });
      const unread = async () => {
        for await (const { position } of archiveEntries(new TestSource(zip, chunkBytes), testLimits))
          assert.ok(position);
      };
      await assert.rejects(unread(), { codeName: code, message });
    }
  });
}

test('a DICOM file whose preamble begins like an archive is no archive', limits, async () => {
  const dicom = Buffer.alloc(1_000);
  dicom.write('PK\x03\x04', 'latin1');
  dicom.write('DICM', 128);
  assert.deepEqual(await readArchive(new TestSource(zipFile({ content: dicom }))), [
    { position: 1, content: dicom },
  ]);
});

test('a reader that goes on after damage meets it again', limits, async () => {
  const entries = archiveEntries(new TestSource(zipFile({ ...good, crc: 1 }, good)), testLimits);
  const { value: entry } = await entries.next();
  await assert.rejects(Array.fromAsync(entry!.content), { codeName: 'CORRUPT_ARCHIVE' });
  await assert.rejects(entries.next(), { codeName: 'CORRUPT_ARCHIVE' });
});

test('no refusal names a file', limits, async () => {
  for (const name of ['Doe^Jane/../x', '/Doe^Jane', 'Doe^Jane\0']) {
    const zip = zipFile({ ...good, name });
    await assert.rejects(readArchive(new TestSource(zip)), (error: Error) => !error.message.includes('Doe'));
  }
});

/** Zeros, compressed as they are asked for: 10 GiB become 10 MiB. */
async function* bomb(): AsyncGenerator<Buffer, void, void> {
  yield localFile({ name: '', compressed: Buffer.alloc(0), descriptor: later }).subarray(0, 30);
  const zeros = Buffer.alloc(1 << 20);
  const mebibytes = Array.from({ length: 10_240 }, () => zeros);
  const deflate = createDeflateRaw();
  pipeline(Readable.from(mebibytes), deflate).catch(() => undefined);
  yield* deflate as AsyncIterable<Buffer>;
}

test('a bomb is refused when it goes off, in little memory', limits, async () => {
  const before = process.memoryUsage.rss();
  let peak = 0;
  const counting = async () => {
    for await (const { content: chunks } of archiveEntries(bomb(), {
      ...testLimits,
      entryBytesMax: 256 << 20,
      decompressedBytesMax: 512 << 20,
    })) {
      for await (const chunk of chunks)
        if (chunk.length > 0) peak = Math.max(peak, process.memoryUsage.rss() - before);
    }
  };
  await assert.rejects(counting(), { codeName: 'DECOMPRESSED_TOO_LARGE' });
  assert.ok(peak < 120 << 20, `${peak >> 20} MiB`);
});

test('random damage ends as a refusal or in files that are right', { timeout: 120_000 }, async () => {
  const whole = zipFile(
    good,
    { ...good, method: 0 },
    { ...good, descriptor: later },
    { ...good, descriptor: { signature: false, sizeBytes: 8 } },
    { name: 'folder/', method: 0 },
  );
  const damage = random(3);
  const draw = (below: number) => Math.floor(damage.next().value * below);
  const ends: Record<string, number> = {};
  for (let round = 0; round < 600; round++) {
    const damaged = Buffer.from(whole.subarray(0, round % 3 === 0 ? draw(whole.length) : whole.length));
    for (let n = 0; n < round % 4 && damaged.length > 0; n++) damaged[draw(damaged.length)]! ^= 1 + draw(255);
    const end = await readArchive(new TestSource(damaged, 1 + draw(3_000))).then(
      (entries) => (entries.every((entry) => entry.content.equals(content)) ? 'right' : 'wrong'),
      (error: Error) => ('codeName' in error ? String(error.codeName) : `stray ${error.message}`),
    );
    ends[end] = (ends[end] ?? 0) + 1;
  }
  const known = new Set([
    'right',
    'CORRUPT_ARCHIVE',
    'ENCRYPTED_ARCHIVE',
    'UNSAFE_ARCHIVE',
    'DECOMPRESSED_TOO_LARGE',
  ]);
  assert.deepEqual(
    Object.keys(ends).filter((end) => !known.has(end)),
    [],
    JSON.stringify(ends),
  );
  assert.ok(ends['right']! > 50 && ends['CORRUPT_ARCHIVE']! > 300, JSON.stringify(ends));
});
