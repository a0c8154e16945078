import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeNifti, NiftiInspector } from '@hepastage/imaging';
import { type ContentInspection, inspectGzip, inspectPlain } from './content-inspection.ts';

const limits = { decompressedBytesMax: 1 << 20, voxelsMax: 1 << 20 };
const grid = { dims: [20, 20, 20], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] } as const;
const image = Buffer.from(
  encodeNifti(
    grid,
    Float32Array.from({ length: 8_000 }, (_, n) => (n % 7) / 7),
  ),
);

async function inspect(inspection: ContentInspection, bytes: Buffer, chunkBytes = 1_000): Promise<void> {
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes)
      await inspection.write(bytes.subarray(at, at + chunkBytes));
    await inspection.end();
  } finally {
    inspection.close();
  }
}

const plain = () => inspectPlain(new NiftiInspector(limits));
const gzip = (bytesMax = limits.decompressedBytesMax) => inspectGzip(new NiftiInspector(limits), bytesMax);

test('a sound image passes, plain and gzipped, in chunks of any size', async () => {
  for (const chunkBytes of [1, 37, 1_000_000]) {
    await inspect(plain(), image, chunkBytes);
    await inspect(gzip(), gzipSync(image), chunkBytes);
  }
});

test('a gzip stream of several members passes', async () => {
  await inspect(gzip(), Buffer.concat([gzipSync(image.subarray(0, 400)), gzipSync(image.subarray(400))]));
});

const padded = (value: number) => Buffer.concat([gzipSync(image), Buffer.alloc(5_000, value)]);

test('zeros after the gzip stream are padding, other bytes are damage', async () => {
  for (const chunkBytes of [500, 1_000_000]) {
    await inspect(gzip(), padded(0), chunkBytes);
    await assert.rejects(inspect(gzip(), padded(1), chunkBytes), { codeName: 'CORRUPT_GZIP' });
  }
});

test('a gzip stream that breaks off or is damaged is refused', async () => {
  const stream = gzipSync(image);
  await assert.rejects(inspect(gzip(), stream.subarray(0, -100)), { codeName: 'TRUNCATED_FILE' });
  const damaged = Buffer.from(stream).fill(0xff, 30, 60);
  await assert.rejects(inspect(gzip(), damaged), { codeName: 'CORRUPT_GZIP' });
});

test('a stream that decompresses to more than allowed is refused while it is read', async () => {
  await assert.rejects(inspect(gzip(1_000), gzipSync(image)), { codeName: 'DECOMPRESSED_TOO_LARGE' });
});
