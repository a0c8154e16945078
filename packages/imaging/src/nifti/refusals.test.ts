import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { HepastageError } from '@hepastage/proto';
import { brokenBytes } from '../testing/broken-bytes.ts';
import { brokenHeaders } from '../testing/broken-headers.ts';
import { brokenVoxels } from '../testing/broken-voxels.ts';
import { buildNifti, extension } from '../testing/nifti-builder.ts';
import { testLimits } from '../testing/limits.ts';
import { decodeNifti } from './decode.ts';
import { NiftiInspector } from './inspector.ts';

const brokenFiles = [...brokenBytes, ...brokenHeaders, ...brokenVoxels];

for (const { name, file, kind, code, message } of brokenFiles) {
  describe(`a file with ${name} is refused with ${code}`, () => {
    test('plain', () => {
      assert.throws(() => decodeNifti(file, testLimits, kind), { codeName: code, message });
    });

    test('gzipped', () => {
      assert.throws(
        () => decodeNifti(gzipSync(file), testLimits, kind),
        (error: HepastageError) => {
          assert.equal(error.codeName, code);
          return true;
        },
      );
    });

    for (const chunkBytes of [1, 7, 352, 100_000]) {
      test(`streamed in chunks of ${chunkBytes} bytes`, () => {
        assert.throws(() => inspect(file, chunkBytes, kind), { codeName: code, message });
      });
    }
  });
}

test('DICOM is called by its name', () => {
  const dicom = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.alloc(300)]);
  assert.throws(() => decodeNifti(dicom, testLimits), {
    codeName: 'NOT_NIFTI',
    message:
      'sizeof_hdr: the file is DICOM, not NIfTI (expected 348 or 540, received 0); send a single-file NIfTI image (.nii or .nii.gz)',
  });
});

test('a file cut at any byte is refused as truncated', () => {
  const file = buildNifti({ datatype: 'int16', extensions: extension(32, 6) });
  for (let length = 1; length < file.length; length++) {
    // Fewer than four bytes are no evidence of anything but an early end.
    const cut = file.subarray(0, length);
    assert.throws(() => decodeNifti(cut, testLimits), { codeName: 'TRUNCATED_FILE' }, `${length} bytes`);
    assert.throws(() => inspect(cut, 13), { codeName: 'TRUNCATED_FILE' }, `${length} bytes, streamed`);
  }
});

test('a gzip stream cut at any byte is refused as truncated', () => {
  const file = gzipSync(buildNifti({ datatype: 'int16' }));
  for (let length = 2; length < file.length; length++) {
    const cut = file.subarray(0, length);
    assert.throws(() => decodeNifti(cut, testLimits), { codeName: 'TRUNCATED_FILE' }, `${length} bytes`);
  }
});

test('the inspector refuses a header as soon as its bytes are there', () => {
  const inspector = new NiftiInspector(testLimits);
  const file = buildNifti({ header: { pixdim: [1, 0, 1, 1, 0, 0, 0, 0] } });
  inspector.write(file.subarray(0, 347));
  assert.throws(() => inspector.write(file.subarray(347, 348)), { codeName: 'INVALID_SPACING' });
});

test('the inspector refuses what is no NIfTI at the fourth byte', () => {
  const inspector = new NiftiInspector(testLimits);
  inspector.write(Buffer.from('PK\x03'));
  assert.throws(() => inspector.write(Buffer.from('\x04')), { codeName: 'NOT_NIFTI' });
});

test('the inspector refuses an endless stream soon after the claimed end', () => {
  const inspector = new NiftiInspector(testLimits);
  inspector.write(buildNifti());
  const zeros = Buffer.alloc(1024);
  const writes = () => {
    for (let n = 0; n < 5; n++) inspector.write(zeros);
  };
  assert.throws(writes, { codeName: 'INVALID_HEADER' });
});

function inspect(file: Uint8Array, chunkBytes: number, kind?: 'image' | 'mask'): void {
  const inspector = new NiftiInspector(testLimits, kind);
  for (let at = 0; at < file.length; at += chunkBytes) inspector.write(file.subarray(at, at + chunkBytes));
  inspector.end();
}
