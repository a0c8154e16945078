import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, createGunzip, deflateRawSync, gzipSync } from 'node:zlib';
import type { HepastageError } from '@hepastage/proto';
import { buildNifti } from '../testing/nifti-builder.ts';
import { testLimits } from '../testing/limits.ts';
import { decodeNifti } from './decode.ts';
import { gzipError, isGzip } from './gzip.ts';

const file = buildNifti({ dims: [20, 20, 20], voxel: (i, j, k) => Math.sin(i * j + k) });

test('gzip is known by its first two bytes', () => {
  assert.equal(isGzip(gzipSync(file)), true);
  assert.equal(isGzip(file), false);
  assert.equal(isGzip(new Uint8Array(0)), false);
});

test('several members are one stream', () => {
  const members = [file.subarray(0, 100), file.subarray(100, 9000), file.subarray(9000)];
  const joined = Buffer.concat(members.map((member) => gzipSync(member)));
  assert.deepEqual(decodeNifti(joined, testLimits).data, decodeNifti(file, testLimits).data);
});

test('zeros after the stream are padding', () => {
  const padded = Buffer.concat([gzipSync(file), Buffer.alloc(1000)]);
  assert.deepEqual(decodeNifti(padded, testLimits).data, decodeNifti(file, testLimits).data);
});

test('a header behind a long file name is found', () => {
  const plain = gzipSync(file);
  const name = Buffer.concat([Buffer.alloc(9000, 'a'), Buffer.from([0])]);
  const flagged = Buffer.from(plain.subarray(0, 10));
  flagged[3] = 0x08;
  const named = Buffer.concat([flagged, name, plain.subarray(10)]);
  assert.deepEqual(decodeNifti(named, testLimits).data, decodeNifti(file, testLimits).data);
});

test('a stream of nothing is an empty file', () => {
  assert.throws(() => decodeNifti(gzipSync(''), testLimits), { codeName: 'EMPTY_FILE' });
});

test('a stored, incompressible stream is decoded', () => {
  const stored = gzipSync(file, { level: constants.Z_NO_COMPRESSION });
  assert.deepEqual(decodeNifti(stored, testLimits).data, decodeNifti(file, testLimits).data);
});

test('a changed byte is refused', () => {
  const damaged = gzipSync(file);
  damaged[damaged.length - 8]! ^= 0xff;
  assert.throws(() => decodeNifti(damaged, testLimits), {
    codeName: 'CORRUPT_GZIP',
    message: 'the gzip stream is damaged; compress or transfer the file again',
  });
});

test('a stream damaged from its start is refused', () => {
  const damaged = Buffer.concat([gzipSync(file).subarray(0, 10), Buffer.alloc(2000, 0xff)]);
  assert.throws(() => decodeNifti(damaged, testLimits), { codeName: 'CORRUPT_GZIP' });
});

test('a bomb behind an honest header stops at the claimed end', () => {
  const bomb = Buffer.concat([gzipSync(file), gzipSync(Buffer.alloc(2 ** 27))]);
  const before = process.memoryUsage().rss;
  assert.throws(() => decodeNifti(bomb, testLimits), {
    codeName: 'INVALID_HEADER',
    message:
      'dim: the file goes on after the voxels that its header claims (expected 32352 bytes, received more than 36448); write the file again with a standard tool',
  });
  assert.ok(process.memoryUsage().rss - before < 2 ** 25, 'nothing of the bomb’s size was allocated');
});

test('a header that claims more than deflate can hold is refused before anything is allocated', () => {
  const small = gzipSync(buildNifti({ datatype: 'uint8', header: { dim: [3, 128, 128, 128, 1, 1, 1, 1] } }));
  assert.throws(() => decodeNifti(small, testLimits), {
    codeName: 'TRUNCATED_FILE',
    message: `the file ends too early (expected 2097504 bytes when decompressed, received ${small.length} compressed); transfer the file again, whole`,
  });
});

test('the errors of a decompressing stream become codes', async () => {
  assert.equal(codeOf(await failureOf(gzipSync(file).subarray(0, -10))), 'TRUNCATED_FILE');
  assert.equal(codeOf(await failureOf(deflateRawSync(file))), 'CORRUPT_GZIP');
});

test('errors of other kinds pass unchanged', () => {
  const other = new TypeError('other');
  assert.equal(gzipError(other), other);
});

async function failureOf(stream: Uint8Array): Promise<unknown> {
  return new Promise((resolve) => {
    const gunzip = createGunzip().on('error', resolve);
    gunzip.resume().end(stream);
  });
}

function codeOf(error: unknown): string {
  return (gzipError(error) as HepastageError).codeName;
}
