import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { objectKeys } from '@hepastage/platform';
import { DicomFrameSchema, DicomInstanceSchema, DicomStudySchema, encodeText } from '@hepastage/proto';
import { indexBytesOf } from './dicom-index.ts';

const uid = '1'.repeat(64);
const alike = create(DicomFrameSchema, { imageType: ['ORIGINAL', 'PRIMARY'], slope: 1 });
const another = create(DicomFrameSchema, { echoTimeMs: 4.2 });

/** Most that may be counted too much: its key, bytes and SHA-256 may be short. */
const surplusBytesMax = 512;

for (const [title, frames] of [
  ['without images', []],
  ['with one', [another]],
  ['with many that are alike', Array.from({ length: 1_000 }, () => alike)],
  ['with some that differ', [alike, another, another, alike]],
] as const) {
  test(`what an object takes of its index, ${title}, is known before it is stored`, () => {
    const instance = create(DicomInstanceSchema, {
      sopInstanceUid: uid,
      manufacturer: 'Hôpital',
      frames: [...frames],
    });
    const counted = indexBytesOf(instance);
    const key = objectKeys.input('t'.repeat(64), uid, `${uid}/${uid}.dcm`);
    Object.assign(instance, { key, bytes: 2 ** 32 - 1, sha256: 'f'.repeat(64) });
    const study = create(DicomStudySchema, { studyInstanceUid: uid, instances: [instance] });
    const bytes = Buffer.byteLength(encodeText(DicomStudySchema, study));
    assert.ok(counted <= bytes + surplusBytesMax, `${counted}, really ${bytes}`);
    const entry = Buffer.byteLength(encodeText(DicomInstanceSchema, instance));
    assert.ok(counted >= entry, `${counted}, really ${entry}`);
  });
}
